"""A recurrence rule as data: the offered parts of RFC 5545, section 3.3.10."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class Freq(StrEnum):
    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"


#: (n, weekday): the nth such day of the month or year, None for each; Monday is 0
ByDay = tuple[int | None, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What was asked for, without what the start adds to it.

    Lists are sorted and free of repetition; an empty one means that the part
    was left out. At most one of `count` and `until` is set.
    """

    freq: Freq
    interval: int = 1
    by_month: tuple[int, ...] = ()
    by_month_day: tuple[int, ...] = ()
    by_day: tuple[ByDay, ...] = ()
    by_set_pos: tuple[int, ...] = ()
    #: first day of the week, Monday is 0
    wkst: int = 0
    count: int | None = None
    #: inclusive: aware (UTC) is that instant, naive a wall time in the schedule's zone,
    #: a date the end of that local day
    until: datetime | date | None = None


def counts_in_month(rule: Rule) -> bool:
    """Whether the n of a numbered BYDAY counts within the month, else in the year."""
    return rule.freq is Freq.MONTHLY or bool(rule.by_month)


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


def canonical(rule: Rule) -> str:
    """The rule as RFC 5545 text in one fixed order, without what is default."""
    parts: list[tuple[str, str]] = [("FREQ", rule.freq.value)]
    if rule.interval != 1:
        parts.append(("INTERVAL", str(rule.interval)))
    lists = (
        ("BYMONTH", [str(month) for month in rule.by_month]),
        ("BYMONTHDAY", [str(day) for day in rule.by_month_day]),
        ("BYDAY", [f"{n or ''}{WEEKDAYS[day]}" for n, day in rule.by_day]),
        ("BYSETPOS", [str(position) for position in rule.by_set_pos]),
    )
    parts.extend((name, ",".join(values)) for name, values in lists if values)
    if rule.wkst:
        parts.append(("WKST", WEEKDAYS[rule.wkst]))
    if rule.count is not None:
        parts.append(("COUNT", str(rule.count)))
    if rule.until is not None:
        parts.append(("UNTIL", _until(rule.until)))
    return ";".join(f"{name}={value}" for name, value in parts)


def _until(until: datetime | date) -> str:
    # isoformat, since strftime does not pad years below 1000
    text = until.isoformat().replace("-", "").replace(":", "")
    return text.replace("+0000", "Z")
