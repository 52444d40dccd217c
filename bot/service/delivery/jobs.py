"""What passes between a worker and `bot.service.delivery.progress`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.domain import wallclock
from bot.domain.broadcast import Broadcast, Chunk, DeliveryException, ExceptionKind
from bot.domain.message import Announcement
from bot.domain.schedule import Schedule
from bot.domain.send_window import Clocked, SendWindow
from bot.domain.voice import Voice


class Deviation(NamedTuple):
    """How the delivery to a recipient deviates from "sent"."""

    #: bare
    jid: str
    kind: ExceptionKind
    condition: str
    #: may quote what was to be sent
    text: str | None = None
    #: when whoever waits is told
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """What a broadcast's messages are made of."""

    broadcast: Broadcast
    schedule: Schedule
    voice: Voice
    #: the occurrence that it sends, in UTC
    due_at: datetime
    #: its template names the recipient, so each reader has a text of his own
    personal: bool
    #: which edition of the broadcast this is
    edition: int = 1
    #: of one that amends: the key of what it amends
    original_key: str | None = None

    def window_for(self, reader_zone: ZoneInfo) -> Clocked | None:
        """The send window that holds for a reader there; None: none does."""
        window = self.window
        if window is None or not window.of_list:
            return None if window is None else Clocked(window, reader_zone)
        return Clocked(window, wallclock.zone_or_utc(self.voice.timezone))

    def is_shut(self, now: datetime) -> bool:
        """The window of its list, for all readers at once, is not open."""
        window = self.window
        if window is None or not window.of_list:
            return False
        return not window.is_open(now, wallclock.zone_or_utc(self.voice.timezone))

    @property
    def window(self) -> SendWindow | None:
        """The list's, where that holds for this broadcast."""
        broadcast = self.broadcast
        if broadcast.urgent or broadcast.any_hour or not self.schedule.reaches_list:
            return None
        return self.voice.window


@dataclass(frozen=True, slots=True, kw_only=True)
class Job(Outgoing):
    """A chunk with all that a worker needs to send it."""

    chunk: Chunk
    #: what those are told up to the chunk's `old_through`; None: as all others
    before: Outgoing | None = None

    @property
    def until(self) -> int:
        """The last position to be written to; beyond, the newest edition may go out
        only once all before it have what they had.
        """
        old = self.chunk.old_through
        if self.chunk.edition >= self.broadcast.edition or old is None:
            return self.chunk.last
        return min(old, self.chunk.last)

    def of(self, position: int) -> Outgoing:
        """What the reader at this position is told."""
        old = self.chunk.old_through
        if self.before is None or old is None or position > old:
            return self
        return self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What was acknowledged since the last step."""

    chunk_id: int
    #: the broadcast's: what bounced of it is recorded no later
    broadcast_key: str = ""
    #: the new cursor; 0: as it was
    through: int = 0
    #: recipients passed, exceptions included
    done: int = 0
    #: readers passed over or given up, with the condition
    exceptions: Sequence[Deviation] = ()
    #: the culprit behind the strikes is found: start afresh
    condemned: bool = False
    #: more of the broadcast is on its way, which is not known to be acknowledged yet
    more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """A message to repeat, and the exception that asks for it."""

    exception: DeliveryException
    broadcast_key: str
    announcement: Announcement
    #: of one that amends: the key of what it amends
    original_key: str | None = None
