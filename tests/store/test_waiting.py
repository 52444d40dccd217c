"""Others that are in the way: waited for with a limit, told of, and outlived."""

import contextlib
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from bot.domain.errors import Unavailable
from bot.service.ports.unit_of_work import UnitOfWork
from bot.store import holders, sqlite, upgrade
from bot.store.database import SqlDatabase, backend_of
from bot.store.postgresql import PostgreSQLBackend
from tests.store.copies import migrated
from tests.store.holding import foreign, holding, impatiently
from tests.store.samples import NOON, SERVICE, declare, subscribe

#: stops itself by a signal in the middle of a transaction
STOPPER = """
import os, sys
from bot.store.database import SqlDatabase
from tests.store.samples import NOON, SERVICE
url, number = sys.argv[1], int(sys.argv[2])
def use(unit):
    unit.subscribers.ensure("before@example.org", NOON)
    os.kill(os.getpid(), number)
    unit.subscribers.ensure("after@example.org", NOON)
database = SqlDatabase(url, SERVICE)
database.call(use)
database.close()
"""
#: takes and drops so many locks of its own that the system's list of them has pages,
#: whose lines move
LOCKER = """
import fcntl, sys
file = open(sys.argv[1], "w")
print("locks", flush=True)
while True:
    for change in fcntl.LOCK_EX, fcntl.LOCK_UN:
        for byte in range(0, 400, 2):
            fcntl.lockf(file, change, 1, byte)
"""


@contextlib.contextmanager
def stopped(url: str, number: signal.Signals) -> Iterator[subprocess.Popen[bytes]]:
    """A process of ours that this signal stopped, sent in mid-transaction.

    In a group of its own, since those of a terminal's are stopped together.
    """
    command = [sys.executable, "-c", STOPPER, url, str(int(number))]
    with subprocess.Popen(command, process_group=0) as process:
        try:
            wait_until_stopped(process.pid)
            yield process
            process.send_signal(signal.SIGCONT)
            assert process.wait(30) == 0
        finally:
            process.kill()


def wait_until_stopped(pid: int) -> None:
    _, status = os.waitpid(pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)


