"""Pages in, stanzas out, and the cursor only behind an acknowledgement."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar, TypeVarTuple

import pytest

from bot.domain.errors import Unavailable
from bot.domain.message import Announcement
from bot.domain.phrase import Phrase
from bot.engine.wire import Delivery, Stencil
from bot.service.delivery.outcomes import Bounce
from bot.service.ports.unit_of_work import UnitOfWork
from bot.store.database import SqlDatabase
from bot.xmpp.writing.stencil import StencilError
from tests.engine.worker import IDS, due, over, readers, until, working
from tests.fakes import FakeWire, Loss
from tests.store.corruption import spoilt
from tests.world import ADMIN, World

Ts = TypeVarTuple("Ts")
T = TypeVar("T")


def told(wire: FakeWire) -> Counter[str]:
    return Counter(to for to, _ in wire.taken)


def test_everybody_once_in_order(world: World) -> None:
    """Without trouble each reader is told once, in order, with the promised id."""
    job = due(world, 600)

    async def go() -> None:
        wire = FakeWire()
        async with working(world, wire):
            await until(over(world, job))
        assert [to for to, _ in wire.taken] == readers(600)
        ids = IDS.of(world.broadcast(job).key)
        assert all(identifier == ids.to(to) for to, identifier in wire.taken)

    asyncio.run(go())
    progress = world.progress(job)
    assert (progress.sent, progress.total) == (600, 600)
    assert world.get(job.id).wire_state == "sent"


def test_the_cursor_follows_the_acknowledgement(world: World) -> None:
    """Nothing is recorded before its acknowledgement, and then in order."""
    job = due(world, 100)

    async def go() -> None:
        wire = FakeWire(hold=True)
        async with working(world, wire, window=40):
            await until(lambda: len(wire.taken) == 40)
            assert world.progress(job).sent == 0
            wire.acknowledge(1)
            await until(lambda: world.progress(job).sent == 10)
            await until(lambda: len(wire.taken) == 50)
            wire.hold = False
            wire.acknowledge()
            await until(over(world, job))
        assert told(wire) == Counter(readers(100))

    asyncio.run(go())


def test_a_later_acknowledgement_waits_for_the_earlier(world: World) -> None:
    """Of two writes the second's acknowledgement alone moves no cursor."""
    job = due(world, 100)

    async def go() -> None:
        wire = FakeWire(hold=True)
        async with working(world, wire, window=40):
            await until(lambda: len(wire.writes) == 4)
            first, second, *_ = wire._waiting
            second.acknowledge()
            await asyncio.sleep(0.1)
            assert world.progress(job).sent == 0
            first.acknowledge()
            await until(lambda: world.progress(job).sent == 20)

    asyncio.run(go())


