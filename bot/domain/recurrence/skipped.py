"""Months that a rule passes over because they are too short for its day.

RFC 5545 ignores a date that does not exist. "Monthly from the 31st" therefore
means seven months a year, which is seldom what was meant: say so in time.
"""

from dataclasses import dataclass
from datetime import date

from bot.domain.recurrence.rule import Freq, Rule, anchored

_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_ALWAYS_THERE = 28
_FEBRUARY = 2
_LEAP_DAY = 29


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    #: the day of the month, as BYMONTHDAY counts it: 29 to 31 or -31 to -29
    day: int
    #: the months (1 to 12) that never have it
    months: tuple[int, ...]
    #: whether the rule comes to February and finds the day in leap years only
    leap_years_only: bool


def skipped_months(rule: Rule, start: date) -> tuple[Skipped, ...]:
    """What `rule`, beginning on `start`, skips; one entry per day that is at fault."""
    rule = anchored(rule, start)
    days = rule.by_month_day
    if days and rule.by_set_pos:
        # BYMONTHDAY=28,29,30;BYSETPOS=-1 picks the last that exists: only a month
        # without any of them is skipped
        days = (min(days, key=abs),)
    visited = _visited(rule, start)
    found = (_skipped(day, visited) for day in days if abs(day) > _ALWAYS_THERE)
    return tuple(each for each in found if each.months or each.leap_years_only)


def _visited(rule: Rule, start: date) -> set[int]:
    months = set(range(1, 13))
    if rule.freq is Freq.MONTHLY:
        months = {(start.month - 1 + k * rule.interval) % 12 + 1 for k in range(12)}
    return months & set(rule.by_month) if rule.by_month else months


def _skipped(day: int, visited: set[int]) -> Skipped:
    short = (month for month in sorted(visited) if _LONGEST[month - 1] < abs(day))
    leap = abs(day) == _LEAP_DAY and _FEBRUARY in visited
    return Skipped(day=day, months=tuple(short), leap_years_only=leap)
