"""What has gone out, or still does, is corrected and withdrawn: who gets what."""

import asyncio
from collections.abc import Callable

import pytest

from bot.domain.amendment import Amendment
from bot.domain.broadcast import BroadcastState, ExceptionKind
from bot.domain.errors import Finished
from bot.domain.lists import Preferences
from bot.domain.schedule import Origin, Schedule, ScheduleState, ToldAudience
from bot.domain.send_window import SendWindow, WindowZone, read
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.requests.correcting import Retraction
from tests.engine.inboxes import InboxWire, correct, retract, said
from tests.engine.worker import due, over, readers, until, working
from tests.fakes import FakeWire
from tests.world import ADMIN, World, a_list

CORRECT, RETRACT = Amendment.CORRECT, Amendment.RETRACT
OLD, NEW = ("Hello", None), ("Goodbye", None)
CORRECTED = ("Goodbye", CORRECT)


def sent(world: World, count: int, wire: FakeWire) -> Schedule:
    job = due(world, count)

    async def go() -> None:
        async with working(world, wire):
            await until(over(world, job))

    asyncio.run(go())
    return job


def draft_of_retraction(world: World, job: Schedule) -> Retraction:
    return world.do(
        world.use_cases.correcting.draft_retraction,
        world.caller(ADMIN),
        world.broadcast(job).id,
    )


def planned(world: World, amendment: Schedule) -> Callable[[], bool]:
    """Whether it goes out by now; time passes while it is asked."""

    def look() -> bool:
        if world.get(amendment.id).state is not ScheduleState.PENDING:
            return True
        world.clock.advance(seconds=1)
        world.plan()
        return False

    return look


def carried_out(world: World, amendment: Schedule, wire: FakeWire) -> None:
    async def go() -> None:
        async with working(world, wire):
            await until(planned(world, amendment))
            await until(over(world, amendment))

    asyncio.run(go())


def test_what_is_over_is_corrected(world: World) -> None:
    """Everybody gets it anew, with the id of what he had; a second one too."""
    wire = InboxWire()
    job = sent(world, 5, wire)
    carried_out(world, correct(world, job, "Goodbye"), wire)
    carried_out(world, correct(world, job, "So long"), wire)
    for jid in readers(5):
        assert wire.read(jid) == [OLD, CORRECTED, ("So long", CORRECT)]
    wire.check_ids()


def test_what_is_over_is_withdrawn(world: World) -> None:
    wire = InboxWire()
    job = sent(world, 3, wire)
    amendment = retract(world, job)
    carried_out(world, amendment, wire)
    words = "The message “Hello” of 2026-03-01 12:00 UTC is withdrawn."
    for jid in readers(3):
        assert wire.read(jid) == [OLD, (words, RETRACT)]
    wire.check_ids()
    with pytest.raises(Finished):
        correct(world, job, "Goodbye")
    assert world.broadcast(amendment).state is BroadcastState.SENT
    assert world.broadcast(job).state is BroadcastState.SENT


def test_no_link_is_shown_once_more(world: World) -> None:
    """What is withdrawn is named by how it began, a wall time and all, up to there."""
    wire = InboxWire()
    job = sent(world, 1, wire)
    (jid,) = readers(1)
    carried_out(
        world, correct(world, job, "At 22:00 see https://example.net/x now"), wire
    )
    carried_out(world, retract(world, job), wire)
    words, amends = wire.read(jid)[-1]
    assert words.startswith("The message “At 22:00 see …” of 2026-03-01 12:00 UTC is")
    assert amends is RETRACT


