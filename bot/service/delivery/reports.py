"""What becomes of a schedule, and who is told (the draft's updates, §10).

Headlines go to the owner; what failed or was missed is also written out, to the
owner and to whoever `[notify]` names, in the language that each reads. Notices wait
in the database until the server has them.
"""

from dataclasses import replace
from datetime import datetime

from bot.domain import timestamps
from bot.domain.broadcast import (
    Broadcast,
    BroadcastState,
    Occurrence,
    OccurrenceState,
    Progress,
)
from bot.domain.characters import printable
from bot.domain.events import Ended, Unsent
from bot.domain.message import Text
from bot.domain.phrase import Counted, Phrase, Quoted
from bot.domain.schedule import (
    ON_THE_WIRE,
    Origin,
    Schedule,
    ScheduleState,
)
from bot.domain.updates import Update, WireState
from bot.service.ports.notices import Notice
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.policy import Policy
from bot.service.rules.voices import voice_of
from bot.texts import language_for, said

_ENDS = {
    BroadcastState.SENT: ScheduleState.SENT,
    BroadcastState.FAILED: ScheduleState.FAILED,
    BroadcastState.STOPPED: ScheduleState.CANCELLED,
}
_REASONS = {
    "expired": Phrase("it expired before it could be sent"),
    "superseded": Phrase("a newer occurrence was due before this one could be sent"),
    "late": Phrase("the service was not up when it was due"),
    "not-allowed": Phrase("its owner may no longer announce there"),
    "deliveries-per-day": Phrase("its owner's announcements of that day were used up"),
    "list-gone": Phrase("the list no longer exists"),
    "content": Phrase("its template or one of its fields can no longer be rendered"),
    "unreadable": Phrase("its recurrence or its time zone can no longer be read"),
    "stream-error": Phrase("the server closed the connection over it again and again"),
}


def locked(uow: UnitOfWork, broadcast_id: int) -> Broadcast | None:
    """The broadcast, its row held after its schedule's.

    Everybody holds them in this order, as who cancels a schedule must, so that
    nobody waits for each other.
    """
    found = uow.broadcasts.get(broadcast_id)
    if found is None:
        return None
    uow.schedules.lock(found.schedule_id)
    return uow.broadcasts.lock(broadcast_id)


def settle(
    uow: UnitOfWork,
    policy: Policy,
    broadcast: Broadcast,
    now: datetime,
    *,
    reason: str | None = None,
) -> None:
    """Close a broadcast with nothing left to send, its occurrence and schedule.

    sent: at least one accepted, or nobody to tell; failed: none accepted.
    """
    progress = uow.broadcasts.progress(broadcast.id)
    accepted = progress.sent > 0 or (progress.failed == 0 and reason is None)
    state = BroadcastState.SENT if accepted else BroadcastState.FAILED
    if reason is None:
        # Whoever left while the audience was being counted is in no chunk.
        reached = (progress.sent, progress.failed, progress.skipped, progress.deferred)
        broadcast = replace(broadcast, total=sum(reached))
    close(uow, policy, broadcast, state, now, reason=reason)


def close(
    uow: UnitOfWork,
    policy: Policy,
    broadcast: Broadcast,
    state: BroadcastState,
    now: datetime,
    *,
    reason: str | None = None,
) -> None:
    """Bring broadcast, occurrence and schedule to an end, and report it."""
    if state is BroadcastState.STOPPED:
        uow.exceptions.abandon(broadcast.id)
    uow.broadcasts.save(replace(broadcast, state=state, reason=reason, finished_at=now))
    occurrence = uow.occurrences.get(broadcast.occurrence_id)
    schedule = uow.schedules.lock(broadcast.schedule_id)
    if occurrence is None or schedule is None:  # pragma: no cover - foreign keys
        return
    occurrence = replace(occurrence, state=OccurrenceState(state), reason=reason)
    uow.occurrences.save(occurrence)
    running = ScheduleState.RUNNING
    if schedule.state is running and between(uow, schedule) is not running:
        if schedule.next_at is not None:
            schedule = schedule.moved(ScheduleState.PENDING)
        else:
            schedule = schedule.moved(_ENDS[state], reason=reason, ended_at=now)
        uow.schedules.save(schedule)
    progress = uow.broadcasts.progress(broadcast.id)
    _report(uow, policy, schedule, occurrence, progress, now)
    uow.happened(
        Ended(
            announcement=schedule.id,
            broadcast=broadcast.id,
            origin=schedule.origin,
            state=state,
            reason=reason,
            total=progress.total,
            sent=progress.sent,
            failed=progress.failed,
            skipped=progress.skipped,
            seconds=(now - broadcast.created_at).total_seconds(),
        )
    )
    uow.nudge()


