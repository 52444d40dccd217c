"""`carillon lists mine`, `join`, `leave`: somebody's places, at his wish."""

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import output, previews, session
from bot.cli.parts import places as verbs
from bot.domain import moments
from bot.domain.phrase import Phrase

if TYPE_CHECKING:
    from bot.domain.lists import Place

Jid = Annotated[str, typer.Argument(metavar="JID", help="Whose place, a bare JID.")]
ListName = Annotated[str, typer.Argument(metavar="LIST", help="The list's name.")]


def mine(context: typer.Context, jid: Jid, json: output.JSON = False) -> None:
    """Show the lists that somebody may know of, and where he stands."""
    with session.desk_of(context) as desk:
        found = desk.ask_here(verbs.MINE(verbs.PlacesOf(jid=jid)))
    if json:
        output.document(
            {
                "items": [
                    {
                        "list": place.entry.name,
                        "title": place.entry.title,
                        "kind": place.entry.kind,
                        "since": place.since,
                        "suspended": place.is_suspended,
                        "asked_at": place.asked_at,
                    }
                    for place in found
                ]
            }
        )
        return
    clocks = previews.here(session.settings_of(context))
    output.table(
        (Phrase("list"), Phrase("title"), Phrase("place"), Phrase("since")),
        [
            (
                place.entry.name,
                place.entry.title,
                _state(place),
                moments.local(place.since or place.asked_at, clocks),
            )
            for place in found
        ],
    )


def _state(place: "Place") -> Phrase | None:
    if place.is_suspended:
        return Phrase("suspended")
    if place.since is not None:
        return Phrase("stands there")
    return Phrase("waits") if place.asked_at is not None else None


def join(
    context: typer.Context, list_name: ListName, jid: Jid, json: output.JSON = False
) -> None:
    """Join a list for somebody who asks for it, by its rules for him."""
    with session.desk_of(context) as desk:
        own = verbs.OwnPlace(list_name=list_name, jid=jid)
        done = desk.ask_here(verbs.JOIN(own))
    _told(list_name, jid, done.outcome, json=json)


def leave(
    context: typer.Context, list_name: ListName, jid: Jid, json: output.JSON = False
) -> None:
    """Leave a list for somebody who asks for it; imports leave him alone then."""
    with session.desk_of(context) as desk:
        own = verbs.OwnPlace(list_name=list_name, jid=jid)
        done = desk.ask_here(verbs.LEAVE(own))
    _told(list_name, jid, done.outcome, json=json)


def _told(list_name: str, jid: str, outcome: str, *, json: bool) -> None:
    if json:
        output.document({"list": list_name, "jid": jid, "outcome": outcome})
        return
    output.say(_words(outcome, list_name, jid))


def _words(outcome: str, name: str, jid: str) -> Phrase:
    """What came of it (`Outcome`)."""
    return {
        "joined": Phrase("{jid} is on {list} now.", jid=jid, list=name),
        "there": Phrase("{jid} is on {list} already.", jid=jid, list=name),
        "asked": Phrase("{jid} waits to be let in to {list}.", jid=jid, list=name),
        "waits": Phrase(
            "{jid} waits to be let in to {list} already.", jid=jid, list=name
        ),
        "left": Phrase(
            "{jid} has left {list}; imports do not bring him back.", jid=jid, list=name
        ),
        "withdrawn": Phrase("{jid} waits for {list} no more.", jid=jid, list=name),
        "not-there": Phrase("{jid} is not on {list}.", jid=jid, list=name),
    }[outcome]
