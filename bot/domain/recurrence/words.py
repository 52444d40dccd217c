"""A rule read back in words: `each first Saturday of the month at 22:00`.

Each form of a rule is one whole sentence, and what stands in it (days, months, an
order) are phrases of their own, so that every language may order and bend them as it
needs. A combination that no sentence fits is told as the rule itself: no words are
better than wrong ones.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.domain import wallclock
from bot.domain.phrase import Counted, Listed, Phrase, Quoted
from bot.domain.recurrence.rule import Freq, Rule, anchored, canonical, counts_in_month

# in sentences such as "each Saturday" and "each first Saturday of the month"
#: weekdays, from Monday on
DAYS = (
    *(Phrase("Monday"), Phrase("Tuesday"), Phrase("Wednesday"), Phrase("Thursday")),
    *(Phrase("Friday"), Phrase("Saturday"), Phrase("Sunday")),
)
_WORKING_DAY = Phrase("working day")
_WORKING_DAYS = tuple((None, day) for day in range(5))
# not calendar.month_name, which follows the locale of the process
MONTHS = (
    *(Phrase("January"), Phrase("February"), Phrase("March"), Phrase("April")),
    *(Phrase("May"), Phrase("June"), Phrase("July"), Phrase("August")),
    *(Phrase("September"), Phrase("October"), Phrase("November"), Phrase("December")),
)
_MOST = 7  # dates or days that a sentence holds


def in_words(rule: Rule, start: datetime, zone: ZoneInfo) -> Phrase:
    """What `rule` means that begins at `start`, a wall time in `zone`."""
    time = f"{start:%H:%M:%S}" if start.second else f"{start:%H:%M}"
    said = _sentence(anchored(_simpler(rule), start), time)
    if said is None:
        return Quoted(canonical(rule))
    if rule.count is not None:
        return Counted(
            "{rule}, {count} time", "{rule}, {count} times", rule.count, rule=said
        )
    if rule.until is not None:
        return Phrase(
            "{rule}, until {until}", rule=said, until=_until(rule.until, zone)
        )
    return said


def _until(until: datetime | date, zone: ZoneInfo) -> str:
    if not isinstance(until, datetime):
        return str(until)
    if until.tzinfo is not None:
        return wallclock.shown(until, zone)
    return f"{until.date()} {until:%H:%M}"


def _simpler(rule: Rule) -> Rule:
    """The same in the form that has a sentence of its own."""
    if rule.freq is Freq.YEARLY and not rule.by_set_pos and rule.interval == 1:
        by_number = any(n for n, _ in rule.by_day)
        if rule.by_month_day and not rule.by_day and not rule.by_month:
            return replace(rule, freq=Freq.MONTHLY)
        if rule.by_day and not by_number and not rule.by_month_day:
            return replace(rule, freq=Freq.WEEKLY)
    return rule


def _sentence(rule: Rule, time: str) -> Phrase | None:
    if rule.by_day and rule.by_month_day:
        return None
    match rule.freq:
        case Freq.DAILY:
            said = _daily(rule, time)
        case Freq.WEEKLY:
            said = _weekly(rule, time)
        case Freq.MONTHLY:
            said = _monthly(rule, time)
        case Freq.YEARLY:
            return _yearly(rule, time)
    if said is None or not rule.by_month:
        return said
    months = _all([MONTHS[month - 1] for month in rule.by_month])
    return Phrase("{rule}, in {months} only", rule=said, months=months)


def _daily(rule: Rule, time: str) -> Phrase | None:
    if rule.by_set_pos or (rule.interval > 1 and (rule.by_day or rule.by_month_day)):
        return None
    if rule.by_day:
        return _weekly(rule, time)
    if rule.by_month_day:
        return _on_days(rule, time)
    if rule.interval == 1:
        return Phrase("each day at {time}", time=time)
    return Counted(
        "every {count} day at {time}",
        "every {count} days at {time}",
        rule.interval,
        time=time,
    )


def _weekly(rule: Rule, time: str) -> Phrase | None:
    if rule.by_set_pos:
        return None
    days = _weekdays(rule)
    if rule.interval == 1:
        return Phrase("each {days} at {time}", days=days, time=time)
    return Counted(
        "every {count} week on {days} at {time}",
        "every {count} weeks on {days} at {time}",
        rule.interval,
        days=days,
        time=time,
    )


def _monthly(rule: Rule, time: str) -> Phrase | None:
    if rule.by_month_day:
        return None if rule.by_set_pos else _on_days(rule, time)
    if not rule.by_set_pos and not any(n for n, _ in rule.by_day):
        return _weekly(rule, time) if rule.interval == 1 else None
    days = _in_order(rule)
    if days is None:
        return None
    if rule.interval == 1:
        return Phrase("each {days} of the month at {time}", days=days, time=time)
    return Counted(
        "every {count} month on its {days} at {time}",
        "every {count} months on the {days} of the month at {time}",
        rule.interval,
        days=days,
        time=time,
    )


def _on_days(rule: Rule, time: str) -> Phrase | None:
    if len(rule.by_month_day) > _MOST or any(day < -1 for day in rule.by_month_day):
        return None
    # the last day comes last
    numbers = sorted(rule.by_month_day, key=lambda day: day % 32)
    days = _all(
        [
            Phrase("day {number}", number=day) if day > 0 else Phrase("the last day")
            for day in numbers
        ]
    )
    if rule.interval == 1:
        return Phrase("each month on {days} at {time}", days=days, time=time)
    return Counted(
        "every {count} month on {days} at {time}",
        "every {count} months on {days} at {time}",
        rule.interval,
        days=days,
        time=time,
    )


def _yearly(rule: Rule, time: str) -> Phrase | None:
    if rule.by_month_day:
        return _on_dates(rule, time)
    days = _in_order(rule)
    if days is None or not rule.by_month or rule.interval > 1:
        return None
    return Phrase(
        "each year on the {days} of {months} at {time}",
        days=days,
        months=_all([MONTHS[month - 1] for month in rule.by_month]),
        time=time,
    )


def _on_dates(rule: Rule, time: str) -> Phrase | None:
    several = len(rule.by_month) * len(rule.by_month_day)
    if rule.by_set_pos or not 1 <= several <= _MOST or min(rule.by_month_day) < 0:
        return None
    dates = _all(
        [_date(month, day) for month in rule.by_month for day in rule.by_month_day]
    )
    if rule.interval == 1:
        return Phrase("each year on {dates} at {time}", dates=dates, time=time)
    return Counted(
        "every {count} year on {dates} at {time}",
        "every {count} years on {dates} at {time}",
        rule.interval,
        dates=dates,
        time=time,
    )


def _weekdays(rule: Rule) -> Phrase:
    if rule.by_day == _WORKING_DAYS:
        return _WORKING_DAY
    return _all([DAYS[day] for _, day in rule.by_day])


def _in_order(rule: Rule) -> Phrase | None:
    """The numbered days of a month; those of a whole year have no sentence."""
    if not counts_in_month(rule):
        return None
    numbered = [(n, DAYS[day]) for n, day in rule.by_day if n is not None]
    if rule.by_set_pos:
        # a position among the days of a month: of one day it is its number
        if numbered or rule.freq is Freq.YEARLY:
            return None
        if len(rule.by_day) == 1:
            numbered = [(n, DAYS[rule.by_day[0][1]]) for n in rule.by_set_pos]
        elif rule.by_day == _WORKING_DAYS:
            numbered = [(n, _WORKING_DAY) for n in rule.by_set_pos]
    elif len(numbered) < len(rule.by_day):
        return None
    days = [_nth(n, day) for n, day in numbered]
    return _all([day for day in days if day]) if days and all(days) else None


def _nth(number: int, day: Phrase) -> Phrase | None:
    """That day of a month, counted from its beginning or its end."""
    return {
        1: Phrase("first {day}", day=day),
        2: Phrase("second {day}", day=day),
        3: Phrase("third {day}", day=day),
        4: Phrase("fourth {day}", day=day),
        5: Phrase("fifth {day}", day=day),
        -1: Phrase("last {day}", day=day),
        -2: Phrase("last but one {day}", day=day),
        -3: Phrase("last but two {day}", day=day),
    }.get(number)


def _all(phrases: Sequence[Phrase]) -> Phrase:
    *some, last = phrases
    if not some:
        return last
    return Phrase("{some} and {last}", some=Listed(*some), last=last)


def _date(month: int, day: int) -> Phrase:
    """A date of each year."""
    dates = (
        *(Phrase("January {day}", day=day), Phrase("February {day}", day=day)),
        *(Phrase("March {day}", day=day), Phrase("April {day}", day=day)),
        *(Phrase("May {day}", day=day), Phrase("June {day}", day=day)),
        *(Phrase("July {day}", day=day), Phrase("August {day}", day=day)),
        *(Phrase("September {day}", day=day), Phrase("October {day}", day=day)),
        *(Phrase("November {day}", day=day), Phrase("December {day}", day=day)),
    )
    return dates[month - 1]
