"""What is stored, as the use cases see it: the repositories of one transaction.

They return domain objects and raise `Unavailable` when the database is away.
Everything a use case does through one `UnitOfWork` is one transaction.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.broadcast import (
    Broadcast,
    Chunk,
    DeliveryException,
    Frozen,
    Occurrence,
    Progress,
    Recipient,
)
from bot.domain.events import Event
from bot.domain.lists import (
    AnnouncementList,
    EndReason,
    Subscriber,
    Subscription,
    SubscriptionOrigin,
)
from bot.domain.message import Text
from bot.domain.schedule import Schedule, ScheduleState
from bot.domain.updates import Update
from bot.domain.verdict import Score
from bot.service.paging import Page, Paging
from bot.service.people import People
from bot.service.trail import AuditTrail, RequestCounts


class Lists(Protocol):
    def declare(self, lists: Sequence[AnnouncementList]) -> None:
        """Make the stored lists those given (by name); others are retired."""
        ...

    def get(self, name: str) -> AnnouncementList | None: ...

    def by_id(self, list_id: int) -> AnnouncementList | None:
        """Retired lists too."""
        ...

    def all(self) -> list[AnnouncementList]: ...

    def counts(self) -> dict[int, int]:
        """Active subscriptions by list id."""
        ...


class Subscribers(Protocol):
    def get(self, jid: str) -> Subscriber | None: ...

    def ensure(self, jid: str, now: datetime) -> Subscriber: ...

    def seen(self, jid: str, *, language: str | None) -> Subscriber | None:
        """A sign of life: the score starts anew, the language is remembered."""
        ...

    def set_score(self, jid: str, score: Score) -> None: ...


class Subscriptions(Protocol):
    def open(
        self,
        list_id: int,
        subscriber: Subscriber,
        origin: SubscriptionOrigin,
        now: datetime,
    ) -> bool:
        """Add an interval; False where one is active already."""
        ...

    def end(
        self,
        subscriber_id: int,
        reason: EndReason,
        now: datetime,
        *,
        list_id: int | None = None,
    ) -> int:
        """End the active intervals that match; how many."""
        ...

    def of(self, subscriber_id: int) -> list[Subscription]:
        """Active ones."""
        ...

    def suspended(self, subscriber_id: int) -> list[Subscription]:
        """Latest intervals that ended as suspended, one a list, none active since."""
        ...

    def page(
        self, list_id: int, *, after: int, limit: int
    ) -> list[tuple[Subscription, Subscriber]]:
        """Active ones with id > `after`, in order."""
        ...

    def by_origin(self, origin: SubscriptionOrigin) -> list[str]:
        """JIDs with an active subscription made that way."""
        ...

    def welcome(self, list_id: int, subscriber_id: int, now: datetime) -> bool:
        """Note the welcome; False where this person had it already."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleFilter:
    owner: str | None = None
    states: Collection[ScheduleState] | None = None
    #: welcomes too, of which there may be thousands
    welcomes: bool = False
    #: next_at, inclusive and exclusive
    due_from: datetime | None = None
    due_before: datetime | None = None


class Schedules(Protocol):
    def add(self, schedule: Schedule) -> Schedule:
        """Store it; raises Conflict if (owner, client_id) exists."""
        ...

    def get(self, reference: int) -> Schedule | None: ...

    def find(self, owner: str, client_id: str) -> Schedule | None: ...

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

    def due(self, now: datetime, limit: int) -> list[Schedule]:
        """Plannable, next_at ≤ now, in order; rows others hold are passed over."""
        ...

    def next_due(self) -> datetime | None:
        """The earliest next_at of what is plannable."""
        ...

    def upcoming(self, limit: int) -> list[Schedule]:
        """Plannable, in the order they become due; nothing is locked."""
        ...

    def page(self, wanted: ScheduleFilter, paging: Paging) -> Page[Schedule]:
        """Raises NotFound where after/before names no schedule that matches."""
        ...

    def count(self, wanted: ScheduleFilter) -> int: ...

    def live(self) -> dict[ScheduleState, int]:
        """How many there are in each state that is not final."""
        ...


class Occurrences(Protocol):
    def add(self, occurrence: Occurrence) -> Occurrence | None:
        """None where (schedule, due moment) exists already."""
        ...

    def get(self, occurrence_id: int) -> Occurrence | None: ...

    def save(self, occurrence: Occurrence) -> None: ...

    def of(self, schedule_id: int, *, limit: int) -> list[Occurrence]:
        """The latest first."""
        ...


