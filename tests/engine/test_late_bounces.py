"""Bounces that come after the acknowledgement of what bounced."""

import asyncio

import pytest

from bot.service.delivery.outcomes import Bounce
from tests.engine.worker import due, over, readers, until, working
from tests.fakes import FakeWire
from tests.world import ADMIN, World


@pytest.mark.parametrize("left", [(), ("r2@example.org",)])
def test_a_broadcast_is_judged_once_its_bounces_are_back(
    world: World, left: tuple[str, ...]
) -> None:
    """Where all bounce behind the acknowledgement, the announcement has failed; also
    where the last page has nobody to tell any more.
    """
    job = due(world, 3)
    key = world.broadcast(job).key
    stay = [jid for jid in readers(3) if jid not in left]
    world.clock.advance(seconds=1)
    for jid in left:
        world.do(world.enrolling.remove, world.caller(ADMIN), "news", jid)

    async def go() -> None:
        wire = FakeWire()
        # a page holds one reader
        async with working(world, wire, window=1) as worker:

            def come_back() -> None:
                for jid in stay:
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
    assert world.progress(job).failed == len(stay)
