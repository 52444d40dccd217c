"""Everything stopped at once, and how it goes on.

In an emergency nobody has time to find out what is pending. So one row says that this
service sends nothing: nothing is planned, claimed or repeated, whoever asks for it and
whenever he does, until that row is gone. What goes out at that moment is stopped for
good, since some have been told and would be told twice. What is still to come is left
as it is and waits: it goes on as after an outage of the service, by its lateness.

Reports to owners and admins go out all the while: they tell of it.

docs/decisions/0050-roles-and-a-standstill.md
"""

from dataclasses import dataclass, replace

from bot.domain.access import Caller
from bot.domain.broadcast import ExceptionKind
from bot.domain.errors import Conflict
from bot.domain.phrase import Phrase
from bot.domain.schedule import ScheduleState
from bot.domain.standstill import WAY_ON, Standstill
from bot.service.delivery import closing
from bot.service.ports.outside import Clock
from bot.service.ports.paging import Paging
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.policy import Policy
from bot.service.rules.rights import admins_only, auditors_only

#: repeats given up in one transaction, which on SQLite is to be a short one
GIVEN_UP_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """What there is to be stopped, and whether it is."""

    #: broadcasts under way
    sending: int
    #: announcements that would go out by themselves
    pending: int
    #: None while all goes its way
    standstill: Standstill | None


class Stopping:
    def __init__(self, policy: Policy, clock: Clock) -> None:
        self._policy = policy
        self._clock = clock

    def look(self, uow: UnitOfWork, caller: Caller) -> Movement:
        auditors_only(caller)
        live = uow.schedules.live()
        return Movement(
            sending=uow.broadcasts.page(Paging(limit=0), sending=True).count,
            pending=live.get(ScheduleState.PENDING, 0),
            standstill=uow.standstills.get(),
        )

    def begin(self, uow: UnitOfWork, caller: Caller) -> Movement:
        """From its commit on nothing more is planned, claimed or repeated; what there
        was then. One that lasts goes on as it began.
        """
        admins_only(caller)
        before = self.look(uow, caller)
        uow.standstills.begin(Standstill(by=caller.owner, since=self._clock.now()))
        uow.nudge()
        return before

    def give_up_some(self, uow: UnitOfWork, caller: Caller) -> int:
        """Give up some of what is still to be written of broadcasts that are over; how
        many, 0 once none waits.
        """
        admins_only(caller)
        waiting = uow.exceptions.unwritten(GIVEN_UP_AT_ONCE)
        broadcasts = {one.broadcast_id for one in waiting}
        closing.hold(uow, broadcasts)
        uow.exceptions.put(
            [replace(one, kind=ExceptionKind.FAILED, next_at=None) for one in waiting]
        )
        now = self._clock.now()
        for broadcast_id in sorted(broadcasts):
            closing.settle_finished(uow, self._policy, broadcast_id, now)
            closing.settle_retried(uow, self._policy, broadcast_id, now)
        return len(waiting)

    def require(self, uow: UnitOfWork, caller: Caller) -> None:
        """Raises Conflict where nothing is stopped."""
        admins_only(caller)
        require_standstill(uow)

    def end(self, uow: UnitOfWork, caller: Caller) -> None:
        """What is due, and not too late, goes out again."""
        admins_only(caller)
        require_standstill(uow)
        uow.standstills.end()
        uow.nudge()


def require_movement(uow: UnitOfWork) -> None:
    """Raises Conflict while nothing may go out."""
    if uow.standstills.get() is not None:
        raise Conflict(
            Phrase(
                "Everything is stopped: an admin has to let it go on first"
                " ({command}).",
                command=WAY_ON,
            )
        )


def require_standstill(uow: UnitOfWork) -> None:
    if uow.standstills.get() is None:
        raise Conflict(Phrase("Nothing is stopped: all goes its way."))
