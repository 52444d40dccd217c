"""What becomes of the moments at which a schedule is paused.

They are skipped, for the reason `paused`, whatever else was the matter then. Nobody
looks at a paused schedule by itself: its moments are recorded when somebody steers or
edits it, at the latest by `resume`, which tells its owner how many they were. Until
then whoever looks at it is shown what would be next (`as_of`).

What happens once waits for `resume`: meanwhile it may get another moment, or be sent at
once. Resumed while its lateness allows, it goes out.
"""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from bot.domain import backlog
from bot.domain.backlog import Backlog
from bot.domain.broadcast import Occurrence, OccurrenceState
from bot.domain.coming import Due
from bot.domain.errors import CarillonError
from bot.domain.lateness import LateVerdict, judge
from bot.domain.schedule import Schedule, ScheduleState
from bot.service.delivery.closing import standing
from bot.service.ports.unit_of_work import UnitOfWork

#: the reason of an occurrence whose moment passed in a pause, and of a schedule that
#: was over with it
PAUSED = "paused"


def as_of(uow: UnitOfWork, schedule: Schedule, now: datetime) -> Schedule:
    """A schedule as it would go on, were it resumed now; any that is not paused as it
    is.
    """
    if not _passes(schedule) or not _is_behind(schedule, now):
        return schedule
    skipped = uow.occurrences.skipped(schedule.id, after=schedule.through)
    with suppress(CarillonError):  # the planner will say so
        return backlog.overcome(schedule, skipped, now)
    return schedule


def caught_up(uow: UnitOfWork, schedule: Schedule, now: datetime) -> Schedule:
    """The locked schedule with what passed in its pause so far recorded."""
    if not _passes(schedule):
        return schedule
    found = _behind(uow, schedule, now)
    within = [one for one in found.moments if one.moment >= _since(schedule)]
    if not within:
        return schedule
    _record(uow, schedule, within)
    # what was due before the pause is still to be judged: `next_at` stays with it
    if len(within) == len(found.moments):
        schedule = found.after
        uow.schedules.save(schedule)
    return schedule


def over(uow: UnitOfWork, schedule: Schedule, now: datetime) -> Schedule:
    """The schedule, caught up, after its pause; over where nothing is left: sent if
    anything was, else cancelled.
    """
    due = schedule.next_at
    once = schedule.recurrence is None
    if once and due is not None and _is_lost(schedule, due, now):
        _record(uow, schedule, [Due(due)])
        schedule = replace(schedule, planned=schedule.planned + 1, next_at=None)
    waiting = standing(uow, schedule)
    if waiting is not None:
        return schedule.moved(waiting)
    sent = uow.occurrences.in_state(schedule.id, OccurrenceState.SENT)
    state = ScheduleState.SENT if sent else ScheduleState.CANCELLED
    return schedule.moved(state, reason=PAUSED, ended_at=now)


def newest_due(uow: UnitOfWork, schedule: Schedule, now: datetime) -> datetime | None:
    """The latest moment that is due and was not dealt with."""
    moments = _behind(uow, schedule, now).moments
    return moments[-1].moment if moments else None


def _passes(schedule: Schedule) -> bool:
    """Whether its moments pass while nobody looks."""
    return schedule.state is ScheduleState.PAUSED and schedule.recurrence is not None


def _is_behind(schedule: Schedule, now: datetime) -> bool:
    return schedule.next_at is not None and schedule.next_at <= now


def _behind(uow: UnitOfWork, schedule: Schedule, now: datetime) -> Backlog:
    """What is due and was not dealt with."""
    if _is_behind(schedule, now):
        skipped = uow.occurrences.skipped(schedule.id, after=schedule.through)
        with suppress(CarillonError):  # the planner will say so
            return backlog.behind(schedule, skipped, now)
    return Backlog(moments=(), after=schedule)


def _is_lost(schedule: Schedule, due: datetime, now: datetime) -> bool:
    """Whether it is the pause that made what happens once too late."""
    late = judge(schedule.late, now - due) is not LateVerdict.RUN
    return late and _since(schedule) <= due


def _since(schedule: Schedule) -> datetime:
    return schedule.paused_at or schedule.created_at


def _record(uow: UnitOfWork, schedule: Schedule, moments: list[Due]) -> None:
    uow.occurrences.add_all(
        [
            Occurrence(
                schedule_id=schedule.id,
                due_at=due.moment,
                wall=due.wall,
                state=OccurrenceState.SKIPPED,
                reason=PAUSED,
                told=False,
            )
            for due in moments
        ]
    )
