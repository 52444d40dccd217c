"""A broadcast whose time is up while it is sent."""

import asyncio

from tests.engine.worker import due, over, until, working
from tests.fakes import FakeWire
from tests.world import World


def test_expiry_in_the_middle(world: World) -> None:
    """From the expiry on nothing is written any more."""
    job = due(world, 100, expires="2026-03-01T12:30:00Z")

    async def go() -> None:
        wire = FakeWire(hold=True)
        async with working(world, wire, window=40):
            await until(lambda: len(wire.taken) == 40)
            world.clock.advance(hours=1)
            wire.hold = False
            wire.acknowledge()
            await until(over(world, job))
            # it was closed with all that was on its way when the time was up
            assert world.progress(job).sent == 40
        assert len(wire.taken) == 40

    asyncio.run(go())
    assert world.states(job) == [("sent", "expired")]


def test_expiry_with_messages_on_their_way(world: World) -> None:
    """Whether anybody was told is known before an expired broadcast is closed."""
    job = due(world, 100, expires="2026-03-01T12:30:00Z")

    async def go() -> None:
        wire = FakeWire(hold=True)
        async with working(world, wire, rate=20):
            await until(lambda: len(wire.taken) >= 1)
            world.clock.advance(hours=1)
            await asyncio.sleep(0.3)
            wire.hold = False
            wire.acknowledge()
            await until(over(world, job))

    asyncio.run(go())
    assert world.states(job) == [("sent", "expired")]
    assert world.progress(job).sent >= 1
