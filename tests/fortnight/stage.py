"""The service on a clock that the test moves, over a real server and a real database.

The loops of the engine are its own; only who calls them differs. At each moment they
are asked until nothing is left to do, and all of it has arrived. So what is told then
is told then, however slow the machine is.
"""

import asyncio
from asyncio import FIRST_COMPLETED
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from xml.etree.ElementTree import Element

from bot.domain.identity import MessageIds
from bot.domain.message import Announcement
from bot.engine.engine import Engine
from bot.engine.planner import Planner
from bot.engine.retrier import Retrier
from bot.engine.wire import Barrier, Delivery, Stencil
from bot.service.ports.paging import Paging
from bot.service.ports.pulses import Pulse
from bot.service.ports.unit_of_work import UnitOfWork
from bot.xmpp.session.connection import Connection
from tests.e2e.sink import BODY, MESSAGE, Sink
from tests.engine.worker import NoAlarm
from tests.fakes import FakeClock
from tests.servers.xmpp_server import XmppServer
from tests.world import World
from tests.xmpp.links import QUICK, component_settings

_AMENDS = ("{urn:xmpp:message-correct:0}replace", "{urn:xmpp:message-retract:1}retract")
#: what waits for what goes out beside it is looked at again so soon
SOON = timedelta(seconds=5)


class Inboxes(Sink):
    """What each reader gets, and at which moment of the test's clock."""

    def __init__(self, server: XmppServer, clock: FakeClock) -> None:
        super().__init__(server, server.spares[0])
        self._clock = clock
        #: (recipient, moment, id, id of what it amends, body), as it arrives
        self.letters: list[tuple[str, datetime, str, str, str]] = []

    def take(self, stanza: Element) -> None:
        if stanza.tag != MESSAGE:
            return
        to = stanza.get("to", "").partition("/")[0]
        amends = [one.get("id", "") for tag in _AMENDS for one in stanza.iter(tag)]
        self.letters.append(
            (
                to,
                self._clock.now(),
                stanza.get("id", ""),
                next(iter(amends), ""),
                stanza.findtext(BODY) or "",
            )
        )


class Counted:
    """A connection that knows how much was written to it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.written = 0
        #: writes until the process dies over one; None: it does not
        self.countdown: int | None = None
        self.dead = asyncio.Event()

    @property
    def is_ready(self) -> bool:
        return self._connection.is_ready

    async def ready(self) -> None:
        await self._connection.ready()

    def stencil(self, announcement: Announcement) -> Stencil:
        return self._connection.stencil(announcement)

    async def write(self, deliveries: Sequence[Delivery]) -> Barrier:
        if self.dead.is_set():
            await asyncio.Event().wait()
        barrier = await self._connection.write(deliveries)
        self.written += len(deliveries)
        if self.countdown is not None:
            self.countdown -= 1
            if self.countdown <= 0:
                self.dead.set()
                await asyncio.Event().wait()  # nobody hears that the server has it
        return barrier

    async def echo(self) -> None:
        await self._connection.echo()


class Life:
    """One process of the service, from its start to its end."""

    def __init__(
        self, world: World, clock: FakeClock, wire: Counted, name: str, window: int
    ) -> None:
        self._world, self._clock = world, clock
        uses = world.use_cases
        key = world.do(lambda unit: unit.facts.digest_key())
        now = clock.now()
        pulse = Pulse(
            worker=name,
            service=world.policy.addresses.own,
            version="",
            connected=True,
            started_at=now,
            seen_at=now,
        )
        world.do(lambda unit: unit.facts.beat(pulse))
        engine = Engine.over(
            uses,
            wire,
            NoAlarm(),
            ids=MessageIds(key),
            worker=name,
            window=window,
            rate=0,
            stopping=lambda: False,
        )
        self._dispatcher = engine.dispatchers[0]
        self._retrier = Retrier(engine.line, uses.outcomes)
        self._planner = Planner(
            database=uses.database,
            planning=uses.planning,
            maintenances=uses.maintenances,
            windows=uses.windows,
            wire=wire,
            alarm=NoAlarm(),
            clock=uses.clock,
        )
        self._before = asyncio.all_tasks()
        self._recording = asyncio.create_task(engine.ledger.run())

    async def settle(self) -> None:
        """All that is due is told."""
        for _ in range(1_000):
            await self._planner.step()
            if self._world.do(_is_sending):
                await self._dispatcher.step()
                await self._dispatcher.drain()
            elif await self._retrier.step() > 0:
                if not self._world.do(_is_due, self._clock.now() + SOON):
                    return
                self._clock.advance(seconds=1)
        raise AssertionError("it never ends")

    async def end(self) -> None:
        """As by kill -9: what ran is not waited for."""
        tasks = asyncio.all_tasks() - self._before - {asyncio.current_task()}
        for task in filter(None, tasks):
            task.cancel()
        await asyncio.gather(*filter(None, tasks), return_exceptions=True)


def _is_sending(unit: UnitOfWork) -> bool:
    """Somebody's turn has not come yet."""
    sending = unit.broadcasts.page(Paging(limit=1_000), sending=True).items
    return any(unit.chunks.unfinished(one.id) for one in sending)


