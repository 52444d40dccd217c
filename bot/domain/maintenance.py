"""Maintenance: one object, its windows, and what people are told of each.

    planned ─► under-way ─► verifying ─► finished
       └───────────┴────────────┴──────► called-off

What recurs has a window for each occurrence of its rule; all else has one. A window
that is moved before it is over is planned again, one that is extended while it is
verified is under way again.

`step` says what is due at a moment. It looks at nothing but the window as it stands,
so whatever passed meanwhile (an outage, a clock that was set), at most one thing is
told, and that one is true: no reminder after the start, no start after the end.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain import timestamps, wallclock
from bot.domain.lengths import Length
from bot.domain.lists import REMINDERS
from bot.domain.schedule import FieldValues, Origin

MOST_REMINDERS = 10
SOONEST_REMINDER = timedelta(minutes=1)
EARLIEST_REMINDER = timedelta(days=31)
#: how long what is over, or has no known end, is worth telling
STALE_AFTER = timedelta(hours=24)
#: when the owner is asked who has said no end
FIRST_DOUBT = timedelta(hours=4)
#: when he is asked for the second time whether all is well, and then each time again
SECOND_QUESTION = timedelta(hours=1)
LATER_QUESTIONS = timedelta(days=1)


class WindowState(StrEnum):
    """How a window stands."""

    PLANNED = "planned"
    UNDER_WAY = "under-way"
    #: its end has passed; the owner was asked whether all is well
    VERIFYING = "verifying"
    FINISHED = "finished"
    CALLED_OFF = "called-off"


BEGUN = frozenset({WindowState.UNDER_WAY, WindowState.VERIFYING})
OVER = frozenset({WindowState.FINISHED, WindowState.CALLED_OFF})


class Finish(StrEnum):
    """Who says that all is well: the owner, who is asked; or the clock."""

    ASK = "ask"
    AUTO = "auto"


class Phase(StrEnum):
    """What a notice tells; the values of the field `phase` of templates."""

    ANNOUNCED = "announced"
    REMINDER = "reminder"
    STARTED = "started"
    MOVED = "moved"
    EXTENDED = "extended"
    FINISHED = "finished"
    CALLED_OFF = "called-off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance:
    """What was asked for, and how far its rule has come."""

    #: the reference, shown as M12; 0 until stored
    id: int = 0
    #: a bare JID, or `role:admin` for the operator
    owner: str
    #: unique per owner while it is not over
    client_id: str
    origin: Origin
    #: a digest of the request as first given, to tell a repeat from a conflict
    fingerprint: str
    #: 1 at first, one more with each change
    revision: int = 1
    #: a digest of the latest change as given, to tell its repeat
    edit_fingerprint: str | None = None
    list_name: str
    template: str
    #: the template's fields, but for those that each notice has of its window
    values: FieldValues = field(default_factory=dict)
    #: IANA name as given, '' where none was
    timezone: str
    #: RFC 5545, canonical; None: one window
    recurrence: str | None = None
    #: DTSTART on clocks there, naive
    start: datetime
    #: None: nobody knows when it ends
    lasts: Length | None = None
    finish: Finish = Finish.ASK
    #: how long before the start, the longest first
    reminders: tuple[timedelta, ...] = REMINDERS
    #: the request's own xml:lang
    language: str | None = None
    #: of a rule: the wall time up to which windows were opened or passed over, and how
    #: many those are
    through: datetime | None = None
    opened: int = 0
    #: when something is to be done with one of its windows
    next_at: datetime | None = None
    created_at: datetime
    #: since when it is over
    ended_at: datetime | None = None

    @property
    def zone(self) -> str:
        """In which its wall times are read."""
        return self.timezone or "UTC"

    @property
    def is_over(self) -> bool:
        return self.ended_at is not None

    @property
    def name(self) -> "MaintenanceName":
        return MaintenanceName(self.id)

    def window_name(self, window: "Window") -> "MaintenanceName":
        """As people name the window: by the object where it has but one."""
        return MaintenanceName(self.id, window.number if self.recurrence else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One time of it, from start to end."""

    id: int = 0
    maintenance_id: int
    #: which of the rule's occurrences it is, from 1
    number: int = 1
    #: when the rule has it (naive): so it is known again once it was moved
    wall: datetime
    #: when it begins, on clocks in the object's zone (naive), and by their rules
    start: datetime
    starts_at: datetime
    #: when it is to end; None: nobody knows
    ends_at: datetime | None
    state: WindowState = WindowState.PLANNED
    #: how often its times or its being called off were changed (RFC 5545, 3.8.7.4)
    sequence: int = 0
    changed_at: datetime
    #: everything that was due until then is dealt with; None: nothing yet
    through: datetime | None = None
    #: how many notices were made of it
    told: int = 0
    #: how often its owner was asked, and when last
    asked: int = 0
    asked_at: datetime | None = None
    #: when something is to be done with it; None: never by itself
    next_at: datetime | None = None

    @property
    def is_over(self) -> bool:
        return self.state in OVER

    @property
    def is_early(self) -> bool:
        """It was over before it was to end, or nobody knew when that would be."""
        if self.state is not WindowState.FINISHED:
            return False
        return self.ends_at is None or self.changed_at < self.ends_at

    @property
    def until(self) -> datetime | None:
        """When it ended, where that was early; else when it is or was to end."""
        if not self.is_early:
            return self.ends_at
        # not before it began, where the clock was set
        return max(self.starts_at, timestamps.round_up(self.changed_at))

    @property
    def is_moved(self) -> bool:
        return self.start != self.wall

    @property
    def topic(self) -> str:
        """By which its notices take each other's place."""
        return f"maintenance/{self.maintenance_id}/{self.number}"

    def ended_by(self, now: datetime) -> bool:
        return self.ends_at is not None and self.ends_at <= now

    def derived(self, zone: str) -> "Window":
        """With its moments by the zone's present rules, while it is planned."""
        if self.state is not WindowState.PLANNED:
            return self
        starts_at = wallclock.resolve(self.start, wallclock.zone_or_utc(zone))
        by = starts_at - self.starts_at
        if not by:
            return self
        ends_at = self.ends_at + by if self.ends_at is not None else None
        return replace(
            self, starts_at=starts_at, ends_at=ends_at, sequence=self.sequence + 1
        )


