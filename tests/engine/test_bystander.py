"""What waits since others hold its rows is noticed."""

import asyncio
import contextlib

import pytest

from bot.domain.errors import Unavailable
from bot.engine.bystander import LOOK_SECONDS, Bystander
from tests.servers.postgresql import PostgreSQL
from tests.store.copies import migrated
from tests.store.holding import foreign, impatiently
from tests.world import World


@pytest.mark.postgres
def test_a_row_that_others_hold(postgresql: PostgreSQL) -> None:
    """A due announcement whose row somebody holds is passed over by the planner; at the
    second look it is told who holds it. Once it is free, nothing is in the way.
    """
    url = postgresql.database("bystander")
    migrated(url)
    with contextlib.closing(World(impatiently(url))) as world:
        job = world.schedule(delay_seconds="1")
        world.clock.advance(seconds=2)
        bystander = Bystander(world.database, world.clock)

        async def look() -> float:
            return await bystander.step()

        with foreign(url, "SELECT * FROM schedule FOR UPDATE") as other:
            assert world.plan() == 0
            assert asyncio.run(look()) == LOOK_SECONDS
            with pytest.raises(Unavailable, match="held up by session"):
                asyncio.run(look())
            assert world.database.held_up is not None
            other.rollback()
            assert asyncio.run(look()) == LOOK_SECONDS
        world.plan_all()
        assert world.states(job) == [("sent", None)]  # to nobody
        assert asyncio.run(look()) == LOOK_SECONDS
