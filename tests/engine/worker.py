"""The engine of one process over a wire of the test's, without a server."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.domain.identity import MessageIds
from bot.engine.dispatcher import Dispatcher
from bot.engine.ledger import Ledger
from bot.engine.loop import Loop
from bot.engine.pipe import Line
from bot.engine.retrier import Retrier
from bot.engine.window import Pace, Window
from bot.service.ports.outside import Database
from tests.fakes import FakeWire
from tests.world import World

IDS = MessageIds(b"a key of sixteen")


@dataclass(slots=True)
class Worker:
    line: Line
    dispatcher: Dispatcher
    ledger: Ledger
    stop: asyncio.Event


@asynccontextmanager
async def working(
    world: World,
    wire: FakeWire,
    *,
    window: int = 1000,
    rate: int = 0,
    name: str = "w",
    database: Database | None = None,
) -> AsyncIterator[Worker]:
    """Everything is dropped at the end, as by a crash: what ran is not waited for."""
    database = database or world.database
    ledger = Ledger(database, world.chunk_progress, name)
    stop = asyncio.Event()
    line = Line(
        database=database,
        progress=world.chunk_progress,
        renditions=world.renditions,
        wire=wire,
        ledger=ledger,
        ids=IDS,
        window=Window(window),
        pace=Pace(rate),
        clock=world.clock,
        worker=name,
        stopping=stop.is_set,
    )
    dispatcher = Dispatcher(line)
    loops = (
        Loop("dispatcher", dispatcher.step),
        Loop("retrier", Retrier(line, world.outcomes).step),
    )
    before = asyncio.all_tasks()
    tasks = [asyncio.create_task(ledger.run())]
    tasks += [asyncio.create_task(loop.run()) for loop in loops]
    try:
        yield Worker(line, dispatcher, ledger, stop)
    finally:
        tasks += asyncio.all_tasks() - before
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def until(fact: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until it holds."""
    async with asyncio.timeout(seconds):
        while not fact():  # noqa: ASYNC110 - facts of a database have no event
            await asyncio.sleep(0.005)
