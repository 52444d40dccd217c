"""A message that kills the stream kills it for nobody else, and not for ever."""

import asyncio
from collections.abc import Sequence

import pytest

from bot.domain.broadcast import BroadcastState, ExceptionKind
from bot.domain.schedule import Schedule
from bot.engine.wire import Delivery
from tests.engine.worker import until, working
from tests.fakes import FakeWire, Loss
from tests.world import World


def readers(count: int, prefix: str = "r") -> list[str]:
    return [f"{prefix}{number}@example.org" for number in range(count)]


def poisoned(*culprits: str, known: bool = False) -> FakeWire:
    """The server takes what comes before a culprit, and then closes the stream."""

    def fate(deliveries: Sequence[Delivery]) -> Loss | None:
        for number, one in enumerate(deliveries):
            if one.to in culprits:
                return Loss(taken=number, known=known, blamed=True)
        return None

    return FakeWire(fate)


def send(world: World, wire: FakeWire, *jobs: Schedule, window: int = 64) -> None:
    async def go() -> None:
        async with working(world, wire, window=window):
            await until(
                lambda: all(
                    world.broadcast(job).state is not BroadcastState.SENDING
                    for job in jobs
                )
            )

    asyncio.run(go())


def failed(world: World, job: Schedule) -> list[tuple[str, str]]:
    return [
        (one.jid, one.condition)
        for one in world.exceptions(job)
        if one.kind is ExceptionKind.FAILED
    ]


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("at", [0, 41, 99])
def test_the_culprit_is_found(world: World, at: int, known: bool) -> None:
    """First, in the middle or last: the one culprit fails, all others are told."""
    world.subscribe(*readers(100))
    job = world.due()
    culprit = readers(100)[at]
    wire = poisoned(culprit, known=known)
    send(world, wire, job)
    assert failed(world, job) == [(culprit, "stream-error")]
    assert {to for to, _ in wire.taken} == set(readers(100)) - {culprit}
    assert len(set(wire.taken)) == 99
    progress = world.progress(job)
    assert (progress.sent, progress.failed) == (99, 1)
    assert world.get(job.id).wire_state == "sent"


def test_two_culprits_side_by_side(world: World) -> None:
    """Neighbours are found one after the other."""
    world.subscribe(*readers(20))
    job = world.due()
    culprits = readers(20)[7:9]
    wire = poisoned(*culprits)
    send(world, wire, job, window=16)
    assert [jid for jid, _ in failed(world, job)] == culprits
    assert {to for to, _ in wire.taken} == set(readers(20)) - set(culprits)


def test_no_innocent_is_blamed(world: World) -> None:
    """Broadcasts that were under way beside the culprit's reach everybody."""
    world.subscribe(*readers(40))
    job = world.due()
    others = [world.due(people=tuple(readers(30, f"p{n}-"))) for n in range(2)]
    culprit = readers(40)[20]
    wire = poisoned(culprit)
    send(world, wire, job, *others, window=16)
    assert failed(world, job) == [(culprit, "stream-error")]
    assert failed(world, others[0]) == failed(world, others[1]) == []
    everybody = {*readers(40), *readers(30, "p0-"), *readers(30, "p1-")}
    assert {to for to, _ in wire.taken} == everybody - {culprit}


def test_a_hopeless_broadcast_ends(world: World) -> None:
    """Where every message kills the stream, three are enough to give it up."""
    world.subscribe(*readers(30))
    job = world.due()
    wire = poisoned(*readers(30))
    send(world, wire, job, window=8)
    assert wire.taken == []
    assert len(failed(world, job)) == 3
    assert world.states(job) == [("failed", "stream-error")]
    assert world.get(job.id).wire_state == "failed"


def test_a_server_that_only_restarts_blames_nobody(world: World) -> None:
    """However often a blameless stream is lost, no reader is given up."""
    world.subscribe(*readers(50))
    job = world.due()
    losses = [Loss(taken=1) for _ in range(12)]
    wire = FakeWire(lambda _: losses.pop() if losses else None)
    send(world, wire, job, window=16)
    assert world.exceptions(job) == []
    assert {to for to, _ in wire.taken} == set(readers(50))
