"""SQLite: a file in WAL mode, one writer, any number of readers."""

import contextlib
import fcntl
import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.domain.errors import Conflict, Invalid, Unavailable
from bot.domain.phrase import Phrase
from bot.store import holders, suspending
from bot.store.backend import Fault
from bot.store.changes import Changes
from bot.store.holders import Holder
from bot.store.types import lenient_json

log = logging.getLogger(__name__)

#: how long a writer waits for another process's transaction, in ms
_BUSY_TIMEOUT = 5000
#: how often the data version is looked at, in seconds
_POLL = 0.2
_IN_THE_WAY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_UNUSABLE = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    }
)
#: extended result codes keep the primary one in their lowest byte
_PRIMARY = 0xFF


class SQLiteBackend:
    def __init__(self, url: sa.URL) -> None:
        self.file = database_file(url)
        self.writers = 1
        self.readers = 2
        self.writing = engine(url, begin="BEGIN IMMEDIATE", connections=1)
        self.reading = engine(
            url, begin="BEGIN", connections=self.readers, read_only=True
        )

    def fault(self, error: sa.exc.DBAPIError) -> Fault:
        primary = getattr(error.orig, "sqlite_errorcode", 0) & _PRIMARY
        if primary in _IN_THE_WAY:
            return Fault.RETRY
        if primary in _UNUSABLE:
            return Fault.AWAY
        missing = str(error.orig).startswith(("no such table", "no such column"))
        return Fault.SCHEMA if missing else Fault.BUG

    def holder(self, *, waited: bool) -> Holder | None:
        if not waited:
            return holders.in_sqlite(self.file, holders.TOLD_AFTER)
        found = holders.in_sqlite(self.file) or holders.unknown(self.file)
        if found.pid is not None and suspending.finish(found.pid):
            log.warning("process %s was stopped in the middle of a change", found.pid)
        return found

    def notify(self, connection: sa.Connection) -> None:
        """Nothing to do: every commit moves the data version on."""

    def watch(self, changes: Changes, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                self._poll(changes, stop)
            except sqlite3.Error as error:
                log.warning("cannot watch the database", extra={"error": str(error)})
                stop.wait(_POLL * 5)

    def _poll(self, changes: Changes, stop: threading.Event) -> None:
        with contextlib.closing(sqlite3.connect(self.file)) as connection:
            seen = None
            while not stop.is_set():
                version = connection.execute("PRAGMA data_version").fetchone()
                if version != seen:
                    changes.bump()
                seen = version
                stop.wait(_POLL)

    def still_exclusive(self) -> None:
        """Nobody can take a lock on a file away."""

    @contextlib.contextmanager
    def exclusive(
        self,
        service: str,  # noqa: ARG002 - one is enough
        waiting: Callable[[], None] = lambda: None,  # noqa: ARG002 - it does not
    ) -> Iterator[None]:
        """A lock on FILE.lock, which the system drops with the process."""
        name = f"{self.file}.lock"
        try:
            descriptor = os.open(name, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise unmakeable(name, error) from None
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise Conflict(
                    Phrase(
                        "Another service runs on {file}. Stop it first, or use"
                        " PostgreSQL, which several services can share.",
                        file=self.file,
                    )
                ) from None
            yield
        finally:
            os.close(descriptor)


def unmakeable(file: str | Path, error: OSError) -> Unavailable:
    folder = Path(file).absolute().parent
    if is_missing(folder):
        return no_folder(folder)
    return Unavailable(
        Phrase("{file} cannot be made: {error}.", file=file, error=error.strerror)
    )


def no_folder(folder: Path) -> Unavailable:
    return Unavailable(
        Phrase(
            "There is no folder {folder} for the database:"
            " make it, or change url in [database].",
            folder=folder,
        )
    )


def is_missing(folder: Path) -> bool:
    """It does not exist, or is no folder; False where we may not look."""
    try:
        return not folder.is_dir()
    except PermissionError:
        return False


def database_file(url: sa.URL) -> Path:
    if not url.database or url.database == ":memory:":
        raise Invalid(Phrase("SQLite needs a file: {url}", url="sqlite:///FILE"))
    return Path(url.database).absolute()


def engine(
    url: sa.URL,
    *,
    begin: str,
    connections: int,
    read_only: bool = False,
    foreign_keys: bool = True,
) -> sa.Engine:
    """An engine whose transactions start with `begin`.

    The driver's own way would start them late, at the first write, and leave
    reads and DDL outside: so it is in autocommit and we say BEGIN.
    """
    made = sa.create_engine(
        url,
        connect_args={"isolation_level": None, "check_same_thread": False},
        pool_size=connections,
        max_overflow=0,
        hide_parameters=True,  # texts and addresses, in the errors that are logged
        json_deserializer=lenient_json,
    )

    def refuse_missing(*_arguments: Any) -> None:
        # connecting would leave an empty file behind
        if not (file := database_file(url)).exists():
            raise Unavailable(
                Phrase(
                    "There is no database {file}: `carillon run` or"
                    " `carillon db upgrade` makes it, if [database] url is right.",
                    file=file,
                )
            )

    def prepare(connection: Any, _record: Any) -> None:
        pragmas = {
            "busy_timeout": _BUSY_TIMEOUT,
            "journal_mode": "WAL",
            # each commit is on the disk before it is answered (decision 29)
            "synchronous": "FULL",
            "foreign_keys": int(foreign_keys),
            "query_only": int(read_only),
        }
        cursor = connection.cursor()
        for name, value in pragmas.items():
            cursor.execute(f"PRAGMA {name} = {value}")
        cursor.close()

    def start(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)

    sa.event.listen(made, "do_connect", refuse_missing)
    sa.event.listen(made, "connect", prepare)
    sa.event.listen(made, "begin", start)
    return made
