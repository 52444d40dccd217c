"""Recording, cancelling and stopping at once, on PostgreSQL."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from bot.domain.errors import CarillonError, Finished
from bot.domain.schedule import ScheduleState
from bot.service.delivery.jobs import Step
from bot.service.requests.request import ScheduleChange
from bot.store import upgrade
from tests.servers.postgresql import PostgreSQL
from tests.world import ADMIN, World, numbered

ROUNDS = 15
_DEADLOCKS = sa.text(
    "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
)


def at_once(world: World, *cases: tuple[Callable[..., Any], *tuple[Any, ...]]) -> None:
    gate = threading.Barrier(len(cases))
    failed: list[CarillonError] = []

    def go(use_case: Callable[..., Any], *arguments: Any) -> None:
        gate.wait(30)
        try:
            world.do(use_case, *arguments)
        except Finished:
            pass  # another was first
        except CarillonError as error:
            failed.append(error)

    threads = [threading.Thread(target=go, args=case) for case in cases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []


@pytest.mark.postgres
def test_nobody_waits_for_each_other(postgresql: PostgreSQL) -> None:
    """The last record, a cancel and a stop of one broadcast never deadlock; nor do the
    last record, an edit and a skip, of which none is lost.
    """
    url = postgresql.database("lock_order")
    upgrade.upgrade(url)
    world = World(url)
    world.subscribe("a@example.org", "b@example.org")
    admin = world.caller(ADMIN)
    for _ in range(ROUNDS):
        job = world.due()
        claimed = world.do(world.sending.claim, "w")
        assert claimed is not None
        chunk = claimed.chunk
        step = Step(chunk_id=chunk.id, through=chunk.last, done=chunk.count)
        at_once(
            world,
            (world.sending.record, "w", [step], []),
            (world.schedules.cancel, admin, numbered(job)),
            (world.broadcasts.stop, admin, claimed.broadcast.id),
        )
        assert world.get(job.id).is_final
    for _ in range(ROUNDS):
        job = world.due(recurrence="FREQ=DAILY")
        claimed = world.do(world.sending.claim, "w")
        assert claimed is not None
        chunk = claimed.chunk
        step = Step(chunk_id=chunk.id, through=chunk.last, done=chunk.count)
        change = ScheduleChange(bodies=(("en", "Hello again"),))
        at_once(
            world,
            (world.sending.record, "w", [step], []),
            (world.editing.edit, admin, numbered(job), change, None),
            (world.steering.skip, admin, numbered(job)),
        )
        after = world.get(job.id)
        assert (after.state, after.revision) == (ScheduleState.PENDING, 2)
        assert after.planned == job.planned + 1
        world.cancel(after)
    world.close()
    time.sleep(1.5)  # the server counts with a delay
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        assert connection.execute(_DEADLOCKS).scalar_one() == 0
    engine.dispose()
