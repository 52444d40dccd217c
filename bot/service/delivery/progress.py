"""From chunk to cursor: what a worker asks and reports.

The cursor of a chunk moves only when the server has acknowledged, in the same
transaction as every exception that was learnt before that acknowledgement. So a
crash repeats at most what was written since, with equal ids, and skips nobody.

Leases
    A worker is one run of one process; its name is never used again. It sends a chunk
    only under a lease: the chunk's row names it, with the moment until which nobody
    else may take the chunk. A lease is not what keeps two from writing one cursor:
    that does the name in the row, which every record looks for under a row lock
    (`hold`). The lease only says how long others leave a silent holder alone.

    `claim`     gives a free chunk, or one whose lease ran out, to the worker. Two that
                claim at once never get the same one, since a row that another
                transaction holds is passed over. What the worker has in hand itself
                is passed over, too, even with a lease that ran out: it is still
                sending it.
    `record`    moves the cursor, and with it renews the lease.
    `renew`     renews the leases of what is in hand, at every third of their time, so
                that one renewal may fail or be late. So a chunk of which no step is
                recorded for long (the connection is away, the rate is low) stays with
                its holder. A chunk that its worker dropped over an error of ours is
                no longer in hand: its lease runs out, and any worker claims it, this
                one included.
    `release`   gives everything back, when a process stops.
    `take_over` gives back what earlier processes held, when one starts.

    Leases go by the database's clock, which all workers have in common. One that lies
    further ahead than a lease can be is of a time when that clock was wrong: it counts
    as run out.

    A holder does not watch the clock. One that was suspended past its lease goes on
    until its next record finds another name in the row; then it has lost the chunk,
    and ends (`record` leaves the chunk out of its answer, `refresh` gives None). Until
    then both have written: recipients may get a message twice, at most a window of
    them, each time with the same id. Where nobody has claimed the chunk meanwhile, the
    row still has the old name, and the holder goes on as if nothing had been.

Take-over
    A process that was killed leaves its leases behind, and its last sign of life (the
    pulse of `bot.service.ports.pulses`). Its successor gives the leases back at once
    instead of waiting until they run out.

    That is safe because the processes of one service follow one another. Before one
    connects it holds a lock on the service's JID: on SQLite that of a file beside the
    database, on PostgreSQL an advisory lock, for which others stand by. So whoever
    left a pulse under our JID is dead, or has lost the lock and ends within seconds.
    Of the latter the rows no longer bear the name, so what it still writes it cannot
    record; what it claims anew it holds like anybody else, and gives back at its end.

    With several workers of one service at once it would not be safe: a pulse would
    not tell who is dead. Then only leases may decide, or pulses that are older than
    any lease.

Poison
    A stream error that may be the content's fault is a strike against every chunk with
    messages on their way (`strike`). What the engine makes of strikes is told in
    `bot.engine.dispatcher`. They are in the database since the process may be started
    anew in the middle of it. A step that reaches the suspect forgets them.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain import forgetting
from bot.domain.broadcast import (
    Broadcast,
    BroadcastState,
    Chunk,
    DeliveryException,
    ExceptionKind,
    Recipient,
)
from bot.domain.events import Acknowledged, ChunkEnded
from bot.service.delivery import closing, editions, waiting, windows
from bot.service.delivery.jobs import Job, Step
from bot.service.delivery.outcomes import Bounce, Outcomes
from bot.service.delivery.renditions import Renditions
from bot.service.ports.outside import Clock
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.policy import Policy

#: how long a chunk stays with a holder that says nothing
LEASE_TIME = timedelta(seconds=30)


class ChunkProgress:
    def __init__(
        self,
        policy: Policy,
        renditions: Renditions,
        outcomes: Outcomes,
        clock: Clock,
    ) -> None:
        self._policy = policy
        self._renditions = renditions
        self._outcomes = outcomes
        self._clock = clock

    def claim(
        self,
        uow: UnitOfWork,
        worker: str,
        carrying: Collection[int] = (),
        in_owners_name: bool = False,
        window: int = 0,
    ) -> Job | None:
        """Lease a chunk; None where nothing waits, or everything is stopped.

        `carrying`: the chunks that the worker has in hand. `in_owners_name`: of a
        message between people, else of what lists and the service say. `window`: how
        many messages the worker may write beyond the cursor.
        """
        if uow.standstills.get() is not None:
            return None
        while chunk := uow.chunks.claim(
            worker,
            uow.now(),
            LEASE_TIME,
            carrying,
            in_owners_name=in_owners_name,
            window=window,
        ):
            job = self._job(uow, chunk)
            if not job.is_shut(self._clock.now()):
                return job
            self._put_off(uow, chunk)
        return None

    def put_off(self, uow: UnitOfWork, worker: str, chunk_id: int) -> None:
        """Give a chunk back over whose broadcast its list's send window has closed."""
        chunk = uow.chunks.hold(chunk_id, worker)
        if chunk is not None and not chunk.finished:
            self._put_off(uow, chunk)

    def _put_off(self, uow: UnitOfWork, chunk: Chunk) -> None:
        uow.chunks.save(replace(chunk, worker=None, leased_until=None))
        windows.put_off(uow, chunk.broadcast_id, self._clock.now())

    def _job(self, uow: UnitOfWork, chunk: Chunk) -> Job:
        """The chunk to be sent on, in its broadcast's newest edition."""
        outgoing = self._renditions.outgoing(uow, chunk.broadcast_id)
        broadcast, before = outgoing.broadcast, None
        chunk = editions.taken_up(uow, broadcast, chunk)
        if chunk.repeats_old:
            edition = chunk.edition - 1
            before = self._renditions.outgoing(uow, broadcast.id, edition)
        return Job(
            chunk=chunk,
            broadcast=broadcast,
            schedule=outgoing.schedule,
            voice=outgoing.voice,
            due_at=outgoing.due_at,
            personal=outgoing.personal,
            edition=outgoing.edition,
            original_key=outgoing.original_key,
            before=before,
        )

    def recipients(
        self, uow: UnitOfWork, job: Job, after: int, limit: int
    ) -> list[Recipient]:
        """The next readers of the chunk, positions in (after, until]."""
        return uow.audiences.page(
            job.broadcast, after=after, last=job.until, limit=limit
        )

    def record(
        self,
        uow: UnitOfWork,
        worker: str,
        steps: Sequence[Step],
        bounces: Sequence[Bounce],
    ) -> set[int]:
        """Commit acknowledged steps, one for each chunk, and learnt bounces.

        Gives the chunks to go on with: not those that are finished, stopped, expired,
        amended, waiting for a send window or another's by now; none, while everything
        is stopped. What has expired is closed by a step behind which nothing of the
        broadcast is on its way: so its report counts all who were told.
        """
        now = self._clock.now()
        ours = [
            (step, chunk)
            for step in steps
            if (chunk := uow.chunks.hold(step.chunk_id, worker)) is not None
        ]
        broadcasts = _of(uow, ours)
        ending = {
            chunk.broadcast_id
            for step, chunk in ours
            if _may_end(broadcasts[chunk.broadcast_id], step, chunk, now)
        }
        ending.update(self._outcomes.broadcasts_of(uow, bounces))
        for step, chunk in ours:
            broadcast = broadcasts[chunk.broadcast_id]
            ending |= waiting.superseding(uow, broadcast, _who_wait(step))
        if ending:
            closing.hold(uow, ending)
            for bounce in bounces:
                self._outcomes.bounced(uow, bounce)
            # Until they were held another could end them; so can a bounce.
            broadcasts = _of(uow, ours)
        going = {
            chunk.id
            for step, chunk in ours
            if self._advance(
                uow, worker, step, chunk, broadcasts[chunk.broadcast_id], now
            )
        }
        return going if uow.standstills.get() is None else set()

    def _advance(
        self,
        uow: UnitOfWork,
        worker: str,
        step: Step,
        chunk: Chunk,
        broadcast: Broadcast,
        now: datetime,
    ) -> bool:
        was_behind = editions.is_behind(broadcast, chunk)
        if step.through > chunk.through:
            cleared = step.condemned or (
                chunk.suspect is not None and step.through >= chunk.suspect
            )
            chunk = replace(
                chunk,
                through=step.through,
                done=chunk.done + step.done,
                strikes=0 if cleared else chunk.strikes,
                suspect=None if cleared else chunk.suspect,
            )
            unnamed = _unnamed(uow, step)
            exceptions = [
                DeliveryException(
                    broadcast_id=broadcast.id,
                    jid=unnamed.get(one.jid, one.jid),
                    kind=one.kind,
                    condition=one.condition,
                    text=one.text,
                    first_at=now,
                    next_at=one.next_at,
                )
                for one in step.exceptions
            ]
            if broadcast.state is BroadcastState.SENDING:
                uow.exceptions.put(exceptions)
                self._supersede(uow, broadcast, _who_wait(step), now)
            else:
                uow.exceptions.put([waiting.in_vain(one) for one in exceptions])
            uow.happened(_acknowledged(broadcast, step))
        finished = chunk.through >= chunk.last
        expired = broadcast.has_expired(now)
        sending = broadcast.state is BroadcastState.SENDING
        is_newest = chunk.edition >= broadcast.edition
        waits = broadcast.begins_at is not None
        going = sending and is_newest and not (finished or expired or waits)
        # Of a broadcast that was stopped, too: what is on its way is still recorded,
        # or those who were told would count as not told.
        after = replace(
            chunk,
            finished=finished,
            worker=None if finished else worker,
            leased_until=None if finished else uow.now() + LEASE_TIME,
        )
        uow.chunks.save(after)
        if finished:
            self._chunk_ended(uow, broadcast, chunk)
        if not was_behind and editions.is_behind(broadcast, after):
            uow.nudge()  # what amends it may wait for that
        if sending and finished:
            closing.settle_finished(uow, self._policy, broadcast.id, now)
        elif sending and expired and not step.more:
            closing.give_up(uow, self._policy, broadcast.id, now, "expired")
        return going

    def _supersede(
        self, uow: UnitOfWork, broadcast: Broadcast, jids: list[str], now: datetime
    ) -> None:
        """Those who wait for this one, and for none before it; what waited for nobody
        else is over by that. `record` holds all of them.
        """
        before = waiting.superseding(uow, broadcast, jids)
        waiting.supersede(uow, broadcast, jids)
        for one in sorted(before):
            closing.settle_finished(uow, self._policy, one, now)

    def _chunk_ended(self, uow: UnitOfWork, broadcast: Broadcast, chunk: Chunk) -> None:
        schedule = uow.schedules.get(broadcast.schedule_id)
        assert schedule is not None  # noqa: S101 - foreign key
        ended = ChunkEnded(
            announcement=schedule.id,
            broadcast=broadcast.id,
            origin=schedule.origin,
            chunk=chunk.id,
            readers=chunk.done,
        )
        uow.happened(ended)

    def strike(self, uow: UnitOfWork, worker: str, chunk_id: int, suspect: int) -> None:
        """Note that the server closed the stream over something in (cursor, suspect].

        Where all that was written is acknowledged, nothing of this chunk is suspect.
        """
        chunk = uow.chunks.hold(chunk_id, worker)
        if chunk is not None and suspect > chunk.through:
            uow.chunks.save(replace(chunk, strikes=chunk.strikes + 1, suspect=suspect))

    def refresh(
        self, uow: UnitOfWork, worker: str, chunk_id: int, reached: int = 0
    ) -> Job | None:
        """The leased chunk as it stands; None where it is not ours to send any more.

        `reached`: the highest position to which the worker has written, of which it
        will record no more unless it is given the chunk again. Nobody holds any more
        what is not to go on.
        """
        chunk = uow.chunks.hold(chunk_id, worker)
        if chunk is None or chunk.finished:
            return None
        if reached > chunk.surely:
            chunk = replace(chunk, reach=reached)
            uow.chunks.save(chunk)
        broadcast = uow.broadcasts.get(chunk.broadcast_id)
        assert broadcast is not None  # noqa: S101 - foreign key
        stands_still = uow.standstills.get() is not None
        if broadcast.state is not BroadcastState.SENDING or stands_still:
            uow.chunks.save(replace(chunk, worker=None, leased_until=None))
            uow.nudge()
            return None
        job = self._job(uow, chunk)
        return job if job.broadcast.begins_at is None else None

    def release(
        self, uow: UnitOfWork, worker: str, reached: Mapping[int, int] | None = None
    ) -> None:
        """Give everything back; `reached`: as `refresh` takes it, by chunk."""
        for chunk_id, position in (reached or {}).items():
            chunk = uow.chunks.hold(chunk_id, worker)
            if chunk is not None and position > chunk.surely:
                uow.chunks.save(replace(chunk, reach=position))
        uow.chunks.release(worker)

    def state(self, uow: UnitOfWork, broadcast_id: int) -> BroadcastState:
        """How a broadcast stands."""
        broadcast = uow.broadcasts.get(broadcast_id)
        assert broadcast is not None  # noqa: S101 - none is ever deleted
        return broadcast.state

    def take_over(self, uow: UnitOfWork) -> None:
        """Give back what earlier processes of this service held.

        To be called by the only one that may connect as it, before its first pulse.
        """
        for pulse in uow.facts.pulses():
            uow.chunks.bereave(pulse.worker)
            uow.facts.stopped(pulse.worker)
        uow.notices.release()

    def renew(self, uow: UnitOfWork, worker: str, carrying: Collection[int]) -> None:
        """Extend the leases of what is in hand; others run out."""
        uow.chunks.renew(worker, uow.now() + LEASE_TIME, carrying)

    def give_up(self, uow: UnitOfWork, broadcast_id: int, reason: str) -> None:
        """End a broadcast whose remaining readers cannot be told; `reason` is shown."""
        closing.give_up(uow, self._policy, broadcast_id, self._clock.now(), reason)


