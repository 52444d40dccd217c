"""What was learnt, in transactions that stay short."""

import asyncio

from bot.engine.ledger import BOUNCES_PER_TRANSACTION, Ledger
from bot.service.delivery.jobs import Step
from bot.service.delivery.outcomes import Bounce
from tests.engine.worker import due, readers, watched
from tests.world import World


def test_bounces_are_written_a_few_at_a_time(world: World) -> None:
    """Thousands at once are no one long transaction, and come before the cursor."""
    job = due(world, 100)
    key = world.broadcast(job).key
    recorded: list[tuple[int, int]] = []

    async def go() -> None:
        progress = watched(world, recorded)
        ledger = Ledger(world.database, progress, "w")
        claimed = await world.database.run(progress.claim, "w")
        assert claimed is not None
        for jid in readers(70):
            ledger.bounced(
                Bounce(
                    broadcast_key=key, jid=jid, condition="forbidden", error_type="auth"
                )
            )
        last = claimed.chunk.last
        chunk_id = claimed.chunk.id
        step = Step(chunk_id=chunk_id, broadcast_key=key, through=last, done=100)
        done = asyncio.create_task(ledger.record(step))
        await asyncio.sleep(0)
        await ledger.flush()
        assert not await done

    asyncio.run(go())
    assert max(bounces for _, bounces in recorded) <= BOUNCES_PER_TRANSACTION
    assert [steps for steps, _ in recorded] == [0] * (len(recorded) - 1) + [1]
    assert sum(bounces for _, bounces in recorded) == 70
    assert world.progress(job).failed == 70
