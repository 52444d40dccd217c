"""What is to come, derived again from wall times: a zone's rules may have changed, or
the clock was put back.

The planner is woken by moments that were derived when they were stored. It derives
them again when they are due; but one that lies earlier by the rules of now would come
late. So all that recurs is looked through when the service starts, and once a day.

What a clock far ahead has passed over is yet to come once it is right. Nothing was
sent, so it is as if it had not been: what recurs goes on where it was.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain import coming
from bot.domain.errors import CarillonError
from bot.domain.schedule import Schedule
from bot.service.ports.outside import Clock
from bot.service.ports.unit_of_work import UnitOfWork

#: schedules that are looked at in one transaction
SCHEDULES_PER_TRANSACTION = 50
#: what passed and is due later than this from now was passed by a clock that was wrong
_FAR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rearming:
    clock: Clock

    def some(self, uow: UnitOfWork, after: int) -> int | None:
        """Look at the next schedules by id; up to which, None where there are none."""
        found = uow.schedules.recurring(after, SCHEDULES_PER_TRANSACTION)
        now, moved = self.clock.now(), False
        for schedule in found:
            moved |= self._rearmed(uow, schedule, now)
        if moved:
            uow.nudge()
        return found[-1].id if found else None

    def _rearmed(self, uow: UnitOfWork, schedule: Schedule, now: datetime) -> bool:
        """Whether its next moment is another. Most are not, so none is held before."""
        was_ahead = _passed_ahead(uow, schedule, now) is not None
        if not was_ahead and _again(uow, schedule, now) is None:
            return False
        held = uow.schedules.lock(schedule.id)
        if held is None:
            return False
        back = _put_back(uow, held, now)
        after = _again(uow, back, now) or back
        if after == held:
            return False
        uow.schedules.save(after)
        return True


def _passed_ahead(
    uow: UnitOfWork, schedule: Schedule, now: datetime
) -> datetime | None:
    """The earliest wall time that was passed over and is far ahead."""
    through = schedule.through
    # clocks on walls differ from UTC by a day at most, so most are not asked for
    if through is None or through <= now.replace(tzinfo=None):
        return None
    return uow.occurrences.passed_ahead(schedule.id, now + _FAR)


def _put_back(uow: UnitOfWork, schedule: Schedule, now: datetime) -> Schedule:
    """The locked schedule as it was before what lies far ahead was passed over."""
    since, through = _passed_ahead(uow, schedule, now), schedule.through
    if since is None or through is None:
        return schedule
    dealt_with = uow.occurrences.forget_passed(schedule.id, since, through)
    return replace(
        schedule,
        through=since - coming.SECOND,
        planned=max(schedule.planned - dealt_with, 0),
    )


def _again(uow: UnitOfWork, schedule: Schedule, now: datetime) -> Schedule | None:
    """The schedule with another next moment, None where that is as it was.

    Where none is left, or its zone is gone, it is told when it would have been due.
    """
    skipped = uow.occurrences.skipped(schedule.id, after=schedule.through)
    try:
        after = coming.rearmed(schedule, skipped, now)
    except CarillonError:
        return None
    return after if after.next_at not in (None, schedule.next_at) else None
