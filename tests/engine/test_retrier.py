"""The retrier, at its stops: what it has claimed is neither written nor kept."""

import asyncio
from collections.abc import Sequence

import pytest

from bot.domain.broadcast import ExceptionKind
from bot.domain.schedule import Schedule
from bot.engine.wire import Delivery
from bot.service.delivery.jobs import Step
from bot.service.delivery.outcomes import Bounce
from tests.engine.worker import due, over, readers, until, working
from tests.fakes import FakeWire, Loss
from tests.world import ADMIN, World

READERS = 3


@pytest.fixture
def job(world: World) -> Schedule:
    """Of all that was sent the first three are to be repeated now."""
    job = due(world, READERS + 1, expires="2026-03-01T12:30:00Z")
    claimed = world.do(world.chunk_progress.claim, "before")
    assert claimed is not None
    bounces = [
        Bounce(
            broadcast_key=world.broadcast(job).key,
            jid=jid,
            condition="remote-server-timeout",
            error_type="wait",
        )
        for jid in readers(READERS)
    ]
    chunk = claimed.chunk
    step = Step(chunk_id=chunk.id, through=chunk.last, done=chunk.count)
    world.do(world.chunk_progress.record, "before", [step], bounces)
    world.clock.advance(minutes=1)
    return job


def waiting(world: World, job: Schedule) -> list[int]:
    """The attempts of those who are to be told again at once."""
    now = world.clock.now()
    return sorted(
        one.attempts
        for one in world.exceptions(job)
        if one.kind is ExceptionKind.RETRYING and one.next_at and one.next_at <= now
    )


def test_a_stop_between_two_repeats(world: World, job: Schedule) -> None:
    """What a broadcast's stop finds claimed is not written any more."""

    async def go() -> None:
        wire = FakeWire(hold=True)
        async with working(world, wire):
            await until(lambda: len(wire.taken) == 1)
            stop = world.broadcasts.stop
            await world.database.run(stop, world.caller(ADMIN), world.broadcast(job).id)
            wire.acknowledge()
            await until(over(world, job))
            await until(lambda: not waiting(world, job))
        assert len(wire.taken) == 1

    asyncio.run(go())
    assert {one.kind for one in world.exceptions(job)} == {ExceptionKind.FAILED}


def test_an_expiry_between_two_repeats(world: World, job: Schedule) -> None:
    """What was claimed before the expiry is not written after it."""

    async def go() -> None:
        wire = FakeWire(hold=True)
        async with working(world, wire):
            await until(lambda: len(wire.taken) == 1)
            world.clock.advance(minutes=30)
            wire.acknowledge()
            await until(lambda: world.progress(job).failed == READERS - 1)
        assert len(wire.taken) == 1

    asyncio.run(go())


def test_the_service_stops_between_two_repeats(world: World, job: Schedule) -> None:
    """What is claimed and not written when the service stops is due at once."""

    async def go() -> None:
        wire = FakeWire(hold=True)
        async with working(world, wire) as worker:
            await until(lambda: len(wire.taken) == 1)
            worker.stop.set()
            wire.acknowledge()
            await until(lambda: waiting(world, job) == [0, 0])
        assert len(wire.taken) == 1

    asyncio.run(go())


def test_a_lost_stream(world: World, job: Schedule) -> None:
    """Over a lost stream all that was claimed is due at once; what may have been
    taken counts as an attempt.
    """

    async def go() -> None:
        wire = FakeWire(hold=True)
        async with working(world, wire):
            await until(lambda: len(wire.taken) == 1)
            wire.down()
            await until(lambda: waiting(world, job) == [0, 0, 1])

    asyncio.run(go())


def test_a_blamed_message(world: World, job: Schedule) -> None:
    """The repeat that the server closes the stream over waits; the others do not."""
    culprit = readers(READERS)[0]

    def fate(written: Sequence[Delivery]) -> Loss | None:
        return Loss(taken=0, blamed=True) if written[0].to == culprit else None

    async def go() -> None:
        wire = FakeWire(fate)
        async with working(world, wire):
            await until(lambda: len(wire.taken) == READERS - 1)
            await until(lambda: waiting(world, job) == [])
        assert culprit not in dict(wire.taken)

    asyncio.run(go())
    found = {one.jid: one for one in world.exceptions(job)}
    assert found[culprit].kind is ExceptionKind.RETRYING
