"""Stopping a broadcast or the service: what is on its way is still counted."""

import asyncio
from collections.abc import Sequence

from bot.engine.wire import Delivery
from tests.engine.worker import due, until, working
from tests.fakes import FakeBarrier, FakeWire
from tests.world import ADMIN, World


def test_stop_in_the_middle(world: World) -> None:
    """A stopped broadcast ends within its window; those told are counted."""
    job = due(world, 500)

    async def go() -> None:
        wire = FakeWire(hold=True)
        async with working(world, wire, window=40):
            await until(lambda: len(wire.taken) == 40)
            broadcast = world.broadcast(job)
            world.do(world.broadcasts.stop, world.caller(ADMIN), broadcast.id)
            wire.hold = False
            wire.acknowledge()
            await until(lambda: world.progress(job).sent == len(wire.taken) >= 40)
            await asyncio.sleep(0.1)  # for what should not come
            await until(lambda: world.progress(job).sent == len(wire.taken))
        assert len(wire.taken) <= 80

    asyncio.run(go())


class SlowWire(FakeWire):
    """The server takes a second write at once, but it ends only when it may."""

    def __init__(self) -> None:
        super().__init__(hold=True)
        self.may_end = asyncio.Event()

    async def write(self, deliveries: Sequence[Delivery]) -> FakeBarrier:
        barrier = await super().write(deliveries)
        if len(self.writes) > 1:
            await self.may_end.wait()
        return barrier


def test_a_stop_during_a_write(world: World) -> None:
    """Whoever is being written to when the stop is learnt is counted, too."""
    job = due(world, 500)

    async def go() -> None:
        wire = SlowWire()
        async with working(world, wire, window=40):
            await until(lambda: len(wire.taken) == 20)
            broadcast = world.broadcast(job)
            world.do(world.broadcasts.stop, world.caller(ADMIN), broadcast.id)
            wire.acknowledge()
            await until(lambda: world.progress(job).sent == 10)
            await asyncio.sleep(0.1)  # until that is known to the pipe
            wire.may_end.set()
            await until(lambda: world.progress(job).sent == 20)
        assert len(wire.taken) == 20

    asyncio.run(go())


def test_a_stop_of_the_service(world: World) -> None:
    """Stopping waits for what is on its way and records it; the rest stays."""
    job = due(world, 200)

    async def go() -> None:
        wire = FakeWire(hold=True)
        async with working(world, wire, window=40) as worker:
            await until(lambda: len(wire.taken) == 40)
            worker.stop.set()
            drained = asyncio.create_task(worker.dispatcher.drain())
            await asyncio.sleep(0.05)
            assert not drained.done()
            wire.acknowledge()
            async with asyncio.timeout(30):
                await drained
                await worker.ledger.flush()
        assert world.progress(job).sent == len(wire.taken) < 200

    asyncio.run(go())
