"""Leases chunks and sends them, a few at a time over one connection.

    claim ──► carry ──► attempt ──► pipe ──► done
                ▲          │         │
                │          │         └─► stream lost ─► strike, if it is blamed
                │          └─► condemn: one reader given up, the rest goes on
                └── refresh: the chunk as the database has it

Whose fault it was
    Some servers close the stream over a message that they do not like, and do not say
    which one. Whoever had messages on their way is suspect, and everything else on the
    stream has to go on. So a suspect chunk is sent with a window of its own that
    becomes smaller with each strike after the first, until it is so small that only one
    reader can be meant. That one is given up, and the strikes start afresh.

    For this to blame nobody else, suspects go alone: one at a time (`_alone`), and no
    chunk is claimed while one has its turn or waits for it. The chunks under way that
    had nothing unacknowledged are not held up; nothing speaks against them. One of them
    may hold the poison. Then the suspect beside it gets a strike that it has not
    earned. That happens a time or two, since the other is suspect from then on and
    waits; and a suspect that is innocent loses all its strikes at its first quiet turn.
    To give a reader up takes as many strikes as the window can be halved, and two:
    twelve with the usual one.

    Three readers given up in a row, with nobody told in between, say that the message
    is at fault and no reader. Then the broadcast ends.

Where it looks odd
    A chunk is read again after every lost stream, although we have just sent it: the
    pipe keeps no cursor of its own, and while nobody was connected the lease may have
    run out, or an admin may have stopped the broadcast. So it is where a pipe ended
    before its chunk did: the broadcast was stopped, or there is a newer edition of it,
    and it goes on with that behind what was written so far
    (`bot.service.delivery.editions`).

    `step` does not wake up when a pipe ends and nothing was left to claim. What ends
    makes no chunk free: that is done by the planner, which nudges, and by the time,
    for which a look every few seconds is enough.

    An error of ours that a pipe ends with is tried again here, after a pause, for as
    long as the chunk is ours. An error beyond that drops the chunk, which comes back
    when its lease has run out: later, but without a loop that spins.
"""

import asyncio
import logging
from collections import Counter

import structlog
from structlog.contextvars import bind_contextvars

from bot.domain.broadcast import BroadcastState, ExceptionKind
from bot.domain.schedule import Origin
from bot.engine.failures import Failures, Pauses
from bot.engine.pipe import PAGE_SIZE, Line, Pipe, chunk_window
from bot.engine.wire import StreamLost
from bot.service.delivery import waiting
from bot.service.delivery.jobs import Deviation, Job, Step

log = structlog.get_logger(__name__)

#: several, so that a broadcast to one reader need not wait for one to ten thousand
CHUNKS_AT_ONCE = 3
#: seconds between looks where nobody nudges
IDLE_SECONDS = 5.0
#: culprits in a row, with nobody told in between, that end a broadcast
MAX_CULPRITS_IN_A_ROW = 3


