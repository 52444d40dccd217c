"""The wall times of a rule, listed by `dateutil.rrule` on naive local time.

dateutil compares `until` with what it finds; where it finds nothing, it looks on
to the year 9999. So it is asked only what it cannot fail to answer soon:

YEARLY, MONTHLY   one period at a time, by an INTERVAL beyond the calendar's end
WEEKLY            all at once: no rule waits longer than 287 periods for a day,
                  once the BYSETPOS that no week has are taken out
DAILY             not at all: each INTERVALth day is looked at

It begins in the last period before the question that INTERVAL comes to, found by
a division, and on the first day of it, so that BYSETPOS counts in a whole one. It
ends where so many periods in a row had no day that none will come.
"""

from calendar import monthrange
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import MAXYEAR, date, datetime
from functools import partial
from typing import Literal

from dateutil import rrule

from bot.domain.recurrence.rule import Freq, Rule, anchored, counts_in_month

_FREQ: dict[Freq, Literal[0, 1, 2]] = {
    Freq.YEARLY: rrule.YEARLY,
    Freq.MONTHLY: rrule.MONTHLY,
    Freq.WEEKLY: rrule.WEEKLY,
}
_ONCE = 12 * MAXYEAR  # INTERVAL, in months or years
# Periods in a row without a day after which none will come: of a rule that has matched
# before, all until the calendar repeats itself, which it does after 400 years; of
# others, those of some fifty years (without INTERVAL no rule waits for more than 40).
_REPEATS = {Freq.YEARLY: 400, Freq.MONTHLY: 4_800, Freq.DAILY: 146_097}
_NEVER = {Freq.YEARLY: 50, Freq.MONTHLY: 600, Freq.DAILY: 18_300}


def wall_times(
    rule: Rule, start: datetime, since: date, last: date, *, matched: bool
) -> Iterator[datetime]:
    """What `rule` asks for on the days from `since` to `last`, in order.

    `start` is DTSTART, naive as the results are, and not after `since`; `matched`:
    the rule had an occurrence before.
    """
    rule = anchored(rule, start)
    if rule.freq is Freq.WEEKLY:
        listed = _by_weeks(rule, start, since)
    else:
        by_period = _by_days if rule.freq is Freq.DAILY else _by_months
        listed = _listed(by_period(rule, start, since, last), rule.freq, matched)
    for wall in listed:
        if wall.date() > last:
            return
        if wall.date() >= since:
            yield wall


def _listed(
    periods: Iterator[Collection[datetime]], freq: Freq, matched: bool
) -> Iterator[datetime]:
    """What the periods have, until too many in a row have nothing."""
    most, empty = (_REPEATS if matched else _NEVER)[freq], 0
    for found in periods:
        if found:
            most, empty = _REPEATS[freq], 0
            yield from found
        elif empty == most:
            return
        else:
            empty += 1


def _by_months(
    rule: Rule, start: datetime, since: date, last: date
) -> Iterator[Collection[datetime]]:
    """Month by month or year by year: a year is twelve months."""
    length = 12 if rule.freq is Freq.YEARLY else 1
    step = rule.interval * length
    origin = _month(start) // length * length
    first = _month(since) - (_month(since) - origin) % step
    expand = _dateutil(rule)
    for month in range(first, _month(last) + 1, step):
        begin = start.replace(year=month // 12, month=month % 12 + 1, day=1)
        yield list(expand(dtstart=begin, interval=_ONCE))


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _by_days(
    rule: Rule, start: datetime, since: date, last: date
) -> Iterator[Collection[datetime]]:
    """Day by day. BYSETPOS changes nothing: of one day it can only pick the first."""
    first = since.toordinal() + (start.toordinal() - since.toordinal()) % rule.interval
    weekdays = {day for _, day in rule.by_day}
    for ordinal in range(first, last.toordinal() + 1, rule.interval):
        day = date.fromordinal(ordinal)
        allowed = (
            (not rule.by_month or day.month in rule.by_month)
            and (not weekdays or day.weekday() in weekdays)
            and (not rule.by_month_day or _is_named(rule, day))
        )
        yield (datetime.combine(day, start.time()),) if allowed else ()


def _is_named(rule: Rule, day: date) -> bool:
    """Whether BYMONTHDAY names it, from the beginning or the end of its month."""
    _, length = monthrange(day.year, day.month)
    return not {day.day, day.day - length - 1}.isdisjoint(rule.by_month_day)


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
