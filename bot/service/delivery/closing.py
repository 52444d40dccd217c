"""Brings a broadcast, its occurrence and its schedule to an end, in one lock order.

On PostgreSQL several transactions run at once: chunks are recorded while an admin
cancels and the retrier claims. Two that hold rows in opposite orders wait for each
other until the server undoes one of them. So everybody holds rows in this order:

    chunks of one's own ─► schedule ─► its broadcasts ─► their exceptions

Whoever cancels has to begin with the schedule, since only its state says whether
there is anything to cancel; the others follow. Who may end several broadcasts in one
transaction holds all of them first, by schedule (`hold`). And an exception counts as
held from the moment it is written, since its foreign key holds the broadcast.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot.domain.broadcast import (
    Broadcast,
    BroadcastState,
    DeliveryException,
    ExceptionKind,
    OccurrenceState,
)
from bot.domain.events import Ended
from bot.domain.schedule import Schedule, ScheduleState
from bot.domain.verdict import RETRY_FOR
from bot.service.delivery import reports
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.policy import Policy

_ENDS = {
    BroadcastState.SENT: ScheduleState.SENT,
    BroadcastState.FAILED: ScheduleState.FAILED,
    BroadcastState.STOPPED: ScheduleState.CANCELLED,
}


def locked(uow: UnitOfWork, broadcast_id: int) -> Broadcast | None:
    """The broadcast, its row held for this transaction after its schedule's."""
    found = uow.broadcasts.get(broadcast_id)
    if found is None:
        return None
    uow.schedules.lock(found.schedule_id)
    return uow.broadcasts.lock(broadcast_id)


def hold(uow: UnitOfWork, broadcast_ids: Iterable[int]) -> None:
    """Hold all of them, before anything of theirs is written."""
    broadcasts = [uow.broadcasts.get(one) for one in set(broadcast_ids)]
    for _, broadcast_id in sorted((b.schedule_id, b.id) for b in broadcasts if b):
        locked(uow, broadcast_id)


def settle_finished(
    uow: UnitOfWork, policy: Policy, broadcast_id: int, now: datetime
) -> None:
    """Close it if nothing is left: every chunk is finished, nobody is told again.

    Who hears it more than a day later does not keep it open, unless nobody has heard it
    yet: then it is not known what to call it.
    """
    broadcast = _sending(uow, broadcast_id)
    if broadcast is None or uow.chunks.unfinished(broadcast_id):
        return
    if uow.exceptions.any_awaited(broadcast_id, broadcast.created_at + RETRY_FOR):
        return
    progress = uow.broadcasts.progress(broadcast_id)
    if progress.waiting and not progress.sent:
        return
    settle(uow, policy, broadcast, now)


def settle_retried(
    uow: UnitOfWork, policy: Policy, broadcast_id: int, now: datetime
) -> None:
    """Tell of one that is over, and was tried once more, once that is over, too. Its
    state stays what it was.
    """
    seen = uow.broadcasts.get(broadcast_id)
    if seen is None or seen.retried_by is None:
        return
    broadcast = locked(uow, broadcast_id)
    if broadcast is None or (asker := broadcast.retried_by) is None:
        return
    if uow.exceptions.any_awaited(broadcast_id, broadcast.tried_since + RETRY_FOR):
        return
    uow.broadcasts.save(replace(broadcast, retried_by=None))
    reports.retried(uow, policy, broadcast, asker, now)


def give_up(
    uow: UnitOfWork, policy: Policy, broadcast_id: int, now: datetime, reason: str
) -> None:
    """Close it although there are readers left, whom nobody will tell."""
    broadcast = _sending(uow, broadcast_id)
    if broadcast is not None:
        settle(uow, policy, broadcast, now, reason=reason)


def _sending(uow: UnitOfWork, broadcast_id: int) -> Broadcast | None:
    """The broadcast, held; None where it is over."""
    broadcast = locked(uow, broadcast_id)
    if broadcast is None or broadcast.state is not BroadcastState.SENDING:
        return None
    return broadcast