@dataclass(frozen=True, slots=True)
class Told:
    """A notice that is to be made."""

    phase: Phase
    #: since when it is due
    due: datetime
    #: nobody is told it then any more; None: whoever is not told something newer
    expires: datetime | None


@dataclass(frozen=True, slots=True)
class Step:
    #: as it stands then
    window: Window
    notice: Told | None = None
    #: its owner is to be asked
    asks: bool = False


def step(maintenance: Maintenance, window: Window, now: datetime) -> Step:
    """What is due of the window at this moment; the very same window where nothing
    is but its next moment.
    """
    match window.state:
        case WindowState.PLANNED if now >= window.starts_at:
            found = _begun(maintenance, window, now)
        case WindowState.PLANNED:
            found = _reminded(maintenance, window, now)
        case WindowState.UNDER_WAY if window.ended_by(now):
            found = _ended(maintenance, window, now)
        case WindowState.UNDER_WAY if window.ends_at is None:
            found = _asked(window, now)
        case WindowState.VERIFYING:
            found = _asked(window, now)
        case _:
            found = Step(window)
    return replace(found, window=armed(maintenance, found.window, now))


def armed(maintenance: Maintenance, window: Window, now: datetime) -> Window:
    """With the moment at which something is to be done next, all until now being dealt
    with.
    """
    through = max(now, window.through or now)
    window = replace(window, through=through)
    match window.state:
        case WindowState.PLANNED:
            moments = reminders(maintenance, window)
            next_at = min(
                (one for one in moments if one > through), default=window.starts_at
            )
        case WindowState.UNDER_WAY if window.ends_at is not None:
            next_at = window.ends_at
        case WindowState.UNDER_WAY | WindowState.VERIFYING:
            next_at = _question(window)
        case _:
            return replace(window, next_at=None)
    return replace(window, next_at=next_at)


