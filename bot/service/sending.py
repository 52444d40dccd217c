"""From chunk to stanzas to the cursor: what a worker asks and reports.

The cursor of a chunk moves only when the server has acknowledged, in the same
transaction as every exception that was learnt before that acknowledgement. So a
crash repeats at most what was written since, with equal ids, and skips nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
from bot.domain.language import choose
from bot.domain.lists import AnnouncementList
from bot.domain.message import Announcement, MessageType, Text
from bot.domain.schedule import Schedule, TemplateContent
from bot.service import reports
from bot.service.intake import list_context
from bot.service.outcomes import Bounce, Outcomes
from bot.service.policy import Policy
from bot.service.ports import Clock, Templates, UnitOfWork

LEASE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A chunk with all that a worker needs to send it."""

    chunk: Chunk
    broadcast: Broadcast
    schedule: Schedule
    voice: AnnouncementList | None
    #: rendered for each reader, since the template asks for the recipient
    personal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What was acknowledged since the last step."""

    chunk_id: int
    #: the new cursor; 0: as it was
    through: int = 0
    #: recipients passed, exceptions included
    done: int = 0
    #: readers passed over or given up, with the condition
    exceptions: Sequence[tuple[str, ExceptionKind, str]] = ()
    #: the culprit behind the strikes is found: start afresh
    condemned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """A message to repeat, and the exception that asks for it."""

    exception: DeliveryException
    broadcast_key: str
    announcement: Announcement


class Sending:
    def __init__(self, policy: Policy, templates: Templates, clock: Clock) -> None:
        self._policy = policy
        self._templates = templates
        self._clock = clock
        self._outcomes = Outcomes(policy, clock)

    def claim(self, uow: UnitOfWork, worker: str) -> Job | None:
        """Lease a chunk; None where nothing waits."""
        now = self._clock.now()
        chunk = uow.chunks.claim(worker, now, LEASE)
        if chunk is None:
            return None
        return self._job(uow, chunk)

    def _job(self, uow: UnitOfWork, chunk: Chunk) -> Job | None:
        broadcast = uow.broadcasts.get(chunk.broadcast_id)
        schedule = uow.schedules.get(broadcast.schedule_id) if broadcast else None
        if broadcast is None or schedule is None:  # pragma: no cover - foreign keys
            return None
        list_id = broadcast.list_id
        content = schedule.content
        return Job(
            chunk=chunk,
            broadcast=broadcast,
            schedule=schedule,
            voice=uow.lists.by_id(list_id) if list_id is not None else None,
            personal=isinstance(content, TemplateContent)
            and self._templates.reads_recipient(content.template),
        )

    def recipients(
        self, uow: UnitOfWork, job: Job, after: int, limit: int
    ) -> list[Recipient]:
        """The next readers of the chunk, positions in (after, last]."""
        return uow.audiences.page(
            job.broadcast, after=after, last=job.chunk.last, limit=limit
        )

    def announcement(
        self, uow: UnitOfWork, job: Job, recipient: Recipient
    ) -> Announcement:
        """The message for one reader; the same for all of a (language, zone).

        Texts of templates are kept with the broadcast, so that an edit in the
        middle changes nothing. Raises Invalid where it can't be rendered.
        """
        voice = job.voice
        language, zone = self.variant(job, recipient)
        content = job.schedule.content
        payloads: tuple[str, ...] = ()
        if not isinstance(content, TemplateContent):
            payloads = content.payloads
            text = next(text for text in content.texts if text.language == language)
        elif job.personal:
            text = self._render(job, content, language, zone, recipient.jid)
        else:
            kept = uow.broadcasts.rendition(job.broadcast.id, language, zone)
            if kept is None:
                text = self._render(job, content, language, zone, recipient.jid)
                kept = uow.broadcasts.rendition(job.broadcast.id, language, zone, text)
            assert kept is not None  # noqa: S101 - stored just now
            text = kept
        addresses = self._policy.addresses
        return Announcement(
            sender=addresses.of_list(voice.name) if voice else addresses.service,
            type=voice.type if voice else MessageType.CHAT,
            texts=(text,),
            payloads=payloads,
            scheduler=addresses.service,
            job=job.schedule.client_id,
        )

    def repeats(
        self, uow: UnitOfWork, exceptions: Sequence[DeliveryException]
    ) -> list[Repeat]:
        """What to write for retries that are due, as it was written first.

        Who left since, and what can't be rendered any more, has failed.
        """
        found: list[Repeat] = []
        for exception in exceptions:
            chunks = uow.chunks.of(exception.broadcast_id)
            job = self._job(uow, chunks[0]) if chunks else None
            if job is None:
                continue
            recipient = uow.audiences.find(job.broadcast, exception.jid)
            if recipient is None or recipient.left:
                self._outcomes.failed(uow, exception)
                continue
            try:
                announcement = self.announcement(uow, job, recipient)
            except CarillonError as error:
                self._outcomes.failed(uow, exception, unrenderable(error))
                continue
            found.append(
                Repeat(
                    exception=exception,
                    broadcast_key=job.broadcast.key,
                    announcement=announcement,
                )
            )
        return found

    def variant(self, job: Job, recipient: Recipient) -> tuple[str, str]:
        """The (language, zone) that decides what a reader gets."""
        content = job.schedule.content
        wished = recipient.language or ""
        fallback = job.voice.language if job.voice else ""
        if isinstance(content, TemplateContent):
            tags = self._templates.get(content.template).languages
            language = choose(tags, wished, fallback)
            return language, recipient.timezone or job.schedule.zone_for(job.voice)
        tags = tuple(text.language for text in content.texts)
        return choose(tags, wished, fallback), ""

    def _render(
        self, job: Job, content: TemplateContent, language: str, zone: str, jid: str
    ) -> Text:
        return self._templates.render(
            content.template,
            content.values,
            language=language,
            fallback=job.voice.language if job.voice else "",
            zone=zone,
            context=list_context(self._policy, job.voice, jid),
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
        if sending and (finished or expired):
            self._settle(uow, broadcast.id, now, expired=expired and not finished)
        return going

    def _settle(
        self, uow: UnitOfWork, broadcast_id: int, now: datetime, *, expired: bool
    ) -> None:
        """Close the broadcast once its last chunk is done and nothing is retried."""
        broadcast = uow.broadcasts.lock(broadcast_id)
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
        if job is None or job.broadcast.state is not BroadcastState.SENDING:
            return None
        return job

    def release(self, uow: UnitOfWork, worker: str) -> None:
        uow.chunks.release(worker)

    def take_over(self, uow: UnitOfWork, service: str) -> None:
        """Free what earlier processes held that connected as `service`.

        There is one at a time, so whoever left a pulse there is gone.
        """
        for pulse in uow.facts.pulses():
            if pulse.service == service:
                uow.chunks.release(pulse.worker)
                uow.facts.stopped(pulse.worker)

    def renew(self, uow: UnitOfWork, worker: str) -> None:
        uow.chunks.renew(worker, self._clock.now() + LEASE)

    def give_up(self, uow: UnitOfWork, broadcast_id: int, reason: str) -> None:
        """End a broadcast that cannot be sent at all."""
        broadcast = uow.broadcasts.lock(broadcast_id)
        if broadcast is not None and broadcast.state is BroadcastState.SENDING:
            now = self._clock.now()
            reports.settle(uow, self._policy, broadcast, now, reason=reason)


def unrenderable(error: CarillonError) -> str:
    """The condition recorded for a reader whose message can't be rendered."""
    return f"content: {error.text}"[:255]