class Broadcasts(Protocol):
    def add(
        self,
        broadcast: Broadcast,
        chunks: Sequence[tuple[int, int, int]],
        recipients: Sequence[str] = (),
    ) -> Broadcast:
        """With its chunks (after, last, count) and a copied audience, which takes
        positions from 1.
        """
        ...

    def get(self, broadcast_id: int) -> Broadcast | None: ...

    def lock(self, broadcast_id: int) -> Broadcast | None: ...

    def by_key(self, key: str) -> Broadcast | None: ...

    def save(self, broadcast: Broadcast) -> None: ...

    def page(
        self, paging: Paging, *, schedule_id: int | None = None, sending: bool = False
    ) -> Page[Broadcast]: ...

    def count(self, owner: str, since: datetime, until: datetime) -> int:
        """How many of this owner were begun from `since` to before `until`; welcomes
        are nobody's.
        """
        ...

    def progress(self, broadcast_id: int) -> Progress: ...

    def renditions(self, broadcast_id: int, zone: str) -> dict[str, Text]:
        """What readers in a zone are told, by language tag."""
        ...

    def keep(
        self, broadcast_id: int, zone: str, texts: Mapping[str, Text]
    ) -> dict[str, Text]:
        """Store texts by language tag; the first one stored stands. All there are."""
        ...


class Chunks(Protocol):
    def claim(
        self,
        worker: str,
        now: datetime,
        lease: timedelta,
        carrying: Collection[int] = (),
    ) -> Chunk | None:
        """Lease an open chunk of a broadcast that is sending.

        Of the smallest broadcast first, so that one never waits for ten thousand.
        A lease that ran out is anybody's to take, but not those in `carrying`.
        """
        ...

    def hold(self, chunk_id: int, worker: str) -> Chunk | None:
        """Lock it for this transaction; None where the lease is another's now."""
        ...

    def save(self, chunk: Chunk) -> None: ...

    def renew(self, worker: str, until: datetime, carrying: Collection[int]) -> None:
        """Extend the worker's leases of these chunks."""
        ...

    def release(self, worker: str) -> None:
        """Give back the leases of one worker."""
        ...

    def unfinished(self, broadcast_id: int) -> int: ...

    def of(self, broadcast_id: int) -> list[Chunk]: ...


class Audiences(Protocol):
    def freeze(self, list_id: int, now: datetime, chunk_size: int) -> Frozen:
        """Freeze so that no writer can still commit a lower id."""
        ...

    def page(
        self, broadcast: Broadcast, *, after: int, last: int, limit: int
    ) -> list[Recipient]:
        """The frozen audience's positions in (after, last], in order."""
        ...

    def find(self, broadcast: Broadcast, jid: str) -> Recipient | None: ...


class Exceptions(Protocol):
    def get(self, broadcast_id: int, jid: str) -> DeliveryException | None: ...

    def put(self, exceptions: Sequence[DeliveryException]) -> None:
        """Insert or replace, by (broadcast, JID)."""
        ...

    def drop(self, broadcast_id: int, jids: Collection[str]) -> None: ...

    def retries(self, now: datetime, limit: int) -> list[DeliveryException]:
        """Those whose next moment has come; rows others hold are passed over."""
        ...

    def abandon(self, broadcast_id: int) -> None:
        """Whoever was still to be told again has failed."""
        ...

    def any_awaited(self, broadcast_id: int) -> bool:
        """Whether somebody is still to be told again, or may still bounce."""
        ...

    def page(
        self, broadcast_id: int, *, after: str, limit: int
    ) -> list[DeliveryException]:
        """By JID."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something to tell an owner, kept until the server has it."""

    id: int = 0
    to: str
    #: goes as a headline, or in words as an ordinary message
    said: Update | Text
    created_at: datetime
    #: the reference of the schedule that it is about, for the log
    announcement: int | None = None


class Notices(Protocol):
    def add(self, notice: Notice) -> None: ...

    def claim(self, now: datetime, until: datetime, limit: int) -> list[Notice]:
        """The oldest that nobody has claimed beyond `now`, claimed until `until`."""
        ...

    def done(self, notice_ids: Collection[int]) -> None: ...

    def waiting(self) -> int:
        """How many the server does not have yet."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """The sign of life of a running service, for `status`."""

    worker: str
    service: str
    version: str
    connected: bool
    started_at: datetime
    seen_at: datetime


class Facts(Protocol):
    """Small things the service remembers about itself."""

    def digest_key(self) -> bytes:
        """The secret behind message ids, made at first use (which writes)."""
        ...

    def beat(self, pulse: Pulse) -> None: ...

    def pulses(self) -> list[Pulse]: ...

    def stopped(self, worker: str) -> None: ...


class UnitOfWork(Protocol):
    """The repositories of one transaction."""

    @property
    def lists(self) -> Lists: ...
    @property
    def subscribers(self) -> Subscribers: ...
    @property
    def subscriptions(self) -> Subscriptions: ...
    @property
    def people(self) -> People: ...
    @property
    def schedules(self) -> Schedules: ...
    @property
    def occurrences(self) -> Occurrences: ...
    @property
    def broadcasts(self) -> Broadcasts: ...
    @property
    def chunks(self) -> Chunks: ...
    @property
    def audiences(self) -> Audiences: ...
    @property
    def exceptions(self) -> Exceptions: ...
    @property
    def notices(self) -> Notices: ...
    @property
    def facts(self) -> Facts: ...
    @property
    def requests(self) -> RequestCounts: ...
    @property
    def audit(self) -> AuditTrail: ...

    def happened(self, event: Event) -> None:
        """Tell of it once this transaction is committed."""
        ...

    def nudge(self) -> None:
        """Wake the running services once this transaction is committed."""
        ...
