"""The service while it runs: the connection, the loops, and their end."""

import asyncio
import contextlib
import gc
import os
import secrets
import signal
import socket
import sys
from dataclasses import replace
from datetime import timedelta
from importlib.metadata import version
from typing import Any

import structlog

from bot.app import renamed, systemd
from bot.app.observing import Observing
from bot.app.vitals import Vitals, web_server
from bot.app.wiring import database_of, spool_of, use_cases_over
from bot.clock import Alarm
from bot.desk.desk import Desk
from bot.domain.errors import CarillonError, Conflict
from bot.domain.identity import MessageIds
from bot.domain.lists import AnnouncementList
from bot.engine.engine import Engine
from bot.engine.housekeeper import Housekeeper
from bot.engine.loop import Loop
from bot.metrics.counts import Counts
from bot.service.delivery.progress import LEASE_TIME
from bot.service.ports.pulses import Pulse
from bot.service.ports.spool import Spool
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.use_cases import UseCases
from bot.settings import Settings
from bot.store import upgrade
from bot.store.database import SqlDatabase
from bot.xmpp.doors.opening import Doors
from bot.xmpp.session.connection import Connection, FatalConnectionError

log = structlog.get_logger(__name__)

#: seconds between signs of life in the database
PULSE = 5.0
#: seconds that a stop waits for acknowledgements
GRACE_SECONDS = 20.0


def run(settings: Settings) -> None:
    """The service, until SIGTERM or SIGINT; raises CarillonError where it can't.

    Raises SettingsError where the password is empty.
    """
    _ = settings.xmpp.secret
    for number in _stop_signals():  # while it stands by
        signal.signal(number, lambda *_: sys.exit(0))
    observing = Observing()
    database = database_of(settings, observing)
    # The lock first: a file that another service uses is not brought up to date.
    with contextlib.closing(database), database.exclusive(_standing_by):
        upgrade.prepare(settings.database.url, settings.xmpp.addresses.own)
        use_cases = use_cases_over(database, settings)
        if hint := renamed.hint(settings, database):
            log.warning(str(hint))
        asyncio.run(Running.serve(settings, database, use_cases, observing.counts))


