"""What is to come, derived again from wall times: a zone's rules may have changed.

The planner is woken by moments that were derived when they were stored. It derives
them again when they are due; but one that lies earlier by the rules of now would come
late. So all that recurs is looked through when the service starts, and once a day.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.domain import coming
from bot.domain.errors import CarillonError
from bot.domain.schedule import Schedule
from bot.service.ports.outside import Clock
from bot.service.ports.unit_of_work import UnitOfWork

#: schedules that are looked at in one transaction
SCHEDULES_PER_TRANSACTION = 50


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
        if _again(uow, schedule, now) is None:
            return False
        held = uow.schedules.lock(schedule.id)
        after = None if held is None else _again(uow, held, now)
        if after is None:
            return False
        uow.schedules.save(after)
        return True


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
