"""The schema goes up and down, with what is stored in it."""

import multiprocessing
import re
import signal
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from bot.domain.amendment import Amendment
from bot.domain.errors import Conflict, Unavailable
from bot.domain.schedule import ListAudience, Schedule, ToldAudience
from bot.service.ports.unit_of_work import UnitOfWork
from bot.store import upgrade
from bot.store.database import SqlDatabase
from bot.store.tables import metadata
from tests.store.samples import NOON, SERVICE, a_schedule, declare, subscribe

HEAD = upgrade.head()


def tables(url: str) -> set[str]:
    engine = sa.create_engine(url)
    try:
        return set(sa.inspect(engine).get_table_names())
    finally:
        engine.dispose()


def test_up_and_down_with_data(url: str) -> None:
    """Up, down and up again leaves the tables as this program needs them."""
    assert upgrade.current(url) is None
    upgrade.upgrade(url, SERVICE)
    assert upgrade.current(url) == HEAD
    assert tables(url) == {*metadata.tables, "alembic_version"}
    database = SqlDatabase(url, SERVICE)
    database.call(lambda unit: subscribe(unit, declare(unit, "news")["news"], "a@b"))
    database.call(lambda unit: unit.schedules.add(a_schedule()))
    database.close()
    upgrade.upgrade(url, SERVICE)
    assert upgrade.check(url) == []
    upgrade.downgrade(url, "base")
    assert tables(url) == {"alembic_version"}
    assert upgrade.current(url) is None
    upgrade.upgrade(url, SERVICE)
    assert upgrade.check(url) == []


def test_what_was_never_edited(url: str) -> None:
    """A schedule from before there were edits is in its first revision; going back
    keeps what it says.
    """
    script = ScriptDirectory(str(upgrade.folder())).get_revision("0003")
    assert script is not None
    before = script.down_revision
    assert isinstance(before, str)
    upgrade.upgrade(url, SERVICE)
    edited = a_schedule(revision=4, edit_fingerprint="cafe")
    database = SqlDatabase(url, SERVICE)
    stored = database.call(lambda unit: unit.schedules.add(edited))
    database.close()
    upgrade.downgrade(url, before)
    upgrade.upgrade(url, SERVICE)
    database = SqlDatabase(url, SERVICE)
    after = database.call(lambda unit: unit.schedules.get(stored.id))
    database.close()
    assert after == replace(stored, revision=1, edit_fingerprint=None)


def _added(schedule: Schedule, unit: UnitOfWork) -> Schedule:
    return unit.schedules.add(schedule)


def test_what_amends_is_found_again(url: str) -> None:
    """What amended a broadcast before it was written beside its audience."""
    upgrade.upgrade(url, SERVICE)
    told = ToldAudience(broadcast_id=7, list_name="news")
    database = SqlDatabase(url, SERVICE)
    for name, audience in (("told", told), ("listed", ListAudience(list_name="news"))):
        pending = a_schedule(name, audience=audience, amendment=Amendment.CORRECT)
        database.call(partial(_added, pending))
    database.close()
    upgrade.downgrade(url, "0025")
    upgrade.upgrade(url, SERVICE)
    database = SqlDatabase(url, SERVICE)
    found = database.call(lambda unit: unit.schedules.amending(7))
    database.close()
    assert [one.client_id for one in found] == ["told"]


def test_check_names_differences(url: str) -> None:
    """A schema that is behind, or not as the program needs it, is reported."""
    assert list(map(str, upgrade.check(url))) == [
        f"The database is at revision None, this program needs {HEAD}."
    ]
    upgrade.upgrade(url, SERVICE)
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP INDEX ix_schedule_service_owner_id"))
        connection.execute(sa.text("ALTER TABLE pulse DROP COLUMN version"))
    engine.dispose()
    found = "\n".join(map(str, upgrade.check(url)))
    assert "ix_schedule_service_owner_id" in found
    assert "version" in found


def test_newer_database(url: str) -> None:
    """A database of a later program is left alone."""
    upgrade.upgrade(url, SERVICE)
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(Conflict):
        upgrade.upgrade(url, SERVICE)
    with pytest.raises(Conflict):
        upgrade.prepare(url, SERVICE)
    assert upgrade.current(url) == "9999"
    assert upgrade.check(url) != []