class Running:
    """The service while it runs: the connection, the loops, and their end."""

    def __init__(
        self,
        settings: Settings,
        database: SqlDatabase,
        use_cases: UseCases,
        lists: list[AnnouncementList],
        spool: Spool,
        digest_key: bytes,
        counts: Counts,
    ) -> None:
        self._database = database
        self._clock = clock = use_cases.clock
        self._started_at = clock.now()
        self._stop = asyncio.Event()
        self._worker = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
        self._connection = connection = Connection(
            settings.xmpp,
            now=clock.now,
            on_session=self._on_session,
            on_lost=self._on_lost,
            on_acknowledged=counts.acknowledged,
        )
        self._counts = counts
        self._progress = use_cases.progress
        self._jid = use_cases.policy.addresses.service
        self._alarm = Alarm(self._ring)
        ids = MessageIds(digest_key)
        self._engine = engine = Engine.over(
            use_cases,
            connection,
            self._alarm,
            ids=ids,
            worker=self._worker,
            window=settings.sending.window,
            rate=settings.sending.rate,
            stopping=self._stop.is_set,
        )
        desk = Desk(use_cases, counts.requested)
        self._doors = Doors(
            use_cases=use_cases,
            desk=desk,
            ids=ids,
            lists=lists,
            on_bounce=engine.ledger.bounced,
            spool=spool,
            contact=settings.xmpp.contact,
        )
        self._doors.open(connection)
        kept = settings.audit.keep_days
        housekeeper = Housekeeper(
            database,
            use_cases.audit,
            use_cases.rearming,
            clock,
            timedelta(days=kept) if kept else None,
        )
        self._pulse = Loop("pulse", self._beat)
        self._housekeeping = Loop("housekeeper", housekeeper.step)
        self._background: dict[str, asyncio.Task[None]] = {}
        vitals = Vitals(
            settings=settings,
            database=database,
            connection=connection,
            in_flight=engine.line.window,
            limit=self._doors.limit,
            joins=self._doors.joins,
            gate=desk.gate,
            moves=self._doors.moves,
            ledger=engine.ledger,
            loops=(*engine.loops, self._pulse, self._housekeeping),
            tasks=self._background,
            stopping=self._stop,
        )
        self._web = web_server(vitals, counts)

    @classmethod
    async def serve(
        cls,
        settings: Settings,
        database: SqlDatabase,
        use_cases: UseCases,
        counts: Counts,
    ) -> None:
        """From start to stop; raises Conflict where connecting cannot help."""
        key = await database.run(_digest_key)
        lists = await database.read(_lists)
        with contextlib.closing(spool_of(settings, use_cases)) as spool:
            running = cls(settings, database, use_cases, lists, spool, key, counts)
            pages = running._web.serving() if running._web else None
            async with pages or contextlib.nullcontext():
                await running.until_stopped()

    async def until_stopped(self) -> None:
        for number in _stop_signals():
            asyncio.get_running_loop().add_signal_handler(number, self._stop.set)
        await self._database.run(self._progress.take_over)
        await self._beat()
        # All that was made so far stays for good. Looking through it again, in full
        # collections, would hold everything up for some 70 ms each time.
        gc.collect()
        gc.freeze()
        self._alarm.every(LEASE_TIME.total_seconds() / 3, self._renew)
        self._alarm.start()
        systemd.tell(READY="1")
        work = {
            "ledger": self._engine.ledger.run(),
            "watch": self._watch(),
            "hold": self._hold(),
        }
        for loop in (self._pulse, self._housekeeping, *self._engine.loops):
            work[loop.name] = loop.run()
        for name, run in work.items():
            self._background[name] = asyncio.create_task(run)
        background = list(self._background.values())
        connected = asyncio.create_task(self._connection.run())
        stopped = asyncio.create_task(self._stop.wait())
        ends: set[asyncio.Task[Any]] = {connected, stopped, *background}
        try:
            # None of them ends by itself: one that does is a reason to stop.
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            failed = [task for task in background if task.done()]
            await self._wind_down()
            for ended in failed:
                ended.result()
        finally:
            for task in (*background, stopped):
                task.cancel()
            await asyncio.gather(*background, stopped, return_exceptions=True)
            self._alarm.stop()
        try:
            await connected
        except FatalConnectionError as error:
            raise Conflict(error.phrase) from None

    async def _wind_down(self) -> None:
        """Finish and record what is on its way, say goodbye, give back the rest."""
        self._stop.set()
        systemd.tell(STOPPING="1", STATUS=self._condition())
        log.info("stopping")
        if self._connection.is_ready:  # else nothing can be acknowledged any more
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(GRACE_SECONDS):
                    await self._engine.dispatcher.drain()
        await self._connection.stop()
        await self._doors.close()
        with contextlib.suppress(TimeoutError, CarillonError):
            async with asyncio.timeout(GRACE_SECONDS):
                await self._engine.ledger.flush()
                await self._database.run(self._progress.release, self._worker)
                await self._database.run(_stopped, self._worker)

    def _ring(self) -> None:
        self._engine.planning.nudge()

    def _on_session(self, fresh: bool) -> None:
        self._counts.session(fresh=fresh)
        self._doors.on_session(fresh)
        self._pulse.nudge()
        for loop in self._engine.loops:
            loop.nudge()

    def _on_lost(self) -> None:
        self._counts.session_lost()
        self._doors.on_lost()
        self._pulse.nudge()

    async def _watch(self) -> None:
        """Wake every loop when something was changed, here or elsewhere."""
        watch = self._database.watch()
        while True:
            if await watch.changed(PULSE):
                for loop in self._engine.loops:
                    loop.nudge()

    async def _hold(self) -> None:
        """End where another process has taken over as us."""
        while True:
            await asyncio.sleep(PULSE)
            await asyncio.to_thread(self._database.still_exclusive)

    async def _beat(self) -> float:
        pulse = Pulse(
            worker=self._worker,
            service=self._jid,
            version=version("carillon"),
            connected=self._connection.is_ready,
            started_at=self._started_at,
            seen_at=self._started_at,  # `_beat` says it, by the database's clock
        )
        try:
            await self._database.run(_beat, pulse)
        finally:  # also where the database refused: starting again mends nothing
            systemd.tell(WATCHDOG="1", STATUS=self._condition())
        return PULSE

    def _condition(self) -> str:
        if self._stop.is_set():
            return "Stopping."
        if self._connection.is_ready:
            return f"Connected as {self._jid}."
        failure = self._connection.failure
        return f"Not connected: {failure}" if failure else "Connecting."

    async def _renew(self) -> None:
        await self._database.run(
            self._progress.renew, self._worker, self._engine.dispatcher.carrying
        )


def _stop_signals() -> tuple[signal.Signals, ...]:
    """SIGTERM, and SIGINT unless whoever started the service has it ignored.

    A shell does that for a job in the background, whose terminal's Ctrl-C is meant
    for another program.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        return (signal.SIGTERM,)
    return (signal.SIGTERM, signal.SIGINT)


def _standing_by() -> None:
    systemd.tell(
        READY="1", WATCHDOG="1", STATUS="Standing by: another process is connected."
    )


def _lists(uow: UnitOfWork) -> list[AnnouncementList]:
    return uow.lists.all()


def _digest_key(uow: UnitOfWork) -> bytes:
    return uow.facts.digest_key()


def _beat(uow: UnitOfWork, pulse: Pulse) -> None:
    uow.facts.beat(replace(pulse, seen_at=uow.now()))


def _stopped(uow: UnitOfWork, worker: str) -> None:
    uow.facts.stopped(worker)
