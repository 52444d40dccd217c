"""`carillon schedules pause` and the like: schedules out of their own time."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from bot.cli import confirmation, naming, output, previews, serving, session, showing
from bot.cli.parts import broadcasts, schedules, steering
from bot.desk import views
from bot.domain import coming, moments, timestamps, wallclock
from bot.domain.broadcast import BroadcastState, OccurrenceState
from bot.domain.errors import Invalid
from bot.domain.phrase import Phrase
from bot.domain.preview import CautionKind, upcoming
from bot.service.requests.request import ScheduleName

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.desk.desk import Desk
    from bot.desk.verb import Verb
    from bot.desk.verbs.schedules import Shown
    from bot.service.delivery.broadcasts import Account
    from bot.service.requests.schedules import Report

#: how many moments a refusal names
_NAMED = 3

Due = Annotated[
    str | None,
    typer.Argument(
        metavar="DUE",
        help="Which occurrence: its day, '2026-12-24 09:00' on the wall in the"
        " announcement's zone, or 2026-12-24T08:00:00Z.",
    ),
]
Dues = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="DUE",
        help="Which occurrences: each by its day, '2026-12-24 09:00' on the wall in the"
        " announcement's zone, or 2026-12-24T08:00:00Z.",
    ),
]


def pause(
    context: typer.Context,
    reference: naming.Reference,
    owner: naming.Owner = None,
    json: output.JSON = False,
) -> None:
    """Let nothing more become due until `resume`."""
    _change(context, steering.PAUSE, reference, owner, json)


def resume(
    context: typer.Context,
    reference: naming.Reference,
    owner: naming.Owner = None,
    yes: confirmation.Yes = False,
    json: output.JSON = False,
) -> None:
    """Go on after a pause, or let go what is held; asks before that is sent."""
    asks = confirmation.asks(yes=yes)

    def agreed(found: "Shown") -> None:
        if _held(found):
            confirmation.about(found, json=json)
            question = Phrase("Send what is held now?")
            confirmation.of(question, Phrase("nothing was sent"))

    _change(
        *(context, steering.RESUME, reference, owner, json),
        agreed=agreed if asks else None,
        sends=True,
    )


def skip(
    context: typer.Context,
    reference: naming.Reference,
    dues: Dues = None,
    owner: naming.Owner = None,
    yes: confirmation.Yes = False,
    json: output.JSON = False,
) -> None:
    """Leave out one that is to come: the held or the next, or those of DUE.

    All that are named, or none. Asks where nothing is left to send then, which ends it.
    """
    asks = confirmation.asks(yes=yes)
    named = tuple(dues or ())
    _change_one(context, steering.SKIP, reference, named, owner, json, asks=asks)


def unskip(
    context: typer.Context,
    reference: naming.Reference,
    due: Due = None,
    owner: naming.Owner = None,
    json: output.JSON = False,
) -> None:
    """Send a skipped one after all: the earliest, or that of DUE."""
    dues = () if due is None else (due,)
    _change_one(context, steering.UNSKIP, reference, dues, owner, json, sends=True)


def send_now(
    context: typer.Context,
    reference: naming.Reference,
    owner: naming.Owner = None,
    yes: confirmation.Yes = False,
    json: output.JSON = False,
) -> None:
    """Send it now, after asking; a recurring one keeps its rule."""
    asks = confirmation.asks(yes=yes)

    def agreed(found: "Shown") -> None:
        confirmation.about(found, json=json)
        confirmation.of(Phrase("Send it now?"), Phrase("nothing was sent"))

    _change(
        *(context, steering.SEND_NOW, reference, owner, json),
        agreed=agreed if asks else None,
        sends=True,
    )


def cancel(
    context: typer.Context,
    reference: naming.Reference,
    owner: naming.Owner = None,
    yes: confirmation.Yes = False,
    json: output.JSON = False,
) -> None:
    """Cancel it, after asking; those already told stay told.

    Says how many those are so far, if it is being sent.
    """
    verb = steering.CANCEL
    asks = confirmation.asks(yes=yes)
    with session.desk_of(context) as desk:
        before = naming.asked(desk, schedules.QUERY, reference, owner, verb.action)
        name = _same(before)
        if asks:
            name = _agreed(
                *(desk, verb, f"#{before.id}", None),
                lambda found: _to_cancel(found, json=json),
            )
        sending = {found.id for found in _latest(desk, before)}
        changed = desk.ask_here(verb(name))
        stopped = [
            one
            for one in _latest(desk, changed, BroadcastState.STOPPED)
            if one.id in sending
        ]
    if json:
        shown = [views.broadcast(one) for one in stopped]
        output.document({**_as_data(changed), "stopped": shown})
        return
    for one in stopped:
        output.say(showing.told_so_far(one))
    _tell(changed)


def _to_cancel(found: "Shown", *, json: bool) -> None:
    confirmation.about(found, json=json)
    confirmation.of(Phrase("Cancel it?"), Phrase("nothing was cancelled"))


def _agreed(
    desk: "Desk",
    verb: "Verb[Any, Report]",
    reference: str,
    owner: str | None,
    agreed: "Callable[[Shown], None]",
) -> ScheduleName:
    """The one that people were asked about, as they saw it; of what is over the verb
    itself says so.
    """
    found = confirmation.shown(desk, reference, owner, verb.action)
    if not found.schedule.is_final:
        agreed(found)
    return replace(_same(found), revision=found.schedule.revision)


def _held(found: "Shown") -> int:
    """How many of its occurrences wait for an admin."""
    held = OccurrenceState.HELD
    return sum(one.state is held for one in found.occurrences)


def _latest(
    desk: "Desk", report: "Report", state: BroadcastState = BroadcastState.SENDING
) -> "list[Account]":
    """The latest broadcast, where it is in that state."""
    wish = broadcasts.BroadcastWish(limit=1, schedule=report.schedule.id)
    found = desk.ask_here(broadcasts.LIST(wish)).items
    return [one for one in found if one.broadcast.state is state]


def _change(
    context: typer.Context,
    verb: "Verb[ScheduleName, Report]",
    reference: str,
    owner: str | None,
    json: bool,
    *,
    agreed: "Callable[[Shown], None] | None" = None,
    sends: bool = False,
) -> None:
    """`agreed` ends the program where somebody does not want it after all."""
    with session.desk_of(context) as desk:
        if agreed is None:
            changed = naming.asked(desk, verb, reference, owner)
        else:
            name = _agreed(desk, verb, reference, owner, agreed)
            changed = desk.ask_here(verb(name))
        absent = serving.absent(serving.seen(desk)) if sends else ()
    if json:
        output.document(_as_data(changed))
        return
    _tell(changed)
    serving.tell(absent)


def _as_data(changed: "Report") -> dict[str, Any]:
    return {
        **views.schedule(changed.schedule),
        "skipped": sorted(_left_out(changed)),
        "warnings": previews.cautions(changed.warnings),
    }


def tell(changed: "Report") -> None:
    output.say(_changed(changed))
    showing.unreadable([changed.schedule])


def _tell(changed: "Report") -> None:
    """How it stands, which says what cannot be read, and what else to know."""
    tell(changed)
    unread = CautionKind.UNREADABLE
    showing.cautions(one for one in changed.warnings if one.kind is not unread)


def _change_one(
    context: typer.Context,
    verb: "Verb[steering.ScheduleOccurrence, Report]",
    reference: str,
    dues: Sequence[str],
    owner: str | None,
    json: bool,
    *,
    asks: bool = False,
    sends: bool = False,
) -> None:
    name = naming.name_of(reference, owner)
    with session.desk_of(context) as desk:
        before = naming.asked(desk, schedules.QUERY, reference, owner, verb.action)
        with desk.reading(verb.action, " ".join((name.about, *dues))):
            named = [_moment(before, due) for due in dues]
            moments_ = tuple(dict.fromkeys(one for one in named if one is not None))
        name = _same(before)
        seen = name
        if asks:
            seen = _agreed(
                *(desk, verb, f"#{name.number}", None),
                lambda found: _to_end(found, before, moments_, json=json),
            )
        one = steering.ScheduleOccurrence(
            name=seen, due=next(iter(moments_), None), further=moments_[1:]
        )
        desk.ask_here(verb(one))
        after = desk.ask_here(schedules.QUERY(name))
        absent = serving.absent(serving.seen(desk)) if sends else ()
    if json:
        output.document(_as_data(after))
        return
    _tell_skipped(before, after, moments_)
    _tell(after)
    serving.tell(absent)


def _same(found: "Report | Shown") -> ScheduleName:
    """The one that was looked at: another may have its id meanwhile."""
    return ScheduleName(number=found.schedule.id)


def _to_end(
    found: "Shown", before: "Report", dues: Sequence[str], *, json: bool
) -> None:
    """Asks where the skip is of the last that is left."""
    left_out, held = _left_out(before), _held(found)
    limit, skipped = len(dues) + 2, found.report.skipped
    ahead = upcoming(found.report.clocked, limit=limit, skipped=skipped).entries
    named = set(map(timestamps.parse, dues))
    if not named:
        earlier = [one for one in ahead if left_out and one.moment > min(left_out)]
        if len(ahead) + held != 1 or earlier:
            return
    # or nothing is left out that is not already
    elif held or named <= left_out or {one.moment for one in ahead} - named:
        return
    confirmation.about(found, json=json)
    question = Phrase("Nothing is left to send then, and it is over. Skip it?")
    confirmation.of(question, Phrase("nothing was skipped"))


def _tell_skipped(before: "Report", after: "Report", dues: Sequence[str]) -> None:
    """Which occurrences they were, also where nothing was left to change."""
    named = set(map(timestamps.parse, dues))
    left_out = _left_out(after)
    for moment in sorted(named or _left_out(before) ^ left_out):
        shown = moments.local(moment, after.zone)
        if moment in left_out:
            output.say(Phrase("{moment} is skipped.", moment=shown))
        else:
            output.say(Phrase("{moment} is not skipped.", moment=shown))


def _left_out(report: "Report") -> set[datetime]:
    """The moments to come that are skipped."""
    return {coming.moment_of(report.schedule, wall) for wall in report.skipped}


def _moment(report: "Report", due: str | None) -> str | None:
    """An occurrence as typed, in UTC; raises Invalid.

    None where none is named, and where all are over, which the verb says itself.
    """
    if due is None or report.schedule.is_final:
        return None
    zone = wallclock.zone(report.schedule.zone)
    try:
        day = date.fromisoformat(due.strip())
    except ValueError:
        return timestamps.format(moments.read(due, zone, "due"))
    ahead = upcoming(report.schedule, limit=coming.REACH, skipped=report.skipped)
    entries = (*ahead.entries, *ahead.skipped)
    found = [one.moment for one in entries if day in {one.local.date(), one.day}]
    if not found:
        raise Invalid(_none_on(report, day, zone), field="due")
    if len(found) > 1:
        raise Invalid(
            Phrase("{day} has several occurrences; say the time, too", day=day),
            field="due",
        )
    return timestamps.format(found[0])


def _none_on(report: "Report", day: date, zone: ZoneInfo) -> Phrase:
    noon = wallclock.resolve(datetime.combine(day, time(12)), zone)
    near = coming.nearest(report.clocked, report.skipped, noon, _NAMED)
    if not near:
        return Phrase("nothing is due on {day}", day=day)
    named = ", ".join(moments.local(one, zone.key) for one in near)
    return Phrase(
        "nothing is due on {day}; the nearest are {moments}", day=day, moments=named
    )


def _changed(report: "Report") -> Phrase:
    found = report.schedule
    if found.next_at is None:
        return Phrase(
            "#{number} ({id}) is {state}.",
            number=found.id,
            id=found.client_id,
            state=showing.state(report),
        )
    return Phrase(
        "#{number} ({id}) is {state}; next: {time}.",
        number=found.id,
        id=found.client_id,
        state=showing.state(report),
        time=moments.local(found.next_at, report.zone),
    )
