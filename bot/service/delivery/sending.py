"""From chunk to stanzas to the cursor: what a worker asks and reports.

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
from bot.domain.errors import CarillonError
from bot.domain.events import Acknowledged, ChunkEnded
from bot.domain.language import choose
from bot.domain.message import Announcement, MessageType, Text
from bot.domain.schedule import Content, TemplateContent, TextContent
from bot.service.delivery import reports
from bot.service.delivery.jobs import Job, Repeat, Source, Step
from bot.service.delivery.outcomes import Bounce, Outcomes
from bot.service.ports.outside import Clock, Templates
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.policy import Policy, list_context

LEASE = timedelta(seconds=30)


class Sending:
    def __init__(self, policy: Policy, templates: Templates, clock: Clock) -> None:
        self._policy = policy
        self._templates = templates
        self._clock = clock
        self._outcomes = Outcomes(policy, clock)

    def claim(
        self, uow: UnitOfWork, worker: str, carrying: Collection[int] = ()
    ) -> Job | None:
        """Lease a chunk; None where nothing waits.

        `carrying`: those that the worker has in hand.
        """
        chunk = uow.chunks.claim(worker, self._clock.now(), LEASE, carrying)
        return None if chunk is None else self._job(uow, chunk)

    def _job(self, uow: UnitOfWork, chunk: Chunk) -> Job:
        source = self._source(uow, chunk.broadcast_id)
        return Job(
            chunk=chunk,
            broadcast=source.broadcast,
            schedule=source.schedule,
            voice=source.voice,
            personal=source.personal,
        )

    def _source(self, uow: UnitOfWork, broadcast_id: int) -> Source:
        broadcast = uow.broadcasts.get(broadcast_id)
        assert broadcast is not None  # noqa: S101 - foreign key
        schedule = uow.schedules.get(broadcast.schedule_id)
        assert schedule is not None  # noqa: S101 - foreign key
        list_id = broadcast.list_id
        return Source(
            broadcast=broadcast,
            schedule=schedule,
            voice=uow.lists.by_id(list_id) if list_id is not None else None,
            personal=self._is_personal(schedule.content),
        )

    def _is_personal(self, content: Content) -> bool:
        if not isinstance(content, TemplateContent):
            return False
        try:
            return self._templates.reads_recipient(content.template)
        except CarillonError:
            # Broken since: what was rendered before is said on. Raising here would
            # keep every other broadcast from being claimed.
            return False

    def recipients(
        self, uow: UnitOfWork, job: Job, after: int, limit: int
    ) -> list[Recipient]:
        """The next readers of the chunk, positions in (after, last]."""
        return uow.audiences.page(
            job.broadcast, after=after, last=job.chunk.last, limit=limit
        )

    def announcement(
        self, uow: UnitOfWork, source: Source, recipient: Recipient
    ) -> Announcement:
        """The message for one reader; raises CarillonError if it can't be rendered."""
        content = source.schedule.content
        payloads: tuple[str, ...] = ()
        if isinstance(content, TextContent):
            payloads = content.payloads
            texts = {text.language: text for text in content.texts}
            text = texts[choose(texts, recipient.language or "", source.fallback)]
        else:
            text = self._rendered(uow, source, content, recipient)
        voice, addresses = source.voice, self._policy.addresses
        return Announcement(
            sender=addresses.of_list(voice.name) if voice else addresses.service,
            type=voice.type if voice else MessageType.CHAT,
            texts=(text,),
            payloads=payloads,
            scheduler=addresses.service,
            job=source.schedule.client_id,
        )

    def _rendered(
        self,
        uow: UnitOfWork,
        source: Source,
        content: TemplateContent,
        recipient: Recipient,
    ) -> Text:
        """Rendered once for each (language, zone) and kept with the broadcast.

        The first reader has every language rendered in the job's zone, so that an
        edit in the middle changes nothing: readers in other zones, and with
        formats of their own, then get these.
        """
        wish = recipient.language or ""
        own_zone = source.schedule.zone_for(source.voice)
        zone = recipient.timezone or own_zone
        if source.personal:
            return self._render(source, content, wish, zone, recipient.jid)
        kept, broadcast_id = uow.broadcasts, source.broadcast.id
        spoken = kept.renditions(broadcast_id, own_zone)
        if not spoken:
            first = {
                tag: self._render(source, content, tag, own_zone, recipient.jid)
                for tag in self._tags(source, content, wish)
            }
            spoken = kept.keep(broadcast_id, own_zone, first)
        tag = self._templates.variant(tuple(spoken), wish, source.fallback)
        texts = spoken if zone == own_zone else kept.renditions(broadcast_id, zone)
        if tag in texts:
            return texts[tag]
        basis = choose(spoken, wish, source.fallback)
        try:
            again = self._render(source, content, basis, own_zone, recipient.jid)
            text = self._render(source, content, tag, zone, recipient.jid)
        except CarillonError:
            return spoken[basis]
        if again != spoken[basis]:
            return spoken[basis]
        return kept.keep(broadcast_id, zone, {tag: text})[tag]

    def _tags(
        self, source: Source, content: TemplateContent, wish: str
    ) -> tuple[str, ...]:
        """What is rendered first; '' is for whom no language fits."""
        languages = self._templates.get(content.template).languages
        if source.broadcast.total == 1:
            return (self._templates.variant(languages, wish, source.fallback),)
        return (*languages, "")

    def repeats(
        self, uow: UnitOfWork, exceptions: Sequence[DeliveryException]
    ) -> list[Repeat]:
        """What to write for retries that are due, as it was written first.

        Who left since, and what can't be rendered any more, has failed.
        """
        found: list[Repeat] = []
        sources: dict[int, Source] = {}
        for exception in exceptions:
            broadcast_id = exception.broadcast_id
            if broadcast_id not in sources:
                sources[broadcast_id] = self._source(uow, broadcast_id)
            source = sources[broadcast_id]
            recipient = uow.audiences.find(source.broadcast, exception.jid)
            if recipient is None or recipient.left:
                self._outcomes.failed(uow, exception)
                continue
            try:
                announcement = self.announcement(uow, source, recipient)
            except CarillonError as error:
                self._outcomes.failed(uow, exception, unrenderable(error))
                continue
            found.append(
                Repeat(
                    exception=exception,
                    broadcast_key=source.broadcast.key,
                    announcement=announcement,
                )
            )
        return found

    def _render(
        self,
        source: Source,
        content: TemplateContent,
        language: str,
        zone: str,
        jid: str,
    ) -> Text:
        return self._templates.render(
            content.template,
            content.values,
            language=language,
            fallback=source.fallback,
            zone=zone,
            context=list_context(self._policy, source.voice, jid),
        )

    def record(
        self,
        uow: UnitOfWork,
        worker: str,
        steps: Sequence[Step],
        bounces: Sequence[Bounce],
    ) -> set[int]:
        """Commit acknowledged steps and learnt bounces.

        Gives the chunks to go on with: not those finished, stopped or lost.
        """
        now = self._clock.now()
        going: set[int] = set()
        for bounce in bounces:
            self._outcomes.bounced(uow, bounce)
        for step in steps:
            if self._advance(uow, worker, step, now):
                going.add(step.chunk_id)
        return going

    def _advance(self, uow: UnitOfWork, worker: str, step: Step, now: datetime) -> bool:
        chunk = uow.chunks.hold(step.chunk_id, worker)
        if chunk is None:
            return False
        broadcast = uow.broadcasts.get(chunk.broadcast_id)
        assert broadcast is not None  # noqa: S101 - foreign key
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
        expired = broadcast.expires_at is not None and broadcast.expires_at <= now
        sending = broadcast.state is BroadcastState.SENDING
        going = sending and not finished and not expired
        # Of a broadcast that was stopped, what is on its way is still recorded.
        uow.chunks.save(
            replace(
                chunk,
                finished=finished,
                worker=None if finished else worker,
                leased_until=None if finished else now + LEASE,
            )
        )
        if finished:
            self._chunk_ended(uow, broadcast, chunk)
        if sending and (finished or expired):
            self._settle(uow, broadcast.id, now, expired=expired and not finished)
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

    def _settle(
        self, uow: UnitOfWork, broadcast_id: int, now: datetime, *, expired: bool
    ) -> None:
        """Close the broadcast once its last chunk is done and nothing is retried."""
        broadcast = reports.locked(uow, broadcast_id)
        if broadcast is None or broadcast.state is not BroadcastState.SENDING:
            return
        if expired:
            reports.settle(uow, self._policy, broadcast, now, reason="expired")
        else:
            self._outcomes.settle(uow, broadcast)

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

    def take_over(self, uow: UnitOfWork) -> None:
        """Free what earlier processes of this service held.

        There is one at a time, so whoever left a pulse is gone.
        """
        for pulse in uow.facts.pulses():
            uow.chunks.release(pulse.worker)
            uow.facts.stopped(pulse.worker)

    def renew(self, uow: UnitOfWork, worker: str, carrying: Collection[int]) -> None:
        """Extend the leases of what is in hand; others lapse."""
        uow.chunks.renew(worker, self._clock.now() + LEASE, carrying)

    def give_up(self, uow: UnitOfWork, broadcast_id: int, reason: str) -> None:
        """End a broadcast that cannot be sent at all."""
        broadcast = reports.locked(uow, broadcast_id)
        if broadcast is not None and broadcast.state is BroadcastState.SENDING:
            now = self._clock.now()
            reports.settle(uow, self._policy, broadcast, now, reason=reason)


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


def unrenderable(error: CarillonError) -> str:
    """The condition recorded for a reader whose message can't be rendered."""
    return f"content: {error.text}"[:255]
