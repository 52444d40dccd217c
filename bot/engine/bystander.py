"""Notices what waits longer than it should since others hold its rows.

Planner, dispatcher, retrier and reporter pass over what is held, and go on with the
rest; so nobody would wait for it, and nobody tell of it. What could be claimed at one
look and still at the next is waited for here: that has a limit, and the log, `status`
and `/readyz` say who is in the way, as of any wait (decision 29).
"""

from bot.service.ports.claims import Row
from bot.service.ports.outside import Clock, Database
from bot.service.ports.unit_of_work import UnitOfWork

#: seconds between two looks
LOOK_SECONDS = 5.0


class Bystander:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        #: what could be claimed when it was looked last
        self._seen: set[Row] = set()

    async def step(self) -> float:
        found = await self._database.read(self._waiting)
        for row in sorted(found & self._seen):
            await self._database.run(_wait_for, row)
        self._seen = found
        return LOOK_SECONDS

    def _waiting(self, uow: UnitOfWork) -> set[Row]:
        return uow.claims.waiting(self._clock.now(), uow.now())


def _wait_for(uow: UnitOfWork, row: Row) -> None:
    uow.claims.wait_for(row)