def between(uow: UnitOfWork, schedule: Schedule) -> ScheduleState:
    """The state of a schedule that waits for its next moment: running while the
    last one still goes out.
    """
    sending = any(
        occurrence.state is OccurrenceState.SENDING
        for occurrence in uow.occurrences.of(schedule.id, limit=10)
    )
    return ScheduleState.RUNNING if sending else ScheduleState.PENDING


def unsent(
    uow: UnitOfWork,
    policy: Policy,
    schedule: Schedule,
    occurrence: Occurrence,
    now: datetime,
) -> None:
    """Report a moment at which nothing went out."""
    _report(uow, policy, schedule, occurrence, None, now)
    uow.happened(
        Unsent(
            announcement=schedule.id,
            due_at=occurrence.due_at,
            state=occurrence.state,
            reason=occurrence.reason or "",
        )
    )


def cancelled(uow: UnitOfWork, schedule: Schedule, now: datetime) -> None:
    """Tell the owner that somebody else cancelled it."""
    _headline(uow, schedule, WireState.CANCELLED, None, now)


def stopped(
    uow: UnitOfWork, policy: Policy, broadcast: Broadcast, now: datetime
) -> None:
    """Tell the owner that somebody else stopped what was going out."""
    schedule = uow.schedules.get(broadcast.schedule_id)
    occurrence = uow.occurrences.get(broadcast.occurrence_id)
    if schedule is None or occurrence is None:  # pragma: no cover - foreign keys
        return
    progress = uow.broadcasts.progress(broadcast.id)
    recurring = occurrence.due_at if schedule.recurrence else None
    _headline(uow, schedule, WireState.CANCELLED, recurring, now)
    phrase = Counted(
        "Announcement #{reference} ({id}) to {audience}, due {due}, was stopped"
        " by an admin: {count} of {total} was told.",
        "Announcement #{reference} ({id}) to {audience}, due {due}, was stopped"
        " by an admin: {count} of {total} were told.",
        progress.sent,
        total=progress.total,
        **_about(schedule, occurrence),
    )
    _write(uow, policy, schedule, phrase, now)


def _report(
    uow: UnitOfWork,
    policy: Policy,
    schedule: Schedule,
    occurrence: Occurrence,
    progress: Progress | None,
    now: datetime,
) -> None:
    if schedule.origin is Origin.WELCOME and occurrence.state is OccurrenceState.SENT:
        return
    failed = occurrence.state in {OccurrenceState.FAILED, OccurrenceState.MISSED}
    state = WireState.FAILED if failed else ON_THE_WIRE[schedule.state]
    if occurrence.state is OccurrenceState.SENT:
        state = WireState.SENT
    recurring = occurrence.due_at if schedule.recurrence else None
    if occurrence.state not in {OccurrenceState.HELD, OccurrenceState.STOPPED}:
        _headline(uow, schedule, state, recurring, now)
    phrase = _sentence(schedule, occurrence, progress)
    if phrase is not None:
        _write(uow, policy, schedule, phrase, now)