def test_prepare(url: str) -> None:
    """A service brings an empty database up to date, and a current one it leaves."""
    upgrade.prepare(url, SERVICE)
    assert upgrade.current(url) == HEAD
    upgrade.prepare(url, SERVICE)


def test_constraints_match(url: str) -> None:
    """The revision's check constraints are those of the tables, which no
    comparison looks at.
    """
    upgrade.upgrade(url, SERVICE)
    engine = sa.create_engine(url)
    try:
        inspector = sa.inspect(engine)
        for table in metadata.tables.values():
            wanted = {
                constraint.name
                for constraint in table.constraints
                if isinstance(constraint, sa.CheckConstraint)
            }
            found = {
                entry["name"] for entry in inspector.get_check_constraints(table.name)
            }
            assert found == wanted, table.name
    finally:
        engine.dispose()


def test_same_as_the_tables(tmp_path: Path) -> None:
    """On SQLite the revisions lead to the very statements that the tables do."""
    url = f"sqlite:///{tmp_path}/upgraded.db"
    upgrade.upgrade(url, SERVICE)
    made = sa.create_engine(f"sqlite:///{tmp_path}/made.db")
    metadata.create_all(made)
    upgraded = sa.create_engine(url)
    statements = []
    for engine in (made, upgraded):
        with engine.connect() as connection:
            rows = connection.exec_driver_sql(
                "SELECT name, sql FROM sqlite_master"
                " WHERE name NOT LIKE 'sqlite_%' AND tbl_name <> 'alembic_version'"
            )
            statements.append({name: parts(sql) for name, sql in rows})
        engine.dispose()
    assert statements[0] == statements[1]


def parts(statement: str) -> list[str]:
    """Columns and constraints of a statement, in whatever order they came to be."""
    inside = re.sub(r'^CREATE TABLE "?\w+"? \(', "", statement)
    return sorted(part.strip(" \n\t)") for part in inside.split(","))


def test_file_is_private(sqlite_url: str) -> None:
    """Nobody else may read a new SQLite file."""
    upgrade.upgrade(sqlite_url, SERVICE)
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_no_folder_for_the_file(tmp_path: Path) -> None:
    """A folder that is missing is told by its name, whoever needs it first."""
    url = f"sqlite:///{tmp_path}/nowhere/carillon.db"
    missing = f"There is no folder {tmp_path}/nowhere"
    with pytest.raises(Unavailable, match=missing):
        upgrade.upgrade(url, SERVICE)
    with pytest.raises(Unavailable, match=missing):
        upgrade.is_new(url)
    database = SqlDatabase(url, SERVICE)
    with (
        pytest.raises(Unavailable, match=missing),
        closing(database),
        database.hold(),
    ):
        pytest.fail("locked")


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    """A file is no folder for the database either."""
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable, match=f"no folder {tmp_path}/file"):
        upgrade.upgrade(f"sqlite:///{tmp_path}/file/carillon.db", SERVICE)


