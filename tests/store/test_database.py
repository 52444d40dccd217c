"""Transactions: kept or undone as a whole, run again, and refused in plain words."""

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.clock import SystemClock
from bot.domain.broadcast import Occurrence, OccurrenceState
from bot.domain.errors import Conflict, Invalid, Unavailable
from bot.service.ports.outside import Database
from bot.service.ports.schedules import ScheduleFilter
from bot.service.ports.unit_of_work import UnitOfWork
from bot.store import file_lock, upgrade
from bot.store.database import SqlDatabase
from bot.store.hold import Standing
from tests.servers.postgresql import PostgreSQL
from tests.servers.processes import eventually
from tests.store.samples import NOON, SERVICE, a_schedule

EVERYTHING = ScheduleFilter()


def count(unit: UnitOfWork) -> int:
    return unit.schedules.count(EVERYTHING)


def add(unit: UnitOfWork, client_id: str) -> int:
    return unit.schedules.add(a_schedule(client_id)).id


def file_of(url: str) -> str:
    return url.removeprefix("sqlite:///")


@contextmanager
def write_lock(url: str) -> Iterator[sqlite3.Connection]:
    """Another process's write transaction, as SQLite sees it."""
    with closing(
        sqlite3.connect(file_of(url), isolation_level=None, check_same_thread=False)
    ) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


def test_run_and_read(database: Database) -> None:
    """Use cases run with their arguments, off the loop's thread."""

    async def go() -> None:
        threads = []

        def use(unit: UnitOfWork, client_id: str) -> int:
            threads.append(threading.current_thread())
            return add(unit, client_id)

        first = await database.run(use, "a")
        assert await database.read(lambda unit: unit.schedules.get(first)) is not None
        assert threads[0] is not threading.current_thread()

    asyncio.run(go())


def test_rollback(database: SqlDatabase) -> None:
    """An exception undoes all of the transaction and reaches the caller."""

    def use(unit: UnitOfWork) -> None:
        add(unit, "a")
        raise KeyError("b")

    with pytest.raises(KeyError):
        database.call(use)
    assert database.look(count) == 0


def test_reads_do_not_write(database: SqlDatabase) -> None:
    """A read transaction cannot change anything, and the next write can."""
    # SQLite reports a file that may not be written in the same words
    with pytest.raises((sa.exc.InternalError, Unavailable), match=r"read-?only"):
        database.look(add, "a")
    assert database.call(add, "a") > 0
    assert database.look(count) == 1


def test_many_writers(database: SqlDatabase) -> None:
    """Use cases that run at once all commit."""

    async def go() -> None:
        wanted = [database.run(add, f"s{number}") for number in range(50)]
        refs = await asyncio.gather(*wanted)
        assert len(set(refs)) == 50
        assert await database.read(count) == 50

    asyncio.run(go())


def test_loop_is_free_while_a_writer_waits(
    sqlite: SqlDatabase, sqlite_url: str
) -> None:
    """While another process holds SQLite's lock, the loop and readers go on."""

    async def go() -> None:
        with write_lock(sqlite_url) as other:
            waiting = asyncio.create_task(sqlite.run(add, "a"))
            for _ in range(5):
                assert await sqlite.read(count) == 0
                await asyncio.sleep(0.01)
            assert not waiting.done()
            other.execute("COMMIT")
            await asyncio.wait_for(waiting, 30)
        assert await sqlite.read(count) == 1

    asyncio.run(go())


