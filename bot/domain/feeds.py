"""What everybody may see of maintenance, incidents and announcements: one row of each,
which all feeds show.

    rows ─► Public ─► outage.json, LIST.ics, LIST.atom      (bot.feeds)

Nothing here knows of a clock but `outage` and `until_other`: the same rows are the same
feeds, byte by byte. Which rows there are is of a moment, too: windows begin and end.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.language import choose
from bot.domain.maintenance import OVER, WindowState

#: a window that was called off, and one that is over, is shown until its end is so old
KEPT = timedelta(days=30)
#: of everything that is public, beside the names of lists
ALL = "all"
_NAMESPACE = uuid.UUID("6d0ff8a5-4e0c-5c5c-9d0e-8b1f4c3b7a52")


def identity(kind: str, row: int, created_at: datetime, wall: str = "") -> uuid.UUID:
    """By which every view knows a row, for ever: of what it is as such, so that it
    stays when the window moves, and when the service is called otherwise.
    """
    name = f"{kind}/{row}/{wall}/{created_at:%Y%m%dT%H%M%S.%fZ}"
    return uuid.uuid5(_NAMESPACE, name)


@dataclass(frozen=True, slots=True)
class Words:
    """What is said of something in one language."""

    #: one line
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What belongs together to a reader: one list, or all that are public."""

    #: of the list, or `ALL`
    name: str
    title: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row, as it is public."""

    uid: uuid.UUID
    #: the list that it belongs to, and the language that this speaks
    list_name: str
    language: str
    #: by language tag; never empty
    words: Mapping[str, Words] = field(hash=False)
    created_at: datetime
    #: since when it is as it is; of that alone all time stamps in feeds are made
    changed_at: datetime

    @property
    def own(self) -> Words:
        """In the list's language."""
        return self.words[choose(self.words, self.language)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window(Entry):
    """One window of maintenance."""

    starts_at: datetime
    #: None: nobody knows yet
    ends_at: datetime | None
    state: WindowState
    #: raised with each change of its times, and when it is called off
    sequence: int

    @property
    def is_running(self) -> bool:
        return self.state in {WindowState.UNDER_WAY, WindowState.VERIFYING}

    @property
    def is_over(self) -> bool:
        return self.state in OVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident(Entry):
    """As its latest update has it."""

    began_at: datetime
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent(Entry):
    """An announcement that belongs to neither; with its corrections."""

    is_retracted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Public:
    """All of it, for the feeds of each list and those of all."""

    feeds: tuple[Feed, ...] = ()
    windows: tuple[Window, ...] = ()
    incidents: tuple[Incident, ...] = ()
    sent: tuple[Sent, ...] = ()

    def by_list(self) -> dict[str, "Public"]:
        """What belongs to each, of all feeds."""
        rows: dict[str, list[Entry]] = {feed.name: [] for feed in self.feeds}
        for one in (*self.windows, *self.incidents, *self.sent):
            rows[one.list_name].append(one)
        return {
            feed.name: Public(
                feeds=(feed,),
                windows=tuple(x for x in rows[feed.name] if isinstance(x, Window)),
                incidents=tuple(x for x in rows[feed.name] if isinstance(x, Incident)),
                sent=tuple(x for x in rows[feed.name] if isinstance(x, Sent)),
            )
            for feed in self.feeds
        }


def shown(window: Window, now: datetime) -> bool:
    """Whether calendars still have it."""
    return not window.is_over or _last(window) + KEPT > now


def outage(public: Public, now: datetime, ahead: timedelta) -> Window | Incident | None:
    """What is to be told where only one can be (XEP-0455): what is out of order before
    what is being worked on, of several what began last; else the next window, if it
    begins within `ahead`.
    """
    broken = [one for one in public.incidents if one.is_open]
    if broken:
        return max(broken, key=lambda one: (one.began_at, one.uid))
    running = [one for one in public.windows if one.is_running]
    if running:
        return max(running, key=lambda one: (one.starts_at, one.uid))
    planned = (one for one in public.windows if one.state is WindowState.PLANNED)
    near = (one for one in planned if one.starts_at <= now + ahead)
    return min(near, key=lambda one: (one.starts_at, one.uid), default=None)


def until_other(public: Public, now: datetime, ahead: timedelta) -> datetime | None:
    """When the feeds are others though nothing was changed; None: never."""
    moments = _moments(public.windows, ahead)
    return min((moment for moment in moments if moment > now), default=None)


def _moments(windows: Iterable[Window], ahead: timedelta) -> Iterable[datetime]:
    for one in windows:
        if one.state is WindowState.PLANNED:
            yield one.starts_at - ahead
            yield one.starts_at
        elif one.is_running and one.ends_at is not None:
            yield one.ends_at
        elif one.is_over:
            yield _last(one) + KEPT


def _last(window: Window) -> datetime:
    """Its end; of one that nobody knew the end of, when it was over."""
    return max(window.ends_at or window.changed_at, window.starts_at)
