"""The benchmark of imports measures what it says."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from benchmarks.imports.__main__ import measure
from benchmarks.imports.prober import Prober


def test_the_prober(tmp_path: Path) -> None:
    """It notes each stretch in which another writer had the lock, and no other."""
    file = tmp_path / "some.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        with Prober(file) as prober:
            for _ in range(2):
                writer.execute("BEGIN IMMEDIATE")
                time.sleep(0.3)
                writer.execute("COMMIT")
                time.sleep(0.3)
    assert len(prober.refusals) == 2


def test_both_runs() -> None:
    """Everybody is new at first, and there the second time."""
    new, again = measure(500)
    assert (new.file, again.file) == ("new", "again")
    assert new.seconds > 0