def _is_due(unit: UnitOfWork, by: datetime) -> bool:
    moments = (unit.schedules.next_due(), unit.maintenances.next_due())
    due = any(one is not None and one <= by for one in moments)
    return due or bool(unit.exceptions.due(by, 1))


class Stage:
    """The world, its inboxes, and one life of the service after the other."""

    def __init__(
        self,
        server: XmppServer,
        world: World,
        clock: FakeClock,
        inboxes: Inboxes,
        window: int,
    ) -> None:
        self.inboxes = inboxes
        self._server, self._world, self._clock = server, world, clock
        self._window = window
        #: of the lives that are over
        self._written = self._lives = 0
        self._life: Life | None = None
        self._wire: Counted
        self._connection: Connection
        self._running: asyncio.Task[None]

    async def start(self) -> None:
        """A process on a connection of its own."""
        self._lives += 1
        settings = component_settings(self._server)
        self._connection = Connection(settings, now=self._clock.now, timing=QUICK)
        self._running = asyncio.create_task(self._connection.run())
        async with asyncio.timeout(30):
            await self._connection.ready()
        self._world.do(self._world.chunk_progress.take_over)
        self._wire = Counted(self._connection)
        name = f"life {self._lives}"
        self._life = Life(self._world, self._clock, self._wire, name, self._window)

    async def end(self) -> None:
        if self._life is None:
            return
        life, self._life = self._life, None
        await life.end()
        await self._arrived()
        self._written += self._wire.written
        await self._connection.stop()
        async with asyncio.timeout(20):
            await self._running

    def is_due(self) -> bool:
        """Whether there is anything to do by now."""
        return self._world.do(_is_due, self._clock.now())

    async def settle(self, *, dies: bool = False) -> None:
        """Whatever is due by now has arrived; `dies`: and in the middle of it a process
        was killed, and another one begun.
        """
        assert self._life is not None
        if dies:
            self._wire.countdown = 1
            settling = asyncio.create_task(self._life.settle())
            dying = asyncio.create_task(self._wire.dead.wait())
            await asyncio.wait({settling, dying}, return_when=FIRST_COMPLETED)
            assert dying.done(), "there was nothing to be killed over"
            settling.cancel()
            await asyncio.gather(settling, return_exceptions=True)
            await self.end()
            await self.start()
            assert self._life is not None
        await self._life.settle()
        await self._arrived()

    async def _arrived(self) -> None:
        """The inboxes have a thread of their own."""
        count = self._written + self._wire.written
        async with asyncio.timeout(60):
            while len(self.inboxes.letters) < count:  # noqa: ASYNC110
                await asyncio.sleep(0.002)


@asynccontextmanager
async def staged(
    server: XmppServer, world: World, clock: FakeClock, window: int
) -> AsyncIterator[Stage]:
    with Inboxes(server, clock) as inboxes:
        stage = Stage(server, world, clock, inboxes, window)
        await stage.start()
        try:
            yield stage
        finally:
            await stage.end()