def test_concurrent_upgrades(url: str) -> None:
    """Services that start together upgrade one after the other."""
    context = multiprocessing.get_context("spawn")
    processes = [
        context.Process(target=upgrade.upgrade, args=(url, SERVICE)) for _ in range(3)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert upgrade.check(url) == []


def test_moments_in_the_file_are_integers(sqlite: SqlDatabase, sqlite_url: str) -> None:
    """SQLite holds microseconds since 1970, which compare as moments do."""
    sqlite.call(lambda unit: unit.schedules.add(a_schedule()))
    engine = sa.create_engine(sqlite_url)
    with engine.connect() as connection:
        stored = connection.exec_driver_sql("SELECT deliver_at FROM schedule").scalar()
    engine.dispose()
    assert stored == int(NOON.timestamp()) * 1_000_000


# --- the copy that is made first ---------------------------------------------------


def backups(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.backup"))


def test_no_backup_of_what_holds_nothing(url: str, tmp_path: Path) -> None:
    """A new database, one that is at the head and PostgreSQL are not copied."""
    assert upgrade.upgrade(url, SERVICE).backup is None
    assert upgrade.upgrade(url, SERVICE).backup is None
    upgrade.downgrade(url, "0001")
    done = upgrade.upgrade(url, SERVICE)
    assert (done.before, done.after) == ("0001", HEAD)
    assert (done.backup is not None) == url.startswith("sqlite")
    assert len(backups(tmp_path)) == url.startswith("sqlite")


def test_backups_are_private_and_kept(sqlite_url: str, tmp_path: Path) -> None:
    """Each upgrade makes a copy of its own, which nobody else may read."""
    upgrade.upgrade(sqlite_url, SERVICE)
    made = []
    for _ in range(3):  # within a second, too
        upgrade.downgrade(sqlite_url, "0001")
        made.append(upgrade.upgrade(sqlite_url, SERVICE).backup)
    assert sorted(filter(None, made)) == backups(tmp_path)
    assert len(set(made)) == 3
    for file in backups(tmp_path):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert upgrade.current(f"sqlite:///{file}") == "0001"


def test_the_log_beside_the_file_is_copied(sqlite_url: str, tmp_path: Path) -> None:
    """What stands in SQLite's write-ahead log only is in the copy, too."""
    upgrade.upgrade(sqlite_url, SERVICE)
    upgrade.downgrade(sqlite_url, "0001")
    file = tmp_path / "carillon.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("PRAGMA wal_autocheckpoint = 0")
        other.execute("INSERT INTO fact VALUES ('mine', x'00')")
        assert (tmp_path / "carillon.db-wal").stat().st_size > 0
        done = upgrade.prepare(sqlite_url, SERVICE)
    assert done is not None
    with closing(sqlite3.connect(done)) as copy:
        [(found,)] = copy.execute("SELECT count(*) FROM fact WHERE name = 'mine'")
    assert found == 1


def test_killed_while_it_copies(sqlite_url: str, tmp_path: Path) -> None:
    """What is called a backup is a whole one, and the next upgrade clears away what
    one that was killed has left.
    """
    upgrade.upgrade(sqlite_url, SERVICE)
    upgrade.downgrade(sqlite_url, "0001")
    size = (tmp_path / "carillon.db").stat().st_size
    script = (
        "import resource, signal, sys\n"
        "from bot.store import upgrade\n"
        # who writes more than that is killed at once, as by kill -9
        "signal.signal(signal.SIGXFSZ, signal.SIG_DFL)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({size // 2}, {size // 2}))\n"
        "upgrade.upgrade(sys.argv[1], sys.argv[2])\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, sqlite_url, SERVICE], check=False
    )
    assert ran.returncode == -signal.SIGXFSZ
    assert backups(tmp_path) == []
    assert upgrade.current(sqlite_url) == "0001"
    done = upgrade.upgrade(sqlite_url, SERVICE)
    assert backups(tmp_path) == [done.backup]
    assert upgrade.current(f"sqlite:///{done.backup}") == "0001"
    left = {file.name for file in tmp_path.iterdir()}
    assert left - {"carillon.db-wal", "carillon.db-shm"} == {
        "carillon.db",
        backups(tmp_path)[0].name,
    }


def test_no_room_for_the_copy(sqlite_url: str, tmp_path: Path) -> None:
    """An upgrade whose copy cannot be written says so and changes nothing."""
    upgrade.upgrade(sqlite_url, SERVICE)
    upgrade.downgrade(sqlite_url, "0001")
    size = (tmp_path / "carillon.db").stat().st_size
    script = (
        "import resource, sys\n"
        "from bot.domain.errors import Unavailable\n"
        "from bot.store import upgrade\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({size // 2}, {size // 2}))\n"
        "try:\n"
        "    upgrade.upgrade(sys.argv[1], sys.argv[2])\n"
        "except Unavailable as error:\n"
        "    print(error.text)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, sqlite_url, SERVICE],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.stdout.startswith(f"No backup of {tmp_path}/carillon.db can be made"), (
        ran
    )
    assert backups(tmp_path) == []
    assert upgrade.current(sqlite_url) == "0001"
