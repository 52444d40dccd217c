"""What becomes of a schedule, and who is told (the draft's updates, §10).

Headlines go to the owner; what failed or was missed is also written out, to the
owner and to whoever `[notify]` names. Notices wait in the database until the
server has them.
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
from bot.domain.schedule import (
    ON_THE_WIRE,
    Origin,
    Schedule,
    ScheduleState,
)
from bot.domain.updates import Update, WireState
from bot.service.policy import Policy
from bot.service.repositories import Notice, UnitOfWork

_ENDS = {
    BroadcastState.SENT: ScheduleState.SENT,
    BroadcastState.FAILED: ScheduleState.FAILED,
    BroadcastState.STOPPED: ScheduleState.CANCELLED,
}
_REASONS = {
    "expired": "it expired before it could be sent",
    "superseded": "a newer occurrence was due before this one could be sent",
    "late": "the service was not up when it was due",
    "not-allowed": "its owner may no longer announce there",
    "deliveries-per-day": "its owner's announcements of that day were used up",
    "list-gone": "the list no longer exists",
    "content": "its template or one of its fields can no longer be rendered",
    "unreadable": "its recurrence or its time zone can no longer be read",
    "stream-error": "the server closed the connection over it again and again",
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
    text = (
        f"{_name(schedule)}, due {timestamps.format(occurrence.due_at)}, was stopped"
        f" by an admin: {progress.sent} of {progress.total} were told."
    )
    _write(uow, policy, schedule, text, now)


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
    due = timestamps.format(occurrence.due_at)
    name = _name(schedule)
    if occurrence.state is OccurrenceState.HELD:
        text = (
            f"{name}, due {due}, is held: the service was not up when it was due."
            " An admin can let it go (resume) or skip it."
        )
    elif failed and progress is None:
        why = _REASONS.get(occurrence.reason or "", occurrence.reason or "unknown")
        text = f"{name}, due {due}, was not sent: {why}."
    elif progress is not None:
        told = _counts(progress, occurrence)
        if told is None:
            return
        text = f"{name}, due {due}: {told}"
    else:
        return
    _write(uow, policy, schedule, text, now)


def _counts(progress: Progress, occurrence: Occurrence) -> str | None:
    """What the owner should know of a broadcast that did not reach everybody."""
    reached = progress.sent + progress.skipped
    missing = progress.total - reached - progress.failed
    stopped = occurrence.state is OccurrenceState.STOPPED
    if not progress.failed and (stopped or not missing):
        return None
    text = f"{progress.sent} of {progress.total} were told, {progress.failed} failed"
    if missing and not stopped:
        why = _REASONS.get(occurrence.reason or "", occurrence.reason or "unknown")
        text += f", {missing} were not reached: {why}"
    return f"{text}."


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
    uow: UnitOfWork, policy: Policy, schedule: Schedule, text: str, now: datetime
) -> None:
    readers = list(policy.notify)
    if "@" in schedule.owner:
        readers.insert(0, schedule.owner)
    for reader in dict.fromkeys(readers):
        _note(uow, schedule, reader, text, now)


def _note(
    uow: UnitOfWork, schedule: Schedule, to: str, said: Update | str, now: datetime
) -> None:
    notice = Notice(to=to, said=said, created_at=now, announcement=schedule.id)
    uow.notices.add(notice)


def _name(schedule: Schedule) -> str:
    given = printable(schedule.client_id)
    return f"Announcement #{schedule.id} ({given}) to {schedule.audience.label}"
