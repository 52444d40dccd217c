"""Bounces that come after the acknowledgement of what bounced."""

import asyncio

from bot.service.outcomes import Bounce
from tests.engine.test_pipe import due, over, readers
from tests.engine.worker import until, working
from tests.fakes import FakeWire
from tests.world import World


def test_a_broadcast_is_judged_once_its_bounces_are_back(world: World) -> None:
    """Where all bounce behind the acknowledgement, the announcement has failed."""
    job = due(world, 3)
    key = world.broadcast(job).key

    async def go() -> None:
        wire = FakeWire()
        async with working(world, wire) as worker:

            def come_back() -> None:
                for jid in readers(3):
                    worker.ledger.bounced(
                        Bounce(
                            broadcast_key=key,
                            jid=jid,
                            condition="forbidden",
                            error_type="auth",
                        )
                    )

            wire.on_echo = come_back
            await until(over(world, job))

    asyncio.run(go())
    assert world.get(job.id).wire_state == "failed"
    assert world.progress(job).failed == 3
