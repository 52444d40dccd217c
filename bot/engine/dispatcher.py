"""Leases chunks and sends them, a few at a time over one connection."""

import asyncio

import structlog

from bot.domain.broadcast import ExceptionKind
from bot.engine.pipe import Line, Pipe, chunk_window
from bot.engine.wire import StreamLost
from bot.service.sending import Job, Step

log = structlog.get_logger(__name__)

#: chunks under way at once, so that one reader need not wait for ten thousand
PIPES = 3
#: seconds between looks where nobody nudges
IDLE = 5.0
#: culprits in a row, with nobody told in between, that end a broadcast
HOPELESS = 3


class Dispatcher:
    def __init__(self, line: Line) -> None:
        self._line = line
        self._pipes: set[asyncio.Task[None]] = set()
        self._freed = asyncio.Event()
        self._culprits: dict[int, int] = {}

    async def step(self) -> float:
        """Fill the free places; how long nothing needs to be looked at."""
        await self._line.wire.ready()
        while len(self._pipes) < PIPES and not self._line.stopping():
            job = await self._line.database.run(
                self._line.sending.claim, self._line.worker
            )
            if job is None:
                return IDLE
            task = asyncio.create_task(self._carry(job))
            self._pipes.add(task)
            task.add_done_callback(self._ended)
        self._freed.clear()
        if len(self._pipes) >= PIPES:
            await self._freed.wait()
            return 0.0
        return IDLE

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._pipes.discard(task)
        self._freed.set()
        if not task.cancelled() and task.exception() is not None:
            log.error("chunk failed", exc_info=task.exception())

    async def drain(self) -> None:
        """Wait until what is on its way is acknowledged and recorded."""
        if self._pipes:
            await asyncio.wait(self._pipes)

    async def _carry(self, job: Job | None) -> None:
        """A chunk to its end, over as many streams as it takes."""
        line = self._line
        while job is not None and not line.stopping():
            if chunk_window(line.window.size, job.chunk.strikes) == 0:
                if not await self._condemn(job):
                    return
            else:
                pipe = Pipe(line, job)
                try:
                    await pipe.run()
                except StreamLost as lost:
                    log.info(
                        "stream lost while sending",
                        broadcast=job.broadcast.id,
                        handled=lost.handled,
                        blamed=lost.blamed,
                    )
                    if lost.blamed and pipe.reached > job.chunk.through:
                        await line.database.run(
                            line.sending.strike, line.worker, job.chunk.id, pipe.reached
                        )
                else:
                    return
            await line.wire.ready()
            job = await line.database.run(
                line.sending.refresh, line.worker, job.chunk.id
            )

    async def _condemn(self, job: Job) -> bool:
        """Record the next reader as failed: the server closes the stream over it.

        False where the whole broadcast was given up instead.
        """
        line, chunk = self._line, job.chunk
        page = await line.database.read(line.sending.recipients, job, chunk.through, 1)
        if not page:
            return False
        told = chunk.done > self._culprits.get(-chunk.id, 0)
        count = 1 if told else self._culprits.get(chunk.id, 0) + 1
        self._culprits[chunk.id] = count
        self._culprits[-chunk.id] = chunk.done + 1
        fault = (page[0].jid, ExceptionKind.FAILED, "stream-error")
        log.warning("recipient given up", broadcast=job.broadcast.id, count=count)
        going = await line.ledger.record(
            Step(
                chunk_id=chunk.id,
                through=page[0].position,
                done=1,
                exceptions=(fault,),
            )
        )
        if count >= HOPELESS:
            await line.database.run(
                line.sending.give_up, job.broadcast.id, "stream-error"
            )
            return False
        return going
