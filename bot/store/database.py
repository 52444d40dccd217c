"""Runs use cases, each in one transaction in a thread of its own."""

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import datetime
from functools import partial
from typing import TypeVar, TypeVarTuple

import psycopg
import sqlalchemy as sa

from bot.domain.errors import Unavailable
from bot.domain.events import Event
from bot.domain.phrase import Phrase
from bot.service.ports.calendars import Calendars, NoCalendars
from bot.service.ports.outside import Observer
from bot.service.ports.unit_of_work import UnitOfWork
from bot.store import suspending
from bot.store.backend import Backend, parse_url
from bot.store.changes import Changes, SqlWatch
from bot.store.faults import Diagnosis, Fault, too_busy
from bot.store.files import Gone
from bot.store.hold import Hold
from bot.store.lookout import Lookout
from bot.store.outage import Outage
from bot.store.postgresql import PostgreSQLBackend
from bot.store.sealing import Vault
from bot.store.sqlite import SQLiteBackend
from bot.store.unit_of_work import SqlUnitOfWork

log = logging.getLogger(__name__)

Ts = TypeVarTuple("Ts")
T = TypeVar("T")

#: seconds before each new attempt at a transaction that others were in the way of
_PAUSES = (0.01, 0.05, 0.25)
#: seconds after which an attempt has waited for somebody, or was stopped itself
_LONG = 1.0
#: seconds that the end waits for transactions, then for threads whose wait was cut
_LAST_TRANSACTIONS, _LAST_THREADS = 2.0, 6.0


def backend_of(url: str, outage: Outage | None = None) -> Backend:
    parsed, outage = parse_url(url), outage or Outage()
    if parsed.get_backend_name() == "sqlite":
        return SQLiteBackend(parsed, outage)
    return PostgreSQLBackend(parsed, outage)


