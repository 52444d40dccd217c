"""Broadcasts: looked at, with those who were not told, and stopped."""

from contextlib import suppress

from bot.domain.access import Caller
from bot.domain.broadcast import (
    Broadcast,
    BroadcastState,
    DeliveryException,
    Progress,
)
from bot.domain.errors import Finished, NotFound
from bot.domain.phrase import Phrase
from bot.service.delivery import closing, reports
from bot.service.ports.outside import Clock
from bot.service.ports.paging import Page, Paging
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.policy import Policy
from bot.service.rules.rights import admins_only, auditors_only

#: broadcasts stopped in one transaction, which on SQLite is to be a short one
STOPPED_AT_ONCE = 10


class Broadcasts:
    def __init__(self, policy: Policy, clock: Clock) -> None:
        self._policy = policy
        self._clock = clock

    def page(
        self,
        uow: UnitOfWork,
        caller: Caller,
        paging: Paging,
        schedule_id: int | None = None,
        *,
        sending: bool = False,
    ) -> Page[tuple[Broadcast, Progress]]:
        auditors_only(caller)
        page = uow.broadcasts.page(paging, schedule_id=schedule_id, sending=sending)
        return Page(
            [(one, uow.broadcasts.progress(one.id)) for one in page.items],
            page.count,
            page.index,
        )

    def get(
        self, uow: UnitOfWork, caller: Caller, broadcast_id: int
    ) -> tuple[Broadcast, Progress]:
        auditors_only(caller)
        found = uow.broadcasts.get(broadcast_id)
        if found is None:
            raise NotFound(
                Phrase("There is no broadcast {number}.", number=broadcast_id)
            )
        return found, uow.broadcasts.progress(broadcast_id)

    def failures(
        self,
        uow: UnitOfWork,
        caller: Caller,
        broadcast_id: int,
        after: str = "",
        limit: int = 100,
    ) -> list[DeliveryException]:
        """Whoever was not told, and why; by JID, from `after` on."""
        self.get(uow, caller, broadcast_id)
        return uow.exceptions.page(broadcast_id, after=after, limit=limit)

    def stop(self, uow: UnitOfWork, caller: Caller, broadcast_id: int) -> Broadcast:
        """End it here: nothing more leaves; what is on its way is still recorded."""
        admins_only(caller)
        self.get(uow, caller, broadcast_id)
        broadcast = closing.locked(uow, broadcast_id)
        assert broadcast is not None  # noqa: S101 - seen just now
        if broadcast.state is BroadcastState.STOPPED:
            return broadcast
        if broadcast.state is not BroadcastState.SENDING:
            raise Finished(
                Phrase(
                    "Broadcast {number} is over: {state}.",
                    number=broadcast_id,
                    state=broadcast.state,
                )
            )
        now = self._clock.now()
        closing.close(uow, self._policy, broadcast, BroadcastState.STOPPED, now)
        schedule = uow.schedules.get(broadcast.schedule_id)
        if schedule is not None and schedule.owner != caller.owner:
            reports.stopped(uow, self._policy, broadcast, now)
        uow.nudge()
        return broadcast

    def stop_some(self, uow: UnitOfWork, caller: Caller) -> list[int]:
        """Stop a few of what is sending; which, by number, none once nothing is.

        What ends by itself while it is waited for counts with them, and stays as it
        ended.
        """
        admins_only(caller)
        page = uow.broadcasts.page(Paging(limit=STOPPED_AT_ONCE), sending=True)
        numbers = [broadcast.id for broadcast in page.items]
        closing.hold(uow, numbers)
        for number in numbers:
            with suppress(Finished):
                self.stop(uow, caller, number)
        return numbers
