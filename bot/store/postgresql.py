"""PostgreSQL: shared by several services, which wake each other by NOTIFY."""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import sqlalchemy as sa

from bot.domain.errors import Conflict
from bot.domain.phrase import Phrase
from bot.store import holders, sessions
from bot.store.backend import Fault, unusable
from bot.store.changes import Changes
from bot.store.holders import Holder

log = logging.getLogger(__name__)

_CHANNEL = "carillon"
#: a change is assumed after this many seconds without a word
_SLOW_POLL = 5.0
#: how often the listener looks whether to stop, in seconds
_STOP_POLL = 0.25
_RECONNECT = 1.0
#: how often a process that stands by looks whether it is needed, in seconds
_STAND_BY = 2.0
#: serialization_failure, deadlock_detected; lock_not_available, query_canceled,
#: idle_in_transaction_session_timeout: the limits of `bot.store.sessions`
_IN_THE_WAY = frozenset({"40001", "40P01", "55P03", "57014", "25P03"})
#: undefined_table, undefined_column
_MISSING = frozenset({"42P01", "42703"})


class PostgreSQLBackend:
    def __init__(self, url: sa.URL) -> None:
        self._lock = ""
        self._holder: psycopg.Connection[Any] | None = None
        self.writers = 4
        self.readers = 2
        self.writing = sessions.engine(
            url,
            pool_size=self.writers + self.readers,
            max_overflow=2,
            pool_timeout=10,
        )
        self.reading: sa.Engine = self.writing.execution_options(
            postgresql_readonly=True
        )

    def fault(self, error: sa.exc.DBAPIError) -> Fault:
        sqlstate = getattr(error.orig, "sqlstate", None)
        if sqlstate in _IN_THE_WAY:
            return Fault.RETRY
        if sqlstate in _MISSING:
            return Fault.SCHEMA
        away = (sa.exc.OperationalError, sa.exc.InterfaceError)
        return Fault.AWAY if isinstance(error, away) else Fault.BUG

    def holder(self, *, waited: bool) -> Holder | None:
        return holders.in_postgresql(self.writing.url, own=waited)

    def notify(self, connection: sa.Connection) -> None:
        connection.execute(sa.select(sa.func.pg_notify(_CHANNEL, "")))

    def watch(self, changes: Changes, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                self._listen(changes, stop)
            except psycopg.Error as error:
                log.warning("cannot watch the database", extra={"error": str(error)})
                stop.wait(_RECONNECT)

    def _listen(self, changes: Changes, stop: threading.Event) -> None:
        with self._connect() as connection:
            connection.execute(f"LISTEN {_CHANNEL}")
            quiet = _SLOW_POLL  # whatever happened while nobody listened
            while not stop.is_set():
                if quiet >= _SLOW_POLL:
                    changes.bump()
                    quiet = 0.0
                if any(
                    True for _ in connection.notifies(timeout=_STOP_POLL, stop_after=1)
                ):
                    quiet = _SLOW_POLL
                else:
                    quiet += _STOP_POLL

    def _connect(self) -> "psycopg.Connection[Any]":
        """A connection of its own, in autocommit."""
        return sessions.connect(self.writing.url)

    @contextlib.contextmanager
    def exclusive(
        self, service: str, waiting: Callable[[], None] = lambda: None
    ) -> Iterator[None]:
        """One process for each service JID; the others stand by.

        An advisory lock, which the server drops with the connection.
        """
        self._lock = service
        try:
            while not self._take():
                log.info("standing by: another process is connected as %s", service)
                while not self._take():
                    waiting()
                    time.sleep(_STAND_BY)
            yield
        except psycopg.Error as error:
            raise unusable(error) from error
        finally:
            if self._holder is not None:
                self._holder.close()

    def _take(self) -> bool:
        if self._holder is None or self._holder.closed or self._holder.broken:
            self._holder = self._connect()
        taken = self._holder.execute(
            "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [self._lock]
        ).fetchone()
        return taken is not None and bool(taken[0])

    def still_exclusive(self) -> None:
        """Take the lock again where the connection that held it was lost."""
        holder = self._holder
        if holder is None:
            return
        try:
            holder.execute("SELECT 1")
        except psycopg.Error:
            holder.close()
        else:
            return
        try:
            taken = self._take()
        except psycopg.Error:
            return  # nobody else can take it either
        if not taken:
            raise Conflict(
                Phrase("Another process took over as {jid}.", jid=self._lock)
            )