class Dispatcher:
    """Fills the places that there are with chunks, and sees each to its end."""

    def __init__(
        self, line: Line, *, in_owners_name: bool = False, places: int = CHUNKS_AT_ONCE
    ) -> None:
        self._line = line
        #: what it carries: messages between people, or all else
        self._in_owners_name = in_owners_name
        self._places = places
        #: the chunks under way, by the tasks that carry them
        self._pipes: dict[asyncio.Task[None], int] = {}
        self._freed = asyncio.Event()
        self._dropped = Failures("chunk dropped until its lease runs out")
        self._interruptions = Failures("chunk interrupted")
        #: held by the suspect chunk whose turn it is
        self._alone = asyncio.Lock()
        #: suspect chunks that have their turn or wait for it
        self._suspects = 0
        #: by broadcast: readers given up since anybody was told
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
            len(self._pipes) < self._places
            and not self._suspects
            and not line.stopping()
        ):
            job = await line.database.run(
                line.progress.claim,
                line.worker,
                self.carrying,
                self._in_owners_name,
                line.window.size,
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
        if task.cancelled():
            return
        error = task.exception()
        if isinstance(error, Exception):
            self._dropped.tell(error)

    async def drain(self) -> None:
        """Wait until what is on its way is acknowledged and recorded."""
        if self._pipes:
            await asyncio.wait(self._pipes)

    async def _lead(self, job: Job) -> None:
        """Carry a chunk, and say when its broadcast begins."""
        broadcast, schedule = job.broadcast, job.schedule
        # In every line that is written on its way, whoever writes it.
        bind_contextvars(announcement=schedule.id, broadcast=broadcast.id)
        quiet = schedule.origin is Origin.WELCOME or self._in_owners_name
        level = logging.DEBUG if quiet else logging.INFO
        # Its first chunk; another time where a crash came before anybody was told.
        if job.chunk.after == 0 and job.chunk.done == 0:
            log.log(level, "broadcast begins", readers=broadcast.total)
        await self._carry(job)
        # Perhaps by another process, whose events are not told here.
        state = await self._line.database.read(self._line.progress.state, broadcast.id)
        if state is BroadcastState.STOPPED:
            log.log(level, "broadcast is stopped", chunk=job.chunk.id)

    async def _carry(self, job: Job | None) -> None:
        """A chunk to its end, over as many streams as it takes."""
        line, pauses = self._line, Pauses()
        while job is not None and not line.stopping():
            try:
                done = await self._attempt(job)
            except Exception as error:  # noqa: BLE001 - told, and tried again
                self._interruptions.tell(error, chunk=job.chunk.id)
                await asyncio.sleep(pauses.next())
                done = False
            else:
                pauses.reset()
            chunk_id = job.chunk.id
            job = None if done else await self._refreshed(job)
            if job is None:  # whoever claims it begins with what is recorded
                line.reached.pop(chunk_id, None)

    async def _refreshed(self, job: Job) -> Job | None:
        """The chunk as the database has it; None where it is not ours any more."""
        line, pauses = self._line, Pauses()
        while True:
            await line.wire.ready()
            try:
                reached = line.reached.get(job.chunk.id, 0)
                return await line.database.run(
                    line.progress.refresh, line.worker, job.chunk.id, reached
                )
            except Exception as error:  # noqa: BLE001 - told, and tried again
                self._interruptions.tell(error, chunk=job.chunk.id)
                await asyncio.sleep(pauses.next())

    async def _attempt(self, job: Job) -> bool:
        """Send on until the stream is lost; whether the chunk needs no more."""
        if not job.chunk.strikes:
            return await self._pipe(job)
        # Before waiting for the turn: nothing is claimed while anybody waits.
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
            if lost.blamed:
                await line.database.run(
                    line.progress.strike, line.worker, job.chunk.id, pipe.reached
                )
            return False
        finally:
            if pipe.told:
                del self._culprits[job.broadcast.id]
        return pipe.is_done

    async def _condemn(self, job: Job) -> bool:
        """Record the next reader who was written to as failed: the server closes the
        stream over it. Who stands before him, and is not told now, is no culprit.
        """
        line, chunk, broadcast = self._line, job.chunk, job.broadcast
        read = line.database.read
        page = await read(line.progress.recipients, job, chunk.through, PAGE_SIZE)
        if not page:
            return False
        now, passed, culprit = line.clock.now(), [], None
        for reader in page:
            if reader.unreached:
                continue
            deviation = waiting.passed_over(job, reader, now)
            if deviation is None:
                culprit = reader
                break
            passed.append(deviation)
        if culprit is not None:
            self._culprits[broadcast.id] += 1
            log.warning("recipient given up", chunk=chunk.id)
            kind = ExceptionKind.FAILED
            passed.append(Deviation(culprit.jid, kind, "stream-error"))
        step = Step(
            chunk_id=chunk.id,
            broadcast_key=broadcast.key,
            through=(culprit or page[-1]).position,
            done=len(passed),
            exceptions=passed,
            condemned=culprit is not None,
        )
        going = await line.ledger.record(step)
        if self._culprits[broadcast.id] >= MAX_CULPRITS_IN_A_ROW:
            await line.database.run(line.progress.give_up, broadcast.id, "stream-error")
            return True
        return not going
