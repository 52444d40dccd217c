"""Messages that are returned by the thousand: bounded, and nobody else waits."""

import asyncio

from bot.engine.bounces import MAX_OF_ONE, Bounces
from bot.engine.ledger import BOUNCES_PER_TRANSACTION, Ledger
from bot.service.delivery.jobs import Step
from bot.service.delivery.outcomes import Bounce
from tests.engine.worker import due, readers, watched
from tests.world import World


def a_bounce(key: str, jid: str, condition: str = "forbidden") -> Bounce:
    return Bounce(broadcast_key=key, jid=jid, condition=condition, error_type="auth")


def test_one_waits_for_each_delivery() -> None:
    """Of one message the newest bounce waits, before and after one was taken."""
    bounces = Bounces()
    for _ in range(2):
        for condition in ("gone", "forbidden"):
            for _ in range(1000):
                bounces.add(a_bounce("key", "a@example.org", condition))
        assert len(bounces) == 1
        assert [one.condition for one in bounces.oldest(9)] == ["forbidden"]
    assert len(bounces) == 0


def test_one_reader_has_a_share() -> None:
    """However many messages a reader returns, others' bounces have room."""
    bounces = Bounces(max_waiting=2 * MAX_OF_ONE)
    for number in range(10 * MAX_OF_ONE):
        bounces.add(a_bounce(f"key{number}", "a@example.org"))
    assert len(bounces) == MAX_OF_ONE
    bounces.add(a_bounce("key", "b@example.org"))
    taken = bounces.of({"key"}, 9)
    assert [one.jid for one in taken] == ["b@example.org"]


def test_a_first_bounce_has_precedence() -> None:
    """Where all is full, what bounced before makes room for what did not."""
    bounces = Bounces(max_waiting=3)
    for jid in readers(3):
        bounces.add(a_bounce("old", jid))
    bounces.oldest(3)
    for jid in readers(4):
        bounces.add(a_bounce("old", jid))
    assert bounces.dropped == 1
    bounces.add(a_bounce("old", "r0@example.org"))
    assert len(bounces) == 3
    assert [one.jid for one in bounces.oldest(1)] == ["r3@example.org"]


def test_what_is_known_of_old_ones_is_bounded() -> None:
    """Of very many deliveries the oldest bounces are forgotten."""
    bounces = Bounces(max_known=10)
    for jid in readers(100):
        bounces.add(a_bounce("key", jid))
    assert len(bounces.oldest(100)) == 100
    assert len(bounces._known) == 10


def test_a_step_waits_for_its_own_bounces_only(world: World) -> None:
    """Thousands that come back of other broadcasts, and again and again of this one,
    are recorded behind an announcement's step, a slice between two steps.
    """
    old, job = due(world, 100), due(world, 0)
    old_key, key = world.broadcast(old).key, world.broadcast(job).key
    recorded: list[tuple[int, int]] = []

    async def go() -> None:
        progress = watched(world, recorded)
        ledger = Ledger(world.database, progress, "w")
        jobs = [await world.database.run(progress.claim, "w") for _ in range(2)]
        [chunk] = [one.chunk for one in jobs if one and one.broadcast.key == key]
        ledger.bounced(a_bounce(key, "r7@example.org"))
        for _ in range(200):
            for jid in readers(100):
                ledger.bounced(a_bounce(old_key, jid))
        step = Step(chunk_id=chunk.id, broadcast_key=key, through=1, done=1)
        done = asyncio.create_task(ledger.record(step))
        await asyncio.sleep(0)
        await ledger.flush()
        assert await done

    asyncio.run(go())
    assert recorded[0] == (1, 1)
    assert recorded[1:] == [(0, BOUNCES_PER_TRANSACTION)] * 5
    assert world.progress(old).failed == 100


def test_a_repeat_of_what_is_known_changes_nothing(world: World) -> None:
    """What has failed is neither written nor locked for a bounce that says so."""
    job = due(world, 1)
    key = world.broadcast(job).key
    world.do(world.outcomes.bounced, a_bounce(key, "r0@example.org"))
    before = world.exceptions(job)
    again = [a_bounce(key, "r0@example.org", "gone")]
    assert world.do(world.outcomes.broadcasts_of, again) == set()
    world.do(world.chunk_progress.record, "w", [], again)
    assert world.exceptions(job) == before
