"""Wakes at the earliest due moment and plans what is due, batch by batch."""

from datetime import datetime
from typing import Protocol

from bot.domain.lateness import Shift, looked
from bot.engine.wire import Wire
from bot.service.delivery.planning import Planning
from bot.service.delivery.windows import Windows
from bot.service.ports.outside import Clock, Database
from bot.service.ports.unit_of_work import UnitOfWork

#: seconds; re-arms after a clock jump or a suspended machine
SAFETY_TICK = 5.0
#: seconds until what could not be planned yet is looked at again
RETRY_SECONDS = 1.0


class Alarm(Protocol):
    def set(self, moment: datetime | None) -> None:
        """Ring once at `moment`, and not at one set before; None: not at all."""
        ...


class Planner:
    """Plans only while a session is up.

    So an occurrence that falls due while the server is away is late, and its
    lateness policy decides, as if the service itself had been away. What waits for its
    turn behind others is not late: a shift goes on for as long as this looks again
    and again.
    """

    def __init__(
        self,
        *,
        database: Database,
        planning: Planning,
        windows: Windows,
        wire: Wire,
        alarm: Alarm,
        clock: Clock,
    ) -> None:
        self._database = database
        self._planning = planning
        self._windows = windows
        self._wire = wire
        self._alarm = alarm
        self._clock = clock
        self._shift: Shift | None = None

    async def step(self) -> float:
        while True:
            await self._wire.ready()
            due, opening, stands_still = await self._database.read(_next_due)
            if stands_still:
                # what is due meanwhile is late by it, as if the service had been away
                self._shift = None
                self._alarm.set(None)
                return SAFETY_TICK
            if due is None or due > self._look().seen_at:
                if await self._open():
                    continue
                # an opening that has passed waits for what is on its way
                ahead = opening if opening and opening > self._look().seen_at else None
                self._alarm.set(min(filter(None, (due, ahead)), default=None))
                return SAFETY_TICK
            if not await self._plan():
                await self._open()
                return RETRY_SECONDS  # held by another, or its owner is told first

    async def _plan(self) -> int:
        database, planning = self._database, self._planning
        targets = await database.run(planning.audiences_due, self._clock.now())
        frozen = {}
        for target in targets:
            now = self._look().seen_at
            frozen[target] = await database.read(planning.freeze, target, now)
        return await self._database.run(self._planning.plan, frozen, self._look())

    async def _open(self) -> bool:
        """Whether anything that waited for a send window goes on; after planning, which
        may have put something newer in its place.
        """
        now = self._clock.now()
        found = await self._database.read(self._windows.is_any_due, now)
        if found:
            await self._database.run(self._windows.open, now)
        return found

    def _look(self) -> Shift:
        self._shift = looked(self._shift, self._clock.now())
        return self._shift


def _next_due(uow: UnitOfWork) -> tuple[datetime | None, datetime | None, bool]:
    """And when the next send window opens that something waits for, and whether
    everything is stopped.
    """
    stands_still = uow.standstills.get() is not None
    return uow.schedules.next_due(), uow.broadcasts.next_opening(), stands_still
