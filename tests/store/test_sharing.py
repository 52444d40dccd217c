"""Several services on one database: work is shared, and nothing is lost."""

import multiprocessing
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event
from typing import TypeVar

import pytest
import sqlalchemy as sa

from bot.domain.broadcast import DeliveryException, ExceptionKind, Frozen
from bot.domain.errors import Conflict
from bot.domain.lists import EndReason, SubscriptionOrigin
from bot.service.ports.unit_of_work import UnitOfWork
from bot.store.database import SqlDatabase
from tests.store.samples import (
    MINUTE,
    NOON,
    SERVICE,
    a_schedule,
    declare,
    sending,
    subscribe,
)

T = TypeVar("T")
SPAWN = multiprocessing.get_context("spawn")


@pytest.mark.postgres
def test_planners_share_what_is_due(postgres: SqlDatabase, postgresql_url: str) -> None:
    """While one planner holds due schedules, another gets others, without waiting."""
    other = SqlDatabase(postgresql_url, SERVICE)

    def add(unit: UnitOfWork) -> None:
        for number in range(4):
            unit.schedules.add(a_schedule(f"s{number}"))

    def due(unit: UnitOfWork) -> list[str]:
        return [entry.client_id for entry in unit.schedules.due(NOON, 2)]

    def both(unit: UnitOfWork) -> list[list[str]]:
        return [due(unit), other.call(due), other.call(due)]

    postgres.call(add)
    assert postgres.call(both) == [["s0", "s1"], ["s2", "s3"], ["s2", "s3"]]
    other.close()


@pytest.mark.postgres
def test_retriers_share_what_is_due(postgres: SqlDatabase, postgresql_url: str) -> None:
    """While one process holds due retries, another gets others."""
    other = SqlDatabase(postgresql_url, SERVICE)

    def add(unit: UnitOfWork) -> None:
        broadcast = sending(unit, (0, 3, 3)).id
        unit.exceptions.put(
            [
                DeliveryException(
                    broadcast_id=broadcast, jid=f"u{number}@b",
                    kind=ExceptionKind.RETRYING, condition="gone",
                    first_at=NOON, next_at=NOON + number * MINUTE,
                )
                for number in range(3)
            ]
        )  # fmt: skip

    def due(unit: UnitOfWork) -> list[str]:
        return [entry.jid for entry in unit.exceptions.retries(NOON + MINUTE, 1)]

    postgres.call(add)
    shared = postgres.call(lambda unit: [due(unit), other.call(due)])
    assert shared == [["u0@b"], ["u1@b"]]
    other.close()


def claim_all(url: str, worker: str, start: Event, found: "Queue[int]") -> None:
    """A worker's life: claim until there is nothing left."""
    database = SqlDatabase(url, SERVICE)
    start.wait(60)
    while chunk := database.call(lambda unit: unit.chunks.claim(worker, NOON, MINUTE)):
        found.put(chunk.id)
    found.put(0)
    database.close()


def test_workers_claim_disjoint_chunks(database: SqlDatabase, url: str) -> None:
    """Processes that claim at once share the chunks: each is claimed once."""

    def add(unit: UnitOfWork) -> set[int]:
        ranges = [(number, number + 1, 1) for number in range(60)]
        one, two = sending(unit, *ranges[:30]), sending(unit, *ranges)
        return {chunk.id for it in (one, two) for chunk in unit.chunks.of(it.id)}

    wanted = database.call(add)
    start, found = SPAWN.Event(), SPAWN.Queue()
    workers = [
        SPAWN.Process(target=claim_all, args=(url, f"w{number}", start, found))
        for number in range(3)
    ]
    for worker in workers:
        worker.start()
    start.set()
    claimed = [found.get(timeout=60) for _ in range(len(wanted) + len(workers))]
    for worker in workers:
        worker.join(60)
    assert sorted(claimed) == sorted([*wanted, 0, 0, 0])


@contextmanager
def overlapping(
    database: SqlDatabase,
    first: Callable[[UnitOfWork], None],
    second: Callable[[UnitOfWork], T],
) -> Iterator[Future[T]]:
    """The future of `second`, started after `first` has written, and waiting for its
    commit, which comes at the end.
    """
    has_written, may_commit = threading.Event(), threading.Event()

    def slow(unit: UnitOfWork) -> None:
        first(unit)
        has_written.set()
        assert may_commit.wait(60)

    with ThreadPoolExecutor(2) as threads:
        writing = threads.submit(database.call, slow)
        assert has_written.wait(60)
        try:
            yield threads.submit(database.call, second)
        finally:
            may_commit.set()
        writing.result(60)


