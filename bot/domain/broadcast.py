"""A broadcast: the sending of one occurrence, in chunks, with its exceptions.

occurrence   sending ─► sent | failed | stopped      missed, skipped, held
broadcast    sending ─► sent | failed | stopped
chunk        a range of positions (after, last]; `through` moves only when
             the server has acknowledged everything up to it
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class OccurrenceState(StrEnum):
    """sending leads to sent, failed or stopped; the others are final at once,
    but held, which an admin turns into sending or skipped.
    """

    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    STOPPED = "stopped"
    MISSED = "missed"
    SKIPPED = "skipped"
    HELD = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One due moment of a schedule, unique by (schedule, due moment)."""

    id: int = 0
    schedule_id: int
    due_at: datetime
    state: OccurrenceState
    reason: str | None = None


class BroadcastState(StrEnum):
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """A list's audience, frozen by rule.

    Subscriptions with id ≤ `highest` that were active at `at`; `ranges` cuts
    them into (after, last, count), positions being subscription ids.
    """

    list_id: int
    highest: int
    at: datetime
    ranges: tuple[tuple[int, int, int], ...]

    @property
    def total(self) -> int:
        return sum(count for _, _, count in self.ranges)


@dataclass(frozen=True, slots=True, kw_only=True)
class Broadcast:
    id: int = 0
    occurrence_id: int
    schedule_id: int
    #: short, unguessable, unique: the first half of every message id
    key: str
    #: the list that speaks, and that is told unless the audience was copied
    list_id: int | None
    #: None where the audience was copied into (broadcast, position, JID)
    highest: int | None = None
    frozen_at: datetime
    total: int
    state: BroadcastState = BroadcastState.SENDING
    reason: str | None = None
    created_at: datetime
    finished_at: datetime | None = None
    expires_at: datetime | None = None

    def has_expired(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A range of a broadcast's audience that one worker sends under a lease."""

    id: int = 0
    broadcast_id: int
    #: positions (after, last]
    after: int
    last: int
    #: recipients in the range when it was cut
    count: int
    #: the cursor: everything up to it is acknowledged
    through: int
    #: recipients passed so far, exceptions included
    done: int = 0
    finished: bool = False
    worker: str | None = None
    leased_until: datetime | None = None
    #: stream errors blamed on what lies in (through, suspect]
    strikes: int = 0
    suspect: int | None = None


class Recipient(NamedTuple):
    """One reader of a broadcast, in the order of positions.

    A tuple, for there is one for each reader, and a dataclass takes longer to make
    than its row takes to read.
    """

    position: int
    jid: str
    language: str | None
    timezone: str | None
    #: unsubscribed since the audience was frozen
    left: bool = False


class ExceptionKind(StrEnum):
    """How a delivery deviates from "sent"."""

    FAILED = "failed"
    RETRYING = "retrying"
    DEFERRED = "deferred"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryException:
    """At most one per (broadcast, recipient)."""

    broadcast_id: int
    jid: str
    kind: ExceptionKind
    #: RFC 6120 condition, or `left`, `stream-error`, `content`
    condition: str
    text: str | None = None
    attempts: int = 0
    first_at: datetime
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Counts of one broadcast, in recipients."""

    total: int
    sent: int
    failed: int
    skipped: int
    deferred: int