def _sentence(
    schedule: Schedule, occurrence: Occurrence, progress: Progress | None
) -> Phrase | None:
    """What is written out beside the headline, if anything."""
    if occurrence.state is OccurrenceState.HELD:
        return Phrase(
            "Announcement #{reference} ({id}) to {audience}, due {due}, is held:"
            " the service was not up when it was due."
            " An admin can let it go (resume) or skip it.",
            **_about(schedule, occurrence),
        )
    if progress is not None:
        return _counts(schedule, occurrence, progress)
    if occurrence.state in {OccurrenceState.FAILED, OccurrenceState.MISSED}:
        return Phrase(
            "Announcement #{reference} ({id}) to {audience}, due {due}, was not sent:"
            " {why}.",
            why=_why(occurrence),
            **_about(schedule, occurrence),
        )
    return None


def _counts(
    schedule: Schedule, occurrence: Occurrence, progress: Progress
) -> Phrase | None:
    """What the owner should know of a broadcast that did not reach everybody."""
    reached = progress.sent + progress.skipped
    missing = progress.total - reached - progress.failed
    stopped = occurrence.state is OccurrenceState.STOPPED
    if not progress.failed and (stopped or not missing):
        return None
    if missing and not stopped:
        return Counted(
            "Announcement #{reference} ({id}) to {audience}, due {due}:"
            " {count} of {total} was told, {failed} failed,"
            " {missing} were not reached: {why}.",
            "Announcement #{reference} ({id}) to {audience}, due {due}:"
            " {count} of {total} were told, {failed} failed,"
            " {missing} were not reached: {why}.",
            progress.sent,
            total=progress.total,
            failed=progress.failed,
            missing=missing,
            why=_why(occurrence),
            **_about(schedule, occurrence),
        )
    return Counted(
        "Announcement #{reference} ({id}) to {audience}, due {due}:"
        " {count} of {total} was told, {failed} failed.",
        "Announcement #{reference} ({id}) to {audience}, due {due}:"
        " {count} of {total} were told, {failed} failed.",
        progress.sent,
        total=progress.total,
        failed=progress.failed,
        **_about(schedule, occurrence),
    )


def _about(schedule: Schedule, occurrence: Occurrence) -> dict[str, object]:
    """The values that every sentence has."""
    return {
        "reference": schedule.id,
        "id": printable(schedule.client_id),
        "audience": schedule.audience.label,
        "due": timestamps.format(occurrence.due_at),
    }


def _why(occurrence: Occurrence) -> Phrase:
    if occurrence.reason is None:
        return Phrase("unknown")
    return _REASONS.get(occurrence.reason) or Quoted(occurrence.reason)


def _headline(
    uow: UnitOfWork,
    schedule: Schedule,
    state: WireState,
    due: datetime | None,
    now: datetime,
) -> None:
    if not schedule.updates or "@" not in schedule.owner:
        return
    update = Update(job=schedule.client_id, status=state, due_at=due)
    _note(uow, schedule, schedule.owner, update, now)


def _write(
    uow: UnitOfWork, policy: Policy, schedule: Schedule, phrase: Phrase, now: datetime
) -> None:
    readers = list(policy.notify)
    if "@" in schedule.owner:
        readers.insert(0, schedule.owner)
    for reader in dict.fromkeys(readers):
        language = language_for(*_wanted(uow, policy, schedule, reader))
        words = Text(language=language, body=said(phrase, language))
        _note(uow, schedule, reader, words, now)


def _wanted(
    uow: UnitOfWork, policy: Policy, schedule: Schedule, reader: str
) -> list[str]:
    """The languages of the reader (chosen, then seen), of its request, of the voice."""
    known = uow.subscribers.get(reader)
    tags = (
        known.language if known else None,
        known.language_seen if known else None,
        schedule.language if reader == schedule.owner else None,
        voice_of(uow, policy, schedule).language,
    )
    return [tag for tag in tags if tag]


def _note(
    uow: UnitOfWork, schedule: Schedule, to: str, said: Update | Text, now: datetime
) -> None:
    notice = Notice(to=to, said=said, created_at=now, announcement=schedule.id)
    uow.notices.add(notice)
