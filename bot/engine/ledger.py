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
from collections.abc import Sequence

import structlog

from bot.engine.bounces import Bounces
from bot.service.delivery.jobs import Step
from bot.service.delivery.outcomes import Bounce
from bot.service.delivery.progress import ChunkProgress
from bot.service.ports.outside import Database

log = structlog.get_logger(__name__)

#: seconds that a bounce may wait for company
BOUNCE_DELAY = 0.2
#: bounces in one transaction, which on SQLite is to last 50 ms at most
BOUNCES_PER_TRANSACTION = 20
#: seconds before the database is asked again
RETRY_SECONDS = 1.0


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

    @property
    def bounces_dropped(self) -> int:
        """How many there was no room for."""
        return self._bounces.dropped

    def bounced(self, bounce: Bounce) -> None:
        """Take a bounce in; it is written with the next step, or soon."""
        dropped, waited = self._bounces.dropped, len(self._bounces)
        self._bounces.add(bounce)
        if not dropped and self._bounces.dropped:
            log.warning("too many bounces wait: some are dropped")
        if not waited:
            loop = asyncio.get_running_loop()
            loop.call_later(BOUNCE_DELAY, self._wake.set)

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
        while self._steps or self._bounces:
            await self._record_steps()
            if others := self._bounces.oldest(BOUNCES_PER_TRANSACTION):
                await self._commit([], others)

    async def _record_steps(self) -> None:
        """All that wait, and before them what bounced of their broadcasts."""
        steps, self._steps = self._steps, []
        if not steps:
            return
        keys = {step.broadcast_key for step, _ in steps}
        while (
            len(bounces := self._bounces.of(keys, BOUNCES_PER_TRANSACTION))
            == BOUNCES_PER_TRANSACTION
        ):
            await self._commit([], bounces)
        going = await self._commit(_merged(steps), bounces)
        for step, done in steps:
            if not done.done():
                done.set_result(step.chunk_id in going)

    async def _commit(self, steps: list[Step], bounces: list[Bounce]) -> set[int]:
        while True:
            try:
                return await self._database.run(
                    self._progress.record, self._worker, steps, bounces
                )
            except Exception:
                log.exception("progress not recorded", again_in=RETRY_SECONDS)
                await asyncio.sleep(RETRY_SECONDS)


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
            )
        )
    return list(merged.values())
