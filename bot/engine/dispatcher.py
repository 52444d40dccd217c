"""Leases chunks and sends them, a few at a time over one connection."""

import asyncio
import logging
from collections import Counter

import structlog
from structlog.contextvars import bind_contextvars

from bot.domain.broadcast import BroadcastState, ExceptionKind
from bot.domain.schedule import Origin
from bot.engine.pipe import Line, Pipe, chunk_window
from bot.engine.wire import StreamLost
from bot.service.delivery.jobs import Job, Step

log = structlog.get_logger(__name__)

#: chunks under way at once, so that one reader need not wait for ten thousand
CHUNKS_AT_ONCE = 3
#: seconds between looks where nobody nudges
IDLE_SECONDS = 5.0
#: seconds before a chunk is tried again after a failure of our own
RETRY_SECONDS = 1.0
#: culprits in a row, with nobody told in between, that end a broadcast
MAX_CULPRITS_IN_A_ROW = 3


class Dispatcher:
    """Chunks that the server closed the stream over are sent one at a time,
    with nothing beside them, so that no innocent reader is blamed.
    """

    def __init__(self, line: Line) -> None:
        self._line = line
        self._pipes: dict[asyncio.Task[None], int] = {}
        self._freed = asyncio.Event()
        self._alone = asyncio.Lock()
        self._suspects = 0
        self._culprits: Counter[int] = Counter()

    @property
    def carrying(self) -> frozenset[int]:
        """The chunks in hand: their leases are to be renewed."""
        return frozenset(self._pipes.values())

    async def step(self) -> float:
        """Fill the free places; how long nothing needs to be looked at."""
        line = self._line
        await line.wire.ready()
        self._freed.clear()
        while (
            len(self._pipes) < CHUNKS_AT_ONCE
            and not self._suspects
            and not line.stopping()
        ):
            job = await line.database.run(
                line.progress.claim, line.worker, self.carrying
            )
            if job is None:
                return IDLE_SECONDS
            task = asyncio.create_task(self._lead(job))
            self._pipes[task] = job.chunk.id
            task.add_done_callback(self._ended)
        if self._pipes:
            await self._freed.wait()
            return 0.0
        return IDLE_SECONDS

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._pipes[task]
        self._freed.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("chunk dropped until its lease runs out", exc_info=error)

    async def drain(self) -> None:
        """Wait until what is on its way is acknowledged and recorded."""
        if self._pipes:
            await asyncio.wait(self._pipes)

    async def _lead(self, job: Job) -> None:
        """Carry a chunk, and say when its broadcast begins."""
        broadcast, schedule = job.broadcast, job.schedule
        # In every line that is written on its way, whoever writes it.
        bind_contextvars(announcement=schedule.id, broadcast=broadcast.id)
        level = logging.DEBUG if schedule.origin is Origin.WELCOME else logging.INFO
        if job.chunk.after == 0 and job.chunk.done == 0:
            log.log(level, "broadcast begins", readers=broadcast.total)
        await self._carry(job)
        # Perhaps by another process, whose events are not told here.
        state = await self._line.database.read(self._line.progress.state, broadcast.id)
        if state is BroadcastState.STOPPED:
            log.log(level, "broadcast is stopped", chunk=job.chunk.id)

    async def _carry(self, job: Job | None) -> None:
        """A chunk to its end, over as many streams as it takes."""
        line = self._line
        while job is not None and not line.stopping():
            try:
                done = await self._attempt(job)
            except Exception:
                log.exception("chunk interrupted", chunk=job.chunk.id)
                await asyncio.sleep(RETRY_SECONDS)
                done = False
            job = None if done else await self._refreshed(job)

    async def _refreshed(self, job: Job) -> Job | None:
        """The chunk as the database has it; None where it is not ours any more."""
        line = self._line
        while True:
            await line.wire.ready()
            try:
                return await line.database.run(
                    line.progress.refresh, line.worker, job.chunk.id
                )
            except Exception:
                log.exception("chunk not read", chunk=job.chunk.id)
                await asyncio.sleep(RETRY_SECONDS)

    async def _attempt(self, job: Job) -> bool:
        """Send on until the stream is lost; whether the chunk needs no more."""
        if not job.chunk.strikes:
            return await self._pipe(job)
        self._suspects += 1
        try:
            async with self._alone:
                if chunk_window(self._line.window.size, job.chunk.strikes) == 0:
                    return await self._condemn(job)
                return await self._pipe(job)
        finally:
            self._suspects -= 1

    async def _pipe(self, job: Job) -> bool:
        line, pipe = self._line, Pipe(self._line, job)
        try:
            await pipe.run()
        except StreamLost as lost:
            log.info(
                "stream lost while sending",
                chunk=job.chunk.id,
                handled=lost.handled,
                blamed=lost.blamed,
            )
            if lost.blamed and pipe.reached > job.chunk.through:
                await line.database.run(
                    line.progress.strike, line.worker, job.chunk.id, pipe.reached
                )
            return False
        finally:
            if pipe.told:
                del self._culprits[job.broadcast.id]
        return True

    async def _condemn(self, job: Job) -> bool:
        """Record the next reader as failed: the server closes the stream over it."""
        line, chunk, broadcast = self._line, job.chunk, job.broadcast
        page = await line.database.read(line.progress.recipients, job, chunk.through, 1)
        if not page:
            return False
        self._culprits[broadcast.id] += 1
        log.warning("recipient given up", chunk=chunk.id)
        fault = (page[0].jid, ExceptionKind.FAILED, "stream-error")
        step = Step(
            chunk_id=chunk.id,
            through=page[0].position,
            done=1,
            exceptions=(fault,),
            condemned=True,
        )
        going = await line.ledger.record(step)
        if self._culprits[broadcast.id] >= MAX_CULPRITS_IN_A_ROW:
            await line.database.run(line.progress.give_up, broadcast.id, "stream-error")
            return True
        return not going
