"""One chunk on its way: pages in, stanzas out, acknowledged steps recorded.

    pages ──► compose ──► pace ──► windows ──► wire ──► barrier ──► ledger
    └───────────────── the writer ─────────────────┘   └─ the recorder ─┘

Two tasks share a queue of writes on their way. The writer fetches the next page while
it writes this one. The recorder waits for the acknowledgement of the first write,
records it as a step, and only then looks at the second: so the cursor moves in order,
and every step says "everything up to here".

A window within a window
    On its way is what was written and whose cursor is not committed yet: what a crash
    would repeat. Two limits hold for it, and a write waits for both.

    The process has one window (`Line.window`) for all of its chunks. It bounds what a
    crash repeats, and what the server has to take in before it answers.

    Each chunk has a window of its own (`_limit`). It is as large as the process's, and
    so does not count, until the server closes the stream over the chunk. From the
    second time on it is half of what it was (`chunk_window`): the fewer messages are on
    their way when the stream ends, the fewer readers are suspect. Suspects go alone
    (`bot.engine.dispatcher`), so the small window slows nobody else down.

    Room is given back where a write leaves the queue, recorded, or forgotten since
    nobody will record it any more; and where it was taken for a write that, after the
    waiting, did not come about.

Where it looks odd
    Rate before windows. Whoever has room in the window and waits for the rate keeps
    others from writing; whoever has leave to write and waits for room keeps nobody.

    A write that fails is queued like one that succeeded (`_Lost`). Earlier writes may
    still be acknowledged and have to be recorded first, and in what the recorder then
    meets first it learns more: how much the server had taken, and whether the content
    is blamed. That is why `run` lets the recorder raise in the writer's place.

    A stream that was lost may be up again before the recorder comes to the write that
    it was lost in. The writer looks for such a write itself: what it went on writing
    could not be recorded behind that one, and would be sent again.

    A page without anybody to write to is queued, too (`_Done`): what lies before it on
    its way has to move the cursor first.

    A stop is learnt by the recorder, which goes on nevertheless until the writer has
    ended: a write may be under way, and whoever it reaches counts as told.

    The last write of a chunk waits for `echo` after its acknowledgement. The broadcast
    may be judged in the transaction that records it, and bounces that come behind an
    acknowledgement would come too late for that.

    When the time is up in the middle, nothing more is written, and all on its way is
    recorded, also what other pipes have of the same broadcast. Only the step behind
    which nothing is on its way closes it, since only then it is known who was told;
    where two pipes each thought the other had more, one that moves nothing (`_expire`).

    When the send window of the list closes in the middle, it is likewise, but that the
    chunk is given back: the broadcast goes on when the window opens.

    Bounces of other servers come when they come. Whoever records the last write of a
    broadcast while they arrive waits a moment for more (`Ledger.bounces_in`).
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from bot.domain.broadcast import ExceptionKind, Recipient
from bot.domain.errors import CarillonError
from bot.domain.identity import MessageIds
from bot.engine.ledger import Ledger
from bot.engine.window import Pace, Underway, Window
from bot.engine.wire import Barrier, Delivery, Stencil, StreamLost, Wire
from bot.service.delivery import waiting
from bot.service.delivery.jobs import Deviation, Job, Outgoing, Step
from bot.service.delivery.progress import ChunkProgress
from bot.service.delivery.renditions import Renditions, unrenderable
from bot.service.ports.outside import Clock, Database

log = structlog.get_logger(__name__)

#: recipients fetched and written at a time; fewer where a window is small
PAGE_SIZE = 500


@dataclass(frozen=True, slots=True)
class Written:
    """A write on its way: its readers' positions, and who was passed over on it."""

    barrier: Barrier
    positions: tuple[int, ...]
    #: the cursor once all is acknowledged
    through: int
    deviations: tuple[tuple[int, Deviation], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What the pipes of one process share."""

    database: Database
    progress: ChunkProgress
    renditions: Renditions
    wire: Wire
    ledger: Ledger
    ids: MessageIds
    window: Window
    underway: Underway
    pace: Pace
    clock: Clock
    worker: str
    #: true once the service is asked to stop
    stopping: Callable[[], bool]
    #: by chunk in hand: the highest position written, recorded or not
    reached: dict[int, int] = field(default_factory=dict)


class Pipe:
    """Sends a leased chunk until it is done, stopped, or the stream is lost."""

    def __init__(self, line: Line, job: Job) -> None:
        self._line = line
        self._job = job
        self._ids = line.ids.of(job.broadcast.key)
        #: of what it amends
        self._originals = line.ids.of(job.original_key) if job.original_key else None
        self._stencils: dict[tuple[int, str | None, str | None], Stencil] = {}
        self._on_the_way: deque[Written] = deque()
        #: no further write is to begin
        self._ended = asyncio.Event()
        #: the last write has been queued, which may be after that
        self._all_written = False
        self._limit = chunk_window(line.window.size, job.chunk.strikes)
        self._room = asyncio.Event()
        #: the highest position written in this attempt
        self.reached = job.chunk.through
        #: the cursor, as far as it was recorded
        self.through = job.chunk.through
        #: whether anybody was told
        self.told = False

    @property
    def is_done(self) -> bool:
        """All of the chunk is recorded."""
        return self.through >= self._job.chunk.last

    async def run(self) -> None:
        """Send until there is nothing to go on with.

        Raises StreamLost once all that the server is known to have is recorded.
        """
        arrived = asyncio.Event()
        recorder = asyncio.create_task(self._record(arrived))
        try:
            await self._write(arrived)
        except StreamLost:
            await recorder  # raises, knowing more: whose fault, how far
            raise
        finally:
            self._ended.set()
            await asyncio.wait([recorder])
            self._forget()
        await recorder
        if self._expired():
            await self._expire()
        elif self._is_shut():
            line = self._line
            chunk_id = self._job.chunk.id
            await line.database.run(line.progress.put_off, line.worker, chunk_id)

    async def _write(self, arrived: asyncio.Event) -> None:
        until, after = self._job.until, self._job.chunk.through
        # A quarter: so that there are writes to acknowledge while the next is written.
        limit = min(PAGE_SIZE, max(1, self._line.window.size // 4), self._limit)
        page = asyncio.create_task(self._page(after, limit))
        try:
            while (
                not self._ended.is_set() and after < until and not self._line.stopping()
            ):
                recipients = await page
                end = len(recipients) < limit
                after = until if end else recipients[-1].position
                page = asyncio.create_task(self._page(after, limit))
                deliveries, deviations = await self._compose(recipients)
                await self._send(deliveries, deviations, after, arrived)
        finally:
            page.cancel()
            self._all_written = True
            arrived.set()

    async def _page(self, after: int, limit: int) -> list[Recipient]:
        job = self._job
        if after >= job.until:
            return []
        return await self._line.database.read(
            self._line.progress.recipients, job, after, limit
        )

    async def _compose(
        self, recipients: list[Recipient]
    ) -> tuple[list[tuple[int, Delivery]], list[tuple[int, Deviation]]]:
        deliveries: list[tuple[int, Delivery]] = []
        deviations: list[tuple[int, Deviation]] = []
        now = self._line.clock.now()
        for reader in recipients:
            if reader.unreached:
                continue
            outgoing = self._job.of(reader.position)
            passed = waiting.passed_over(outgoing, reader, now)
            if passed is not None:
                deviations.append((reader.position, passed))
                continue
            key = (outgoing.edition, reader.language, reader.timezone)
            stencil = self._stencils.get(key)
            if stencil is None:
                try:
                    stencil = await self._stencil(outgoing, reader)
                except CarillonError as error:
                    why = unrenderable(error)
                    deviation = Deviation(reader.jid, ExceptionKind.FAILED, *why)
                    deviations.append((reader.position, deviation))
                    continue
            jid, originals = reader.jid, self._originals
            original = originals.to(jid) if originals is not None else ""
            delivery = Delivery(stencil, jid, self._ids.to(jid), original)
            deliveries.append((reader.position, delivery))
        return deliveries, deviations

    async def _stencil(self, outgoing: Outgoing, reader: Recipient) -> Stencil:
        database = self._line.database
        # what is rendered for each reader is not kept: nothing is written
        run = database.read if outgoing.personal else database.run
        announcement = await run(self._line.renditions.announcement, outgoing, reader)
        stencil = self._line.wire.stencil(announcement)
        if not outgoing.personal:
            key = (outgoing.edition, reader.language, reader.timezone)
            self._stencils[key] = stencil
        return stencil

    async def _send(
        self,
        deliveries: list[tuple[int, Delivery]],
        deviations: list[tuple[int, Deviation]],
        through: int,
        arrived: asyncio.Event,
    ) -> None:
        """Write a page in as many pieces as window and rate allow."""
        if not deliveries:
            self._push(_Done(), (), through, deviations, arrived)
        while deliveries and not self._ended.is_set() and not self._line.stopping():
            granted = await self._line.pace.take(len(deliveries))
            piece, deliveries = deliveries[:granted], deliveries[granted:]
            await self._room_for(len(piece))
            await self._line.window.take(len(piece))
            # Asked after the waiting, which may have been long.
            if (
                self._ended.is_set()
                or self._line.stopping()
                or self._expired()
                or self._is_shut()
                or self._is_lost()
            ):
                self._line.window.give(len(piece))
                self._ended.set()
                return
            positions = tuple(position for position, _ in piece)
            self.reached = positions[-1]
            before = self._line.reached.get(self._job.chunk.id, 0)
            self._line.reached[self._job.chunk.id] = max(before, self.reached)
            try:
                barrier = await self._line.wire.write([one for _, one in piece])
            except StreamLost as lost:
                barrier = _Lost(lost)
            upto = positions[-1] if deliveries else through
            passed = [deviation for deviation in deviations if deviation[0] <= upto]
            deviations = [deviation for deviation in deviations if deviation[0] > upto]
            self._push(barrier, positions, upto, passed, arrived)
            if isinstance(barrier, _Lost):
                raise barrier.lost

    async def _expire(self) -> None:
        """Have the broadcast closed, once it is known who was told."""
        broadcast = self._job.broadcast
        await self._line.underway.none_of(broadcast.id)
        step = Step(chunk_id=self._job.chunk.id, broadcast_key=broadcast.key)
        await self._line.ledger.record(step)

    def _push(
        self,
        barrier: Barrier,
        positions: tuple[int, ...],
        through: int,
        deviations: list[tuple[int, Deviation]],
        arrived: asyncio.Event,
    ) -> None:
        self._on_the_way.append(Written(barrier, positions, through, tuple(deviations)))
        self._line.underway.add(self._job.broadcast.id, len(positions))
        arrived.set()

    async def _room_for(self, count: int) -> None:
        """Wait for room in the chunk's own window; what is alone always has it."""
        while not self._ended.is_set() and self._pending() + count > self._limit:
            if not self._pending():
                return
            self._room.clear()
            await self._room.wait()

    def _pending(self) -> int:
        return sum(len(written.positions) for written in self._on_the_way)

    def _is_lost(self) -> bool:
        return any(written.barrier.is_lost for written in self._on_the_way)

    def _expired(self) -> bool:
        return self._job.broadcast.has_expired(self._line.clock.now())

    def _is_shut(self) -> bool:
        return self._job.is_shut(self._line.clock.now())

    async def _record(self, arrived: asyncio.Event) -> None:
        """Record each write once acknowledged, in order, until there come no more."""
        try:
            while True:
                while self._on_the_way:
                    await self._record_first()
                if self._all_written:
                    return
                arrived.clear()
                await arrived.wait()
        finally:
            self._ended.set()
            self._room.set()
            self._forget()

    def _forget(self) -> None:
        """Nobody will record what is still on its way: it is sent again."""
        for written in self._on_the_way:
            self._off_the_way(written)
        self._on_the_way.clear()

    def _off_the_way(self, written: Written) -> None:
        self._line.window.give(len(written.positions))
        self._line.underway.remove(self._job.broadcast.id, len(written.positions))

    def _is_last(self, written: Written) -> bool:
        """Nothing else of the broadcast is on its way."""
        underway = self._line.underway.of(self._job.broadcast.id)
        return underway <= len(written.positions)

    async def _record_first(self) -> None:
        written = self._on_the_way[0]
        lost: StreamLost | None = None
        try:
            await written.barrier.wait()
            if written.through >= self._job.chunk.last:
                # what bounced is to be known when the broadcast is judged
                await self._line.wire.echo()
                if self._is_last(written):
                    await self._line.ledger.bounces_in(self._job.broadcast.key)
            step = self._step(written, len(written.positions))
        except StreamLost as error:
            lost = error
            step = self._step(written, error.handled or 0)
        if step is not None:
            going = await self._line.ledger.record(step)
            if not going:
                self._ended.set()
            self.through = step.through
            self.told = self.told or bool(written.positions)
        self._on_the_way.popleft()
        self._off_the_way(written)
        self._room.set()
        if lost is not None:
            raise lost

    def _step(self, written: Written, handled: int) -> Step | None:
        """The step that `handled` stanzas of a write allow."""
        whole = handled >= len(written.positions)
        if not whole and handled == 0:
            return None
        through = written.through if whole else written.positions[handled - 1]
        deviations = [
            deviation
            for position, deviation in written.deviations
            if position <= through
        ]
        return Step(
            chunk_id=self._job.chunk.id,
            broadcast_key=self._job.broadcast.key,
            through=through,
            done=(len(written.positions) if whole else handled) + len(deviations),
            exceptions=tuple(deviations),
            more=not self._is_last(written),
        )


def chunk_window(size: int, strikes: int) -> int:
    """The window of a chunk that the server closed the stream over so many times.

    The first time leaves it as it is: the chunk then goes alone, which may be all
    that it takes. Each further one halves it. 0: it was closed over a single message,
    so the next reader is to blame.
    """
    return size >> max(0, strikes - 1)


class _Done:
    """Nothing was written, so nothing needs to be acknowledged."""

    is_lost = False

    async def wait(self) -> None:
        return


class _Lost:
    """A write that failed; it is reported in its turn."""

    is_lost = True

    def __init__(self, lost: StreamLost) -> None:
        self.lost = lost

    async def wait(self) -> None:
        raise self.lost