class SqlDatabase:
    """What one service has in the database at `url`.

    `service` is its bare JID: whatever a use case stores here is of this service,
    and rows of others are neither seen nor changed. The schema is looked after by
    `bot.store.upgrade`.

    A use case may run more than once, in a new transaction each time, so it
    must do nothing but use its unit of work. Where awaiting `run` is cancelled,
    a use case that has begun still ends, and is committed, in its thread.
    """

    def __init__(
        self,
        url: str,
        service: str,
        observer: Observer | None = None,
        *,
        vault: Vault | None = None,
        now: Callable[[], datetime] | None = None,
        calendars: Calendars | None = None,
    ) -> None:
        """`now`: what tests have for the database's clock."""
        #: by which schedules are skipped or shifted
        self.calendars: Calendars = calendars or NoCalendars()
        #: what seals content from the next transaction on
        self.vault = vault or Vault()
        self.outage = Outage()
        self._backend = backend_of(url, self.outage)
        self._service = service
        self._now = now
        self._observer = observer or _Nobody()
        self._writers = ThreadPoolExecutor(self._backend.writers, "store-write")
        self._readers = ThreadPoolExecutor(self._backend.readers, "store-read")
        self._lookout = Lookout(partial(self._backend.holder, waited=True))
        self._changes = Changes()
        self._stop = threading.Event()
        self._watcher: threading.Thread | None = None

    async def run(self, use_case: Callable[[UnitOfWork, *Ts], T], *args: *Ts) -> T:
        return await _in(self._writers, partial(self.call, use_case, *args))

    async def read(self, use_case: Callable[[UnitOfWork, *Ts], T], *args: *Ts) -> T:
        return await _in(self._readers, partial(self.look, use_case, *args))

    def call(self, use_case: Callable[[UnitOfWork, *Ts], T], *args: *Ts) -> T:
        return self._watched(True, self._backend.writing, use_case, *args)

    def look(self, use_case: Callable[[UnitOfWork, *Ts], T], *args: *Ts) -> T:
        return self._watched(False, self._backend.reading, use_case, *args)

    def _watched(
        self,
        writing: bool,
        engine: sa.Engine,
        use_case: Callable[[UnitOfWork, *Ts], T],
        *args: *Ts,
    ) -> T:
        """Timed, and an outage noticed."""
        started = time.perf_counter()
        try:
            return self._transact(engine, writing, use_case, *args)
        finally:
            seconds = time.perf_counter() - started
            self._observer.transacted(writing=writing, seconds=seconds)

    def _transact(
        self,
        engine: sa.Engine,
        writing: bool,
        use_case: Callable[[UnitOfWork, *Ts], T],
        *args: *Ts,
    ) -> T:
        waited = False
        for pause in (*_PAUSES, None):
            attempt = _Attempt()
            looking = self._lookout.over() if waited else contextlib.nullcontext()
            try:
                with suspending.put_off(), looking:
                    unit, result = self._once(attempt, engine, writing, use_case, *args)
            except sa.exc.DBAPIError as error:
                waited |= attempt.is_long
                found = self._backend.diagnose(error.orig)
                self._observer.database_failed(found.fault.name.lower())
                if found.fault is Fault.BUG:
                    raise
                # A connection lost while committing may have committed.
                stale = error.connection_invalidated and not attempt.committing
                again = found.fault is Fault.RETRY or stale
                if pause is None or self._stop.is_set() or not again:
                    raise self._out(found, writing, waited=waited) from error
                # of who is in the way, the lookout tells
                level = logging.DEBUG if attempt.is_long else logging.INFO
                why = {"error": str(error.orig)}
                log.log(level, "transaction runs again", extra=why)
                self._stop.wait(pause)
            except sa.exc.TimeoutError as error:
                self._observer.database_failed("busy")
                busy = Diagnosis(Fault.BUSY, too_busy(str(error)))
                raise self._out(busy, writing) from error
            except Gone as error:
                self.outage.failed(error.phrase, writing=writing)
                raise
            else:
                self.outage.succeeded(writing=attempt.wrote, began=attempt.began)
                if waited:
                    self._lookout.free()
                self._tell(unit)  # before those who are woken tell what comes next
                if unit.nudged:
                    self._changes.bump()
                return result
        raise AssertionError("the last attempt returns or raises")

    def _out(
        self, found: Diagnosis, writing: bool, *, waited: bool = False
    ) -> Unavailable:
        """What the caller is told; the log is told here."""
        held_up = self._lookout.held_up if waited else None
        if held_up is not None:
            return Unavailable(held_up)  # the lookout told of it
        self.outage.failed(found.phrase, writing=writing, crowded=found.crowded)
        return found.unavailable

    def _once(
        self,
        attempt: "_Attempt",
        engine: sa.Engine,
        writing: bool,
        use_case: Callable[[UnitOfWork, *Ts], T],
        *args: *Ts,
    ) -> tuple[SqlUnitOfWork, T]:
        with engine.begin() as connection:
            unit = SqlUnitOfWork(
                connection, self._service, self.vault, self._now, self.calendars
            )
            result = use_case(unit, *args)
            if unit.nudged:
                self._backend.notify(connection)
            if attempt.is_long:
                # We may have been stopped in between, and undone: better to learn it
                # now than from a commit of which nobody knows the outcome.
                connection.execute(sa.select(1))
            attempt.wrote = writing and self._backend.has_written(connection)
            attempt.committing = True
        return unit, result

    def _tell(self, unit: SqlUnitOfWork) -> None:
        """What is committed stays committed, whatever becomes of the telling."""
        for event in unit.events:
            try:
                self._observer.happened(event)
            except Exception:
                log.exception("not told of", extra={"what": type(event).__name__})

    def watch(self) -> SqlWatch:
        """For one waiter; the first starts the thread that looks for changes."""
        if self._watcher is None:
            self._watcher = threading.Thread(
                target=self._backend.watch,
                args=(self._changes, self._stop),
                name="store-watch",
                daemon=True,
            )
            self._watcher.start()
        return SqlWatch(self._changes)

    def scrub(self) -> None:
        self._backend.scrub()

    @property
    def held_up(self) -> Phrase | None:
        """What transactions of this process wait for."""
        return self._lookout.held_up

    def look_who_holds(self) -> Phrase | None:
        """What those of others wait for, looked at for some seconds where need be."""
        try:
            found = self._backend.holder(waited=False)
        except psycopg.Error as error:
            raise self._backend.diagnose(error).unavailable from error
        return None if found is None else found.told

    def hold(self) -> Hold:
        """What only one process of this service may have: who has it, connects.

        SQLite: taking it raises Conflict where another service runs on the file.
        """
        return self._backend.hold(self._service)

    def close(self) -> None:
        """Let running use cases end, then let go of every connection.

        Who waits for a database that says nothing is not waited for.
        """
        self._stop.set()
        ending = threading.Thread(target=self._end_threads, daemon=True)
        ending.start()
        ending.join(_LAST_TRANSACTIONS)
        if ending.is_alive():
            self._backend.abandon()
            ending.join(_LAST_THREADS)
        self._backend.writing.dispose()
        self._backend.reading.dispose()

    def _end_threads(self) -> None:
        self._writers.shutdown()
        self._readers.shutdown()
        if self._watcher is not None:
            self._watcher.join()


class _Attempt:
    """At one transaction."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        #: from when on nobody knows what became of it where the connection is lost
        self.committing = False
        self.wrote = False

    @property
    def is_long(self) -> bool:
        return time.monotonic() - self.began > _LONG


async def _in(threads: ThreadPoolExecutor, work: Callable[[], T]) -> T:
    """In one of these threads, with the caller's context: its lines in the log
    bear the same ids.
    """
    context = copy_context()
    return await asyncio.get_running_loop().run_in_executor(threads, context.run, work)


class _Nobody:
    """Observes nothing."""

    def happened(self, event: Event) -> None: ...

    def transacted(self, *, writing: bool, seconds: float) -> None: ...

    def database_failed(self, fault: str) -> None: ...
