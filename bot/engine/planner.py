"""Wakes at the earliest due moment and plans what is due, batch by batch.

First it moves on what is due of maintenance, whose notices are announcements like any
others from then on.
"""

from datetime import datetime
from typing import Protocol

from bot.domain.lateness import Shift, looked
from bot.engine.wire import Wire
from bot.service.delivery.planning import Planning
from bot.service.maintenance.maintenances import Maintenances
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
        maintenances: Maintenances,
        wire: Wire,
        alarm: Alarm,
        clock: Clock,
    ) -> None:
        self._database = database
        self._planning = planning
        self._maintenances = maintenances
        self._wire = wire
        self._alarm = alarm
        self._clock = clock
        self._shift: Shift | None = None

    async def step(self) -> float:
        while True:
            await self._wire.ready()
            due, stands_still = await self._database.read(_next_due)
            if stands_still:
                # what is due meanwhile is late by it, as if the service had been away
                self._shift = None
                self._alarm.set(None)
                return SAFETY_TICK
            if due is None or due > self._look().seen_at:
                self._alarm.set(due)
                return SAFETY_TICK
            if not await self._plan():
                return RETRY_SECONDS  # held by another, or its owner is told first

    async def _plan(self) -> int:
        """Of how many something was done: what is due of maintenance becomes notices
        first, which are planned at once.
        """
        advance = self._maintenances.advance
        advanced = await self._database.run(advance, self._clock.now())
        return advanced + await self._plan_schedules()

    async def _plan_schedules(self) -> int:
        database, planning = self._database, self._planning
        targets = await database.run(planning.audiences_due, self._clock.now())
        frozen = {}
        for target in targets:
            now = self._look().seen_at
            frozen[target] = await database.read(planning.freeze, target, now)
        return await self._database.run(self._planning.plan, frozen, self._look())

    def _look(self) -> Shift:
        self._shift = looked(self._shift, self._clock.now())
        return self._shift


def _next_due(uow: UnitOfWork) -> tuple[datetime | None, bool]:
    """And whether everything is stopped."""
    moments = (uow.schedules.next_due(), uow.maintenances.next_due())
    due = min((one for one in moments if one is not None), default=None)
    return due, uow.standstills.get() is not None
