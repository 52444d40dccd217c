"""Lengths of time as people mean them: days on the wall, all that is shorter exact.

A day later is when clocks show the same time again, 24 hours later is 24 hours later;
the two differ on the days on which clocks change (RFC 5545, 3.3.6). What is relative
to an announcement and what wording calculates go by this alike, in the time zone of
the announcement: an end is the same moment for every reader.
"""

from datetime import datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from bot.domain import durations, wallclock
from bot.domain.errors import Invalid
from bot.domain.phrase import Phrase


class Length(timedelta):
    """So many days on the wall and then so many seconds; compared, and written in
    words, as if a day had 24 hours.
    """

    wall_days: int
    exact_seconds: int

    def __new__(cls, wall_days: int = 0, exact_seconds: int = 0) -> Self:
        self = super().__new__(cls, days=wall_days, seconds=exact_seconds)
        self.wall_days = wall_days
        self.exact_seconds = exact_seconds
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.wall_days, self.exact_seconds)

    def plus(self, other: "Length", sign: int = 1) -> "Length":
        """Part by part; raises Invalid."""
        try:
            return Length(
                self.wall_days + sign * other.wall_days,
                self.exact_seconds + sign * other.exact_seconds,
            )
        except OverflowError:
            raise Invalid(Phrase("the length of time is too long")) from None


def parse(text: str) -> Length:
    """As `durations.parse`, with what was given in weeks and days apart."""
    durations.parse(text)
    units = durations.units(text.strip()) or {}
    days = units.pop("weeks") * 7 + units.pop("days")
    return Length(days, timedelta(**units) // timedelta(seconds=1))


def later(
    moment: datetime, zone: ZoneInfo, wall_days: int, exact_seconds: int
) -> datetime:
    """So long after the moment, before it where both are negative; raises Invalid."""
    try:
        if wall_days:
            wall = wallclock.local(moment, zone) + timedelta(days=wall_days)
            moment = wallclock.resolve(wall, zone)
        return moment + timedelta(seconds=exact_seconds)
    except OverflowError:
        why = Phrase("the moment lies outside the years 1 to 9999")
        raise Invalid(why) from None


def between(start: datetime, end: datetime, zone: ZoneInfo) -> Length:
    """What `later` leads from the one to the other by, with as many days as there are;
    negative where the end is first.
    """
    sign = 1 if end >= start else -1
    whole = abs(wallclock.local(end, zone) - wallclock.local(start, zone)).days
    # clocks that were put back or forward in between make it one more or less
    for days in (whole + 1, whole, whole - 1):
        if days <= 0:
            break
        try:
            reached = later(start, zone, sign * days, 0)
        except Invalid:
            continue  # where the calendar ends
        if sign * (end - reached) >= timedelta():
            return Length(sign * days, _seconds(end - reached))
    return Length(0, _seconds(end - start))


def _seconds(length: timedelta) -> int:
    # never fewer than there are: a moment is in whole seconds as a rule
    return length.days * 86_400 + length.seconds