def _of(uow: UnitOfWork, ours: Sequence[tuple[Step, Chunk]]) -> dict[int, Broadcast]:
    """The broadcasts of the chunks, by id, each read once."""
    found = {}
    for broadcast_id in {chunk.broadcast_id for _, chunk in ours}:
        broadcast = uow.broadcasts.get(broadcast_id)
        assert broadcast is not None  # noqa: S101 - foreign key
        found[broadcast_id] = broadcast
    return found


def _who_wait(step: Step) -> list[str]:
    waits = ExceptionKind.WAITING
    return [one.jid for one in step.exceptions if one.kind is waits]


def _unnamed(uow: UnitOfWork, step: Step) -> dict[str, str]:
    """What whoever left by being forgotten is called: his page may have been read
    before all that named him was erased.
    """
    left = [one.jid for one in step.exceptions if one.condition == waiting.LEFT]
    if not left:
        return {}
    return {jid: forgetting.drawn() for jid in uow.forgotten.among(left)}


def _may_end(broadcast: Broadcast, step: Step, chunk: Chunk, now: datetime) -> bool:
    """Whether the step may be the broadcast's last, by position or by time."""
    last = max(step.through, chunk.through) >= chunk.last
    return last or broadcast.has_expired(now)


def _acknowledged(broadcast: Broadcast, step: Step) -> Acknowledged:
    kinds = [one.kind for one in step.exceptions]
    return Acknowledged(
        announcement=broadcast.schedule_id,
        broadcast=broadcast.id,
        chunk=step.chunk_id,
        sent=step.done - len(kinds),
        failed=kinds.count(ExceptionKind.FAILED),
        skipped=kinds.count(ExceptionKind.SKIPPED),
        waiting=kinds.count(ExceptionKind.WAITING),
    )