def test_writer_gives_up(
    sqlite: SqlDatabase, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lock that is held for too long makes the database unavailable, not stuck."""

    def impatient(_: UnitOfWork) -> None:
        raise AssertionError("no transaction could start")

    monkeypatch.setattr("bot.store.sqlite._BUSY_TIMEOUT", 10)
    sqlite.call(add, "connected")
    with write_lock(sqlite_url), pytest.raises(Unavailable, match="locked"):
        sqlite.call(impatient)
    sqlite.call(add, "a")


def test_reader_keeps_its_view(sqlite: SqlDatabase, sqlite_url: str) -> None:
    """A read transaction sees one moment, whatever is committed meanwhile."""
    other = SqlDatabase(sqlite_url, SERVICE)

    def use(unit: UnitOfWork) -> tuple[int, int]:
        before = count(unit)
        other.call(add, "a")
        return before, count(unit)

    assert sqlite.look(use) == (0, 0)
    assert sqlite.look(count) == 1
    other.close()


@pytest.mark.postgres
def test_deadlock_is_run_again(postgres: SqlDatabase) -> None:
    """Of two use cases that lock rows crosswise, the loser runs again and commits."""
    one, two = postgres.call(add, "a"), postgres.call(add, "b")
    both_hold_one = threading.Barrier(2)
    runs = []

    def use(unit: UnitOfWork, first: int, second: int) -> None:
        runs.append(first)
        unit.schedules.lock(first)
        if len(runs) <= 2:
            both_hold_one.wait(30)
        unit.schedules.lock(second)

    async def go() -> None:
        await asyncio.gather(postgres.run(use, one, two), postgres.run(use, two, one))

    asyncio.run(asyncio.wait_for(go(), 60))
    assert len(runs) == 3


@pytest.mark.postgres
def test_server_comes_back() -> None:
    """Away is Unavailable; connections lost by a restart are made anew unseen."""
    with PostgreSQL() as server:
        url = server.database("returns")
        upgrade.upgrade(url, SERVICE)
        database = SqlDatabase(url, SERVICE)
        database.call(add, "a")
        server.stop()
        with pytest.raises(Unavailable):
            database.call(add, "b")
        with pytest.raises(Unavailable):
            upgrade.current(url)
        server.start()
        database.call(add, "c")
        server.stop()
        server.start()
        assert database.look(count) == 2
        database.close()


def count_in(url: str) -> int:
    database = SqlDatabase(url, SERVICE)
    try:
        return database.call(count)
    finally:
        database.close()


def test_empty_database(url: str) -> None:
    """A database without tables asks for an upgrade."""
    with pytest.raises(Unavailable, match="db upgrade"):
        count_in(url)


def test_unusable_files(tmp_path: Path) -> None:
    """A file that is none, or no database, is unavailable; none at all is invalid."""
    with pytest.raises(Invalid):
        SqlDatabase("sqlite://", SERVICE)
    (tmp_path / "text.db").write_text("This is no database, " * 100)
    for name in ("text.db", "nowhere/x.db", "."):
        with pytest.raises(Unavailable):
            count_in(f"sqlite:///{tmp_path}/{name}")


def test_mistakes_are_not_hidden(database: SqlDatabase) -> None:
    """A broken constraint is a mistake of the program, reported as it is."""
    orphan = Occurrence(schedule_id=999, due_at=NOON, state=OccurrenceState.SENT)
    with pytest.raises(sa.exc.IntegrityError):
        database.call(lambda unit: unit.occurrences.add(orphan))


def test_one_service_a_file(sqlite: SqlDatabase, sqlite_url: str) -> None:
    """A second service on a SQLite file is refused until the first has let go."""
    other = SqlDatabase(sqlite_url, SERVICE)
    with sqlite.hold():
        with pytest.raises(Conflict, match=file_of(sqlite_url)), other.hold():
            pass
        other.call(add, "a")  # the command line may work beside the service
    with other.hold():
        pass


def test_a_look_that_was_cut_short(
    sqlite: SqlDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look after it lasts as ever: else a service that stood still for a while
    would do nothing but look.
    """
    monkeypatch.setattr(file_lock, "_LOOK", 60)
    with sqlite.hold() as held, ThreadPoolExecutor(1) as threads:
        for _ in range(2):
            looking = threads.submit(held.look)
            assert not wait({looking}, 0.1).done
            held.cut()
            assert looking.result() is Standing.OURS


@pytest.mark.postgres
def test_a_stop_is_no_outage(postgres: SqlDatabase) -> None:
    """Whoever ends a look is not told that the database went away."""
    with postgres.hold() as held, ThreadPoolExecutor(1) as threads:
        looking = threads.submit(held.look)
        assert not wait({looking}, 0.1).done
        held.cut()
        assert looking.result() is Standing.UNKNOWN
    assert postgres.outage.reason is None


@pytest.mark.postgres
def test_a_process_stands_by(postgres: SqlDatabase, postgresql_url: str) -> None:
    """Of two processes with one JID the second waits until the first has let go."""
    other = SqlDatabase(postgresql_url, SERVICE)
    neighbour = SqlDatabase(postgresql_url, "news.example.org")
    with postgres.hold(), neighbour.hold():
        pass  # another service is another matter
    neighbour.close()
    waiting = other.hold()
    with postgres.hold():
        assert not waiting.take()
    assert eventually(waiting.take)  # the server ends a session in its own time
    waiting.close()
    other.close()


@pytest.mark.postgres
def test_a_lost_lock_is_taken_again(postgres: SqlDatabase, postgresql_url: str) -> None:
    """A process whose lock was lost goes on, unless another has taken it."""
    other = SqlDatabase(postgresql_url, SERVICE)

    engine = sa.create_engine(postgresql_url, isolation_level="AUTOCOMMIT")

    def cut() -> None:
        """As when the server restarts."""
        with engine.connect() as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_locks"
                " WHERE locktype = 'advisory'"
            )

    with postgres.hold() as held:
        assert held.look() is Standing.OURS
        cut()
        assert held.look() is Standing.UNKNOWN
        assert held.look() is Standing.OURS
        cut()
        assert held.look() is Standing.UNKNOWN
        with other.hold():
            assert held.look() is Standing.THEIRS
    other.close()
    engine.dispose()


def test_the_databases_clock(database: SqlDatabase) -> None:
    """It is that of the machine that the database is on, in UTC."""
    apart = SystemClock().now() - database.look(lambda unit: unit.now())
    assert abs(apart) < timedelta(minutes=1)
