"""Holidays: days, and hours, by which what recurs is left out or shifted.

A calendar is read from a file (`bot.calendars`) into whole days, which are days on the
clocks of whatever asks for them, and spans: from one moment to another, or from one
wall time to another where the file names no zone.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Self
from zoneinfo import ZoneInfo

from bot.domain import wallclock
from bot.domain.errors import Invalid
from bot.domain.phrase import Phrase

#: how far what falls on a holiday is shifted at most
FARTHEST = timedelta(days=366)
_DAY = timedelta(days=1)


class OnHoliday(StrEnum):
    """What becomes of an occurrence that falls on one: nothing is sent, or it is sent
    at the same wall time of the next day that is none.
    """

    SKIP = "skip"
    SHIFT = "shift"


class Span(NamedTuple):
    """Both ends aware (UTC), or both naive: on the clocks of whatever asks."""

    begin: datetime
    end: datetime
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Holidays:
    """A calendar, by its name in the configuration."""

    name: str
    #: what each whole day is called
    days: Mapping[date, str] = field(default_factory=dict)
    #: apart from each other, in order
    spans: tuple[Span, ...] = ()
    floating: tuple[Span, ...] = ()
    #: why it cannot be read; then no day is a holiday
    fault: Phrase | None = None

    @classmethod
    def gone(cls, name: str) -> Self:
        """In place of one that is not configured any more."""
        gone = Phrase("there are no holidays {name!r} any more", name=name)
        return cls(name=name, fault=gone)

    def on(self, wall: datetime, zone: ZoneInfo) -> str | None:
        """What the holiday is called that an occurrence at this wall time falls on."""
        wall = wall.replace(fold=0)
        found = self.days.get(wall.date()) or _at(self.floating, wall)
        if found is not None or not self.spans:
            return found
        try:
            return _at(self.spans, wallclock.resolve(wall, zone))
        except Invalid:  # the calendar's end
            return None

    def beyond(self, wall: datetime, zone: ZoneInfo) -> datetime | None:
        """The same time of the next day that is none; None: none is near."""
        for days in range(1, FARTHEST.days + 1):
            try:
                later = wall + days * _DAY
            except OverflowError:
                return None
            if self.on(later, zone) is None:
                return later.replace(fold=0)
        return None


def _at(spans: tuple[Span, ...], moment: datetime) -> str | None:
    at = bisect_right(spans, moment, key=lambda span: span.begin)
    found = spans[at - 1] if at else None
    return found.title if found is not None and moment < found.end else None


def apart(spans: Iterable[Span]) -> tuple[Span, ...]:
    """In order, and what overlaps as one, called as the first of it."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.begin < found[-1].end:
            found[-1] = found[-1]._replace(end=max(found[-1].end, span.end))
        else:
            found.append(span)
    return tuple(found)


def on_holiday(text: str) -> OnHoliday:
    """`skip` or `shift`; raises Invalid."""
    try:
        return OnHoliday(text.strip())
    except ValueError:
        raise Invalid(
            Phrase("one of {choices}.", choices=", ".join(OnHoliday)),
            field="on-holiday",
        ) from None
