"""PostgreSQL: shared by several services, which wake each other by NOTIFY."""

import logging
import threading
from typing import Any

import psycopg
import sqlalchemy as sa

from bot.store import holders, sessions
from bot.store.advisory_lock import AdvisoryLock
from bot.store.changes import Changes
from bot.store.faults import Diagnosis
from bot.store.holders import Holder
from bot.store.links import Links
from bot.store.outage import Outage
from bot.store.postgresql_faults import diagnose

log = logging.getLogger(__name__)

_CHANNEL = "carillon"
#: a change is assumed after this many seconds without a word
_SLOW_POLL = 5.0
#: how often the listener looks whether to stop, in seconds
_STOP_POLL = 0.25
_RECONNECT = 1.0


class PostgreSQLBackend:
    def __init__(self, url: sa.URL, outage: Outage) -> None:
        self._outage = outage
        self._links = Links()
        self.writers = 4
        self.readers = 2
        self.writing = sessions.engine(
            url,
            pool_size=self.writers + self.readers,
            max_overflow=2,
            pool_timeout=10,
        )
        sa.event.listen(self.writing, "connect", self._link)
        self.reading: sa.Engine = self.writing.execution_options(
            postgresql_readonly=True
        )

    def diagnose(self, error: BaseException | None) -> Diagnosis:
        return diagnose(error)

    def holder(self, *, waited: bool) -> Holder | None:
        return holders.in_postgresql(self.writing.url, own=waited)

    def has_written(self, connection: sa.Connection) -> bool:
        if self._outage.reason is None:
            return True  # nobody wants to know
        number = sa.select(sa.func.pg_current_xact_id_if_assigned().cast(sa.Text))
        return connection.execute(number).scalar_one() is not None

    def notify(self, connection: sa.Connection) -> None:
        connection.execute(sa.select(sa.func.pg_notify(_CHANNEL, "")))

    def watch(self, changes: Changes, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                self._listen(changes, stop)
            except psycopg.Error as error:
                if not stop.is_set():
                    why = diagnose(error).phrase
                    self._outage.failed(why, writing=False, crowded=True)
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

    def _connect(self, **more: Any) -> "psycopg.Connection[Any]":
        """A connection of its own, in autocommit."""
        connection = sessions.connect(self.writing.url, **more)
        self._links.add(connection)
        return connection

    def _link(self, connection: Any, _record: Any) -> None:
        self._links.add(connection)

    def scrub(self) -> None:
        """Nothing to do: what vacuuming and its own log leave is the server's."""

    def hold(self, service: str) -> AdvisoryLock:
        return AdvisoryLock(service, self._connect, self._outage)

    def abandon(self) -> None:
        self._links.cut()
