"""What happened, told to the log and the metrics once it is committed.

No event carries a body, a subject or the address of a reader. `announcement` is
the schedule's reference, which users see as #12: whatever becomes of a request
bears it, over restarts.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.audit import Action
from bot.domain.broadcast import BroadcastState, ExceptionKind, OccurrenceState
from bot.domain.schedule import Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Requested:
    """A request was answered, over any door of this process."""

    door: Origin
    action: Action
    #: `done`, or the code of the error
    result: str
    #: the schedule's, or for `stop` the broadcast's, where one is meant
    reference: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """An occurrence became a broadcast."""

    announcement: int
    broadcast: int
    origin: Origin
    due_at: datetime
    at: datetime
    readers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsent:
    """An occurrence was missed, is held, or could not be sent at all; or several."""

    announcement: int
    #: of the newest
    due_at: datetime
    state: OccurrenceState
    reason: str
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """A part of a chunk is with the server; counts of readers."""

    announcement: int
    broadcast: int
    chunk: int
    sent: int
    failed: int
    skipped: int
    #: who hears it later
    waiting: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkEnded:
    """All of a chunk is with the server, or was passed over."""

    announcement: int
    broadcast: int
    origin: Origin
    chunk: int
    readers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviated:
    """What is known of one message changed after it was written.

    retrying: it bounced and is to be repeated; deferred: it was repeated;
    failed: it bounced and is not repeated (any more). Of who was to hear it later
    waiting: later still; skipped: he is told nothing after all.
    """

    announcement: int
    broadcast: int
    kind: ExceptionKind
    condition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Somebody who was to hear it later has heard it."""

    announcement: int
    broadcast: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A broadcast is over; counts of readers."""

    announcement: int
    broadcast: int
    origin: Origin
    state: BroadcastState
    reason: str | None
    total: int
    sent: int
    failed: int
    skipped: int
    #: who hears it later
    waiting: int = 0
    #: since it was planned
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """Readers joined or left a list, were suspended from it or restored."""

    action: Action
    list_name: str
    count: int = 1
    #: why they were suspended, and whose message came back last
    reason: str | None = None
    announcement: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """A server holds messages back until they are due, again or no longer."""

    server: str
    holds: bool


Event = (
    Requested
    | Planned
    | Unsent
    | Acknowledged
    | ChunkEnded
    | Deviated
    | Heard
    | Ended
    | Moved
    | Guarded
)
