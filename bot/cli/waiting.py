"""`carillon lists requests`, `approve`, `refuse`: who waits to be let in."""

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import output, previews, session
from bot.cli.parts import join_requests as verbs
from bot.cli.parts import subscribers, verb
from bot.domain import moments
from bot.domain.phrase import Counted, Phrase

if TYPE_CHECKING:
    from bot.desk.desk import Desk

ListName = Annotated[str, typer.Argument(metavar="LIST", help="The list's name.")]
People = Annotated[
    list[str], typer.Argument(metavar="JID...", help="Bare JIDs, all or none.")
]


def requests(
    context: typer.Context,
    list_name: Annotated[
        str | None,
        typer.Argument(metavar="LIST", help="Else how many wait, for each list."),
    ] = None,
    limit: output.Limit = 50,
    after: output.After = None,
    json: output.JSON = False,
) -> None:
    """Show who waits to be let in to a list, in the order of asking."""
    with session.desk_of(context) as desk:
        if list_name is None:
            _counts(desk, json=json)
            return
        wish = subscribers.SubscriberWish(
            list_name=list_name, after=after or 0, limit=limit + 1
        )
        found = desk.ask_here(verbs.LIST(wish))
    following = found[limit - 1].id if len(found) > limit else None
    found = found[:limit]
    if json:
        items = [
            {"jid": one.jid, "asked_at": one.asked_at, "by_presence": one.by_presence}
            for one in found
        ]
        output.document({"items": items, "after": following})
        return
    clocks = previews.here(session.settings_of(context))
    output.table(
        (Phrase("jid"), Phrase("waits since")),
        [(one.jid, moments.local(one.asked_at, clocks)) for one in found],
    )
    output.more(following)


def _counts(desk: "Desk", *, json: bool) -> None:
    found = desk.ask_here(verbs.COUNTS(verb.Plain("requests")))
    if json:
        items = [{"list": name, "waiting": count} for name, count in found.items()]
        output.document({"items": items})
        return
    output.table(
        (Phrase("list"), Phrase("waiting")),
        sorted(found.items()),
        numbers={Phrase("waiting")},
    )


def approve(
    context: typer.Context,
    list_name: ListName,
    jids: People,
    json: output.JSON = False,
) -> None:
    """Let people in who wait, all of them or none."""
    with session.desk_of(context) as desk:
        desk.ask_here(verbs.APPROVE(verbs.Waiting(list_name=list_name, jids=jids)))
    let_in = Counted(
        "{count} let in to {list}.",
        "{count} let in to {list}.",
        len(jids),
        list=list_name,
    )
    _tell({"list": list_name, "approved": len(jids)}, let_in, json=json)


def refuse(
    context: typer.Context,
    list_name: ListName,
    jids: People,
    json: output.JSON = False,
) -> None:
    """Refuse people who wait, all of them or none; they may ask again."""
    with session.desk_of(context) as desk:
        desk.ask_here(verbs.REFUSE(verbs.Waiting(list_name=list_name, jids=jids)))
    refused = Counted(
        "{count} refused by {list}.",
        "{count} refused by {list}.",
        len(jids),
        list=list_name,
    )
    _tell({"list": list_name, "refused": len(jids)}, refused, json=json)


def _tell(document: dict[str, object], words: Phrase, *, json: bool) -> None:
    if json:
        output.document(document)
    else:
        output.say(words)
