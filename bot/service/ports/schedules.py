"""Schedules and their occurrences, as the use cases see them stored."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

from bot.domain.broadcast import Occurrence, OccurrenceState
from bot.domain.lateness import Shift
from bot.domain.schedule import Schedule, ScheduleState
from bot.service.ports.paging import Page, Paging

#: before anything that is due
EVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleFilter:
    owner: str | None = None
    #: with an occurrence that is held for an admin
    held: bool = False
    states: Collection[ScheduleState] | None = None
    #: welcomes too, of which there may be thousands
    welcomes: bool = False
    #: to single people alone, or not
    personal: bool | None = None
    #: to this person alone, in the owner's name
    person: str | None = None
    #: those that count against their owner's quotas alone
    counted: bool = False
    #: but this one
    besides: int | None = None
    #: next_at, inclusive and exclusive
    due_from: datetime | None = None
    due_before: datetime | None = None


class ClockInUse(NamedTuple):
    """By what so many schedules are due, the first of them #`first`."""

    zone: str
    rule: str | None
    #: it is known when the rule begins
    begins: bool
    total: int
    first: int


class StoredSchedules(Protocol):
    def add(self, schedule: Schedule) -> Schedule:
        """Store it; raises Conflict if (owner, client_id) lives."""
        ...

    def get(self, reference: int) -> Schedule | None: ...

    def several(self, references: Collection[int]) -> dict[int, Schedule]: ...

    def find(self, owner: str, client_id: str) -> Schedule | None:
        """The latest that had the id, over or not."""
        ...

    def taken(self, owner: str, client_ids: Collection[str]) -> set[str]:
        """Which of these ids the owner gave to one, over or not."""
        ...

    def lock(self, reference: int) -> Schedule | None:
        """Like get, and nobody else changes the row in this transaction."""
        ...

    def hold(self, owner: str) -> None:
        """Nobody else who holds this owner goes on before this transaction ends."""
        ...

    def soonest_end(self, owner: str) -> datetime | None:
        """When the first of the owner's schedules has its last occurrence."""
        ...

    def save(self, schedule: Schedule) -> None: ...

    def due(
        self, until: datetime, limit: int, *, after: datetime = EVER
    ) -> list[Schedule]:
        """Plannable, after < next_at ≤ until, in order; passed over are rows that
        others hold, and those whose owner was not told yet that they are kept.
        """
        ...

    def next_due(self) -> datetime | None:
        """The earliest next_at of what is plannable."""
        ...

    def upcoming(self, limit: int) -> list[Schedule]:
        """Plannable, in the order they become due; nothing is locked."""
        ...

    def recurring(self, after: int, limit: int) -> list[Schedule]:
        """Those that are not over, by id from `after` on; nothing is locked."""
        ...

    def amending(self, broadcast_id: int) -> list[Schedule]:
        """Those that amend this broadcast and are not over; nothing is locked."""
        ...

    def page(self, wanted: ScheduleFilter, paging: Paging) -> Page[Schedule]:
        """Raises NotFound where after/before names no schedule that matches."""
        ...

    def count(self, wanted: ScheduleFilter) -> int: ...

    def clocks(self) -> list[ClockInUse]:
        """Zones and rules of what is not final."""
        ...

    def live(self) -> dict[ScheduleState, int]:
        """How many there are in each state that is not final."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Untold:
    """Occurrences of one fate that the owner has still to be told of."""

    state: OccurrenceState
    reason: str | None
    count: int
    first: datetime
    last: datetime


class Occurrences(Protocol):
    def add(self, occurrence: Occurrence) -> Occurrence | None:
        """None where it is there: of a rule by its wall time, else by its moment."""
        ...

    def add_all(self, occurrences: Collection[Occurrence]) -> None:
        """Likewise; those that exist stay as they are."""
        ...

    def get(self, occurrence_id: int) -> Occurrence | None: ...

    def save(self, occurrence: Occurrence) -> None: ...

    def at(self, schedule_id: int, due_at: datetime) -> Occurrence | None: ...

    def of(
        self, schedule_id: int, *, limit: int, until: datetime | None = None
    ) -> list[Occurrence]:
        """Those due by `until`, the latest first."""
        ...

    def in_state(self, schedule_id: int, state: OccurrenceState) -> list[Occurrence]:
        """The earliest first."""
        ...

    def skipped(self, schedule_id: int, *, after: datetime | None) -> list[datetime]:
        """The wall times after `after` that are left out, the earliest first."""
        ...

    def put_back(self, schedule_id: int, wall: datetime) -> None:
        """Forget that this wall time is left out."""
        ...

    def begin_anew(self, schedule_id: int, wall: datetime) -> None:
        """The rule has another beginning: what was dealt with at this wall time or
        later was of another rule, or in another zone.
        """
        ...

    def passed_ahead(self, schedule_id: int, after: datetime) -> datetime | None:
        """The earliest wall time of what passed unsent and is due after that."""
        ...

    def forget_passed(
        self, schedule_id: int, since: datetime, through: datetime
    ) -> int:
        """Forget what passed unsent at these wall times and between; how many were
        dealt with there, sent or not.
        """
        ...

    def tell(self, schedule_id: int) -> list[Untold]:
        """What the owner is not told of yet, the earliest first; from now on he is."""
        ...


class Shifts(Protocol):
    """When what is due could be planned."""

    def record(self, shift: Shift) -> None:
        """Once it has begun, and again as it goes on."""
        ...

    def all(self) -> list[Shift]: ...

    def forget(self, before: datetime) -> None:
        """Those that were over by then."""
        ...