def known(unit: UnitOfWork) -> list[bool]:
    people = ("before@example.org", "after@example.org")
    return [unit.subscribers.get(jid) is not None for jid in people]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer of a SQLite file waits for no more than a good second at a time."""
    monkeypatch.setattr(sqlite, "_BUSY_TIMEOUT", 1_200)
    monkeypatch.setattr(upgrade, "_LOOK_AFTER", 0.5)


# --- the freeze --------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.parametrize(
    "did",
    [
        "UPDATE subscription SET ended_at = ended_at",
        "LOCK TABLE subscription IN ACCESS SHARE MODE",
        "LOCK TABLE subscription IN ROW EXCLUSIVE MODE",
    ],
)
def test_a_foreign_transaction_keeps_no_freeze_waiting(
    postgres: SqlDatabase, postgresql_url: str, did: str
) -> None:
    """Whoever else has an open transaction over the table, it can be frozen."""

    def prepare(unit: UnitOfWork) -> int:
        news = declare(unit, "news")["news"]
        subscribe(unit, news, "ann@example.org")
        return news

    news = postgres.call(prepare)
    with foreign(postgresql_url, did), ThreadPoolExecutor(1) as threads:
        frozen = threads.submit(
            postgres.look, lambda unit: unit.audiences.freeze(news, NOON, 10)
        )
        assert frozen.result(4).total == 1  # sooner than a wait would be given up


@pytest.mark.postgres
def test_a_freeze_waits_for_its_list_alone(postgres: SqlDatabase) -> None:
    """Somebody who joins one list keeps no freeze of another waiting."""
    ids = postgres.call(lambda unit: declare(unit, "news", "other"))

    def joining(unit: UnitOfWork) -> int:
        subscribe(unit, ids["other"], "ann@example.org")
        with ThreadPoolExecutor(1) as threads:
            frozen = threads.submit(
                postgres.look,
                lambda other: other.audiences.freeze(ids["news"], NOON, 10),
            )
            return frozen.result(4).total

    assert postgres.call(joining) == 0


# --- what our sessions are set to ----------------------------------------------------

LIMITS = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")


@pytest.mark.postgres
def test_every_session_has_limits(postgresql_url: str) -> None:
    """Transactions, watchers and the lock of the JID alike wait only so long, and what
    they commit is on the disk, though the server's default says otherwise.
    """
    backend = backend_of(postgresql_url)
    assert isinstance(backend, PostgreSQLBackend)
    names = (*LIMITS, "synchronous_commit")
    wanted = ["5s", "1min", "10s", "on"]
    with psycopg.connect(postgresql_url.replace("+psycopg", "")) as plain:
        default = plain.execute("SHOW synchronous_commit").fetchone()
        assert default == ("off",)
    with backend._connect() as alone:  # as watcher and lock have it
        found = [alone.execute(f"SHOW {name}").fetchone() for name in names]
        assert [row and row[0] for row in found] == wanted
    for engine in (backend.writing, backend.reading):
        with engine.begin() as connection:
            shown = [connection.exec_driver_sql(f"SHOW {name}") for name in names]
            assert [one.scalar() for one in shown] == wanted
    with upgrade.transaction(postgresql_url) as connection:
        shown = [connection.exec_driver_sql(f"SHOW {name}") for name in names]
        assert [one.scalar() for one in shown] == ["1min", "0", "10min", "on"]
    backend.writing.dispose()


@pytest.mark.postgres
def test_a_limit_of_the_url_stands(postgresql_url: str) -> None:
    """What the URL says of a session is not overruled."""
    backend = backend_of(impatiently(postgresql_url))
    with backend.writing.begin() as connection:
        shown = [connection.exec_driver_sql(f"SHOW {name}") for name in LIMITS[:2]]
        assert [one.scalar() for one in shown] == ["1200ms", "1min"]
    backend.writing.dispose()


@pytest.mark.postgres
def test_an_undone_transaction_runs_again(
    postgres: SqlDatabase, postgresql_url: str
) -> None:
    """What the server undid, since we were silent in the middle of it, is done anew."""
    engine = sa.create_engine(postgresql_url, isolation_level="AUTOCOMMIT")
    there = sa.text("SELECT count(*) FROM pg_stat_activity WHERE pid = :pid")
    attempts: list[int] = []

    def use(unit: UnitOfWork) -> None:
        connection: sa.Connection = unit.subscribers._connection  # type: ignore[attr-defined]
        pid = connection.execute(sa.text("SELECT pg_backend_pid()")).scalar_one()
        attempts.append(pid)
        unit.subscribers.ensure("ann@example.org", NOON)
        if len(attempts) > 1:
            return
        limit = "SET LOCAL idle_in_transaction_session_timeout = 50"
        connection.execute(sa.text(limit))
        with engine.connect() as looking:
            while looking.execute(there, {"pid": pid}).scalar_one():
                time.sleep(0.02)

    postgres.call(use)
    assert len(attempts) == 2
    assert postgres.look(lambda unit: unit.subscribers.get("ann@example.org"))
    engine.dispose()


# --- who is in the way ----------------------------------------------------------------


@pytest.mark.postgres
def test_who_holds_a_row_is_told(
    postgresql_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Whom we wait for is in the log and in the error, with what to do; once it ends,
    all goes on.
    """
    migrated(postgresql_url)
    database = SqlDatabase(impatiently(postgresql_url), SERVICE)

    def write(unit: UnitOfWork) -> None:
        unit.subscribers.ensure("ann@example.org", NOON)

    taken = (
        "INSERT INTO subscriber (service, jid, score, created_at)"
        f" VALUES ('{SERVICE}', 'ann@example.org', 0, now())"
    )
    with (
        contextlib.closing(database),
        foreign(postgresql_url, "SET application_name = 'psql'", taken) as other,
    ):
        with pytest.raises(Unavailable, match=r"held up by session \d+ of") as refusal:
            database.call(write)
        assert f"pg_terminate_backend({other.info.backend_pid})" in str(refusal.value)
        assert "(psql)" in str(database.held_up)
        [line] = [one for one in caplog.messages if "held up" in one]
        assert "psql" in line
        with ThreadPoolExecutor(1) as threads:
            waiting = threads.submit(database.call, write)
            seen = SqlDatabase(postgresql_url, SERVICE)
            with contextlib.closing(seen):
                while seen.look_who_holds() is None:  # others see it, after 5 s
                    assert not waiting.done()
            other.rollback()
            waiting.result(30)


