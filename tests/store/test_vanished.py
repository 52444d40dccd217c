"""A SQLite file that is deleted or replaced, while it is in use and before a start."""

import shutil
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.domain.errors import Unavailable
from bot.service.ports.schedules import ScheduleFilter
from bot.service.ports.unit_of_work import UnitOfWork
from bot.store import upgrade
from bot.store.database import SqlDatabase
from bot.store.facts import SqlFacts
from tests.store.samples import SERVICE, a_schedule


def add(unit: UnitOfWork, client_id: str = "a") -> None:
    unit.schedules.add(a_schedule(client_id))


def count(unit: UnitOfWork) -> int:
    return unit.schedules.count(ScheduleFilter())


@pytest.fixture
def file(sqlite_url: str) -> Path:
    return Path(sqlite_url.removeprefix("sqlite:///"))


def refused(database: SqlDatabase) -> None:
    with pytest.raises(Unavailable, match="was deleted or replaced"):
        database.call(add)
    with pytest.raises(Unavailable, match="was deleted or replaced"):
        database.look(count)


def test_deleted_while_in_use(sqlite: SqlDatabase, file: Path) -> None:
    """Nothing more goes into, or is read from, a file that is deleted; the same file
    put back is used again.
    """
    sqlite.call(add)
    elsewhere = file.rename(file.with_name("elsewhere.db"))
    refused(sqlite)
    assert not file.exists()
    elsewhere.rename(file)
    assert sqlite.look(count) == 1


def test_deleted_in_the_midst(sqlite: SqlDatabase, file: Path) -> None:
    """Whatever the driver says of it, it is told as what it is."""
    sqlite.call(add)

    def work(_: UnitOfWork) -> None:
        file.unlink()
        raise sa.exc.OperationalError(
            "", {}, sqlite3.OperationalError("disk I/O error")
        )

    with pytest.raises(Unavailable, match="was deleted"):
        sqlite.call(work)


def test_replaced_while_in_use(sqlite: SqlDatabase, file: Path) -> None:
    """Another file in its place is not taken for it."""
    sqlite.call(add)
    copy = shutil.copy(file, file.with_name("copy.db"))
    Path(copy).replace(file)
    refused(sqlite)


def test_the_watcher_notices(sqlite: SqlDatabase, file: Path) -> None:
    """Although nobody asks anything of it, its loss is noticed."""
    sqlite.call(add)
    sqlite.watch()
    file.unlink()
    for _ in range(600):
        if sqlite.outage.reason is not None:
            break
        assert sqlite._watcher is not None
        sqlite._watcher.join(0.05)
    assert "was deleted" in str(sqlite.outage.reason)


@pytest.mark.parametrize("left", ["lock", "wal"])
@pytest.mark.parametrize("how", ["deleted", "emptied"])
def test_no_empty_one_in_its_place(
    sqlite: SqlDatabase, sqlite_url: str, file: Path, left: str, how: str
) -> None:
    """Where something shows that there was a database, none is made anew, until that
    is removed.
    """
    with sqlite.hold():
        sqlite.call(add)
    sqlite.close()
    trace = file.with_name(f"{file.name}.lock")
    if left == "wal":
        trace.unlink()
        trace = file.with_name(f"{file.name}-wal")
        trace.write_bytes(b"what was not in the database yet")
    if how == "deleted":
        file.unlink()
    else:
        file.write_bytes(b"")
    with pytest.raises(Unavailable, match=f"is gone, but {trace}") as gone:
        upgrade.prepare(sqlite_url, SERVICE)
    assert gone.value.lasting
    trace.unlink()
    upgrade.prepare(sqlite_url, SERVICE)
    assert upgrade.current(sqlite_url) == upgrade.head()


def test_a_first_start_that_failed(sqlite_url: str, file: Path) -> None:
    """A lock without a database is no trace of one."""
    database = SqlDatabase(sqlite_url, SERVICE)
    with database.hold():
        assert not file.exists()
    database.close()
    upgrade.prepare(sqlite_url, SERVICE)
    assert file.exists()


def test_the_log_shrinks(sqlite: SqlDatabase, file: Path) -> None:
    """What a large transaction left of the write-ahead log goes with later ones."""
    log = file.with_name(f"{file.name}-wal")

    def much(unit: UnitOfWork) -> None:
        assert isinstance(unit.facts, SqlFacts)
        unit.facts._connection.exec_driver_sql(
            "CREATE TABLE large AS WITH RECURSIVE n(x) AS"
            " (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 800)"
            " SELECT randomblob(9000) AS x FROM n"
        )

    sqlite.call(much)
    grown = log.stat().st_size
    assert grown > 5 * 1024 * 1024
    for number in range(3):
        sqlite.call(add, str(number))
    assert log.stat().st_size <= 4 * 1024 * 1024
