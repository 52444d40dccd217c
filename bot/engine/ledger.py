"""Records what was acknowledged: one transaction for all cursors that wait.

While one transaction runs, steps of all chunks gather for the next one: the slower
the database, the fewer and larger are its transactions.

Bounces are written no later than the acknowledgement that followed them, so a crash
never keeps a cursor and forgets a bounce. That is why bounces that are too many for
one transaction go before the steps, never behind them.

A step is kept until the database has it, however long the database is away: the
server has the messages, and to forget that would send them again.
"""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from bot.engine.failures import Failures, Pauses
from bot.service.delivery.jobs import Step
from bot.service.delivery.outcomes import Bounce
from bot.service.delivery.progress import ChunkProgress
from bot.service.ports.outside import Database

#: seconds that a bounce may wait for company
BOUNCE_DELAY = 0.2
#: seconds without a bounce after which no more are expected, and how long to wait
QUIET, LONGEST_WAIT = 0.3, 2.0
#: bounces in one transaction, which on SQLite is to last 50 ms at most
BOUNCES_PER_TRANSACTION = 20


class Ledger:
    def __init__(
        self, database: Database, progress: ChunkProgress, worker: str
    ) -> None:
        self._database = database
        self._progress = progress
        self._worker = worker
        self._steps: list[tuple[Step, asyncio.Future[bool]]] = []
        self._bounces: list[Bounce] = []
        self._wake = asyncio.Event()
        self._last_bounce = float("-inf")
        self._flushing = asyncio.Lock()
        #: what is being written
        self._writing: tuple[list[Step], list[Bounce]] = ([], [])
        self._failures = Failures("progress not recorded")

    @property
    def unrecorded(self) -> "Unrecorded":
        """What the server has and the database has not."""
        steps, bounces = self._writing
        waiting = [*steps, *(step for step, _ in self._steps)]
        messages = sum(step.done for step in waiting)
        return Unrecorded(messages, len(bounces) + len(self._bounces))

    def bounced(self, bounce: Bounce) -> None:
        """Take a bounce in; it is written with the next step, or soon."""
        self._bounces.append(bounce)
        self._last_bounce = asyncio.get_running_loop().time()
        if len(self._bounces) == 1:
            loop = asyncio.get_running_loop()
            loop.call_later(BOUNCE_DELAY, self._wake.set)

    async def bounces_in(self) -> None:
        """Where bounces arrive, wait until they have stopped, but not for long."""
        clock = asyncio.get_running_loop().time
        end = clock() + LONGEST_WAIT
        for _ in range(round(LONGEST_WAIT / QUIET) + 1):
            pause = min(self._last_bounce + QUIET, end) - clock()
            if pause <= 0:
                return
            await asyncio.sleep(pause)

    async def record(self, step: Step) -> bool:
        """Commit an acknowledged step; whether to go on with its chunk."""
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._steps.append((step, done))
        self._wake.set()
        return await done

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self.flush()

    async def flush(self) -> None:
        """Write whatever waits, however often the database has to be asked."""
        async with self._flushing:
            steps, self._steps = self._steps, []
            bounces, self._bounces = self._bounces, []
            if not steps and not bounces:
                return
            merged = _merged(steps)
            while len(bounces) > BOUNCES_PER_TRANSACTION:
                self._writing = (merged, bounces)
                await self._commit([], bounces[:BOUNCES_PER_TRANSACTION])
                bounces = bounces[BOUNCES_PER_TRANSACTION:]
            self._writing = (merged, bounces)
            going = await self._commit(merged, bounces)
            self._writing = ([], [])
            for step, done in steps:
                if not done.done():
                    done.set_result(step.chunk_id in going)

    async def _commit(self, steps: list[Step], bounces: list[Bounce]) -> set[int]:
        pauses = Pauses()
        while True:
            try:
                return await self._database.run(
                    self._progress.record, self._worker, steps, bounces
                )
            except Exception as error:  # noqa: BLE001 - told, and tried again
                self._failures.tell(error)
                await asyncio.sleep(pauses.next())


class Unrecorded(NamedTuple):
    """How many."""

    messages: int
    bounces: int

    def __bool__(self) -> bool:
        return any(self)


def _merged(steps: Sequence[tuple[Step, asyncio.Future[bool]]]) -> list[Step]:
    """One step a chunk: they come in the order of the cursor."""
    merged: dict[int, Step] = {}
    for step, _ in steps:
        earlier = merged.get(step.chunk_id)
        merged[step.chunk_id] = (
            step
            if earlier is None
            else Step(
                chunk_id=step.chunk_id,
                through=max(earlier.through, step.through),
                done=earlier.done + step.done,
                exceptions=(*earlier.exceptions, *step.exceptions),
                condemned=earlier.condemned or step.condemned,
                more=step.more,
            )
        )
    return list(merged.values())