@pytest.mark.parametrize("corrections", [True, False])
def test_corrected_then_withdrawn(world: World, corrections: bool) -> None:
    """The last word is about the corrections, too; where clients know neither, each
    comes as a message of its own.
    """
    world.do(lambda unit: unit.lists.declare([a_list(corrections=corrections)]))
    wire = InboxWire()
    job = sent(world, 1, wire)
    (jid,) = readers(1)
    carried_out(world, correct(world, job, "Goodbye"), wire)
    before = draft_of_retraction(world, job)
    carried_out(world, retract(world, job), wire)
    after = draft_of_retraction(world, job)
    words = "“Goodbye” of 2026-03-01 12:00 UTC is withdrawn, with its corrections."
    assert wire.read(jid) == [
        OLD,
        CORRECTED if corrections else NEW,
        (f"The message {words}", RETRACT if corrections else None),
    ]
    assert len({one.id for one in wire.inboxes[jid]}) == 3
    # and that is what whoever decides on it is shown, and looks at later
    assert (before.changes, after.changes) == (True, False)
    for draft in (before, after):
        assert [one.body for one in draft.texts] == [wire.read(jid)[-1][0]]


def test_who_was_not_reached(world: World) -> None:
    """Who failed, and who left since, is not told what he never heard of."""
    wire = InboxWire()
    job = sent(world, 4, wire)
    failed, left = readers(2)
    world.came_back(world.broadcast(job).key, failed, "forbidden")
    world.do(world.use_cases.joining.leave, world.caller(left), "news")
    carried_out(world, correct(world, job, "Goodbye"), wire)
    assert [wire.read(jid)[1:] for jid in readers(4)] == [
        [],
        [],
        [CORRECTED],
        [CORRECTED],
    ]


def test_who_was_told_again_since(world: World) -> None:
    """What is said to its readers does not reach him to whom it bounced, also once it
    is repeated; so nothing that corrects that does.
    """
    wire = InboxWire()
    job = sent(world, 2, wire)
    jid, other = readers(2)
    broadcast = world.broadcast(job)
    world.came_back(broadcast.key, jid, "remote-server-timeout")
    told = ToldAudience(broadcast_id=broadcast.id, list_name="news")
    word = world.do(_word, world, told)
    carried_out(world, word, wire)
    world.clock.advance(minutes=2)
    asyncio.run(_repeated(world, job, wire))
    carried_out(world, correct(world, word, "As said"), wire)
    assert wire.read(jid) == [OLD]
    assert wire.read(other) == [OLD, ("A word", None), ("As said", CORRECT)]


async def _repeated(world: World, job: Schedule, wire: InboxWire) -> None:
    async with working(world, wire):
        await until(
            lambda: (
                [one.kind for one in world.exceptions(job)] == [ExceptionKind.DEFERRED]
            )
        )


def _word(unit: UnitOfWork, world: World, told: ToldAudience) -> Schedule:
    """To those alone whom something reached."""
    return world.use_cases.amending.tell(
        unit,
        ADMIN,
        said("A word"),
        told,
        topic=None,
        timezone="UTC",
        at=world.clock.now(),
        expires_at=None,
        client_id="word",
        origin=Origin.COMMAND,
    )


def test_in_the_middle(world: World) -> None:
    """Who was written to gets old and correction, who was not the new text alone."""
    job = due(world, 300)

    async def go() -> None:
        wire = InboxWire(hold=True)
        async with working(world, wire, window=40):
            await until(lambda: len(wire.taken) == 40)
            amendment = correct(world, job, "Goodbye")
            before = [jid for jid, _ in wire.taken]
            wire.hold = False
            wire.acknowledge()
            await until(planned(world, amendment))
            await until(over(world, job))
            await until(over(world, amendment))
        had = [jid for jid, got in wire.inboxes.items() if got[0].body == "Hello"]
        assert set(before) <= set(had)
        assert len(had) <= 80  # what was written until the record was answered
        for jid in readers(300):
            assert wire.read(jid) == ([OLD, CORRECTED] if jid in had else [NEW])
        wire.check_ids()
        assert world.progress(job).sent == 300
        assert world.progress(amendment).sent == len(had)

    asyncio.run(go())


