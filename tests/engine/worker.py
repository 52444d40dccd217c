"""The engine of one process over a wire of the test's, without a server."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.domain.broadcast import BroadcastState
from bot.domain.identity import MessageIds
from bot.domain.schedule import Schedule
from bot.engine.dispatcher import Dispatcher
from bot.engine.engine import Engine
from bot.engine.ledger import Ledger
from bot.engine.pipe import Line
from bot.service.delivery.jobs import Step
from bot.service.delivery.outcomes import Bounce
from bot.service.delivery.progress import ChunkProgress
from bot.service.ports.outside import Database
from bot.service.ports.unit_of_work import UnitOfWork
from tests.fakes import FakeWire
from tests.world import World

IDS = MessageIds(b"a key of sixteen")


class NoAlarm:
    """Nobody plans here, so nobody need be woken."""

    def set(self, moment: datetime | None) -> None: ...


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
    stop = asyncio.Event()
    engine = Engine.over(
        replace(world.use_cases, database=database or world.database),
        wire,
        NoAlarm(),
        ids=IDS,
        worker=name,
        window=window,
        rate=rate,
        stopping=stop.is_set,
    )
    before = asyncio.all_tasks()
    tasks = [asyncio.create_task(engine.ledger.run())]
    loops = (*engine.dispatching, engine.retrying)  # a test plans by itself
    tasks += [asyncio.create_task(loop.run()) for loop in loops]
    try:
        yield Worker(engine.line, engine.dispatchers[0], engine.ledger, stop)
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


def readers(count: int) -> list[str]:
    return [f"r{number}@example.org" for number in range(count)]


def over(world: World, job: Schedule) -> Callable[[], bool]:
    return lambda: world.broadcast(job).state is not BroadcastState.SENDING


def due(world: World, count: int, **changes: Any) -> Schedule:
    world.subscribe(*readers(count))
    return world.due(**changes)


def watched(world: World, recorded: list[tuple[int, int]]) -> ChunkProgress:
    """Notes of each transaction how many steps and bounces it records."""

    class Watched(ChunkProgress):
        def record(
            self, uow: UnitOfWork, worker: str, steps: Sequence[Step],
            bounces: Sequence[Bounce],
        ) -> set[int]:  # fmt: skip
            recorded.append((len(steps), len(bounces)))
            return super().record(uow, worker, steps, bounces)

    return Watched(world.policy, world.renditions, world.outcomes, world.clock)
