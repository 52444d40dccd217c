"""How much each owner may ask for.

Everything is counted in the tables: so over restarts, and over all processes
that share them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.access import Caller
from bot.domain.errors import PolicyViolation
from bot.domain.phrase import Counted
from bot.domain.schedule import FINAL, Origin, Schedule, ScheduleState
from bot.service.ports.schedules import ScheduleFilter
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.policy import Policy, exceeded

LIVE = frozenset(ScheduleState) - FINAL
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Quota:
    """Pending schedules of one owner, and how many there may be (0: no limit)."""

    used: int
    limit: int


@dataclass(frozen=True, slots=True)
class Quotas:
    policy: Policy

    def quota(self, uow: UnitOfWork, caller: Caller) -> Quota:
        used = uow.schedules.count(
            ScheduleFilter(owner=caller.owner, states=LIVE, counted=True)
        )
        return Quota(used, self.policy.limits_of(caller).pending)

    # --- requests --------------------------------------------------------------

    def counts(self, caller: Caller) -> bool:
        """Whether there is a bound to his requests."""
        return self.policy.limits_of(caller).requests_per_minute > 0

    def count(self, uow: UnitOfWork, caller: Caller) -> tuple[int, timedelta]:
        """Count a request: how many too many there are with it, and for how long they
        are.

        The count is to be kept, so nothing is raised here.
        """
        most = self.policy.limits_of(caller).requests_per_minute
        if not most:
            return 0, timedelta(0)
        now = uow.now()
        count, since = uow.requests.add(caller.owner, now, MINUTE)
        return max(0, count - most), since + MINUTE - now

    def too_many(self, caller: Caller, wait: timedelta) -> PolicyViolation:
        """The refusal of a request that is one too many."""
        most = self.policy.limits_of(caller).requests_per_minute
        return exceeded(
            "requests-per-minute",
            most,
            Counted(
                "That is more than {count} request a minute; wait a little.",
                "That is more than {count} requests a minute; wait a little.",
                most,
            ),
            wait,
        )

    # --- schedules -------------------------------------------------------------

    def room_for(
        self, uow: UnitOfWork, caller: Caller, schedule: Schedule, now: datetime
    ) -> Quota:
        """What is used before `schedule` is stored; raises PolicyViolation.

        The owner is held already.
        """
        quota = self.quota(uow, caller)
        if quota.limit and quota.used >= quota.limit:
            soonest = uow.schedules.soonest_end(caller.owner)
            raise exceeded(
                "pending",
                quota.limit,
                Counted(
                    "You have {count} announcement pending, {limit} at most."
                    " Cancel one or wait.",
                    "You have {count} announcements pending, {limit} at most."
                    " Cancel one or wait.",
                    quota.used,
                    limit=quota.limit,
                ),
                soonest - now if soonest is not None else None,
            )
        if schedule.next_at is not None:
            self.room_on(uow, caller, schedule.next_at, now)
        return quota

    def room_for_maintenance(self, uow: UnitOfWork, caller: Caller) -> None:
        """Raises PolicyViolation where there may be no more that is not over; what is
        told of it does not count. The owner is held already.
        """
        most = self.policy.limits_of(caller).pending
        if most and uow.maintenances.count(caller.owner) >= most:
            raise exceeded(
                "pending",
                most,
                Counted(
                    "You have {count} maintenance that is not over, {limit} at most."
                    " Finish one, or call one off.",
                    "You have {count} maintenances that are not over, {limit} at most."
                    " Finish one, or call one off.",
                    uow.maintenances.count(caller.owner),
                    limit=most,
                ),
            )

    def room_on(
        self, uow: UnitOfWork, caller: Caller, moment: datetime, now: datetime
    ) -> None:
        """Raises PolicyViolation where the day of `moment` has no room for one more.

        The owner is held already.
        """
        most = self.policy.limits_of(caller).deliveries_per_day
        if most and self._that_day(uow, caller, moment) >= most:
            start = day_of(moment)
            raise exceeded(
                "deliveries-per-day",
                most,
                Counted(
                    "You have {count} announcement on {day:%Y-%m-%d} (UTC) already,"
                    " the most there may be; choose another day.",
                    "You have {count} announcements on {day:%Y-%m-%d} (UTC) already,"
                    " the most there may be; choose another day.",
                    most,
                    day=start,
                ),
                start + DAY - now if start <= now else None,
            )

    def used_up(self, uow: UnitOfWork, schedule: Schedule, now: datetime) -> bool:
        """Whether nothing more of its owner may go out today (UTC); a welcome may, and
        what does not count.
        """
        caller = self.policy.access.of_owner(schedule.owner)
        most = self.policy.limits_of(caller).deliveries_per_day
        if not most or schedule.origin is Origin.WELCOME or not schedule.is_counted:
            return False
        uow.schedules.hold(caller.owner)
        today = day_of(now)
        return uow.broadcasts.count(caller.owner, today, today + DAY) >= most

    def _that_day(self, uow: UnitOfWork, caller: Caller, moment: datetime) -> int:
        """Occurrences of a day of UTC: sent, and still to come."""
        start = day_of(moment)
        sent = uow.broadcasts.count(caller.owner, start, start + DAY)
        due = ScheduleFilter(
            owner=caller.owner,
            states=LIVE,
            counted=True,
            due_from=start,
            due_before=start + DAY,
        )
        return sent + uow.schedules.count(due)


def same_day(one: datetime, other: datetime) -> bool:
    """Whether both count for one day (UTC)."""
    return day_of(one) == day_of(other)


def day_of(moment: datetime) -> datetime:
    """When its day of UTC begins."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
