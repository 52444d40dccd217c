"""What README.md tells to type for a backup, and to restore it, does that."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.service.ports.unit_of_work import UnitOfWork
from bot.store import upgrade
from bot.store.database import SqlDatabase
from tests.docs.pages import pages
from tests.servers.postgresql import PostgreSQL
from tests.store.samples import SERVICE, declare, subscribe

[README] = [page for page in pages() if page.name == "README.md"]
BACKUP, RESTORE = (
    block.text for block in README.blocks("sh") if "/var/backups" in block.text
)
#: sqlite3(1), which a test may not have
SQLITE3 = f"""#!{sys.executable}
import sqlite3, sys
sqlite3.connect(sys.argv[1]).execute(sys.argv[2])
"""
ANNA, BERT = "anna@example.org", "bert@example.org"


def _typed(text: str, folder: Path, only: Callable[[str], bool], **more: str) -> None:
    """Run the lines, with the folders of the machine below `folder`."""
    (folder / "bin").mkdir(exist_ok=True)
    (folder / "bin" / "sqlite3").write_text(SQLITE3)
    (folder / "bin" / "sqlite3").chmod(0o755)
    for line in filter(only, text.splitlines()):
        here = re.sub("/(var|etc)/", rf"{folder}\g<0>", line)
        path = f"{folder}/bin:{more.get('PATH', '')}:{os.environ['PATH']}"
        surroundings = {**os.environ, **more, "PATH": path}
        subprocess.run(["sh", "-ec", here], env=surroundings, check=True, timeout=60)


def _known(url: str) -> list[str]:
    database = SqlDatabase(url, SERVICE)

    def look(unit: UnitOfWork) -> list[str]:
        [news] = unit.lists.all()
        return [one.jid for _, one in unit.people.page(news.id, after=0, limit=9)]

    try:
        return database.look(look)
    finally:
        database.close()


def _subscribed(url: str, jid: str) -> SqlDatabase:
    """Still open, as a service has it."""
    database = SqlDatabase(url, SERVICE)
    database.call(lambda unit: subscribe(unit, declare(unit, "news")["news"], jid))
    return database


def test_sqlite(tmp_path: Path) -> None:
    """The copy has what is still beside the file, and comes back instead of it; a
    later one takes the place of an earlier.
    """
    state, etc = tmp_path / "var/lib/carillon", tmp_path / "etc/carillon"
    for folder in (state, etc, tmp_path / "var/backups"):
        folder.mkdir(parents=True)
    (etc / "secret").write_text("s")
    (etc / "secret").chmod(0o600)
    url = f"sqlite:///{state}/carillon.db"
    upgrade.upgrade(url, SERVICE)

    def of_files(line: str) -> bool:
        return not line.startswith("pg_")

    _typed(BACKUP, tmp_path, of_files)
    running = _subscribed(url, ANNA)
    _typed(BACKUP, tmp_path, of_files)
    running.close()
    copied = tmp_path / "var/backups/carillon"
    assert copied.stat().st_mode & 0o777 == 0o700
    assert (copied / "carillon" / "secret").stat().st_mode & 0o777 == 0o600
    _subscribed(url, BERT).close()
    _typed(RESTORE, tmp_path, of_files)
    assert _known(url) == [ANNA]
    assert (state / "carillon.db").stat().st_mode & 0o777 == 0o600


@pytest.mark.postgres
def test_postgresql(postgresql: PostgreSQL, tmp_path: Path) -> None:
    """A dump of a database in use comes back in place of what is there since."""
    (tmp_path / "var/backups/carillon").mkdir(parents=True)
    url = postgresql.database("carillon")
    upgrade.upgrade(url, SERVICE)
    running = _subscribed(url, ANNA)
    there = {
        "PGHOST": "127.0.0.1",
        "PGPORT": str(postgresql.port),
        "PGUSER": "carillon",
        "PATH": str(postgresql._bin),
        **postgresql._environment,
    }

    def of_postgresql(line: str) -> bool:
        return line.startswith("pg_")

    _typed(BACKUP, tmp_path, of_postgresql, **there)
    running.close()
    _subscribed(url, BERT).close()
    _typed(RESTORE, tmp_path, of_postgresql, **there)
    assert _known(url) == [ANNA]
