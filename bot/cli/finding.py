"""`carillon people show`, `suspended` and `restore`: one person found."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import naming, output, preferring, previews, session, showing
from bot.cli.parts import finding as verbs
from bot.cli.parts import subscribers
from bot.domain import meanings, moments
from bot.domain.lists import EndReason, Preferences
from bot.domain.phrase import Listed, Phrase
from bot.domain.roles import in_words

if TYPE_CHECKING:
    from bot.desk.verbs.finding import Shown
    from bot.service.readers.finding import Place, Told

Jid = Annotated[str, typer.Argument(metavar="JID", help="Who, a bare JID.")]


def show(
    context: typer.Context,
    jid: Jid,
    limit: output.Limit = 10,
    after: Annotated[
        str | None, typer.Option(metavar="BROADCAST", help="Go on after this one.")
    ] = None,
    json: output.JSON = False,
) -> None:
    """Show where somebody stands, and what he was told, or why not; the latest first.

    Of what people write to him it tells that, and nothing of what.
    """
    name = None if after is None else naming.broadcast_name(after, "after")
    wish = verbs.PersonWish(jid=jid, after=name, limit=limit + 1)
    with session.desk_of(context) as desk:
        shown = desk.ask_here(verbs.SHOW(wish))
    clocks = previews.here(session.settings_of(context))
    told = shown.told[:limit]
    following = str(told[-1].account.name) if len(shown.told) > limit else None
    if json:
        output.document(_document(shown, told, following))
        return
    _person(shown, clocks)
    if told:
        output.plain()
        output.table(
            (
                *(Phrase("broadcast"), Phrase("began"), Phrase("to")),
                *(Phrase("says"), Phrase("state"), Phrase("why")),
            ),
            [
                (
                    one.account.name.shown,
                    moments.local(one.account.broadcast.created_at, one.account.zone),
                    showing.target(one.account.schedule),
                    one.account.schedule.content.title,
                    meanings.state(one.fate),
                    _why(one),
                )
                for one in told
            ],
        )
    output.more(following)


def _person(shown: "Shown", clocks: str) -> None:
    found = shown.found
    known = found.subscriber
    output.details(
        [
            (Phrase("jid"), found.jid),
            *(preferring.details(known.preferences) if known else ()),
            (Phrase("language seen"), known and known.language_seen),
            (Phrase("bounces"), (known and known.score.value) or None),
            (
                Phrase("roles"),
                [in_words(one.role, one.list_name) for one in found.roles],
            ),
        ]
    )
    if not found.places:
        output.say(Phrase("Stands on no list, and never has."))
        return
    output.plain()
    output.table(
        (Phrase("list"), Phrase("since"), Phrase("by"), Phrase("state")),
        [
            (
                one.entry.name,
                moments.local(one.subscription.started_at, clocks),
                showing.BY[one.subscription.origin],
                _standing(one, clocks),
            )
            for one in found.places
        ],
    )


_ENDED = {
    None: Phrase("on the list"),
    EndReason.LEFT: Phrase("has left"),
    EndReason.REMOVED: Phrase("removed by an admin"),
    EndReason.SUSPENDED: Phrase("suspended"),
}


def _standing(one: "Place", clocks: str) -> Phrase:
    """How, until when, and why."""
    said, place = _ENDED[one.subscription.end_reason], one.subscription
    parts: list[Phrase] = [said]
    if place.ended_at is not None:
        until = moments.local(place.ended_at, clocks)
        parts.append(Phrase("since {time}", time=until))
    if one.condition is not None:
        parts.append(meanings.condition(one.condition))
    return Listed(*parts)


def _why(one: "Told") -> Phrase | str:
    if one.exception is not None:
        return meanings.condition(one.exception.condition)
    reason = one.account.broadcast.reason
    return meanings.reason(reason) if reason and one.fate == "left-out" else ""


def _document(
    shown: "Shown", told: "list[Told]", following: str | None
) -> dict[str, Any]:
    found, known = shown.found, shown.found.subscriber
    return {
        "jid": found.jid,
        **preferring.as_json(known.preferences if known else Preferences()),
        "language_seen": known and known.language_seen,
        "bounce_score": known.score.value if known else 0,
        "roles": [{"role": one.role, "list": one.list_name} for one in found.roles],
        "places": [_place(one) for one in found.places],
        "told": [_told(one) for one in told],
        "after": following,
    }


def _place(one: "Place") -> dict[str, Any]:
    return {
        "list": one.entry.name,
        "since": one.subscription.started_at,
        "origin": one.subscription.origin,
        "until": one.subscription.ended_at,
        "ended": one.subscription.end_reason,
        "reason": one.condition,
    }


def _told(one: "Told") -> dict[str, Any]:
    account, exception = one.account, one.exception
    return {
        "broadcast": str(account.name),
        "list": account.schedule.audience.list_name,
        "title": account.schedule.content.title,
        "started_at": account.broadcast.created_at,
        "finished_at": account.broadcast.finished_at,
        "state": one.fate,
        "condition": exception and exception.condition,
        "next_at": exception and exception.next_at,
    }


def suspended(
    context: typer.Context,
    limit: output.Limit = 50,
    after: output.After = None,
    json: output.JSON = False,
) -> None:
    """Show who is told nothing on some list, since messages came back, and why."""
    wish = verbs.SuspendedWish(after=after or 0, limit=limit + 1)
    with session.desk_of(context) as desk:
        found = desk.ask_here(verbs.SUSPENDED(wish))
    clocks = previews.here(session.settings_of(context))
    following = found[limit - 1].subscription.id if len(found) > limit else None
    found = found[:limit]
    if json:
        items = [
            {
                "subscription": one.subscription.id,
                "jid": one.subscription.jid,
                "list": one.entry.name,
                "since": one.subscription.ended_at,
                "reason": one.condition,
            }
            for one in found
        ]
        output.document({"items": items, "after": following})
        return
    if not found:
        output.say(Phrase("Nobody is suspended."))
        return
    output.table(
        (Phrase("jid"), Phrase("list"), Phrase("suspended since"), Phrase("reason")),
        [
            (
                one.subscription.jid,
                one.entry.name,
                moments.local(one.subscription.ended_at, clocks),
                meanings.condition(one.condition or "unknown"),
            )
            for one in found
        ],
    )
    output.more(following)


def restore(context: typer.Context, jid: Jid, json: output.JSON = False) -> None:
    """Take somebody up again wherever he is suspended; his bounces are forgotten."""
    with session.desk_of(context) as desk:
        names = desk.ask_here(verbs.RESTORE(subscribers.PersonName(jid)))
    if json:
        output.document({"jid": jid, "lists": names})
        return
    output.say(Phrase("{jid} is told again: {lists}.", jid=jid, lists=", ".join(names)))