def reminders(maintenance: Maintenance, window: Window) -> list[datetime]:
    """Their moments, the earliest first."""
    return sorted(window.starts_at - one for one in maintenance.reminders)


def opening(window: Window, now: datetime) -> Told | None:
    """What is told of a window once somebody has opened it; None: it has begun, and
    `step` tells that.
    """
    if window.starts_at <= now:
        return None
    return Told(Phase.ANNOUNCED, now, window.starts_at)


def is_passed(window: Window, now: datetime) -> bool:
    """It has begun, and what is known of its end is that it should be over."""
    if window.state is WindowState.UNDER_WAY:
        return window.ends_at is None or window.ends_at <= now
    return window.state is WindowState.VERIFYING


def finished(window: Window, now: datetime) -> Step:
    """All is well, as of now; where nobody was told that it was not, nobody is."""
    over = replace(window, state=WindowState.FINISHED, changed_at=now, next_at=None)
    told = Told(Phase.FINISHED, now, now + STALE_AFTER)
    return Step(over, told if window.told else None)


def _begun(maintenance: Maintenance, window: Window, now: datetime) -> Step:
    window = replace(window, state=WindowState.UNDER_WAY)
    if window.ended_by(now):
        return _ended(maintenance, window, now)
    return Step(window, Told(Phase.STARTED, window.starts_at, window.ends_at))


def _reminded(maintenance: Maintenance, window: Window, now: datetime) -> Step:
    due = [
        one
        for one in reminders(maintenance, window)
        if one <= now and (window.through is None or one > window.through)
    ]
    if not due:
        return Step(window)
    return Step(window, Told(Phase.REMINDER, due[-1], window.starts_at))


def _ended(maintenance: Maintenance, window: Window, now: datetime) -> Step:
    assert window.ends_at is not None  # noqa: S101 - it has passed
    if maintenance.finish is Finish.AUTO:
        over = finished(window, window.ends_at)
        is_news = now < window.ends_at + STALE_AFTER
        return over if is_news else replace(over, notice=None)
    verifying = replace(window, state=WindowState.VERIFYING, asked=0, asked_at=None)
    return _asked(verifying, now)


def _asked(window: Window, now: datetime) -> Step:
    if _question(window) > now:
        return Step(window)
    return Step(replace(window, asked=window.asked + 1, asked_at=now), asks=True)


def _question(window: Window) -> datetime:
    """When its owner is asked next."""
    is_verified = window.state is WindowState.VERIFYING
    if window.asked_at is None:
        if is_verified and window.ends_at is not None:
            return window.ends_at
        return window.starts_at + FIRST_DOUBT
    if is_verified and window.asked == 1:
        return window.asked_at + SECOND_QUESTION
    return window.asked_at + LATER_QUESTIONS


#: what each state may become, by the clock or by somebody's word
MOVES: Mapping[WindowState, frozenset[WindowState]] = {
    WindowState.PLANNED: frozenset(WindowState) - {WindowState.PLANNED},
    WindowState.UNDER_WAY: frozenset(WindowState) - {WindowState.UNDER_WAY},
    WindowState.VERIFYING: frozenset(WindowState) - {WindowState.VERIFYING},
    WindowState.FINISHED: frozenset(),
    WindowState.CALLED_OFF: frozenset(),
}


@dataclass(frozen=True, slots=True)
class MaintenanceName:
    """As people name one: `M12`, and of what recurs a window: `M12/3`."""

    number: int
    window: int | None = None

    def __str__(self) -> str:
        which = "" if self.window is None else f"/{self.window}"
        return f"M{self.number}{which}"


_NAME = re.compile(r"[Mm]([0-9]{1,18})(?:/([0-9]{1,9}))?")


def named(text: str) -> MaintenanceName | None:
    """None where the text is no such name."""
    found = _NAME.fullmatch(text.strip())
    if found is None:
        return None
    return MaintenanceName(int(found[1]), int(found[2]) if found[2] else None)
