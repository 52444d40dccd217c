"""The occurrences that a schedule has behind it and that nobody has dealt with yet."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from bot.domain import coming
from bot.domain.coming import Due
from bot.domain.schedule import Schedule


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
