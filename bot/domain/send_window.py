"""When a list speaks: its send window, and what becomes of what falls outside of it.

The window is wall time, in the list's zone or in each reader's own: from one time of
day to another, on the weekdays on which it opens.

    09:00-20:00 MO TU WE TH FR      from nine to eight, Monday to Friday
    22:00-02:00 FR                  from Friday night to Saturday morning
    00:00-00:00 SA SU               all of both days

It is the counterpart of quiet hours (`bot.domain.quiet`), and errs the other way: where
clocks change it is rather too short than too long. So whatever a clock on the wall
shows, nothing goes out at a time outside of the window.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.domain import quiet
from bot.domain.errors import Invalid
from bot.domain.phrase import Phrase
from bot.domain.quiet import EVERY_DAY, QuietHours

#: a week, and one more opening where a change of clocks takes one away
_AHEAD = timedelta(days=15)
#: how often one looks from quiet hours to window and back: each ends once a day
_TURNS = 64
#: hyphen and dashes, as people put them between times and days
_DASHES = re.compile(r"\s*[-\u2010-\u2015]\s*")
SAMPLE = "09:00-20:00 MO TU WE TH FR"


class WindowZone(StrEnum):
    """On whose clocks it opens."""

    LIST = "list"
    READER = "reader"


class Outside(StrEnum):
    """What becomes of what falls outside of it: it waits, or is left out."""

    WAIT = "wait"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class SendWindow:
    hours: QuietHours
    zone: WindowZone = WindowZone.LIST
    outside: Outside = Outside.WAIT

    def __str__(self) -> str:
        """The hours, as they are stored and typed."""
        return str(self.hours)

    @property
    def shown(self) -> str:
        """For people: without the days where it opens on all of them."""
        days = "" if self.hours.days == EVERY_DAY else str(self.hours)[12:]
        return f"{self.hours.begin:%H:%M}-{self.hours.end:%H:%M} {days}".strip()

    @property
    def of_list(self) -> bool:
        """One moment for all of its readers."""
        return self.zone is WindowZone.LIST

    def is_open(self, moment: datetime, zone: ZoneInfo) -> bool:
        return self.opening(moment, zone) == moment

    def opening(self, moment: datetime, zone: ZoneInfo) -> datetime | None:
        """The first moment from this one on at which it is open; None: none is near,
        as at the calendar's end.
        """
        return _opening(self.hours, moment, zone)


@dataclass(frozen=True, slots=True)
class Clocked:
    """A window with the zone whose clocks it goes by."""

    window: SendWindow
    zone: ZoneInfo


class Held(NamedTuple):
    """Why somebody is not told now, and from when on he may be."""

    #: QUIET, PAUSED or OUTSIDE (`bot.domain.quiet`)
    why: str
    #: None: never
    until: datetime | None


@lru_cache(maxsize=1024)
def _opening(hours: QuietHours, moment: datetime, zone: ZoneInfo) -> datetime | None:
    """Asked of one moment for each of many readers."""
    if any(begin <= moment < end for begin, end in hours.within(moment, zone)):
        return moment
    try:
        begins = [
            begin
            for ahead in range(_AHEAD.days)
            for begin, _ in hours.within(moment + timedelta(ahead), zone)
            if begin > moment
        ]
    except OverflowError:
        return None
    return min(begins, default=None)


def held_back(
    now: datetime,
    zone: ZoneInfo,
    hours: QuietHours | None,
    paused_until: datetime | None,
    window: Clocked | None,
) -> Held | None:
    """What keeps a reader in `zone` from being told at `now`, None where nothing does.

    `until` is the first moment at which pause, quiet hours and window all let him be
    told; None where there is no such moment.
    """
    held = quiet.held_back(now, zone, hours, paused_until)
    if window is None:
        return None if held is None else Held(*held)
    since = now if held is None else held.until
    until = first_allowed(since, window, hours, zone)
    if until == now:
        return None
    return Held(quiet.OUTSIDE if held is None else held.why, until)


def first_allowed(
    moment: datetime,
    window: Clocked,
    hours: QuietHours | None,
    zone: ZoneInfo,
) -> datetime | None:
    """The first moment from this one on at which the window is open and a reader in
    `zone` has no quiet hours; None where the two leave none.
    """
    last = _last(moment)
    for _ in range(_TURNS):
        opens = window.window.opening(moment, window.zone)
        if opens is None or opens > last:
            return None
        ends = quiet.after(opens, hours, zone) if hours is not None else opens
        if ends == opens:
            return opens
        moment = ends
    return None


def _last(moment: datetime) -> datetime:
    try:
        return moment + _AHEAD
    except OverflowError:
        return moment


def read(text: str) -> QuietHours:
    """`09:00-20:00 MO TU`, also `Mon-Fri 9:00-20:00`; without days every day. Raises
    Invalid.
    """
    try:
        found = _read(text)
    except (Invalid, ValueError):
        found = None
    if found is None or found.is_always:
        raise Invalid(
            Phrase(
                "{text!r} is no send window such as {sample}",
                text=text[:40],
                sample=SAMPLE,
            )
        )
    return found


def _read(text: str) -> QuietHours:
    """Raises Invalid or ValueError."""
    given = _DASHES.sub("-", text.replace(",", " ")).split()
    [hours] = [one for one in given if one[0].isdigit()]
    begin, end = map(quiet.time_of_day, hours.split("-"))
    days = {day for one in given if one != hours for day in _days(one)}
    return QuietHours(begin, end, frozenset(days) or EVERY_DAY)


def _days(text: str) -> Iterator[int]:
    """One, or from one to another: Mon-Fri."""
    first, *last = map(quiet.weekday, text.split("-"))
    [last_one] = last or [first]
    for ahead in range((last_one - first) % 7 + 1):
        yield (first + ahead) % 7


def stored(
    hours: str | None, zone: str | None, outside: str | None
) -> SendWindow | None:
    """As a row has it; None where there is none, or none to be read."""
    found = quiet.stored(hours)
    if found is None or zone is None or outside is None:
        return None
    try:
        return SendWindow(found, WindowZone(zone), Outside(outside))
    except ValueError:
        return None
