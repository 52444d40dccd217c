"""`carillon lists`: the lists, those of the configuration and those of the database."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import confirmation, output, places, session, waiting, welcome
from bot.cli.parts import arranging, verb
from bot.cli.parts import lists as verbs
from bot.domain.lists import ListKind
from bot.domain.message import MessageType
from bot.domain.phrase import Counted, Listed, Phrase
from bot.domain.reminders import seconds

if TYPE_CHECKING:
    from bot.domain.lists import AnnouncementList, OnList
    from bot.service.readers.arranging import Arranged

app = typer.Typer(invoke_without_command=True)
app.command("requests")(waiting.requests)
app.command("approve")(waiting.approve)
app.command("refuse")(waiting.refuse)
app.command("mine")(places.mine)
app.command("join")(places.join)
app.command("leave")(places.leave)
app.command("welcome")(welcome.welcome)

_DEFAULT = Phrase("default")
_KINDS = {
    ListKind.OPEN: Phrase("open"),
    ListKind.REQUEST: Phrase("on request"),
    ListKind.CLOSED: Phrase("closed"),
    ListKind.MANDATORY: Phrase("mandatory"),
}

Name = Annotated[str, typer.Argument(metavar="LIST", help="The list's name.")]
Title = Annotated[str | None, typer.Option(metavar="TEXT", help="What people call it.")]
Kind = Annotated[ListKind | None, typer.Option(help="Who may join.", show_choices=True)]
Language = Annotated[
    str | None,
    typer.Option(metavar="TAG", help="Of readers of whom no other is known, say de."),
]
Timezone = Annotated[
    str | None,
    typer.Option(
        "--tz", metavar="ZONE", help="Of times in announcements, say Europe/Warsaw."
    ),
]
Type = Annotated[
    MessageType | None,
    typer.Option("--type", help="How announcements are sent.", show_choices=True),
]
Welcome = Annotated[
    str | None,
    typer.Option(
        metavar="NAME", help="The template that greets whoever joins; empty: none."
    ),
]
Reminders = Annotated[
    str | None,
    typer.Option(
        metavar="DURATIONS",
        help="How long before a maintenance begins, say '24h 1h'; empty: none.",
    ),
]
Public = Annotated[
    bool | None,
    typer.Option("--public/--private", help="Whether everybody may read it in feeds."),
]
Corrections = Annotated[
    bool | None,
    typer.Option(
        "--corrections/--no-corrections",
        help="Clients of its readers replace what was corrected; else it is sent anew.",
    ),
]
Publishers = Annotated[
    list[str] | None,
    typer.Option("--publisher", metavar="JID", help="Who may announce to it, too."),
]


@app.callback()
def lists(context: typer.Context, json: output.JSON = False) -> None:
    """The lists: who may join, who waits, and changing them."""
    if context.invoked_subcommand is None:
        show(context, json=json)


@app.command("list")
def show(context: typer.Context, json: output.JSON = False) -> None:
    """Show every list and how many stand on it."""
    with session.desk_of(context) as desk:
        found = desk.ask_here(verbs.LIST(verb.Plain("lists")))
        addresses = desk.policy.addresses
    if json:
        output.document(
            {
                "items": [
                    {
                        **_document(one.entry, addresses.of_list(one.entry.name)),
                        "subscribers": one.subscribers,
                        "suspended": one.suspended,
                    }
                    for one in found
                ]
            }
        )
        return
    if not found:
        output.say(
            Phrase("There are no lists; declare one as [lists.NAME] in the config.")
        )
        return
    _table(found)


def _document(entry: "AnnouncementList", address: str) -> dict[str, Any]:
    return {
        "name": entry.name,
        "title": entry.title,
        "address": address,
        "default": entry.is_default,
        "declared": entry.is_declared,
        "kind": entry.kind,
        "language": entry.language,
        "timezone": entry.timezone,
        "type": entry.type,
        "publishers": sorted(entry.publishers),
        "welcome": entry.welcome,
        "reminders": seconds(entry.reminders),
        "public": entry.is_public,
        "corrections": entry.corrections,
    }


def _table(found: "list[OnList]") -> None:
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


@app.command()
def create(
    context: typer.Context,
    name: Name,
    *,
    title: Title = None,
    kind: Kind = None,
    language: Language = None,
    timezone: Timezone = None,
    message_type: Type = None,
    welcome: Welcome = None,
    reminders: Reminders = None,
    public: Public = None,
    corrections: Corrections = None,
    publishers: Publishers = None,
    json: output.JSON = False,
) -> None:
    """Make a list that the database keeps; it is there at once."""
    wish = arranging.ListWish(
        name=name,
        title=title,
        kind=kind,
        language=language,
        timezone=timezone,
        type=message_type,
        welcome=welcome,
        reminders=reminders,
        public=public,
        corrections=corrections,
        add_publishers=tuple(publishers or ()),
    )
    with session.desk_of(context) as desk:
        done = desk.ask_here(verbs.CREATE(wish))
        address = desk.policy.addresses.of_list(name)
    if json:
        output.document(_arranged(done, address))
        return
    output.say(
        Counted(
            "There is a list {name} now, at {address}; {count} stands on it.",
            "There is a list {name} now, at {address}; {count} stand on it.",
            done.readers,
            name=name,
            address=address,
        )
    )


@app.command()
def change(
    context: typer.Context,
    name: Name,
    *,
    title: Title = None,
    kind: Kind = None,
    language: Language = None,
    timezone: Timezone = None,
    message_type: Type = None,
    welcome: Welcome = None,
    reminders: Reminders = None,
    public: Public = None,
    corrections: Corrections = None,
    publishers: Publishers = None,
    no_publishers: Annotated[
        list[str] | None,
        typer.Option(
            "--no-publisher", metavar="JID", help="Who may not announce to it any more."
        ),
    ] = None,
    json: output.JSON = False,
) -> None:
    """Change a list of the database; what is not given stays."""
    wish = arranging.ListWish(
        name=name,
        title=title,
        kind=kind,
        language=language,
        timezone=timezone,
        type=message_type,
        welcome=welcome,
        reminders=reminders,
        public=public,
        corrections=corrections,
        add_publishers=tuple(publishers or ()),
        remove_publishers=tuple(no_publishers or ()),
    )
    with session.desk_of(context) as desk:
        done = desk.ask_here(verbs.CHANGE(wish))
        address = desk.policy.addresses.of_list(name)
    if json:
        output.document(_arranged(done, address))
        return
    output.say(
        Counted(
            "{name} is changed; {count} stands on it.",
            "{name} is changed; {count} stand on it.",
            done.readers,
            name=name,
        )
    )


@app.command()
def retire(
    context: typer.Context,
    name: Name,
    *,
    yes: confirmation.Yes = False,
    json: output.JSON = False,
) -> None:
    """Have a list of the database be none any more; who stood on it is kept."""
    with session.desk_of(context) as desk:
        if confirmation.asks(yes=yes):
            confirmation.begin(json=json)
            found = desk.ask_here(verbs.LOOK(verbs.ListName(name)))
            output.details(
                [
                    (Phrase("title"), found.entry.title),
                    (Phrase("readers now"), found.readers),
                    (Phrase("waiting"), found.refused),
                ]
            )
            confirmation.of(Phrase("Retire it?"), Phrase("It stays."))
        done = desk.ask_here(verbs.RETIRE(verbs.ListName(name)))
        address = desk.policy.addresses.of_list(name)
    if json:
        output.document(_arranged(done, address))
        return
    output.say(
        Counted(
            "{name} is a list no more; {count} stood on it.",
            "{name} is a list no more; {count} stood on it.",
            done.readers,
            name=name,
        )
    )


def _arranged(done: "Arranged", address: str) -> dict[str, Any]:
    return {
        **_document(done.entry, address),
        "subscribers": done.readers,
        "refused": done.refused,
    }
