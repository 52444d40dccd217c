"""Another writer, which asks for SQLite's write lock again and again."""

import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Self

_PAUSE = 0.0005


class Prober:
    """`refusals`: seconds from the first time it was refused until it was not."""

    def __init__(self, database: Path) -> None:
        self.refusals: list[float] = []
        self._database = database
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._ask, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _ask(self) -> None:
        refused: float | None = None
        with closing(
            sqlite3.connect(self._database, isolation_level=None, timeout=0)
        ) as connection:
            while not self._stop.wait(_PAUSE):
                now = time.monotonic()
                try:
                    connection.execute("BEGIN IMMEDIATE")
                    connection.execute("ROLLBACK")
                except sqlite3.OperationalError:
                    refused = now if refused is None else refused
                    continue
                if refused is not None:
                    self.refusals.append(now - refused)
                refused = None
