"""When a reader is not to be told: his quiet hours, and a pause until some moment.

Quiet hours are wall time in his zone: from one time of day to another, on the weekdays
on which they begin; what ends no later than it begins ends on the day after.

    22:00-07:00 MO TU WE TH FR      from Monday night to Saturday morning
    00:00-00:00 SA SU               all of both days

Where clocks change, they last rather too long than too short: they begin with the first
of two moments that a wall time may mean, and end with the last (of a time that is
skipped, too: PEP 495 has two for it). So whenever a clock on his wall shows a time
within them, he is not told.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.domain import wallclock
from bot.domain.errors import Invalid
from bot.domain.phrase import Counted, Phrase

#: as RFC 5545 has them; Monday is 0
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
EVERY_DAY = frozenset(range(7))
#: how far ahead a pause may end
LONGEST_PAUSE = timedelta(days=366)
#: quiet hours that follow each other at once: a week has no more
_IN_A_ROW = 16
_DAY = timedelta(days=1)
_TIME = re.compile(r"([0-9]{1,2})[:.]([0-9]{2})", re.ASCII)
_STORED = re.compile(r"(\d\d:\d\d)-(\d\d:\d\d)((?: [A-Z]{2})+)", re.ASCII)

#: conditions of whoever hears it later; the last: his list's send window is not open
QUIET, PAUSED, OUTSIDE = "quiet", "paused", "outside"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one wall time to another (naive, whole minutes), on some weekdays."""

    begin: time
    end: time
    #: on which they begin; Monday is 0
    days: frozenset[int] = EVERY_DAY

    def __str__(self) -> str:
        """As they are stored: `22:00-07:00 MO TU`."""
        days = " ".join(WEEKDAYS[day] for day in sorted(self.days))
        return f"{self.begin:%H:%M}-{self.end:%H:%M} {days}"

    @property
    def is_always(self) -> bool:
        """Nothing would ever be told."""
        return self.begin == self.end and self.days == EVERY_DAY

    def periods(
        self, about: datetime, zone: ZoneInfo
    ) -> Iterator[tuple[datetime, ...]]:
        """(begin, end) of those that may hold `about`, in UTC."""
        today = about.astimezone(zone).date()
        for back in (2, 1, 0):
            day = today - back * _DAY
            if day.weekday() not in self.days:
                continue
            after = day if self.begin < self.end else day + _DAY
            begin = datetime.combine(day, self.begin)
            end = datetime.combine(after, self.end)
            yield min(_moments(begin, zone)), max(_moments(end, zone))

    def within(
        self, about: datetime, zone: ZoneInfo
    ) -> Iterator[tuple[datetime, datetime]]:
        """Likewise, but rather too short than too long where clocks change: whenever
        it is one of these moments, a clock shows a time between the two.
        """
        today = about.astimezone(zone).date()
        for back in (2, 1, 0):
            day = today - back * _DAY
            if day.weekday() not in self.days:
                continue
            after = day if self.begin < self.end else day + _DAY
            begin = max(_moments(datetime.combine(day, self.begin), zone))
            end = min(_moments(datetime.combine(after, self.end), zone))
            if begin < end:
                yield begin, end


class HeldBack(NamedTuple):
    """Why somebody is not told now, and from when on he may be."""

    #: QUIET or PAUSED
    why: str
    until: datetime


def held_back(
    now: datetime,
    zone: ZoneInfo,
    quiet: QuietHours | None = None,
    paused_until: datetime | None = None,
) -> HeldBack | None:
    """What keeps a reader from being told at `now`, None where nothing does.

    `until` is the first moment at which neither quiet hours nor the pause hold.
    """
    paused = paused_until is not None and paused_until > now
    moment = paused_until if paused and paused_until is not None else now
    if quiet is not None:
        moment = after(moment, quiet, zone)
    if moment <= now:
        return None
    return HeldBack(PAUSED if paused else QUIET, moment)


def after(moment: datetime, quiet: QuietHours, zone: ZoneInfo) -> datetime:
    """The first moment from this one on at which these quiet hours do not hold."""
    for _ in range(_IN_A_ROW):
        try:
            ends = [
                end for begin, end in quiet.periods(moment, zone) if begin <= moment
            ]
        except OverflowError:  # the last days of the calendar
            return moment
        if not ends or max(ends) <= moment:
            return moment
        moment = max(ends)
    return moment


def _moments(wall: datetime, zone: ZoneInfo) -> list[datetime]:
    """Those that clocks in `zone` may mean by it: one, or two where they change."""
    both = (wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    return [one.astimezone(UTC) for one in both]


@lru_cache(maxsize=1024)
def stored(text: str | None) -> QuietHours | None:
    """Quiet hours as they are stored; None where there are none, or none to be read."""
    found = _STORED.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    try:
        begin, end = time.fromisoformat(found[1]), time.fromisoformat(found[2])
        days = frozenset(map(WEEKDAYS.index, found[3].split()))
    except ValueError:
        return None
    quiet = QuietHours(begin, end, days)
    return None if quiet.is_always else quiet


def read(text: str) -> QuietHours:
    """`22:00-07:00 MO TU`, or `22:00-07:00` for every day; raises Invalid."""
    given = " ".join(text.split()).upper()
    found = stored(given) or stored(f"{given} {' '.join(WEEKDAYS)}")
    if found is None:
        raise Invalid(
            Phrase(
                "{text!r} are no quiet hours such as {sample}",
                text=given[:40],
                sample="22:00-07:00 MO TU",
            )
        )
    return found


def check_pause(until: datetime, now: datetime, zone: ZoneInfo) -> None:
    """Raises Invalid where nobody may pause for so long."""
    if until > now + LONGEST_PAUSE:
        raise Invalid(
            Counted(
                "{given} is too far ahead; a pause lasts {count} day at most.",
                "{given} is too far ahead; a pause lasts {count} days at most.",
                LONGEST_PAUSE.days,
                given=wallclock.shown(until, zone),
            )
        )


def time_of_day(text: str) -> time:
    """A wall time as people type it, 22:00, 7:30 or 24:00; raises Invalid."""
    given = text.strip()
    found = _TIME.fullmatch(given)
    if found is not None:
        hour, minute = int(found[1]), int(found[2])
        if (hour, minute) == (24, 0):  # the end of a day (ISO 8601)
            return time(0)
        if hour < 24 and minute < 60:  # noqa: PLR2004 - of a clock
            return time(hour, minute)
    raise Invalid(Phrase("{text!r} is no time of day such as 22:00", text=given[:20]))


def weekday(text: str) -> int:
    """Monday is 0; of a name in English, short or long: mo, Mon, Monday. Raises
    Invalid.
    """
    given = text.strip()
    short = given[:2].upper()
    if short in WEEKDAYS and _LONG[WEEKDAYS.index(short)].startswith(given.lower()):
        return WEEKDAYS.index(short)
    raise Invalid(
        Phrase(
            "{text!r} is no weekday; write {days}",
            text=given[:20],
            days=", ".join(WEEKDAYS),
        )
    )


_LONG = (
    *("monday", "tuesday", "wednesday", "thursday", "friday"),
    *("saturday", "sunday"),
)
