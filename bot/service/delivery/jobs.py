"""What passes between a worker and `bot.service.delivery.progress`."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.broadcast import Broadcast, Chunk, DeliveryException, ExceptionKind
from bot.domain.message import Announcement
from bot.domain.schedule import Schedule
from bot.domain.voice import Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a broadcast's messages are made of."""

    broadcast: Broadcast
    schedule: Schedule
    voice: Voice
    #: rendered for each reader, since the template asks for the recipient
    personal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Job(Source):
    """A chunk with all that a worker needs to send it."""

    chunk: Chunk


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What was acknowledged since the last step."""

    chunk_id: int
    #: the new cursor; 0: as it was
    through: int = 0
    #: recipients passed, exceptions included
    done: int = 0
    #: readers passed over or given up, with the condition
    exceptions: Sequence[tuple[str, ExceptionKind, str]] = ()
    #: the culprit behind the strikes is found: start afresh
    condemned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """A message to repeat, and the exception that asks for it."""

    exception: DeliveryException
    broadcast_key: str
    announcement: Announcement
