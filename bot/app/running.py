"""The service while it runs: the connection, the loops, and their end."""

import asyncio
import contextlib
import gc
import os
import secrets
import socket
from collections.abc import Callable
from dataclasses import replace
from enum import Enum, auto
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import structlog

from bot.app import systemd
from bot.app.checks.everything import from_within
from bot.app.configuration import Configuration
from bot.app.configured import pictures_of, retention_of
from bot.app.ending import Ending
from bot.app.keeping import HoldKeeper
from bot.app.observing import Observing
from bot.app.publishing import Publishing
from bot.app.reading import Reading
from bot.app.start import Start
from bot.app.turn import Turn
from bot.app.vitals import Vitals, web_server
from bot.app.wiring import database_of, spool_of
from bot.clock import Alarm, SystemClock
from bot.desk.desk import Desk
from bot.desk.inspections import Inspections
from bot.domain.errors import CarillonError, Conflict
from bot.domain.identity import MessageIds
from bot.engine.bystander import Bystander
from bot.engine.engine import Engine
from bot.engine.housekeeper import Housekeeper
from bot.engine.loop import Loop
from bot.engine.teller import Teller
from bot.engine.turnstile import Turnstile
from bot.engine.warden import Warden
from bot.metrics.counts import Counts
from bot.service.delivery.outcomes import Bounce
from bot.service.delivery.progress import LEASE_TIME
from bot.service.ports.pulses import Pulse
from bot.service.ports.spool import Spool
from bot.service.ports.unit_of_work import UnitOfWork
from bot.settings import Settings
from bot.store.database import SqlDatabase
from bot.store.hold import Hold
from bot.xmpp.doors.opening import Doors
from bot.xmpp.servers.servers import Servers
from bot.xmpp.session.connection import Connection, FatalConnectionError

log = structlog.get_logger(__name__)

#: seconds between signs of life in the database
PULSE = 5.0
#: seconds that a stop waits for acknowledgements, and then for their record
GRACE_SECONDS = 15.0
RECORD_SECONDS = 4.0
#: seconds after which a stop waits for nothing more, whatever hangs
LAST_SECONDS = 30.0


def run(settings: Settings, file: Path) -> None:
    """The service, until SIGTERM or SIGINT; raises CarillonError where it can't.

    `settings` were read from `file`. Raises SettingsError where the password is empty.
    """
    _ = settings.xmpp.secret
    configuration = Configuration(file, settings, SystemClock().now())
    observing = Observing()
    with (
        Ending() as ending,
        contextlib.closing(database_of(settings, observing)) as database,
        contextlib.closing(database.hold()) as hold,
    ):
        turn = Turn(hold, database.outage, settings.xmpp.addresses.own, ending)
        # The lock first: a file that another service uses is not brought up to date.

        def prepare() -> Start:
            if turn.stood_by or ending.hang_ups:
                configuration.take(configuration.look(SystemClock().now()), None, 0)
            return Start.prepared(configuration, database)

        while (start := turn.wait(prepare)) is not None:
            life = Running.serve(
                configuration, database, hold, ending, start, observing
            )
            if asyncio.run(life) is End.ASKED:
                break
            hold.close()


class End(Enum):
    """Why a life of the service is over."""

    ASKED = auto()
    #: another process is connected now, and this one stands by
    TAKEN_OVER = auto()


