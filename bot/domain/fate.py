"""What became of a broadcast for one of its recipients: written nowhere as such, it
follows from his position, his chunk and his exception.
"""

from enum import StrEnum

from bot.domain.broadcast import Broadcast, BroadcastState, Chunk, DeliveryException


class Fate(StrEnum):
    """What became of a broadcast for one of its recipients."""

    SENT = "sent"
    #: his turn has not come
    QUEUED = "queued"
    #: as the exception of that name says
    FAILED = "failed"
    RETRYING = "retrying"
    DEFERRED = "deferred"
    SKIPPED = "skipped"
    WAITING = "waiting"
    #: it was over before his turn came
    LEFT_OUT = "left-out"


def fate(
    broadcast: Broadcast,
    position: int,
    chunk: Chunk | None,
    exception: DeliveryException | None,
) -> Fate:
    """Of the recipient at this position, by the chunk that has it (None: in none is
    who left while the audience was counted) and his exception.
    """
    if exception is not None and not exception.is_accepted:
        return Fate(exception.kind)
    if chunk is None:
        return Fate.SKIPPED
    if chunk.through >= position:
        return Fate.SENT
    sending = broadcast.state is BroadcastState.SENDING
    return Fate.QUEUED if sending else Fate.LEFT_OUT
