"""The planner looks again and again, so that what waits for its turn is not late."""

import asyncio
from datetime import datetime, timedelta

from bot.engine.planner import SAFETY_TICK, Planner
from tests.fakes import FakeClock, FakeWire
from tests.world import NOON, World

AT_ONE = NOON.replace(hour=13)


class Bell:
    """An alarm that only remembers."""

    moment: datetime | None = None

    def set(self, moment: datetime | None) -> None:
        self.moment = moment


def planner(world: World, wire: FakeWire, bell: Bell) -> Planner:
    return Planner(
        database=world.database,
        planning=world.planning,
        maintenances=world.use_cases.maintenances,
        wire=wire,
        alarm=bell,
        clock=world.clock,
    )


def test_a_process_that_stood_still(world: World) -> None:
    """Looked at every few seconds, nothing is late; after a long sleep what fell due
    meanwhile is.
    """

    async def days() -> None:
        bell = Bell()
        one = planner(world, FakeWire(), bell)
        job = world.schedule(recurrence="FREQ=DAILY", late_policy="skip")
        world.clock.set(AT_ONE - timedelta(seconds=3))
        assert await one.step() == SAFETY_TICK
        assert bell.moment == AT_ONE
        world.clock.set(AT_ONE + timedelta(seconds=2))
        await one.step()
        assert world.states(job) == [("sent", None)]
        world.clock.set(AT_ONE + timedelta(days=1, hours=1))
        await one.step()
        assert world.states(job)[1:] == [("missed", "late")]

    asyncio.run(days())


class Away(FakeWire):
    """Its session is away for five minutes when it is asked for the second time."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__()
        self._clock = clock
        self._asked = 0

    async def ready(self) -> None:
        self._asked += 1
        if self._asked == 2:
            self._clock.advance(minutes=5)


def test_without_a_session_nothing_is_planned(world: World) -> None:
    """Also in the midst of a backlog: what is left waits, and is late by that time."""
    jobs = [
        world.schedule(client_id=f"j{one}", late_policy="skip") for one in range(15)
    ]
    world.clock.set(AT_ONE)
    asyncio.run(planner(world, Away(world.clock), Bell()).step())
    fates = [world.states(job)[0] for job in jobs]
    assert fates == [("sent", None)] * 10 + [("missed", "late")] * 5
