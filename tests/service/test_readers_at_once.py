"""What two transactions do with one reader at the same moment, on PostgreSQL."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from bot.domain.broadcast import ExceptionKind
from bot.domain.lists import EndReason
from bot.domain.people import Person
from bot.service.delivery import closing
from bot.service.ports.unit_of_work import UnitOfWork
from tests.servers.postgresql import PostgreSQL
from tests.service.test_lock_order import (
    WAITING,
    A,
    at_once,
    bounce,
    bounced,
    claimed,
    last_step,
)
from tests.store.copies import migrated
from tests.world import ADMIN, SERVICE, World

pytestmark = pytest.mark.postgres


@pytest.fixture
def world(postgresql: PostgreSQL, request: pytest.FixtureRequest) -> Iterator[World]:
    """On PostgreSQL, with a reader."""
    url = postgresql.database(re.sub(r"\W", "_", request.node.name))
    migrated(url)
    found = World(url)
    found.subscribe(A)
    yield found
    found.close()


def beside(
    world: World,
    first: Callable[[UnitOfWork], Any],
    second: Callable[[UnitOfWork], Any],
) -> None:
    """The second waits for the first, which has written and is not committed yet."""
    engine = sa.create_engine(world.url, isolation_level="AUTOCOMMIT")
    written = threading.Event()
    deadline = time.monotonic() + 30

    def slow(unit: UnitOfWork) -> None:
        first(unit)
        written.set()
        with engine.connect() as looking:
            while not looking.execute(WAITING).scalar_one():
                assert time.monotonic() < deadline
                time.sleep(0.01)

    with ThreadPoolExecutor(2) as threads:
        earlier = threads.submit(world.do, slow)
        assert written.wait(30)
        later = threads.submit(world.do, second)
        earlier.result(60)
        later.result(60)
    engine.dispose()


def test_each_bounce_counts(world: World) -> None:
    """Of bounces of one reader that are recorded at once each raises the score."""
    jobs = []
    for _ in range(4):
        world.due()
        jobs.append(claimed(world))
    for job in jobs:
        world.do(world.chunk_progress.record, "w", [last_step(job)], [])
    record = world.chunk_progress.record
    away = [bounce(job, "recipient-unavailable") for job in jobs]
    gone = [replace(one, error_type="cancel") for one in away]
    at_once(world, *((record, "w", [], [one]) for one in gone))
    found = world.do(lambda unit: unit.subscribers.get(A))
    assert found is not None
    assert found.score.value == len(jobs)


def test_a_bounce_is_not_written_over(world: World) -> None:
    """A repeat that bounced before it was recorded as written stays as it bounced."""
    world.due()
    job = bounced(world)
    world.clock.advance(hours=1)
    [claim] = world.do(world.outcomes.retries, 10)
    failed = replace(claim, kind=ExceptionKind.FAILED, next_at=None)

    def bounces(unit: UnitOfWork) -> None:
        closing.hold(unit, {job.broadcast.id})
        unit.exceptions.put([failed])

    beside(world, bounces, lambda unit: world.outcomes.repeated(unit, [claim]))
    assert world.do(lambda unit: unit.exceptions.get(job.broadcast.id, A)) == failed


def test_who_leaves_is_not_imported(world: World) -> None:
    """An import beside a leave, whichever is first, does not put its reader back."""
    admin, person = world.caller(ADMIN), Person(A)

    def put(unit: UnitOfWork) -> None:
        put = world.enrolling.put
        put(unit, admin, "news", [person], welcome=False, rejoin=False)

    def leave(unit: UnitOfWork) -> None:
        world.subscribers.leave(unit, A, f"news@{SERVICE}")

    for first, second in ((leave, put), (put, leave)):
        world.subscribe(A)
        beside(world, first, second)
        found = world.do(lambda unit: unit.subscribers.get(A))
        assert found is not None
        assert world.do(lambda unit: unit.subscriptions.of(found.id)) == []  # noqa: B023 - at once


def test_who_leaves_is_not_taken_up_again(world: World) -> None:
    """A sign of life beside a leave takes up nothing of what is left at that moment."""

    def suspend(unit: UnitOfWork) -> int:
        found = unit.subscribers.get(A)
        assert found is not None
        unit.subscriptions.end(found.id, EndReason.SUSPENDED, world.clock.now())
        return found.id

    number = world.do(suspend)
    beside(
        world,
        lambda unit: world.subscribers.leave(unit, A, f"news@{SERVICE}"),
        lambda unit: world.subscribers.alive(unit, A, None),
    )
    assert world.do(lambda unit: unit.subscriptions.of(number)) == []
    assert world.do(lambda unit: unit.subscriptions.suspended(number)) == []
