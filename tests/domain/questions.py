"""Questions by moments, as people ask them, to recurrences that go by wall times."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain import wallclock
from bot.domain.recurrence import Recurrence, Rule

#: a wall time in a gap comes later than clocks then show, by a day at most
_BACK = timedelta(days=2)


def sequence_of(rule: Rule, deliver_at: datetime, zone: ZoneInfo) -> Recurrence:
    start = wallclock.local(deliver_at, zone)
    return Recurrence(rule=rule, start=start, zone=zone)


def first(rule: Rule, deliver_at: datetime, zone: ZoneInfo) -> datetime | None:
    """The first moment at or after `deliver_at`, None if there is none."""
    found = sequence_of(rule, deliver_at, zone).matches()
    return next((match.moment for match in found), None)


def next_after(
    rule: Rule, deliver_at: datetime, zone: ZoneInfo, after: datetime
) -> datetime | None:
    """The first moment strictly after `after`, None if the rule has ended."""
    sequence = sequence_of(rule, deliver_at, zone)
    begin = wallclock.local(after, zone)
    through = begin - _BACK if begin - _BACK >= sequence.start else None
    found = sequence.matches(through)
    return next((match.moment for match in found if match.moment > after), None)
