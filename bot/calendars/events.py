"""An iCalendar file (RFC 5545) as holidays.

Of its events the days and hours count that they take, and what they are called; those
that are cancelled do not. What recurs is listed for the years ahead. Rules are read as
those of announcements are (`bot.domain.recurrence`), which holds off what would never
end.

    DTSTART;VALUE=DATE   whole days, on the clocks of whatever asks
    DTSTART with a zone  from that moment to DTEND, or for DURATION
    DTSTART without one  likewise, on the clocks of whatever asks
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event
from icalendar.error import BrokenCalendarProperty

from bot.domain.characters import line
from bot.domain.errors import Invalid
from bot.domain.holidays import Holidays, Span, apart
from bot.domain.phrase import Phrase
from bot.domain.recurrence import Recurrence, parse
from bot.domain.wallclock import zone

#: how far what recurs is listed: the past, for what is late; and the years ahead
BEFORE, AHEAD = timedelta(days=400), timedelta(days=20 * 366)
#: of one file: lines, events, and days and spans that they take
MOST_LINES, MOST_EVENTS, MOST_DAYS = 20_000, 2_000, 20_000
#: in which its rules are looked for, all together: one that never matches takes no day
MOST_YEARS = 5_000
#: of a title
MOST_CHARACTERS = 80
#: that one event takes
_LONGEST = timedelta(days=5 * 366)
_DAY, _SECOND = timedelta(days=1), timedelta(seconds=1)

Moment = date | datetime


@dataclass(slots=True)
class _Found:
    days: dict[date, str] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)
    #: days and spans, those included that are taken twice, or left out
    taken: int = 0
    #: in which rules are looked for
    years: int = 0


def holidays(name: str, text: str, today: date) -> Holidays:
    """What the file's text says, for the years around `today`; raises Invalid."""
    # before it is parsed, whose cost is theirs, whatever they say
    if text.count("\n") > MOST_LINES:
        raise Invalid(Phrase("it has more than {most} lines", most=MOST_LINES))
    events = list(_events(text))
    if not events:
        raise Invalid(Phrase("there is no event in it"))
    if len(events) > MOST_EVENTS:
        raise Invalid(Phrase("it has more than {most} events", most=MOST_EVENTS))
    replaced = {
        (_uid(event), _plain(_moment(event, "RECURRENCE-ID")))
        for event in events
        if "RECURRENCE-ID" in event
    }
    found = _Found()
    for event in events:
        if str(_get(event, "STATUS", "")).upper() == "CANCELLED":
            continue
        title = _title(event) or name
        try:
            _take(found, event, title, today, replaced)
        except Invalid as error:
            why = Phrase("{event!r}: {why}", event=title, why=error.phrase)
            raise Invalid(why) from None
        except (ValueError, OverflowError):
            why = Phrase("{event!r} cannot be read", event=title)
            raise Invalid(why) from None
        if found.taken > MOST_DAYS:
            raise Invalid(Phrase("it takes more than {most} days", most=MOST_DAYS))
        if found.years > MOST_YEARS:
            why = Phrase(
                "its rules reach over more than {most} years in all", most=MOST_YEARS
            )
            raise Invalid(why)
    aware = [span for span in found.spans if span.begin.tzinfo is not None]
    floating = [span for span in found.spans if span.begin.tzinfo is None]
    return Holidays(
        name=name, days=found.days, spans=apart(aware), floating=apart(floating)
    )


def _events(text: str) -> Iterator[Event]:
    try:
        calendars = Calendar.from_ical(text, multiple=True)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise Invalid(Phrase("it is no iCalendar file (RFC 5545)")) from None
    for calendar in calendars:
        for event in calendar.walk("VEVENT"):
            if isinstance(event, Event):
                yield event


def _take(
    found: _Found,
    event: Event,
    title: str,
    today: date,
    replaced: set[tuple[str, datetime]],
) -> None:
    """Add what the event takes; raises Invalid."""
    _check_kind(event)
    begin = _moment(event, "DTSTART")
    length = _length(event, begin)
    excluded = {_plain(one) for one in _moments(event, "EXDATE")}
    if "RECURRENCE-ID" not in event:
        uid = _uid(event)
        excluded |= {moment for whose, moment in replaced if whose == uid}
    for one in _occurrences(found, event, begin, today):
        if _plain(one) not in excluded:
            _add(found, one, length, title)
        else:
            found.taken += 1
        if found.taken > MOST_DAYS:
            return


def _add(found: _Found, begin: Moment, length: timedelta, title: str) -> None:
    whole = not isinstance(begin, datetime)
    found.taken += length.days if whole else 1
    if not isinstance(begin, datetime):
        for number in range(length.days):
            found.days.setdefault(begin + number * _DAY, title)
        return
    if begin.tzinfo is None:
        found.spans.append(Span(begin, begin + length, title))
    else:
        start = begin.astimezone(UTC)
        found.spans.append(Span(start, start + length, title))


