"""Limits where several ask, or plan, at the same moment."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.access import Access
from bot.domain.errors import PolicyViolation
from bot.service.ports.schedules import ScheduleFilter
from bot.service.ports.unit_of_work import UnitOfWork
from tests.servers.postgresql import PostgreSQL
from tests.service.test_limits import OTHER, with_limits
from tests.store.copies import migrated
from tests.world import ADMIN, NOON, PUBLISHER, World, a_list, a_policy


def at_once(count: int, work: Any) -> list[Any]:
    """What `work(number)` gives in each of so many threads that begin together."""
    together = threading.Barrier(count)

    def begin(number: int) -> Any:
        together.wait(20)
        return work(number)

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(begin, range(count)))


@pytest.mark.postgres
def test_pending_at_once(postgresql: PostgreSQL) -> None:
    """Requests that come in at once over several processes never exceed the limit."""
    url = postgresql.database("pending_at_once")
    migrated(url)
    limits = with_limits(pending=5, deliveries_per_day=0)
    worlds = [World(url, policy=a_policy(limits=limits)) for _ in range(4)]

    def ask(number: int) -> int:
        done = 0
        for _ in range(5):
            try:
                worlds[number].schedule(PUBLISHER)
            except PolicyViolation:
                continue
            done += 1
        return done

    try:
        assert sum(at_once(4, ask)) == 5
        wanted = ScheduleFilter(owner=PUBLISHER)
        assert worlds[0].do(lambda uow: uow.schedules.count(wanted)) == 5
    finally:
        for world in worlds:
            world.close()


@pytest.mark.postgres
def test_deliveries_at_once(
    postgresql: PostgreSQL, caplog: pytest.LogCaptureFixture
) -> None:
    """Planners that work at once send no more of anybody than a day has room for, and
    none has to be started again.
    """
    url = postgresql.database("deliveries_at_once")
    migrated(url)
    access = Access(
        admins=frozenset({ADMIN}),
        publishers=frozenset({PUBLISHER, OTHER}),
        domains=frozenset({"example.org"}),
    )

    def world_of(limit: int) -> World:
        limits = with_limits(deliveries_per_day=limit)
        world = World(url, policy=a_policy(limits=limits, access=access))
        speakers = frozenset({PUBLISHER, OTHER})
        world.do(lambda uow: uow.lists.declare([a_list(publishers=speakers)]))
        return world

    first = world_of(0)
    for number in range(40):
        # each planner's batch begins with another owner
        owner = (PUBLISHER, OTHER)[(number + number // 10) % 2]
        first.schedule(owner, deliver_at=f"2026-03-01T13:00:{number:02}Z")
    worlds = [world_of(3) for _ in range(2)]
    for world in worlds:
        world.clock.advance(hours=1, minutes=1)
    try:
        with caplog.at_level("INFO", "bot.store.database"):
            at_once(2, lambda number: [worlds[number].plan() for _ in range(6)])
        assert caplog.messages == []
        assert [first.do(sent_that_day, one) for one in (PUBLISHER, OTHER)] == [3, 3]
    finally:
        for world in (first, *worlds):
            world.close()


def sent_that_day(uow: UnitOfWork, owner: str) -> int:
    start = NOON.replace(hour=0)
    return uow.broadcasts.count(owner, start, start + timedelta(days=1))