def test_the_window_bounds_all_chunks(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many chunks there are, no more than a window is on its way."""
    monkeypatch.setattr("bot.service.delivery.planning.CHUNK_SIZE", 50)
    job = due(world, 200)

    async def go() -> None:
        wire = FakeWire(hold=True)
        async with working(world, wire, window=30):
            await until(lambda: len(wire.taken) >= 24)
            await asyncio.sleep(0.1)
            assert len(wire.taken) <= 30
            while not over(world, job)():
                wire.acknowledge()
                await asyncio.sleep(0.005)
        assert wire.most <= 30
        assert told(wire) == Counter(readers(200))

    asyncio.run(go())


@pytest.mark.parametrize("known", [True, False])
def test_a_lost_stream(world: World, known: bool) -> None:
    """What is known to be handled is not repeated; the rest is, with equal ids."""
    job = due(world, 100)
    losses = [Loss(taken=7, known=known)]

    def fate(_: Sequence[Delivery]) -> Loss | None:
        return losses.pop() if len(wire.taken) >= 30 and losses else None

    wire = FakeWire()

    async def go() -> None:
        wire.fate = fate
        async with working(world, wire, window=40):
            await until(over(world, job))

    asyncio.run(go())
    assert set(told(wire)) == set(readers(100))
    repeats = [to for to, times in told(wire).items() if times > 1]
    assert len(repeats) <= (0 if known else 40)
    assert len(set(wire.taken)) == 100
    assert world.progress(job).sent == 100


class Slow(SqlDatabase):
    """A database that commits nothing while it is held."""

    def __init__(self, world: World) -> None:
        super().__init__(world.url, world.policy.addresses.own)
        self.may_run = asyncio.Event()

    async def run(self, use_case: Callable[[UnitOfWork, *Ts], T], *args: *Ts) -> T:
        await self.may_run.wait()
        return await super().run(use_case, *args)


def test_a_lost_stream_that_is_up_again_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow record of what came before the loss makes nobody be told twice."""
    monkeypatch.setattr("tests.fakes.RECONNECT", 0)
    job = due(world, 100)
    slow = Slow(world)

    def fate(_: Sequence[Delivery]) -> Loss | None:
        if len(wire.writes) == 1:
            slow.may_run.clear()
            return None
        return Loss(taken=7, known=True) if len(wire.writes) == 2 else None

    wire = FakeWire(fate)

    async def go() -> None:
        slow.may_run.set()
        async with working(world, wire, window=40, database=slow):
            await until(lambda: wire.losses == 1 and wire.is_ready)
            await asyncio.sleep(0.1)  # for what should not come
            assert wire.writes == [10, 10]
            slow.may_run.set()
            await until(over(world, job))

    asyncio.run(go())
    slow.close()
    assert told(wire) == Counter(readers(100))


def test_written_while_the_connection_is_down(world: World) -> None:
    """A write that fails at once loses nobody."""
    job = due(world, 50)

    async def go() -> None:
        wire = FakeWire(hold=True)
        async with working(world, wire, window=20):
            await until(lambda: len(wire.taken) == 20)
            wire.down()
            await asyncio.sleep(0.05)
            assert len(wire.taken) == 20
            wire.hold = False
            wire.up()
            await until(over(world, job))
        assert set(told(wire)) == set(readers(50))
        assert sum(told(wire).values()) <= 50 + 20

    asyncio.run(go())
    assert world.progress(job).sent == 50


def test_a_restart_goes_on_at_the_cursor(world: World) -> None:
    """A new process sends what was not recorded, and nothing else."""
    job = due(world, 100)

    async def go() -> None:
        first = FakeWire(hold=True)
        async with working(world, first, window=40):
            await until(lambda: len(first.taken) == 40)
            first.acknowledge(2)
            await until(lambda: world.progress(job).sent == 20)
        await world.database.run(lambda unit: unit.chunks.release("w"))
        second = FakeWire()
        async with working(world, second, name="x"):
            await until(over(world, job))
        assert [to for to, _ in second.taken] == readers(100)[20:]
        assert set(first.taken) | set(second.taken) >= set(second.taken)
        assert len(set(first.taken) | set(second.taken)) == 100

    asyncio.run(go())


def test_who_left_is_passed_over(world: World) -> None:
    """Readers that left since the due moment are skipped, and counted so."""
    job = due(world, 10)
    world.clock.advance(seconds=1)
    admin = world.caller(ADMIN)
    for jid in readers(10)[:5]:
        world.do(world.enrolling.remove, admin, "news", jid)

    async def go() -> None:
        wire = FakeWire()
        async with working(world, wire):
            await until(over(world, job))
        assert [to for to, _ in wire.taken] == readers(10)[5:]

    asyncio.run(go())
    progress = world.progress(job)
    assert (progress.sent, progress.skipped, progress.total) == (5, 5, 10)


class Flaky(SqlDatabase):
    """A database that is away while `away` is set."""

    away = False
    refused = 0

    async def run(self, use_case: Callable[[UnitOfWork, *Ts], T], *args: *Ts) -> T:
        if self.away:
            self.refused += 1
            raise Unavailable(Phrase("away"))
        return await super().run(use_case, *args)


def test_the_database_is_away_for_a_while(world: World) -> None:
    """What was acknowledged meanwhile is recorded later; nobody is told twice."""
    job = due(world, 60)
    flaky = Flaky(world.url, world.policy.addresses.own)

    async def go() -> None:
        wire = FakeWire(hold=True)
        async with working(world, wire, window=20, database=flaky):
            await until(lambda: len(wire.taken) == 20)
            flaky.away = True
            wire.hold = False
            wire.acknowledge()
            await until(lambda: flaky.refused >= 2)
            flaky.away = False
            await until(over(world, job))
        assert set(told(wire)) == set(readers(60))
        assert max(told(wire).values()) == 1

    asyncio.run(go())
    flaky.close()
    assert world.progress(job).sent == 60


def test_the_rate_is_kept(world: World) -> None:
    """By the loop's own clock no more leaves than burst and rate allow."""
    job = due(world, 60)

    async def go() -> None:
        loop = asyncio.get_running_loop()
        at: list[tuple[float, int]] = []

        def fate(deliveries: Sequence[Delivery]) -> None:
            at.append((loop.time(), len(deliveries)))

        wire = FakeWire(fate)
        start = loop.time()
        async with working(world, wire, rate=100):
            await until(over(world, job))
        written = 0
        for moment, count in at:
            written += count
            assert written <= 10 + 100 * (moment - start) + 1

    asyncio.run(go())


def test_a_bounce_is_written_no_later_than_its_acknowledgement(world: World) -> None:
    """The transaction that moves the cursor holds the bounces that came before."""
    job = due(world, 10)

    async def go() -> None:
        wire = FakeWire(hold=True)
        async with working(world, wire) as worker:
            await until(lambda: len(wire.taken) == 10)
            key = world.broadcast(job).key
            gone = readers(10)[3]
            worker.ledger.bounced(
                Bounce(
                    broadcast_key=key,
                    jid=gone,
                    condition="forbidden",
                    error_type="auth",
                )
            )
            wire.acknowledge()
            await until(over(world, job))
        progress = world.progress(job)
        assert (progress.sent, progress.failed) == (9, 1)

    asyncio.run(go())


def test_a_repeat_goes_out_with_the_same_id(world: World) -> None:
    """What bounced for a while is written again, as the same message."""
    job = due(world, 3)
    far = readers(3)[1]

    async def go() -> None:
        wire = FakeWire()
        async with working(world, wire) as worker:
            await until(lambda: len(wire.taken) == 3)
            worker.ledger.bounced(
                Bounce(
                    broadcast_key=world.broadcast(job).key,
                    jid=far,
                    condition="remote-server-timeout",
                    error_type="wait",
                )
            )
            await until(lambda: len(world.exceptions(job)) == 1)
        world.clock.advance(minutes=2)
        async with working(world, wire):
            await until(lambda: len(wire.taken) == 4)
            await until(lambda: world.exceptions(job)[0].kind == "deferred")
        assert wire.taken[3] == wire.taken[1]

    asyncio.run(go())


def test_what_cannot_be_written_fails_its_reader(world: World) -> None:
    """A message that cannot become a stanza is recorded, and does not block."""
    job = due(world, 3)

    class Picky(FakeWire):
        def stencil(self, announcement: Announcement) -> Stencil:
            raise StencilError(Phrase("no XML: {job}", job=announcement.job))

    async def go() -> None:
        async with working(world, Picky()):
            await until(over(world, job), 10)

    asyncio.run(go())
    assert world.states(job) == [("failed", None)]
    assert world.progress(job).failed == 3


@pytest.mark.parametrize("written", ["a b@", "a\x01b@example.org", "\u1d3foot@x.test"])
def test_what_is_no_address_fails_alone(
    world: World, tmp_path: Path, written: str
) -> None:
    """Nothing is written to it, for a server may close the stream over that."""
    job = due(world, 3)
    wire = FakeWire()

    async def go() -> None:
        async with working(world, wire):
            await until(over(world, job), 10)

    with spoilt(f"sqlite:///{tmp_path}/carillon.db", "subscriber.jid", written):
        asyncio.run(go())
    assert len(wire.taken) == 2
    [failed] = world.exceptions(job)
    assert (failed.jid, failed.condition) == (written, "jid-malformed")
