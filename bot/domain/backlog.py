"""The occurrences that a schedule has behind it and that nobody has dealt with yet."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain import coming, wallclock
from bot.domain.coming import Due
from bot.domain.recurrence import parse
from bot.domain.schedule import Schedule

#: before now by the wall, what a zone's rules cannot put behind now: no clock is
#: further from UTC than a day, and a gap may move an occurrence by another day
_BEHIND = timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What is due, the earliest first, and the schedule with all of it taken."""

    moments: tuple[Due, ...]
    after: Schedule


def behind(
    schedule: Schedule,
    skipped: Collection[datetime],
    now: datetime,
    limit: int | None = None,
) -> Backlog:
    """What is due by `now` as the zone's rules are now, at most `limit` of it.

    `skipped` are the wall times to come that are left out. Raises Invalid where rule
    or zone can no longer be read.
    """
    moments: list[Due] = []
    while schedule.next_at is not None and schedule.next_at <= now:
        if len(moments) == limit:
            break
        schedule = coming.derived(schedule, skipped)
        taken = coming.taken(schedule, skipped)
        if taken is None or taken.due.moment > now:
            break
        moments.append(taken.due)
        schedule = taken.after
    return Backlog(moments=tuple(moments), after=schedule)


def overcome(
    schedule: Schedule, skipped: Collection[datetime], now: datetime
) -> Schedule:
    """The schedule with all taken that is due by `now`; how long ago it began to fall
    behind costs nothing. `planned` is as it was where no COUNT asks for it.

    Raises Invalid where rule or zone can no longer be read.
    """
    if schedule.next_at is None or schedule.next_at > now:
        return schedule
    if schedule.recurrence is None or parse(schedule.recurrence).count is not None:
        return behind(schedule, skipped, now).after
    here = wallclock.local(now, wallclock.zone(schedule.zone))
    near = here.replace(microsecond=0, fold=0) - _BEHIND
    later = schedule
    if schedule.start is not None and near > (schedule.through or schedule.start):
        later = coming.derived(replace(schedule, through=near), skipped)
    after = behind(later, skipped, now).after
    return replace(after, planned=schedule.planned)
