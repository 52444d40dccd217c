"""What keeps a database from being used is told as what it is, with what to do."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from bot.domain.errors import Unavailable
from bot.service.ports.schedules import ScheduleFilter
from bot.service.ports.unit_of_work import UnitOfWork
from bot.store import sqlite as sqlite_store
from bot.store.database import SqlDatabase
from bot.store.facts import SqlFacts
from tests.store.samples import SERVICE, a_schedule


def count(unit: UnitOfWork) -> int:
    return unit.schedules.count(ScheduleFilter())


def add(unit: UnitOfWork) -> None:
    unit.schedules.add(a_schedule())


def saying(*statements: str) -> Callable[[UnitOfWork], None]:
    """A use case that says these to the database, and then adds a schedule."""

    def use(unit: UnitOfWork) -> None:
        assert isinstance(unit.facts, SqlFacts)
        for statement in statements:
            unit.facts._connection.exec_driver_sql(statement)
        add(unit)

    return use


def administer(url: str, *statements: str) -> None:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def refusal(database: SqlDatabase, use_case: Callable[[UnitOfWork], object]) -> str:
    with pytest.raises(Unavailable) as refused:
        database.call(use_case)
    assert not refused.value.lasting
    return refused.value.text


@pytest.mark.postgres
@pytest.mark.usefixtures("postgres")
def test_a_read_only_server(postgresql_url: str) -> None:
    """A database that may only be read says so; it is read all the same, and who has
    read writes as little as before.
    """
    name = sa.make_url(postgresql_url).database
    administer(
        postgresql_url, f"ALTER DATABASE {name} SET default_transaction_read_only = on"
    )
    other = SqlDatabase(postgresql_url, SERVICE)
    assert "is read-only: name the primary" in refusal(other, add)
    assert other.look(count) == 0
    assert "is read-only: name the primary" in refusal(other, add)
    other.call(count)
    assert "read-only" in str(other.outage.reason)
    other.close()


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("state", "says"),
    [
        ("53100", "disk is full"),
        ("53200", "no memory left"),
        ("53300", "no connection left"),
        ("57P01", "being stopped or started"),
        ("57P03", "being stopped or started"),
        ("08006", "cannot be used now"),
    ],
)
def test_what_waiting_mends(postgres: SqlDatabase, state: str, says: str) -> None:
    """Each state of the server has its own words."""
    raised = f"DO $$ BEGIN RAISE EXCEPTION 'so' USING ERRCODE = '{state}'; END $$"
    assert says in refusal(postgres, saying(raised))


@pytest.mark.postgres
@pytest.mark.parametrize("state", ["58030", "XX001", "XX002"])
def test_a_damaged_server(postgres: SqlDatabase, state: str) -> None:
    """What is broken on the server's disk is told, and waiting does not mend it."""
    raised = f"DO $$ BEGIN RAISE EXCEPTION 'so' USING ERRCODE = '{state}'; END $$"
    with pytest.raises(Unavailable, match="is damaged") as refused:
        postgres.call(saying(raised))
    assert refused.value.lasting


@pytest.mark.postgres
@pytest.mark.usefixtures("postgres")
@pytest.mark.parametrize(
    ("role", "says", "lasting"),
    [
        ("crowded", "no connection left", False),
        ("powerless", "refuses us: permission denied", True),
        ("away", 'refuses us: .*role "away', True),
    ],
)
def test_users(postgresql_url: str, role: str, says: str, lasting: bool) -> None:
    """A user without connections left, without rights, or without a role."""
    url = sa.make_url(postgresql_url)
    name = f"{role}_{url.database}"
    limit = "CONNECTION LIMIT 0" if role == "crowded" else ""
    if role != "away":
        administer(postgresql_url, f"CREATE ROLE {name} LOGIN {limit}")
    theirs = url.set(username=name).render_as_string(hide_password=False)
    other = SqlDatabase(theirs, SERVICE)
    with pytest.raises(Unavailable, match=says) as refused:
        other.call(add)
    assert refused.value.lasting is lasting
    assert "\n" not in refused.value.text
    other.close()


def test_a_full_file(sqlite: SqlDatabase) -> None:
    """A SQLite file that cannot grow is told as a full disk, until somebody who has
    something to write can write it.
    """
    full = saying(
        "PRAGMA max_page_count = 1",
        "CREATE TABLE large AS WITH RECURSIVE n(x) AS"
        " (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 99) SELECT randomblob(9000)",
    )
    assert "is full: make room" in refusal(sqlite, full)
    sqlite.call(count)
    assert "is full" in str(sqlite.outage.reason)
    sqlite.call(saying("PRAGMA max_page_count = 1000000"))
    assert sqlite.outage.reason is None


def test_a_read_only_file(sqlite: SqlDatabase) -> None:
    """A SQLite file that may only be read says so."""
    assert "is read-only" in refusal(sqlite, saying("PRAGMA query_only = 1"))


def test_a_damaged_file(sqlite: SqlDatabase, sqlite_url: str) -> None:
    """A SQLite file with rubbish inside names the way out: a backup."""
    sqlite.close()
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    whole = file.read_bytes()
    file.write_bytes(whole[:4096] + b"rubbish!" * (len(whole) // 8 - 512))
    other = SqlDatabase(sqlite_url, SERVICE)
    with pytest.raises(Unavailable, match="restore a backup") as refused:
        other.call(add)
    assert refused.value.lasting
    other.close()


def test_a_locked_file(
    sqlite_url: str, sqlite: SqlDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program's transaction is told as such, and not for ever waited for."""
    monkeypatch.setattr(sqlite_store, "_BUSY_TIMEOUT", 10)
    file = sqlite_url.removeprefix("sqlite:///")
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert "is locked by another program" in refusal(sqlite, add)
    assert sqlite.look(count) == 0
    assert sqlite.outage.reason is not None
    other.execute("ROLLBACK")
    other.close()
    sqlite.call(add)
    assert sqlite.outage.reason is None


@pytest.mark.postgres
def test_mistakes_stay_mistakes(postgres: SqlDatabase) -> None:
    """What the program does wrong is no outage."""
    with pytest.raises(sa.exc.ProgrammingError) as raised:
        postgres.call(saying("SELEKT 1"))
    assert isinstance(raised.value.orig, psycopg.errors.SyntaxError)
    assert postgres.outage.reason is None
