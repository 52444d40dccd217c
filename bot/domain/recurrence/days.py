"""The days that a rule picks from one period: RFC 5545, page 44, as code.

A period is the day, week, month or year that FREQ names, counted from the
beginning of the calendar, so that the distance between two is a subtraction
and INTERVAL a multiplication, however far apart they lie.

Every part here is explicit: `anchored` has filled in what the rule leaves to
its start.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from bot.domain.recurrence.rule import ByDay, Freq, Rule, counts_in_month


def anchored(rule: Rule, start: date) -> Rule:
    """`rule` with the parts that it leaves out taken from its start (DTSTART).

    BYMONTHDAY or BYDAY alone with FREQ=YEARLY leave nothing out: they mean every
    month, and every such weekday, of the year.
    """
    if rule.by_day or rule.by_month_day or rule.freq is Freq.DAILY:
        return rule
    if rule.freq is Freq.WEEKLY:
        return replace(rule, by_day=((None, start.weekday()),))
    if rule.freq is Freq.YEARLY and not rule.by_month:
        rule = replace(rule, by_month=(start.month,))
    return replace(rule, by_month_day=(start.day,))


def period_of(rule: Rule, day: date) -> int:
    """The number of the period that `day` lies in."""
    match rule.freq:
        case Freq.DAILY:
            return day.toordinal()
        case Freq.WEEKLY:
            # ordinal 1 was a Monday
            return (day.toordinal() - 1 - rule.wkst) // 7
        case Freq.MONTHLY:
            return day.year * 12 + day.month - 1
        case Freq.YEARLY:
            return day.year


def days_of(rule: Rule, period: int) -> list[date]:
    """The days that an anchored rule picks from a period, in order."""
    days = list(_days(rule, period))
    if not rule.by_set_pos:
        return days
    size = len(days)
    places = {p - 1 if p > 0 else size + p for p in rule.by_set_pos}
    return [days[place] for place in sorted(places) if 0 <= place < size]


def _days(rule: Rule, period: int) -> Iterator[date]:
    match rule.freq:
        case Freq.DAILY:
            return _limited(rule, [date.fromordinal(period)])
        case Freq.WEEKLY:
            first = period * 7 + 1 + rule.wkst
            last = date.max.toordinal()
            week = range(max(1, first), min(first + 7, last + 1))
            return _limited(rule, [date.fromordinal(ordinal) for ordinal in week])
        case Freq.MONTHLY:
            return _expanded(rule, [divmod(period, 12)])
        case Freq.YEARLY:
            return _expanded(rule, [(period, month) for month in range(12)])


def _limited(rule: Rule, days: list[date]) -> Iterator[date]:
    """Of these days those that every part allows (the table's "Limit")."""
    for day in days:
        if rule.by_month and day.month not in rule.by_month:
            continue
        # numbers do not go with these frequencies
        if rule.by_day and (None, day.weekday()) not in rule.by_day:
            continue
        if rule.by_month_day and not _is_on_month_day(rule, day):
            continue
        yield day


def _is_on_month_day(rule: Rule, day: date) -> bool:
    wanted = rule.by_month_day
    if day.day in wanted:
        return True
    # sorted, so the first is negative if any is
    if wanted[0] > 0:
        return False
    return day.day - monthrange(day.year, day.month)[1] - 1 in wanted


def _expanded(rule: Rule, months: list[tuple[int, int]]) -> Iterator[date]:
    """The days of these (year, month from 0) that the rule allows ("Expand")."""
    wanted = frozenset(rule.by_day)
    for year, month0 in months:
        month = month0 + 1
        if rule.by_month and month not in rule.by_month:
            continue
        length = monthrange(year, month)[1]
        numbers = {n if n > 0 else length + 1 + n for n in rule.by_month_day}
        for number in sorted(numbers) if numbers else range(1, length + 1):
            if not 1 <= number <= length:
                continue
            day = date(year, month, number)
            if not wanted or not wanted.isdisjoint(_names(rule, day, length)):
                yield day


def _names(rule: Rule, day: date, length: int) -> tuple[ByDay, ...]:
    """What BYDAY may call this day: FR, 3FR and -2FR, say."""
    weekday = day.weekday()
    if counts_in_month(rule):
        before, after = day.day - 1, length - day.day
    else:
        before = day.timetuple().tm_yday - 1
        after = date(day.year, 12, 31).toordinal() - day.toordinal()
    return (None, weekday), (before // 7 + 1, weekday), (-(after // 7) - 1, weekday)
