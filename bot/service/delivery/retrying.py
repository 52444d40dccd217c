"""Those whom a broadcast did not reach, tried once more since somebody asks for it.

The broadcast is over and stays so, as it does where a message bounces late: what
changes are its exceptions, which the retrier takes up as ever, with the ids that the
messages had. Each has one attempt. Not tried are readers who left or are suspended
meanwhile, those who refused the message themselves, and what the server closed the
connection over.
"""

from dataclasses import replace
from datetime import datetime

from bot.domain import verdict
from bot.domain.access import Caller
from bot.domain.audit import Action
from bot.domain.broadcast import (
    Broadcast,
    BroadcastState,
    DeliveryException,
    ExceptionKind,
)
from bot.domain.errors import Conflict, Finished, NotAllowed
from bot.domain.events import Deviated
from bot.domain.phrase import Phrase
from bot.service.delivery import closing
from bot.service.delivery.broadcasts import Broadcasts
from bot.service.delivery.standstill import require_movement
from bot.service.ports.outside import Clock
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.rights import may_change, require_announcing

#: exceptions looked through in one transaction, which on SQLite is to be a short one
LOOKED_THROUGH_AT_ONCE = 100


class Retrying:
    def __init__(self, broadcasts: Broadcasts, clock: Clock) -> None:
        self._broadcasts = broadcasts
        self._clock = clock

    def begin(self, uow: UnitOfWork, caller: Caller, broadcast_id: int) -> Broadcast:
        """It is to be tried once more from now on; raises Conflict where it still goes
        out, and Finished where nothing of it may go out any more.
        """
        self._require_right(uow, caller, broadcast_id)
        require_movement(uow)
        broadcast = closing.locked(uow, broadcast_id)
        assert broadcast is not None  # noqa: S101 - seen just now
        now = self._clock.now()
        _require_open(broadcast, now)
        begun = replace(broadcast, retried_at=now, retried_by=caller.owner)
        uow.broadcasts.save(begun)
        return begun

    def _require_right(
        self, uow: UnitOfWork, caller: Caller, broadcast_id: int
    ) -> None:
        """Raises NotFound for who may not see it, NotAllowed for who may not announce
        there or change it, and of messages between people, whose recipient is asked
        anew for each.
        """
        broadcast = self._broadcasts.get(uow, caller, broadcast_id).broadcast
        schedule = uow.schedules.get(broadcast.schedule_id)
        assert schedule is not None  # noqa: S101 - foreign key
        may_change(caller, schedule, Action.RETRY)
        if broadcast.in_owners_name:
            raise NotAllowed(
                Phrase("A message to a person is not tried again: schedule it anew.")
            )
        entry = uow.lists.by_id(broadcast.list_id) if broadcast.list_id else None
        require_announcing(caller, entry)

    def some(
        self, uow: UnitOfWork, caller: Caller, broadcast_id: int, after: str
    ) -> tuple[int, str | None]:
        """Some of them, by JID from `after` on: how many are tried, and behind whom to
        go on; None: those were the last.
        """
        self._require_right(uow, caller, broadcast_id)
        broadcast = closing.locked(uow, broadcast_id)
        assert broadcast is not None  # noqa: S101 - seen just now
        limit, now = LOOKED_THROUGH_AT_ONCE, self._clock.now()
        failed = uow.exceptions.page(broadcast_id, after=after, limit=limit)
        again = [
            replace(
                one,
                kind=ExceptionKind.RETRYING,
                attempts=verdict.MAX_ATTEMPTS - 1,
                next_at=now,
            )
            for one in failed
            if _may_be_told(uow, broadcast, one)
        ]
        uow.exceptions.put(again)
        for one in again:
            deviated = Deviated(
                announcement=broadcast.schedule_id,
                broadcast=broadcast.id,
                kind=one.kind,
                condition=one.condition,
            )
            uow.happened(deviated)
        uow.nudge()
        if len(failed) == limit:
            return len(again), failed[-1].jid
        if not uow.exceptions.any_awaited(
            broadcast_id, broadcast.tried_since + verdict.RETRY_FOR
        ):
            # nobody could be tried: there is nothing to tell of later
            uow.broadcasts.save(replace(broadcast, retried_by=None))
        return len(again), None


def _require_open(broadcast: Broadcast, now: datetime) -> None:
    if broadcast.state is BroadcastState.SENDING:
        raise Conflict(
            Phrase("It is still being sent: try again what failed once it is over.")
        )
    if broadcast.state is BroadcastState.STOPPED:
        raise Finished(
            Phrase("It was stopped: announce anew what is to be said after all.")
        )
    if broadcast.retracted_at is not None:
        raise Finished(Phrase("It was withdrawn: nothing of it goes out any more."))
    if broadcast.has_expired(now):
        raise Finished(Phrase("It has expired: nothing of it goes out any more."))
    if broadcast.purged_at is not None:
        raise Finished(Phrase("What it said is not stored any more."))


def _may_be_told(uow: UnitOfWork, broadcast: Broadcast, one: DeliveryException) -> bool:
    if one.kind is not ExceptionKind.FAILED:
        return False
    if not verdict.is_worth_a_try(one.condition):
        return False
    recipient = uow.audiences.find(broadcast, one.jid)
    return recipient is not None and not recipient.left