def settle(
    uow: UnitOfWork,
    policy: Policy,
    broadcast: Broadcast,
    now: datetime,
    *,
    reason: str | None = None,
) -> None:
    """Judge a broadcast that sends no more, and close it; its rows are held.

    sent: at least one accepted, or nobody to tell; failed: none accepted.
    `reason`: why some were not reached, those who were to hear it later among them.
    """
    if reason is not None:
        uow.exceptions.skip_waiting(broadcast.id, reason)
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
    if state is BroadcastState.STOPPED and broadcast.retracted_at is None:
        uow.exceptions.abandon(broadcast.id)
    uow.broadcasts.save(replace(broadcast, state=state, reason=reason, finished_at=now))
    occurrence = uow.occurrences.get(broadcast.occurrence_id)
    schedule = uow.schedules.lock(broadcast.schedule_id)
    if occurrence is None or schedule is None:  # pragma: no cover - foreign keys
        return
    # one that was sent keeps why it went out of its time
    kept = occurrence.reason if state is BroadcastState.SENT else None
    occurrence = replace(
        occurrence, state=OccurrenceState(state), reason=reason or kept
    )
    uow.occurrences.save(occurrence)
    if schedule.state is ScheduleState.RUNNING:
        waiting = standing(uow, schedule)
        if waiting is None:
            schedule = schedule.moved(_ENDS[state], reason=reason, ended_at=now)
        else:
            schedule = schedule.moved(waiting)
        uow.schedules.save(schedule)
    progress = uow.broadcasts.progress(broadcast.id)
    told = reports.as_sent(uow, schedule, broadcast)
    reports.ended(
        uow, policy, told, occurrence, progress, now, _refused(uow, broadcast)
    )
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
            waiting=progress.waiting,
            # none where the clock was put back meanwhile
            seconds=max(0.0, (now - broadcast.created_at).total_seconds()),
        )
    )
    uow.nudge()


def _refused(uow: UnitOfWork, broadcast: Broadcast) -> DeliveryException | None:
    """Why a message to a person failed."""
    if not broadcast.in_owners_name:
        return None
    found = uow.exceptions.page(broadcast.id, after="", limit=1)
    return next((one for one in found if one.kind is ExceptionKind.FAILED), None)


def standing(uow: UnitOfWork, schedule: Schedule) -> ScheduleState | None:
    """The state of a schedule that is not paused, by what is left of it: running while
    one still goes out, pending while one is to come or held; None: it is over.
    """
    if uow.occurrences.in_state(schedule.id, OccurrenceState.SENDING):
        return ScheduleState.RUNNING
    if schedule.next_at is not None:
        return ScheduleState.PENDING
    held = uow.occurrences.in_state(schedule.id, OccurrenceState.HELD)
    return ScheduleState.PENDING if held else None


def passed(uow: UnitOfWork, schedule: Schedule, reason: str, now: datetime) -> Schedule:
    """The schedule after a moment that was left out for that reason: where that was the
    last of it, sent if anything was, else cancelled if it recurs, else failed.
    """
    waiting = standing(uow, schedule)
    if waiting is not None:
        return schedule.moved(waiting)
    if schedule.recurrence is None:
        state = ScheduleState.FAILED
    elif uow.occurrences.in_state(schedule.id, OccurrenceState.SENT):
        state = ScheduleState.SENT
    else:
        state = ScheduleState.CANCELLED
    return schedule.moved(state, reason=reason, ended_at=now)


def rested(uow: UnitOfWork, schedule: Schedule, reason: str, now: datetime) -> Schedule:
    """The schedule after a moment at which nothing went out, for that reason: failed
    where that was the last of it.
    """
    waiting = standing(uow, schedule)
    if waiting is None:
        return schedule.moved(ScheduleState.FAILED, reason=reason, ended_at=now)
    return schedule.moved(waiting)
