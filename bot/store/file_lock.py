"""One service on a SQLite file: a lock on FILE.lock beside it.

The system drops the lock with the process.
"""

import fcntl
import os
import threading
from pathlib import Path

from bot.domain.errors import Conflict
from bot.domain.phrase import Phrase
from bot.store import files
from bot.store.hold import Hold, Standing

#: seconds that one look takes
_LOOK = 2.0


class FileLock(Hold):
    def __init__(self, service: str, database: Path) -> None:
        super().__init__(service)
        self._database = database
        self._descriptor: int | None = None
        self._cut = threading.Event()

    def take(self) -> bool:
        if self._descriptor is not None:
            return True
        name = files.lock_of(self._database)
        try:
            descriptor = os.open(name, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise files.unmakeable(name, error) from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            raise Conflict(
                Phrase(
                    "Another service runs on {file}. Stop it first, or use"
                    " PostgreSQL, which several services can share.",
                    file=self._database,
                )
            ) from None
        self._descriptor = descriptor
        if not files.is_empty(self._database):
            files.mark(self._database)
        return True

    def look(self) -> Standing:
        """Nobody can take a lock on a file away."""
        self._cut.wait(_LOOK)
        self._cut.clear()
        return Standing.OURS

    def cut(self) -> None:
        self._cut.set()

    def close(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)
