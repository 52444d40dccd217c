"""Records what was acknowledged: one transaction for all cursors that wait.

While one transaction runs, steps of all chunks gather for the next one: the slower
the database, the fewer and larger are its transactions.

Bounces of a broadcast are written no later than the acknowledgement that followed
them, so a crash never keeps a cursor and forgets a bounce. That is why those that are
too many for one transaction go before the steps, never behind them. It holds for the
first bounce of a delivery. All others (of broadcasts without a step that waits, and
what comes back again and again) are written a slice at a time between the steps, or
whoever returns messages by the thousand would hold up every announcement.

A step is kept until the database has it, however long the database is away: the
server has the messages, and to forget that would send them again.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple

import structlog

from bot.engine.bounces import Bounces
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
#: broadcasts of which it is known when a message last came back
MAX_RECENT = 1000

log = structlog.get_logger(__name__)


class Ledger:
    def __init__(
        self, database: Database, progress: ChunkProgress, worker: str
    ) -> None:
        self._database = database
        self._progress = progress
        self._worker = worker
        self._steps: list[tuple[Step, asyncio.Future[bool]]] = []
        self._bounces = Bounces()
        self._wake = asyncio.Event()
        #: by broadcast: when one of its deliveries bounced that had not before
        self._last_bounce: OrderedDict[str, float] = OrderedDict()
        self._flushing = asyncio.Lock()
        #: taken out of what waits, and not in the database yet
        self._steps_out: list[Step] = []
        self._bounces_out: list[Bounce] = []
        self._failures = Failures("progress not recorded")

    @property
    def unrecorded(self) -> "Unrecorded":
        """What the server has and the database has not."""
        steps = [*self._steps_out, *(step for step, _ in self._steps)]
        messages = sum(step.done for step in steps)
        return Unrecorded(messages, len(self._bounces_out) + len(self._bounces))

    @property
    def bounces_dropped(self) -> int:
        """How many there was no room for."""
        return self._bounces.dropped

    def bounced(self, bounce: Bounce) -> None:
        """Take a bounce in; it is written with the next step, or soon."""
        dropped, waited = self._bounces.dropped, len(self._bounces)
        loop = asyncio.get_running_loop()
        if self._bounces.add(bounce):
            self._last_bounce[bounce.broadcast_key] = loop.time()
            self._last_bounce.move_to_end(bounce.broadcast_key)
            if len(self._last_bounce) > MAX_RECENT:
                self._last_bounce.popitem(last=False)
        if not dropped and self._bounces.dropped:
            log.warning("too many bounces wait: some are dropped")
        if not waited:
            loop.call_later(BOUNCE_DELAY, self._wake.set)

    async def bounces_in(self, broadcast_key: str) -> None:
        """Where bounces of it arrive, wait until they stopped, but not for long.

        What comes back again and again keeps nobody waiting.
        """
        clock = asyncio.get_running_loop().time
        end = clock() + LONGEST_WAIT
        for _ in range(round(LONGEST_WAIT / QUIET) + 1):
            last = self._last_bounce.get(broadcast_key, float("-inf"))
            pause = min(last + QUIET, end) - clock()
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
            while self._steps or self._bounces:
                await self._record_steps()
                if others := self._bounces.oldest(BOUNCES_PER_TRANSACTION):
                    await self._commit([], others)

    async def _record_steps(self) -> None:
        """All that wait, and before them what bounced of their broadcasts."""
        steps, self._steps = self._steps, []
        if not steps:
            return
        self._steps_out = merged = _merged(steps)
        keys = {step.broadcast_key for step, _ in steps}
        while (
            len(bounces := self._bounces.of(keys, BOUNCES_PER_TRANSACTION))
            == BOUNCES_PER_TRANSACTION
        ):
            await self._commit([], bounces)
        going = await self._commit(merged, bounces)
        self._steps_out = []
        for step, done in steps:
            if not done.done():
                done.set_result(step.chunk_id in going)

    async def _commit(self, steps: list[Step], bounces: list[Bounce]) -> set[int]:
        self._bounces_out = bounces
        pauses = Pauses()
        while True:
            try:
                going = await self._database.run(
                    self._progress.record, self._worker, steps, bounces
                )
            except Exception as error:  # noqa: BLE001 - told, and tried again
                self._failures.tell(error)
                await asyncio.sleep(pauses.next())
            else:
                self._bounces_out = []
                return going


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
                broadcast_key=step.broadcast_key,
                through=max(earlier.through, step.through),
                done=earlier.done + step.done,
                exceptions=(*earlier.exceptions, *step.exceptions),
                condemned=earlier.condemned or step.condemned,
                more=step.more,
            )
        )
    return list(merged.values())
