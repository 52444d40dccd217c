"""`carillon lists`: the audiences that the configuration declares."""

import typer

from bot.cli import output, session
from bot.cli.parts import lists as verbs
from bot.cli.parts import verb
from bot.domain.lists import ListKind
from bot.domain.phrase import Listed, Phrase

_DEFAULT = Phrase("default")
_KINDS = {
    ListKind.OPEN: Phrase("open"),
    ListKind.REQUEST: Phrase("on request"),
    ListKind.CLOSED: Phrase("closed"),
    ListKind.MANDATORY: Phrase("mandatory"),
}


def lists(context: typer.Context, json: output.JSON = False) -> None:
    """Show every list and how many stand on it."""
    with session.desk_of(context) as desk:
        found = desk.ask_here(verbs.LIST(verb.Plain("lists")))
        addresses = desk.policy.addresses
    if json:
        output.document(
            {
                "items": [
                    {
                        "name": entry.name,
                        "title": entry.title,
                        "address": addresses.of_list(entry.name),
                        "default": entry.is_default,
                        "kind": entry.kind,
                        "language": entry.language,
                        "timezone": entry.timezone,
                        "type": entry.type,
                        "publishers": entry.publishers,
                        "welcome": entry.welcome,
                        "subscribers": count,
                        "suspended": suspended,
                    }
                    for entry, count, suspended in found
                ]
            }
        )
        return
    if not found:
        output.say(
            Phrase("There are no lists; declare one as [lists.NAME] in the config.")
        )
        return
    output.table(
        (
            *(Phrase("list"), Phrase("readers"), Phrase("suspended")),
            *(Phrase("title"), Phrase("kind"), Phrase("language"), Phrase("zone")),
        ),
        [
            (
                entry.name,
                count,
                suspended,
                entry.title,
                Listed(_KINDS[entry.kind], _DEFAULT)
                if entry.is_default
                else _KINDS[entry.kind],
                entry.language,
                entry.timezone,
            )
            for entry, count, suspended in found
        ],
        numbers={Phrase("readers"), Phrase("suspended")},
    )
