"""Who was told again while a broadcast was amended, and has its old edition.

The pages of an amendment pass over whoever is being repeated to: nobody can say whether
the repeat, or the amendment, would be there first. Once the server has the repeat he is
told what amends it, by an exception of the amendment.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.broadcast import (
    Broadcast,
    BroadcastState,
    DeliveryException,
    ExceptionKind,
)
from bot.service.ports.unit_of_work import UnitOfWork

#: the condition of whoever is told an amendment so
AMENDED = "amended"
#: when it is looked again where the amendment is not planned yet
_SOON = timedelta(seconds=2)


def has_old(broadcast: Broadcast, repeated: DeliveryException) -> bool:
    """The server has a repeat of an edition that is not the newest any more."""
    is_there = repeated.kind is ExceptionKind.DEFERRED
    return is_there and (repeated.edition or 1) < broadcast.edition


def by(uow: UnitOfWork, broadcast_ids: Collection[int]) -> set[int]:
    """The amendments, to be held as well, of which `accepted` may write."""
    return {
        one.id
        for broadcast_id in broadcast_ids
        for one in uow.broadcasts.amendments(broadcast_id, 1)
    }


def accepted(
    uow: UnitOfWork, broadcast: Broadcast, repeated: DeliveryException, now: datetime
) -> None:
    """The repeat is: he counts as told. Where it was of an old edition he is told what
    amends it, once that goes out. All of it is held.
    """
    if not has_old(broadcast, repeated):
        # kept, for the attempts: it may bounce later still
        uow.exceptions.put([replace(repeated, next_at=None)])
        return
    latest = next(iter(uow.broadcasts.amendments(broadcast.id, 1)), None)
    is_planned = latest is not None and latest.edition == broadcast.edition
    if not is_planned and uow.schedules.amending(broadcast.id):
        uow.exceptions.put([replace(repeated, next_at=now + _SOON)])
        return
    uow.exceptions.put([replace(repeated, next_at=None)])
    if latest is None or not is_planned or latest.state is BroadcastState.STOPPED:
        return
    _tell(uow, latest, repeated.jid, now)


def beside(uow: UnitOfWork, broadcast_ids: Collection[int]) -> set[int]:
    """What was told to their readers, to be held as well where `told_beside` may write
    of it.
    """
    return {
        one.id
        for broadcast_id in broadcast_ids
        for one in uow.broadcasts.beside(broadcast_id, 0)
    }


def told_beside(uow: UnitOfWork, repeated: DeliveryException, now: datetime) -> None:
    """The server has a repeat of an old edition just now: what was made for the readers
    of the broadcast since that was written is for him, too, and its pages passed over
    him. (What is made from now on counts him among them.)
    """
    for one in uow.broadcasts.beside(repeated.broadcast_id, repeated.heard_after or 0):
        if one.state is not BroadcastState.STOPPED:
            _tell(uow, one, repeated.jid, now)


def _tell(uow: UnitOfWork, broadcast: Broadcast, jid: str, now: datetime) -> None:
    if uow.exceptions.get(broadcast.id, jid) is None:
        instead = DeliveryException(
            broadcast_id=broadcast.id,
            jid=jid,
            kind=ExceptionKind.RETRYING,
            condition=AMENDED,
            first_at=now,
            next_at=now,
        )
        uow.exceptions.put([instead])