def test_the_stream_is_lost_in_the_middle(world: World) -> None:
    """What nobody can tell of is repeated as it was, and then corrected."""
    job = due(world, 100)

    async def go() -> None:
        wire = InboxWire(hold=True)
        async with working(world, wire, window=40):
            await until(lambda: len(wire.taken) == 40)
            amendment = correct(world, job, "Goodbye")
            wire.down()
            wire.hold = False
            wire.up()
            await until(planned(world, amendment))
            await until(over(world, job))
            await until(over(world, amendment))
        for number, jid in enumerate(readers(100)):
            assert wire.read(jid) == ([OLD, CORRECTED] if number < 40 else [NEW])
        wire.check_ids()

    asyncio.run(go())


def test_a_worker_dies_in_the_middle(world: World) -> None:
    """Its successor repeats a window as it was, and corrects that."""
    job = due(world, 100)
    wire = InboxWire(hold=True)

    async def first() -> None:
        async with working(world, wire, window=40, name="dead"):
            await until(lambda: len(wire.taken) == 40)
            wire.acknowledge(2)
            await until(lambda: world.chunks(job)[0].done == 20)

    asyncio.run(first())
    taken = {jid for jid, _ in wire.taken}
    amendment = correct(world, job, "Goodbye")
    world.do(lambda unit: unit.chunks.bereave("dead"))

    async def second() -> None:
        wire.hold = False
        async with working(world, wire, window=40, name="next"):
            await until(planned(world, amendment))
            await until(over(world, job))
            await until(over(world, amendment))

    asyncio.run(second())
    for number, jid in enumerate(readers(100)):
        had = number < 20 + 40  # a window beyond the cursor
        assert wire.read(jid) == ([OLD, CORRECTED] if had else [NEW])
        assert had or jid not in taken
    wire.check_ids()


def test_withdrawn_in_the_middle(world: World) -> None:
    """Whoever it reached hears of it, and nobody else hears anything."""
    job = due(world, 200)

    async def go() -> None:
        wire = InboxWire(hold=True)
        async with working(world, wire, window=40):
            await until(lambda: len(wire.taken) == 40)
            amendment = retract(world, job)
            wire.hold = False
            wire.acknowledge()
            await until(planned(world, amendment))
            await until(over(world, amendment))
        for got in wire.inboxes.values():
            assert [one.amends for one in dict.fromkeys(got)] == [None, RETRACT]
        assert 40 <= len(wire.inboxes) <= 80
        wire.check_ids()
        assert world.broadcast(job).state is BroadcastState.STOPPED

    asyncio.run(go())


def test_a_worker_dies_by_the_readers_own_clocks(world: World) -> None:
    """Who was written to beyond the cursor is anybody of the chunk whose clock allowed
    it: the dead worker's window says nothing of how far it came.
    """
    hours = SendWindow(read("09:00-20:00"), WindowZone.READER)
    world.do(lambda unit: unit.lists.declare([a_list(send_window=hours)]))
    count, awake = 40, readers(40)[30:]
    world.subscribe(*readers(count))
    for jid in readers(count)[:30]:  # it is 21:00 there
        world.do(_lives_in, jid, "Asia/Tokyo")
    job = world.due()
    wire = InboxWire(hold=True)

    async def first() -> None:
        async with working(world, wire, window=10, name="dead"):
            await until(lambda: {to for to, _ in wire.taken} >= set(awake[:2]))

    asyncio.run(first())
    had = {jid for jid, _ in wire.taken}
    amendment = correct(world, job, "Goodbye")
    world.do(lambda unit: unit.chunks.bereave("dead"))

    async def second() -> None:
        wire.hold = False
        async with working(world, wire, window=10, name="next"):
            await until(planned(world, amendment))
            await until(lambda: world.progress(amendment).sent >= len(had))

    asyncio.run(second())
    assert all(wire.read(jid) == [OLD, CORRECTED] for jid in had)
    wire.check_ids()


def _lives_in(unit: UnitOfWork, jid: str, zone: str) -> None:
    found = unit.subscribers.get(jid)
    assert found is not None
    unit.subscribers.prefer(found.id, Preferences(timezone=zone))