@pytest.fixture
def somebody_waits(postgresql_url: str) -> Iterator[Callable[[], None]]:
    """Returns once a transaction waits for a lock."""
    engine = sa.create_engine(postgresql_url, isolation_level="AUTOCOMMIT")
    waiting = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")

    def wait() -> None:
        for _ in range(600):
            with engine.connect() as connection:
                if connection.execute(waiting).scalar_one():
                    return
            threading.Event().wait(0.05)
        raise AssertionError("nobody waits")

    yield wait
    engine.dispose()


@pytest.mark.postgres
def test_freeze_waits_for_lower_ids(
    postgres: SqlDatabase, somebody_waits: Callable[[], None]
) -> None:
    """A writer that holds a lower id, not committed yet, is waited for and counted."""
    news = postgres.call(lambda unit: declare(unit, "news")["news"])

    def first(unit: UnitOfWork) -> None:
        subscribe(unit, news, "slow@example.org")
        postgres.call(lambda other: subscribe(other, news, "fast@example.org"))

    def freeze(unit: UnitOfWork) -> Frozen:
        return unit.audiences.freeze(news, NOON, 10)

    with overlapping(postgres, first, freeze) as frozen:
        somebody_waits()
        assert not frozen.done()
    assert frozen.result(60).total == 2


@pytest.mark.postgres
def test_services_declare_at_once(
    postgres: SqlDatabase, somebody_waits: Callable[[], None]
) -> None:
    """Services that start together with one configuration have the same lists."""

    def first(unit: UnitOfWork) -> None:
        declare(unit, "news")

    with overlapping(postgres, first, lambda unit: declare(unit, "news")) as second:
        somebody_waits()
    assert list(second.result(60)) == ["news"]


@pytest.mark.postgres
@pytest.mark.parametrize("what", ["subscriber", "subscription", "schedule", "key"])
def test_same_row_at_once(
    postgres: SqlDatabase, somebody_waits: Callable[[], None], what: str
) -> None:
    """Of two that add the same row at once the second finds the first's."""
    news = postgres.call(lambda unit: declare(unit, "news")["news"])
    ann = postgres.call(lambda unit: unit.subscribers.ensure("ann@example.org", NOON))

    def add(unit: UnitOfWork) -> object:
        if what == "subscriber":
            return unit.subscribers.ensure("bob@example.org", NOON)
        if what == "subscription":
            return unit.subscriptions.open(news, ann, SubscriptionOrigin.ADMIN, NOON)
        if what == "key":
            return unit.facts.digest_key()
        try:
            return unit.schedules.add(a_schedule())
        except Conflict:
            return unit.schedules.find("admin@example.org", "s1")

    found: list[object] = []
    with overlapping(postgres, lambda unit: found.append(add(unit)), add) as second:
        somebody_waits()
    if what == "subscription":
        assert (found, second.result(60)) == ([True], False)
    else:
        assert found == [second.result(60)]


def come_and_go(url: str, news: int, name: str, start: Event) -> None:
    """Join and leave, again and again."""
    database = SqlDatabase(url, SERVICE)
    start.wait(60)

    def change(unit: UnitOfWork, number: int) -> None:
        at = NOON + number * MINUTE
        person = unit.subscribers.ensure(f"{name}{number}@example.org", at)
        unit.subscriptions.open(news, person, SubscriptionOrigin.ADMIN, NOON)
        if number % 3 == 0:
            unit.subscriptions.end(person.id, EndReason.LEFT, NOON + MINUTE / 2)

    for number in range(60):
        database.call(change, number)
    database.close()


def test_nobody_is_lost(database: SqlDatabase, url: str) -> None:
    """However processes subscribe meanwhile, pages hold whom the freeze counted."""
    news = database.call(lambda unit: declare(unit, "news")["news"])
    start = SPAWN.Event()
    people = [
        SPAWN.Process(target=come_and_go, args=(url, news, name, start))
        for name in ("a", "b")
    ]

    def freeze(unit: UnitOfWork) -> Frozen:
        return unit.audiences.freeze(news, NOON + MINUTE, 7)

    for process in people:
        process.start()
    start.set()
    cuts = []
    while any(process.is_alive() for process in people):
        cuts.append(database.call(freeze))
        people[0].join(0.01)
    assert [process.exitcode for process in people] == [0, 0]
    cuts.append(database.call(freeze))
    assert cuts[-1].total == 80

    def check(unit: UnitOfWork) -> None:
        for cut in cuts[-20:]:
            broadcast = sending(
                unit, list_id=news, highest=cut.highest, frozen_at=cut.at,
                total=cut.total,
            )  # fmt: skip
            for after, last, count in cut.ranges:
                page = unit.audiences.page(broadcast, after=after, last=last, limit=999)
                assert len(page) == count

    database.call(check)