class Running:
    """The service while it runs: the connection, the loops, and their end."""

    def __init__(
        self,
        configuration: Configuration,
        database: SqlDatabase,
        hold: Hold,
        ending: Ending,
        start: Start,
        spool: Spool,
        counts: Counts,
    ) -> None:
        use_cases, settings = start.use_cases, configuration.settings
        self._configuration = configuration
        self._ending = ending
        self._database = database
        self._keeper = keeper = HoldKeeper(hold)
        self._end = End.ASKED
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
        ids = MessageIds(start.digest_key)
        self._servers = servers = Servers(
            connection,
            use_cases,
            self._on_bounce,
            self._on_greeting,
        )
        self._engine = engine = Engine.over(
            use_cases,
            Turnstile(servers.post, keeper.may_write),
            self._alarm,
            ids=ids,
            worker=self._worker,
            window=settings.sending.window,
            rate=settings.sending.rate,
            stopping=self._stop.is_set,
        )
        desk = Desk(use_cases, counts.requested)
        desk.neighbours = servers.standings
        look = partial(from_within, configuration.file, connection)
        desk.inspector = Inspections(look, clock.now, asyncio.get_running_loop().time)
        publishing = Publishing(settings, use_cases)
        self._doors = Doors(
            use_cases=use_cases,
            desk=desk,
            ids=ids,
            lists=start.lists,
            on_bounce=self._on_bounce,
            spool=spool,
            contact=settings.xmpp.contact,
            pictures=pictures_of(settings),
            status_addresses=publishing.status_addresses,
        )
        self._doors.open(connection)
        housekeeper = Housekeeper(
            database,
            use_cases.audit,
            (use_cases.rearming.some, use_cases.maintenances.rearm),
            clock,
            retention_of(settings),
        )
        self._pulse = Loop("pulse", self._beat)
        self._renewing = Loop("leases", self._renew)
        self._housekeeping = Loop("housekeeper", housekeeper.step)
        reading = Reading(
            configuration=configuration,
            database=database,
            policy=use_cases.policy,
            doors=self._doors,
            housekeeper=housekeeper,
            ending=ending,
            clock=clock,
            worker=self._worker,
            heeded=self._heeded,
        )
        self._reading = Loop("configuration", reading.step)
        bystander = Loop("bystander", Bystander(database, clock).step)
        teller = Loop("teller", Teller(use_cases).step)
        guarding = use_cases.guarding
        self._warden = Loop("warden", Warden(database, guarding, servers.look).step)
        servers.open(self._warden.nudge)  # ejabberd grants behind the first look
        self._own_loops = (
            *(self._pulse, self._renewing, self._housekeeping),
            *(self._reading, bystander, teller, self._warden, *publishing.loops),
        )
        self._background = dict(self._doors.tasks)
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
            loops=(*engine.loops, *self._own_loops, self._doors.contacts),
            tasks=self._background,
            stopping=self._stop,
            may_write=keeper.may_write,
        )
        self._web = web_server(vitals, counts, publishing.shelf)

    @classmethod
    async def serve(
        cls,
        configuration: Configuration,
        database: SqlDatabase,
        hold: Hold,
        ending: Ending,
        start: Start,
        observing: Observing,
    ) -> End:
        """From start to stop; raises Conflict where connecting cannot help."""
        loop = asyncio.get_running_loop()
        settings, counts = configuration.settings, observing.counts
        with contextlib.closing(spool_of(settings, start.use_cases)) as spool:
            running = cls(configuration, database, hold, ending, start, spool, counts)

            def soon(call: Callable[[], None]) -> None:
                with contextlib.suppress(RuntimeError):  # it is over meanwhile
                    loop.call_soon_threadsafe(call)

            ending.call(partial(soon, running._stop.set), LAST_SECONDS)
            ending.on_hang_up(partial(soon, running._reading.nudge))
            try:
                pages = running._web.serving() if running._web else None
                async with pages or contextlib.nullcontext():
                    await running.until_stopped()
            finally:
                hold.cut()
                if running._end is End.ASKED:
                    ending.settled()
        return running._end

    async def until_stopped(self) -> None:
        with contextlib.suppress(CarillonError):  # the pulse goes on trying
            await self._beat()
        # All that was made so far stays for good. Looking through it again, in full
        # collections, would hold everything up for some 70 ms each time.
        gc.collect()
        gc.freeze()
        self._alarm.start()
        systemd.tell(READY="1")
        work = {
            "ledger": self._engine.ledger.run(),
            "watch": self._watch(),
            "hold": self._keep_hold(),
        }
        for loop in (*self._own_loops, *self._engine.loops):
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
            self._tell_unrecorded()
            why = await asyncio.gather(connected, return_exceptions=True)
        for error in why:
            if isinstance(error, FatalConnectionError):
                raise Conflict(error.phrase) from None
            if error is not None:
                raise error

    async def _wind_down(self) -> None:
        """Finish and record what is on its way, say goodbye, give back the rest."""
        self._stop.set()
        systemd.tell(STOPPING="1", STATUS=self._condition())
        log.info("stopping")
        if self._end is End.TAKEN_OVER:
            pass  # who is connected now goes on with it
        elif self._connection.is_ready:  # else nothing can be acknowledged any more
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(GRACE_SECONDS):
                    await self._engine.drain()
        await self._connection.stop()
        await self._doors.close()
        with contextlib.suppress(TimeoutError, CarillonError):
            async with asyncio.timeout(RECORD_SECONDS):
                await self._engine.ledger.flush()
                await self._database.run(
                    self._progress.release, self._worker, self._engine.line.reached
                )
                await self._database.run(_stopped, self._worker)

    def _tell_unrecorded(self) -> None:
        if left := self._engine.ledger.unrecorded:
            log.error(
                "acknowledged, but not recorded: they will be told again",
                messages=left.messages,
                bounces=left.bounces,
            )

    def _ring(self) -> None:
        self._engine.planning.nudge()

    def _on_session(self, fresh: bool) -> None:
        self._counts.session(fresh=fresh)
        self._doors.on_session(fresh)
        self._pulse.nudge()
        self._warden.nudge()
        for loop in self._engine.loops:
            loop.nudge()

    def _on_bounce(self, bounce: Bounce) -> None:
        self._engine.ledger.bounced(bounce)

    def _on_greeting(self, jid: str) -> None:
        self._doors.introduce(jid)

    def _on_lost(self) -> None:
        self._counts.session_lost()
        self._doors.on_lost()
        self._servers.on_lost()
        self._pulse.nudge()

    async def _watch(self) -> None:
        """Wake every loop when something was changed, here or elsewhere."""
        watch = self._database.watch()
        while True:
            if await watch.changed(PULSE):
                for loop in (*self._engine.loops, self._reading, self._doors.contacts):
                    loop.nudge()

    async def _keep_hold(self) -> None:
        """End where another process has taken over as us, and only there."""
        await self._keeper.until_lost()
        self._end = End.TAKEN_OVER
        log.warning("another process took over", jid=self._jid)

    async def _beat(self) -> float:
        pulse = Pulse(
            worker=self._worker,
            service=self._jid,
            version=version("carillon"),
            connected=self._connection.is_ready,
            started_at=self._started_at,
            seen_at=self._started_at,  # `_beat` says it, by the database's clock
            reading=await asyncio.to_thread(self._configuration.reading),
        )
        try:
            await self._database.run(_beat, pulse)
        finally:  # also where the database refused: starting again mends nothing
            systemd.tell(WATCHDOG="1", STATUS=self._condition())
        return PULSE

    def _heeded(self) -> None:
        """The configuration was read anew: say which it is now, and look around."""
        self._pulse.nudge()
        self._warden.nudge()

    def _condition(self) -> str:
        if self._end is End.TAKEN_OVER:
            return "Another process took over."
        if self._stop.is_set():
            return "Stopping."
        if self._connection.is_ready:
            return f"Connected as {self._jid}."
        failure = self._connection.failure
        return f"Not connected: {failure}" if failure else "Connecting."

    async def _renew(self) -> float:
        await self._database.run(
            self._progress.renew, self._worker, self._engine.carrying
        )
        return LEASE_TIME.total_seconds() / 3


def _beat(uow: UnitOfWork, pulse: Pulse) -> None:
    uow.facts.beat(replace(pulse, seen_at=uow.now()))


def _stopped(uow: UnitOfWork, worker: str) -> None:
    uow.facts.stopped(worker)
