"""A second opinion on recurrences: slow, obvious, and sharing no code with the bot.

Every day from the anchor on is asked one question after the other, in the words
of RFC 5545, section 3.3.10. Wall times become moments by looking at the offsets
that a zone has had, hour after hour: no `fold`, no arithmetic on aware times.
Of the bot it knows the Rule dataclass alone, as data.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import groupby, pairwise
from zoneinfo import ZoneInfo

from bot.domain.recurrence import Rule

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


# --- the zone, scanned -------------------------------------------------------


def offset_at(moment: datetime, zone: ZoneInfo) -> timedelta:
    shown = moment.astimezone(zone)
    return shown.replace(tzinfo=None) - moment.replace(tzinfo=None)


@cache
def eras(zone: ZoneInfo, year: int) -> list[tuple[datetime, timedelta]]:
    """(from when, offset): the eras that touch `year` and the months around it."""
    moment = datetime(year - 1, 11, 1, tzinfo=UTC)
    end = datetime(year + 1, 3, 1, tzinfo=UTC)
    found = [(moment, offset_at(moment, zone))]
    while moment < end:
        if offset_at(moment + HOUR, zone) != found[-1][1]:
            change = moment
            while offset_at(change, zone) == found[-1][1]:
                change += SECOND
            found.append((change, offset_at(change, zone)))
        moment += HOUR
    return found


def moments_showing(wall: datetime, zone: ZoneInfo) -> list[datetime]:
    """All moments at which clocks show `wall`: none in a gap, two in a fold."""
    known = eras(zone, wall.year)
    starts = [start for start, _ in known]
    found = []
    for position, (_, offset) in enumerate(known):
        moment = wall.replace(tzinfo=UTC) - offset
        if bisect_right(starts, moment) - 1 == position:
            found.append(moment)
    return sorted(found)


def moment_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first showing; in a gap, what the offset before the gap gives."""
    if showing := moments_showing(wall, zone):
        return showing[0]
    known = eras(zone, wall.year)
    for (_, before), (change, after) in pairwise(known):
        last_shown = change.replace(tzinfo=None) + before
        if last_shown <= wall < change.replace(tzinfo=None) + after:
            return wall.replace(tzinfo=UTC) - before
    raise AssertionError(f"{wall} is neither shown nor skipped in {zone}")


# --- the rule, day by day ----------------------------------------------------


def same_period_days(rule: Rule, day: date) -> list[date]:
    """All days of the month or year of `day`, as BYDAY's number counts them."""
    in_month = rule.freq == "MONTHLY" or rule.by_month
    first = day.replace(day=1) if in_month else day.replace(month=1, day=1)
    days, current = [], first
    while current.year == day.year and (not in_month or current.month == day.month):
        days.append(current)
        current += DAY
    return days


def is_named_by_day(rule: Rule, day: date) -> bool:
    for n, weekday in rule.by_day:
        if day.weekday() != weekday:
            continue
        if n is None:
            return True
        same = [d for d in same_period_days(rule, day) if d.weekday() == weekday]
        if same.index(day) == (n - 1 if n > 0 else len(same) + n):
            return True
    return False


def is_named_by_month_day(rule: Rule, day: date) -> bool:
    left = 0
    while (day + DAY * left).month == day.month:
        left += 1
    return day.day in rule.by_month_day or -left in rule.by_month_day


def allows(rule: Rule, anchor: date, day: date) -> bool:
    """Whether the parts without INTERVAL and BYSETPOS allow this day."""
    named = (
        (not rule.by_month or day.month in rule.by_month)
        and (not rule.by_month_day or is_named_by_month_day(rule, day))
        and (not rule.by_day or is_named_by_day(rule, day))
    )
    return named and (bool(rule.by_day or rule.by_month_day) or like(rule, anchor, day))


def like(rule: Rule, anchor: date, day: date) -> bool:
    """Whether the day has what the rule leaves out and DTSTART supplies."""
    if rule.freq == "YEARLY" and not rule.by_month and day.month != anchor.month:
        return False
    if rule.freq in ("YEARLY", "MONTHLY"):
        return day.day == anchor.day
    return rule.freq == "DAILY" or day.weekday() == anchor.weekday()


def numbered_days(rule: Rule, anchor: date, end: date) -> Iterator[tuple[int, date]]:
    """(number of the period, day) from the beginning of the anchor's period on."""
    day = anchor
    if rule.freq == "WEEKLY":
        while day.weekday() != rule.wkst:
            day -= DAY
    elif rule.freq == "MONTHLY":
        day = anchor.replace(day=1)
    elif rule.freq == "YEARLY":
        day = anchor.replace(month=1, day=1)
    number, begins = -1, True
    while day < end:
        number += begins
        yield number, day
        tomorrow = day + DAY
        begins = (
            rule.freq == "DAILY"
            or (rule.freq == "WEEKLY" and tomorrow.weekday() == rule.wkst)
            or (rule.freq == "MONTHLY" and tomorrow.day == 1)
            or (rule.freq == "YEARLY" and (tomorrow.month, tomorrow.day) == (1, 1))
        )
        day = tomorrow


def days(rule: Rule, anchor: date, end: date) -> Iterator[date]:
    """The days of the rule from the anchor on; the last period may be cut by `end`."""
    numbered = numbered_days(rule, anchor, end)
    for number, group in groupby(numbered, key=lambda pair: pair[0]):
        if number % rule.interval:
            continue
        picked = [day for _, day in group if allows(rule, anchor, day)]
        if rule.by_set_pos:
            size = len(picked)
            picked = [
                day
                for place, day in enumerate(picked)
                if place + 1 in rule.by_set_pos or place - size in rule.by_set_pos
            ]
        yield from (day for day in picked if day >= anchor)


def occurrences(
    rule: Rule, deliver_at: datetime, zone: ZoneInfo, end: date
) -> list[datetime]:
    """All moments of the rule before the year of `end` begins, in order."""
    start = (deliver_at + offset_at(deliver_at, zone)).replace(tzinfo=None)
    found = []
    for day in days(rule, start.date(), date(end.year, 1, 1)):
        wall = datetime.combine(day, start.time())
        moment = deliver_at if wall == start else moment_of(wall, zone)
        if moment >= deliver_at and is_until(rule, moment, zone):
            found.append(moment)
    assert found == sorted(found)
    return sorted(set(found))


def is_until(rule: Rule, moment: datetime, zone: ZoneInfo) -> bool:
    until = rule.until
    if until is None:
        return True
    if isinstance(until, datetime):
        limit = until if until.tzinfo else moment_of(until, zone)
        return moment <= limit
    shown = moment + offset_at(moment, zone)
    return shown.date() <= until
