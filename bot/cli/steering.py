"""`carillon schedules pause` and the like: schedules out of their own time."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import moments, naming, output, serving, session, showing
from bot.cli.later import later
from bot.desk import views
from bot.domain import coming, timestamps, wallclock
from bot.domain.broadcast import Broadcast, BroadcastState, Progress
from bot.domain.errors import Invalid
from bot.domain.phrase import Phrase
from bot.domain.preview import CautionKind, upcoming
from bot.domain.schedule import Schedule
from bot.service.ports.paging import Paging
from bot.service.requests.request import ScheduleName

if TYPE_CHECKING:
    from bot.desk.desk import Desk
    from bot.desk.verb import Verb
    from bot.desk.verbs import broadcasts, schedules, steering
    from bot.service.requests.schedules import Report
else:
    broadcasts = later("bot.desk.verbs.broadcasts")
    schedules = later("bot.desk.verbs.schedules")
    steering = later("bot.desk.verbs.steering")

#: occurrences among which one is looked for by its day
_LOOKED_THROUGH = 1_000

Due = Annotated[
    str | None,
    typer.Argument(
        metavar="DUE",
        help="Which occurrence: its day, '2026-12-24 09:00' on the wall in the"
        " schedule's zone, or 2026-12-24T08:00:00Z.",
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
    json: output.JSON = False,
) -> None:
    """Go on after a pause, or let go what is held."""
    _change(context, steering.RESUME, reference, owner, json, sends=True)


def skip(
    context: typer.Context,
    reference: naming.Reference,
    due: Due = None,
    owner: naming.Owner = None,
    json: output.JSON = False,
) -> None:
    """Leave out one that is to come: the held or the next, or that of DUE."""
    _change_one(context, steering.SKIP, reference, due, owner, json)


def unskip(
    context: typer.Context,
    reference: naming.Reference,
    due: Due = None,
    owner: naming.Owner = None,
    json: output.JSON = False,
) -> None:
    """Send a skipped one after all: the earliest, or that of DUE."""
    _change_one(context, steering.UNSKIP, reference, due, owner, json)


def send_now(
    context: typer.Context,
    reference: naming.Reference,
    owner: naming.Owner = None,
    json: output.JSON = False,
) -> None:
    """Send it now; a recurring one keeps its rule."""
    _change(context, steering.SEND_NOW, reference, owner, json, sends=True)


def cancel(
    context: typer.Context,
    reference: naming.Reference,
    owner: naming.Owner = None,
    json: output.JSON = False,
) -> None:
    """Cancel it; those already told stay told.

    Says how many those are so far, if it is being sent.
    """
    verb = steering.CANCEL
    with session.desk_of(context) as desk:
        before = naming.asked(desk, schedules.QUERY, reference, owner, verb.action)
        sending = {found.id for found, _ in _latest(desk, before)}
        changed = naming.asked(desk, verb, reference, owner)
        stopped = [
            one
            for one in _latest(desk, changed, BroadcastState.STOPPED)
            if one[0].id in sending
        ]
    if json:
        shown = [views.broadcast(*one) for one in stopped]
        output.document({**_as_data(changed), "stopped": shown})
        return
    for one in stopped:
        output.say(showing.told_so_far(*one))
    _tell(changed)


def _latest(
    desk: "Desk", report: "Report", state: BroadcastState = BroadcastState.SENDING
) -> list[tuple[Broadcast, Progress]]:
    """The latest broadcast, where it is in that state."""
    wish = broadcasts.BroadcastWish(
        paging=Paging(limit=1, before=0), schedule=report.schedule.id
    )
    found = desk.ask_here(broadcasts.LIST(wish)).items
    return [one for one in found if one[0].state is state]


def _change(
    context: typer.Context,
    verb: "Verb[ScheduleName, Report]",
    reference: str,
    owner: str | None,
    json: bool,
    *,
    sends: bool = False,
) -> None:
    with session.desk_of(context) as desk:
        changed = naming.asked(desk, verb, reference, owner)
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
        "warnings": moments.cautions(changed.warnings),
    }


def tell(changed: Schedule) -> None:
    output.say(_changed(changed))
    showing.unreadable([changed])


def _tell(changed: "Report") -> None:
    """How it stands, which says what cannot be read, and what else to know."""
    tell(changed.schedule)
    unread = CautionKind.UNREADABLE
    showing.cautions(one for one in changed.warnings if one.kind is not unread)


def _change_one(
    context: typer.Context,
    verb: "Verb[steering.ScheduleOccurrence, Report]",
    reference: str,
    due: str | None,
    owner: str | None,
    json: bool,
) -> None:
    name = naming.name_of(reference, owner)
    with session.desk_of(context) as desk:
        before = naming.asked(desk, schedules.QUERY, reference, owner, verb.action)
        moment = _moment(before, due)
        wanted = verb(steering.ScheduleOccurrence(name=name, due=moment))
        naming.ask(desk, wanted, reference, owner)
        after = naming.asked(desk, schedules.QUERY, reference, owner)
    if json:
        output.document(_as_data(after))
        return
    _tell_skipped(before, after, moment)
    _tell(after)


def _tell_skipped(before: "Report", after: "Report", due: str | None) -> None:
    """Which occurrence it was, also where nothing was left to change."""
    named = set() if due is None else {timestamps.parse(due)}
    left_out = _left_out(after)
    for moment in sorted(named or _left_out(before) ^ left_out):
        shown = moments.local(moment, after.schedule.zone)
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
    ahead = upcoming(report.schedule, limit=_LOOKED_THROUGH, skipped=report.skipped)
    entries = (*ahead.entries, *ahead.skipped)
    found = [entry.moment for entry in entries if entry.local.date() == day]
    if not found:
        raise Invalid(Phrase("nothing is due on {day}", day=day), field="due")
    if len(found) > 1:
        raise Invalid(
            Phrase("{day} has several occurrences; say the time, too", day=day),
            field="due",
        )
    return timestamps.format(found[0])


def _changed(found: Schedule) -> Phrase:
    if found.next_at is None:
        return Phrase(
            "#{number} ({id}) is {state}.",
            number=found.id,
            id=found.client_id,
            state=found.state,
        )
    return Phrase(
        "#{number} ({id}) is {state}; next: {time}.",
        number=found.id,
        id=found.client_id,
        state=found.state,
        time=moments.local(found.next_at, found.zone),
    )