def _length(event: Event, begin: Moment) -> timedelta:
    """Positive; raises Invalid."""
    whole = not isinstance(begin, datetime)
    least = _DAY if whole else _SECOND
    if "DTEND" in event:
        end = _moment(event, "DTEND")
        if isinstance(end, datetime) is whole or _is_aware(end) is not _is_aware(begin):
            raise Invalid(Phrase("DTSTART and DTEND are not of one kind"))
        # not by the wall: clocks may change in between
        length = _plain(end) - _plain(begin)
    elif "DURATION" in event:
        length = getattr(_get(event, "DURATION"), "dt", least)
    else:
        length = least
    if length < timedelta():
        raise Invalid(Phrase("it ends before it begins"))
    if length > _LONGEST:
        raise Invalid(Phrase("it lasts longer than five years"))
    return max(length, least)


def _check_kind(event: Event) -> None:
    """What would make other days of it, and is not read; raises Invalid."""
    if "EXRULE" in event:
        raise Invalid(Phrase("{property} is not read", property="EXRULE"))
    given = _get(event, "RECURRENCE-ID")
    if getattr(given, "params", {}).get("RANGE"):
        raise Invalid(Phrase("{property} is not read", property="RECURRENCE-ID;RANGE"))


def _occurrences(
    found: _Found, event: Event, begin: Moment, today: date
) -> Iterator[Moment]:
    """The beginnings, those of a rule for the years around `today`."""
    seen = [begin, *_moments(event, "RDATE")]
    yield from seen
    for rule in _rules(event):
        yield from _by_rule(found, rule.to_ical().decode(), begin, today)


def _rules(event: Event) -> list[Any]:
    given = _get(event, "RRULE")
    return given if isinstance(given, list) else [given] if given else []


def _by_rule(found: _Found, text: str, begin: Moment, today: date) -> Iterator[Moment]:
    """For the years around `today`; of a rule that counts, from its start on. Nothing
    where the file's years are used up.
    """
    rule = parse(text)
    whole = not isinstance(begin, datetime)
    place = begin.tzinfo if isinstance(begin, datetime) else None
    start = datetime.combine(begin, time()) if whole else _wall(begin)
    key = getattr(place, "key", None)
    sequence = Recurrence(
        rule=rule, start=start, zone=zone(key) if key else ZoneInfo("UTC")
    )
    first, last = datetime.combine(today - BEFORE, time()), today + AHEAD
    after = first - _SECOND if rule.count is None and first > start else None
    end = last.year if rule.until is None else min(last.year, rule.until.year)
    found.years += max(1, end - (after or start).year + 1)
    if found.years > MOST_YEARS:
        return
    walls = (match.wall for match in sequence.matches(after, last))
    for wall in islice(walls, rule.count):
        if wall == start:
            continue
        yield wall.date() if whole else wall.replace(tzinfo=place)


def _wall(begin: Moment) -> datetime:
    """On the clocks that it names, in whole seconds."""
    assert isinstance(begin, datetime)  # noqa: S101 - as asked by `_by_rule`
    return begin.replace(tzinfo=None, microsecond=0)


def _moment(event: Event, name: str) -> Moment:
    """Raises Invalid where there is none to be read."""
    given = _get(event, name)
    try:
        moment = getattr(given, "dt", None)
    except BrokenCalendarProperty:
        moment = None
    if not isinstance(moment, date):
        raise Invalid(Phrase("it has no {property} that can be read", property=name))
    return _known(moment, given)


def _moments(event: Event, name: str) -> Iterator[Moment]:
    """All of a property that is a list, or several lists; of a period its beginning."""
    given = _get(event, name, [])
    for some in given if isinstance(given, list) else [given]:
        for one in getattr(some, "dts", ()):
            moment = one.dt[0] if isinstance(one.dt, tuple) else one.dt
            if isinstance(moment, date):
                yield _known(moment, some)


def _known(moment: Moment, given: Any) -> Moment:
    """Raises Invalid where it names a zone that nobody knows."""
    named = getattr(given, "params", {}).get("TZID")
    if named and isinstance(moment, datetime) and moment.tzinfo is None:
        raise Invalid(Phrase("{zone!r} is no time zone", zone=str(named)[:64]))
    return moment


def _plain(moment: Moment) -> datetime:
    """To compare by, of days and of moments in any zone."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time())
    return moment if moment.tzinfo is None else moment.astimezone(UTC)


def _is_aware(moment: Moment) -> bool:
    return isinstance(moment, datetime) and moment.tzinfo is not None


def _get(event: Event, name: str, otherwise: Any = None) -> Any:
    """Of a type that depends on what the file says."""
    return event.get(name, otherwise)


def _uid(event: Event) -> str:
    return str(_get(event, "UID", ""))


def _title(event: Event) -> str:
    given = _get(event, "SUMMARY", "")
    texts: Iterable[Any] = given if isinstance(given, list) else [given]
    title = line(str(next(iter(texts), ""))).strip()
    return title if len(title) <= MOST_CHARACTERS else f"{title[:MOST_CHARACTERS]}…"
