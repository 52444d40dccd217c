"""The service on a clock that the test moves, over a real server and a real database.

The loops of the engine are its own; only who calls them differs. At each moment they
are asked until nothing is left to do, and all of it has arrived. So what is told then
is told then, however slow the machine is.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from xml.etree.ElementTree import Element

from bot.domain.identity import MessageIds
from bot.domain.message import Announcement
from bot.engine.dispatcher import Dispatcher
from bot.engine.engine import Engine
from bot.engine.planner import Planner
from bot.engine.retrier import Retrier
from bot.engine.wire import Barrier, Delivery, Stencil
from bot.service.ports.paging import Paging
from bot.xmpp.session.connection import Connection
from tests.e2e.sink import BODY, MESSAGE, Sink
from tests.engine.worker import NoAlarm
from tests.fakes import FakeClock
from tests.servers.xmpp_server import XmppServer
from tests.world import World
from tests.xmpp.links import QUICK, component_settings

_AMENDS = ("{urn:xmpp:message-correct:0}replace", "{urn:xmpp:message-retract:1}retract")
WINDOW = 200


class Inboxes(Sink):
    """What each reader gets, and at which moment of the test's clock."""

    def __init__(self, server: XmppServer, clock: FakeClock) -> None:
        super().__init__(server, server.spares[0])
        self._clock = clock
        #: (recipient, moment, id, id of what it amends, body), as it arrives
        self.letters: list[tuple[str, datetime, str, str | None, str]] = []

    def take(self, stanza: Element) -> None:
        if stanza.tag != MESSAGE:
            return
        to = stanza.get("to", "").partition("/")[0]
        amends = [one.get("id") for tag in _AMENDS for one in stanza.iter(tag)]
        self.letters.append(
            (
                to,
                self._clock.now(),
                stanza.get("id", ""),
                next(iter(amends), None),
                stanza.findtext(BODY) or "",
            )
        )


class Counted:
    """A connection that knows how much was written to it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.written = 0
        #: writes until `on_write` is called; None: never
        self.countdown: int | None = None
        self.cut = asyncio.Event()

    @property
    def is_ready(self) -> bool:
        return self._connection.is_ready

    async def ready(self) -> None:
        await self._connection.ready()

    def stencil(self, announcement: Announcement) -> Stencil:
        return self._connection.stencil(announcement)

    async def write(self, deliveries: Sequence[Delivery]) -> Barrier:
        barrier = await self._connection.write(deliveries)
        self.written += len(deliveries)
        if self.countdown is not None:
            self.countdown -= 1
            if self.countdown <= 0:
                self.cut.set()
                await asyncio.Event().wait()  # it dies here
        return barrier

    async def echo(self) -> None:
        await self._connection.echo()


class Life:
    """One process of the service, from its start to its end."""

    def __init__(self, world: World, wire: Counted, name: str) -> None:
        self._world, self._wire = world, wire
        uses = world.use_cases
        key = world.do(lambda unit: unit.facts.digest_key())
        engine = Engine.over(
            uses,
            wire,
            NoAlarm(),
            ids=MessageIds(key),
            worker=name,
            window=WINDOW,
            rate=0,
            stopping=lambda: False,
        )
        self._line, self._ledger = engine.line, engine.ledger
        self._dispatcher: Dispatcher = engine.dispatchers[0]
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
        while True:
            await self._planner.step()
            if not self._is_sending():
                if not await self._repeated():
                    return
                continue
            await self._send()

    def _is_sending(self) -> bool:
        page = self._world.do(
            lambda unit: unit.broadcasts.page(Paging(limit=1), sending=True)
        )
        return page.count > 0

    async def _send(self) -> None:
        stepping = asyncio.create_task(self._dispatcher.step())
        await asyncio.sleep(0)
        await stepping
        await self._dispatcher.drain()

    async def _repeated(self) -> bool:
        return await self._retrier.step() == 0.0

    async def end(self) -> None:
        """As by kill -9: what ran is not waited for."""
        tasks = asyncio.all_tasks() - self._before - {asyncio.current_task()}
        for task in tasks:
            if task is not None:
                task.cancel()
        await asyncio.gather(*filter(None, tasks), return_exceptions=True)


class Stage:
    """The world, its inboxes, and one life of the service after the other."""

    def __init__(
        self, world: World, clock: FakeClock, inboxes: Inboxes, connection: Connection
    ) -> None:
        self.world, self.clock, self.inboxes = world, clock, inboxes
        self._wire = Counted(connection)
        self._lives = 0
        self._life: Life | None = None

    async def start(self) -> None:
        self._lives += 1
        self.world.do(self.world.chunk_progress.take_over)
        self._life = Life(self.world, self._wire, f"life {self._lives}")

    async def kill(self) -> None:
        assert self._life is not None
        await self._life.end()
        self._life = None

    async def settle(self) -> None:
        """Whatever is due by now has arrived."""
        if self._life is not None:
            await self._life.settle()
        async with asyncio.timeout(60):
            # the inboxes have a thread of their own
            while len(self.inboxes.letters) < self._wire.written:  # noqa: ASYNC110
                await asyncio.sleep(0.005)


@asynccontextmanager
async def staged(
    server: XmppServer, world: World, clock: FakeClock
) -> AsyncIterator[Stage]:
    with Inboxes(server, clock) as inboxes:
        connection = Connection(component_settings(server), now=clock.now, timing=QUICK)
        running = asyncio.create_task(connection.run())
        try:
            async with asyncio.timeout(30):
                await connection.ready()
            stage = Stage(world, clock, inboxes, connection)
            await stage.start()
            try:
                yield stage
            finally:
                if stage._life is not None:
                    await stage.kill()
        finally:
            await connection.stop()
            async with asyncio.timeout(20):
                await running
