"""The wall times of a rule, listed by `dateutil.rrule` on naive local time.

dateutil compares `until` with what it finds; where it finds nothing, it looks on
to the year 9999. So it is asked only what it cannot fail to answer soon:

YEARLY, MONTHLY   one period at a time, by an INTERVAL beyond the calendar's end
DAILY             the days of a month, likewise, of which each INTERVALth stays
WEEKLY            all at once: no rule waits longer than 287 periods for a day,
                  once the BYSETPOS that no week has are taken out

It begins in the last period before the question that INTERVAL comes to, found by
a division, and on the first day of it, so that BYSETPOS counts in a whole one.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import MAXYEAR, date, datetime
from functools import partial
from typing import Literal

from dateutil import rrule

from bot.domain.recurrence.rule import WEEKDAYS, Freq, Rule, anchored, counts_in_month

_FREQ: dict[Freq, Literal[0, 1, 2]] = {
    Freq.YEARLY: rrule.YEARLY,
    Freq.MONTHLY: rrule.MONTHLY,
    Freq.WEEKLY: rrule.WEEKLY,
}
_EVERY_DAY = tuple((None, day) for day in range(len(WEEKDAYS)))
_ONCE = 12 * MAXYEAR  # INTERVAL, in months or years


def wall_times(
    rule: Rule, start: datetime, since: date, last: date
) -> Iterator[datetime]:
    """What `rule` asks for on the days from `since` to `last`, in order.

    `start` is DTSTART, naive as the results are, and not after `since`.
    """
    rule = anchored(rule, start)
    if rule.freq is Freq.DAILY:
        listed = _by_days(rule, start, since, last)
    elif rule.freq is Freq.WEEKLY:
        listed = _by_weeks(rule, start, since)
    else:
        listed = _by_months(rule, start, since, last)
    for wall in listed:
        if wall.date() > last:
            return
        if wall.date() >= since:
            yield wall


def _by_months(
    rule: Rule, start: datetime, since: date, last: date
) -> Iterator[datetime]:
    """Month by month or year by year: a year is twelve months."""
    length = 12 if rule.freq is Freq.YEARLY else 1
    step = rule.interval * length
    origin = _month(start) // length * length
    first = _month(since) - (_month(since) - origin) % step
    expand = _dateutil(rule)
    for month in range(first, _month(last) + 1, step):
        begin = start.replace(year=month // 12, month=month % 12 + 1, day=1)
        yield from expand(dtstart=begin, interval=_ONCE)


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _by_days(
    rule: Rule, start: datetime, since: date, last: date
) -> Iterator[datetime]:
    """The other parts limit days just as they do with FREQ=MONTHLY.

    But for BYSETPOS: of one day it can only pick the first.
    """
    monthly = replace(rule, freq=Freq.MONTHLY, interval=1, by_set_pos=())
    monthly = replace(monthly, by_day=rule.by_day or _EVERY_DAY)
    allowed = _by_months(monthly, start, since, last)
    return (wall for wall in allowed if (wall - start).days % rule.interval == 0)


def _by_weeks(rule: Rule, start: datetime, since: date) -> Iterator[datetime]:
    """Without an end, but that of the calendar."""
    positions = tuple(p for p in rule.by_set_pos if abs(p) <= len(rule.by_day))
    if rule.by_set_pos and not positions:
        return
    origin = start.toordinal() - (start.weekday() - rule.wkst) % 7
    first = since.toordinal() - (since.toordinal() - origin) % (7 * rule.interval)
    # the first week of the calendar may be cut off
    begin = datetime.combine(date.fromordinal(max(1, first)), start.time())
    expand = _dateutil(replace(rule, by_set_pos=positions))
    # so may the last, at whose end dateutil fails
    with suppress(ValueError):
        yield from expand(dtstart=begin, interval=rule.interval)


def _dateutil(rule: Rule) -> "partial[rrule.rrule]":
    """The rule in dateutil's words, but for where it begins and its INTERVAL."""
    return partial(
        rrule.rrule,
        _FREQ[rule.freq],
        bymonth=rule.by_month,
        bymonthday=rule.by_month_day,
        byweekday=tuple(_weekdays(rule)),
        bysetpos=rule.by_set_pos,
        wkst=rule.wkst,
    )


def _weekdays(rule: Rule) -> Iterator[rrule.weekday]:
    """BYDAY, with a number on each if on any.

    Plain and numbered together mean either (RFC 5545), to dateutil both at once.
    """
    numbered = any(n for n, _ in rule.by_day)
    most = 5 if counts_in_month(rule) else 53
    for n, day in rule.by_day:
        numbers = range(1, most + 1) if numbered and n is None else (n,)
        yield from (rrule.weekday(day, number) for number in numbers)
