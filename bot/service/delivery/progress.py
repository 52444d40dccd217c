"""From chunk to cursor: what a worker asks and reports.

The cursor of a chunk moves only when the server has acknowledged, in the same
transaction as every exception that was learnt before that acknowledgement. So a
crash repeats at most what was written since, with equal ids, and skips nobody.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.broadcast import (
    Broadcast,
    BroadcastState,
    Chunk,
    DeliveryException,
    ExceptionKind,
    Recipient,
)
from bot.domain.events import Acknowledged, ChunkEnded
from bot.service.delivery import closing
from bot.service.delivery.jobs import Job, Step
from bot.service.delivery.outcomes import Bounce, Outcomes
from bot.service.delivery.renditions import Renditions
from bot.service.ports.outside import Clock
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.policy import Policy

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
        self, uow: UnitOfWork, worker: str, carrying: Collection[int] = ()
    ) -> Job | None:
        """Lease a chunk; None where nothing waits.

        `carrying`: those that the worker has in hand.
        """
        chunk = uow.chunks.claim(worker, self._clock.now(), LEASE_TIME, carrying)
        return None if chunk is None else self._job(uow, chunk)

    def _job(self, uow: UnitOfWork, chunk: Chunk) -> Job:
        outgoing = self._renditions.outgoing(uow, chunk.broadcast_id)
        return Job(
            chunk=chunk,
            broadcast=outgoing.broadcast,
            schedule=outgoing.schedule,
            voice=outgoing.voice,
            personal=outgoing.personal,
        )

    def recipients(
        self, uow: UnitOfWork, job: Job, after: int, limit: int
    ) -> list[Recipient]:
        """The next readers of the chunk, positions in (after, last]."""
        return uow.audiences.page(
            job.broadcast, after=after, last=job.chunk.last, limit=limit
        )

    def record(
        self,
        uow: UnitOfWork,
        worker: str,
        steps: Sequence[Step],
        bounces: Sequence[Bounce],
    ) -> set[int]:
        """Commit acknowledged steps, one a chunk, and learnt bounces.

        Gives the chunks to go on with: not those finished, stopped or lost.
        """
        now = self._clock.now()
        ours = [
            (step, chunk)
            for step in steps
            if (chunk := uow.chunks.hold(step.chunk_id, worker)) is not None
        ]
        ending = (one for one in ours if self._may_end(uow, *one, now))
        closing.hold(
            uow,
            {
                *self._outcomes.broadcasts_of(uow, bounces),
                *(chunk.broadcast_id for _, chunk in ending),
            },
        )
        for bounce in bounces:
            self._outcomes.bounced(uow, bounce)
        return {
            chunk.id
            for step, chunk in ours
            if self._advance(uow, worker, step, chunk, now)
        }

    def _may_end(
        self, uow: UnitOfWork, step: Step, chunk: Chunk, now: datetime
    ) -> bool:
        """Whether the step may be the broadcast's last, by position or by time."""
        last = max(step.through, chunk.through) >= chunk.last
        return last or _of(uow, chunk).has_expired(now)

    def _advance(
        self, uow: UnitOfWork, worker: str, step: Step, chunk: Chunk, now: datetime
    ) -> bool:
        broadcast = _of(uow, chunk)
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
            uow.exceptions.put(
                [
                    DeliveryException(
                        broadcast_id=broadcast.id,
                        jid=jid,
                        kind=kind,
                        condition=condition,
                        first_at=now,
                    )
                    for jid, kind, condition in step.exceptions
                ]
            )
            uow.happened(_acknowledged(broadcast, step))
        finished = chunk.through >= chunk.last
        expired = broadcast.has_expired(now)
        sending = broadcast.state is BroadcastState.SENDING
        going = sending and not finished and not expired
        # Of a broadcast that was stopped, what is on its way is still recorded.
        uow.chunks.save(
            replace(
                chunk,
                finished=finished,
                worker=None if finished else worker,
                leased_until=None if finished else now + LEASE_TIME,
            )
        )
        if finished:
            self._chunk_ended(uow, broadcast, chunk)
        if sending and finished:
            closing.settle_finished(uow, self._policy, broadcast.id, now)
        elif sending and expired:
            closing.give_up(uow, self._policy, broadcast.id, now, "expired")
        return going

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
        """The server closed the stream over something in (cursor, suspect]."""
        chunk = uow.chunks.hold(chunk_id, worker)
        if chunk is not None:
            uow.chunks.save(replace(chunk, strikes=chunk.strikes + 1, suspect=suspect))

    def refresh(self, uow: UnitOfWork, worker: str, chunk_id: int) -> Job | None:
        """The leased chunk as it stands; None where it is no longer ours to send."""
        chunk = uow.chunks.hold(chunk_id, worker)
        if chunk is None or chunk.finished:
            return None
        job = self._job(uow, chunk)
        if job.broadcast.state is not BroadcastState.SENDING:
            return None
        return job

    def release(self, uow: UnitOfWork, worker: str) -> None:
        uow.chunks.release(worker)

    def state(self, uow: UnitOfWork, broadcast_id: int) -> BroadcastState:
        """How a broadcast stands."""
        broadcast = uow.broadcasts.get(broadcast_id)
        assert broadcast is not None  # noqa: S101 - none is ever deleted
        return broadcast.state

    def take_over(self, uow: UnitOfWork, service: str) -> None:
        """Free what earlier processes held that connected as `service`.

        There is one at a time, so whoever left a pulse there is gone.
        """
        for pulse in uow.facts.pulses():
            if pulse.service == service:
                uow.chunks.release(pulse.worker)
                uow.facts.stopped(pulse.worker)

    def renew(self, uow: UnitOfWork, worker: str, carrying: Collection[int]) -> None:
        """Extend the leases of what is in hand; others lapse."""
        uow.chunks.renew(worker, self._clock.now() + LEASE_TIME, carrying)

    def give_up(self, uow: UnitOfWork, broadcast_id: int, reason: str) -> None:
        """End a broadcast that cannot be sent at all."""
        closing.give_up(uow, self._policy, broadcast_id, self._clock.now(), reason)


def _of(uow: UnitOfWork, chunk: Chunk) -> Broadcast:
    broadcast = uow.broadcasts.get(chunk.broadcast_id)
    assert broadcast is not None  # noqa: S101 - foreign key
    return broadcast


def _acknowledged(broadcast: Broadcast, step: Step) -> Acknowledged:
    kinds = [kind for _, kind, _ in step.exceptions]
    return Acknowledged(
        announcement=broadcast.schedule_id,
        broadcast=broadcast.id,
        chunk=step.chunk_id,
        sent=step.done - len(kinds),
        failed=kinds.count(ExceptionKind.FAILED),
        skipped=kinds.count(ExceptionKind.SKIPPED),
    )
