"""SQLite: a file in WAL mode, one writer, any number of readers."""

import contextlib
import logging
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.domain.errors import Invalid
from bot.domain.phrase import Phrase
from bot.store import files, holders, statements, suspending
from bot.store.changes import Changes
from bot.store.faults import Diagnosis, Fault
from bot.store.file_lock import FileLock
from bot.store.files import Gone
from bot.store.holders import Holder
from bot.store.outage import Outage
from bot.store.sqlite_faults import diagnose
from bot.store.types import lenient_json

log = logging.getLogger(__name__)

#: how long a writer waits for another process's transaction, in ms
_BUSY_TIMEOUT = 5000
#: how often the data version is looked at, in seconds
_POLL = 0.2
#: bytes that are left of a write-ahead log once its content is in the database
_WAL_SIZE = 4 * 1024 * 1024
#: how long writers wait for each other, and for readers, so that the log can be emptied
_SCRUB_SECONDS = 0.5


class SQLiteBackend:
    def __init__(self, url: sa.URL, outage: Outage) -> None:
        self._outage = outage
        self.file = database_file(url)
        self.writers = 1
        self.readers = 2
        #: device and inode of the file, from its first use on
        self._identity: tuple[int, int] | None = None
        self._open: set[sqlite3.Connection] = set()
        #: rows that the writer had changed, ever, when its transaction began
        self._changed = 0
        self.writing = engine(
            url, begin="BEGIN IMMEDIATE", connections=1, before=self._same_file
        )
        self.reading = engine(
            url,
            begin="BEGIN",
            connections=self.readers,
            read_only=True,
            before=self._same_file,
        )
        for one in (self.writing, self.reading):
            sa.event.listen(one, "connect", self._opened)
            sa.event.listen(one, "close", self._closed)
        sa.event.listen(self.writing, "begin", self._began)

    def _opened(self, connection: Any, _record: Any) -> None:
        self._open.add(connection)

    def _closed(self, connection: Any, _record: Any) -> None:
        self._open.discard(connection)

    def _same_file(self) -> None:
        """Before each transaction: what went into a file that was deleted is lost."""
        identity = files.identity_of(self.file)
        if self._identity is None:
            self._identity = identity
        elif identity != self._identity:
            raise Gone(
                Phrase(
                    "The database {file} was deleted or replaced while it is in use:"
                    " stop the service, put the file back or restore a backup,"
                    " and start the service again.",
                    file=self.file,
                )
            )

    def diagnose(self, error: BaseException | None) -> Diagnosis:
        """A file that is taken away in the midst fails in many ways."""
        try:
            self._same_file()
        except Gone as gone:
            return Diagnosis(Fault.DAMAGED, gone.phrase)
        return diagnose(error)

    def holder(self, *, waited: bool) -> Holder | None:
        if not waited:
            return holders.in_sqlite(self.file, holders.TOLD_AFTER)
        found = holders.in_sqlite(self.file) or holders.unknown(self.file)
        if found.pid is not None and suspending.finish(found.pid):
            log.warning("process %s was stopped in the middle of a change", found.pid)
        return found

    def has_written(self, connection: sa.Connection) -> bool:
        return _changes(connection) > self._changed

    def _began(self, connection: sa.Connection) -> None:
        self._changed = _changes(connection)

    def notify(self, connection: sa.Connection) -> None:
        """Nothing to do: every commit moves the data version on."""

    def watch(self, changes: Changes, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                self._poll(changes, stop)
            except (sqlite3.Error, Gone) as error:
                found = error if isinstance(error, Gone) else self.diagnose(error)
                self._outage.failed(found.phrase, writing=False)
                stop.wait(_POLL * 5)

    def _poll(self, changes: Changes, stop: threading.Event) -> None:
        self._same_file()
        with contextlib.closing(sqlite3.connect(self._uri, uri=True)) as connection:
            seen = None
            while not stop.is_set():
                self._same_file()
                version = connection.execute("PRAGMA data_version").fetchone()
                if version != seen:
                    changes.bump()
                seen = version
                stop.wait(_POLL)

    @property
    def _uri(self) -> str:
        """Of a file that must be there: looking makes none."""
        return f"{self.file.as_uri()}?mode=rw"

    def scrub(self) -> None:
        with (
            contextlib.suppress(sqlite3.Error),
            contextlib.closing(
                sqlite3.connect(self._uri, uri=True, timeout=_SCRUB_SECONDS)
            ) as connection,
        ):
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def hold(self, service: str) -> FileLock:
        return FileLock(service, self.file)

    def abandon(self) -> None:
        for connection in list(self._open):
            with contextlib.suppress(sqlite3.Error):
                connection.interrupt()


def _changes(connection: sa.Connection) -> int:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)  # noqa: S101 - our engine's
    return driver.total_changes


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
    before: Callable[[], None] = lambda: None,
) -> sa.Engine:
    """An engine whose transactions start with `before()` and `begin`.

    The driver's own way would start them late, at the first write, and leave
    reads and DDL outside: so it is in autocommit and we say BEGIN.
    """
    made = sa.create_engine(
        url,
        connect_args={"isolation_level": None, "check_same_thread": False},
        pool_size=connections,
        max_overflow=0,
        hide_parameters=True,  # texts and addresses, in the errors that are logged
        execution_options=statements.SHARED,
        json_deserializer=lenient_json,
    )

    def refuse_missing(*_arguments: Any) -> None:
        # connecting would leave an empty file behind
        before()
        files.refuse_vanished(file := database_file(url))
        if not file.exists():
            raise Gone(
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
            "journal_size_limit": _WAL_SIZE,
            # each commit is on the disk before it is answered (decision 29)
            "synchronous": "FULL",
            "foreign_keys": int(foreign_keys),
            # what is overwritten or deleted is not in the file any more (decision 43)
            "secure_delete": 1,
            "query_only": int(read_only),
        }
        cursor = connection.cursor()
        for name, value in pragmas.items():
            cursor.execute(f"PRAGMA {name} = {value}")
        cursor.close()

    def start(connection: sa.Connection) -> None:
        before()
        connection.exec_driver_sql(begin)

    sa.event.listen(made, "do_connect", refuse_missing)
    sa.event.listen(made, "connect", prepare)
    sa.event.listen(made, "begin", start)
    return made