@pytest.mark.usefixtures("impatient")
def test_who_holds_a_file_is_told(
    sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Whom we wait for is in the log and in the error, with what to do; once it ends,
    all goes on.
    """
    caplog.set_level(logging.DEBUG, "bot.store")
    migrated(sqlite_url)
    with contextlib.closing(SqlDatabase(sqlite_url, SERVICE)) as database:

        def write(unit: UnitOfWork) -> None:
            unit.subscribers.ensure("ann@example.org", NOON)

        with holding(sqlite_url) as holder:
            with pytest.raises(Unavailable, match=f"process {holder.pid} ") as refusal:
                database.call(write)
            assert f"`kill {holder.pid}`" in str(refusal.value)
            assert str(database.held_up) == str(refusal.value)
            assert str(database.look_who_holds()) == str(refusal.value)
            with pytest.raises(Unavailable, match=f"process {holder.pid} "):
                upgrade.current(sqlite_url)
            with ThreadPoolExecutor(1) as threads:
                waiting = threads.submit(database.call, write)
                while caplog.messages.count("transaction runs again") < 4:
                    time.sleep(0.05)
                holder.stdin.close()  # type: ignore[union-attr]
                waiting.result(30)
        assert database.held_up is None
        assert database.look_who_holds() is None
        assert "the database is free again" in caplog.messages


def test_who_holds_a_file_is_found_among_many(sqlite_url: str, tmp_path: Path) -> None:
    """Also where others take and drop locks at each moment, as on a busy machine."""
    migrated(sqlite_url)
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    with contextlib.ExitStack() as ends:
        for number in range(3):
            words = [sys.executable, "-c", LOCKER, str(tmp_path / f"{number}.lock")]
            locker = subprocess.Popen(words, stdout=subprocess.PIPE)
            ends.enter_context(locker)
            ends.callback(locker.kill)
            assert locker.stdout is not None
            locker.stdout.readline()
        holder = ends.enter_context(holding(sqlite_url))
        found = [holders.in_sqlite(file) for _ in range(200)]
    assert {one and one.pid for one in found} == {holder.pid}


def test_ctrl_z_comes_after_the_commit(sqlite: SqlDatabase, sqlite_url: str) -> None:
    """Whoever is stopped at a terminal stops between two transactions, with nothing
    in hand that others wait for.
    """
    with stopped(sqlite_url, signal.SIGTSTP):
        assert sqlite.look(known) == [True, True]
        sqlite.call(lambda unit: unit.subscribers.ensure("ann@example.org", NOON))


@pytest.mark.usefixtures("impatient")
def test_a_process_stopped_in_between_comes_to_its_end(sqlite_url: str) -> None:
    """Who waits for a process of ours that was stopped in mid-transaction has it come
    to the end of that, and stop there.
    """
    migrated(sqlite_url)
    with (
        contextlib.closing(SqlDatabase(sqlite_url, SERVICE)) as database,
        stopped(sqlite_url, signal.SIGSTOP) as process,
    ):
        assert database.look(known) == [False, False]
        database.call(lambda unit: unit.subscribers.ensure("ann@example.org", NOON))
        wait_until_stopped(process.pid)
        assert database.look(known) == [True, True]
