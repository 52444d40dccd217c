"""What owners are told of their schedules (the draft's updates, §10).

Headlines go to the owner; what failed or was missed is also written out, to the
owner and to whoever `[notify]` names, in the language that each reads. Notices wait
in the database until the server has them.
"""

from dataclasses import replace
from datetime import datetime

from bot.domain import timestamps
from bot.domain.broadcast import (
    Broadcast,
    Occurrence,
    OccurrenceState,
    Progress,
)
from bot.domain.characters import printable
from bot.domain.message import Text
from bot.domain.phrase import Counted, Phrase, Quoted
from bot.domain.schedule import (
    ON_THE_WIRE,
    Origin,
    PeopleAudience,
    Schedule,
)
from bot.domain.updates import Update, WireState
from bot.service.ports.notices import Notice
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.policy import Policy
from bot.service.rules.voices import voice_of
from bot.texts import language_for, said

_REASONS = {
    "expired": Phrase("it expired before it could be sent"),
    "superseded": Phrase("a newer occurrence was due before this one could be sent"),
    "late": Phrase("the service was not up when it was due"),
    "not-allowed": Phrase("its owner may no longer announce there"),
    "deliveries-per-day": Phrase("its owner's announcements of that day were used up"),
    "list-gone": Phrase("the list no longer exists"),
    "content": Phrase("its template or one of its fields can no longer be rendered"),
    "unreadable": Phrase("its recurrence or its time zone can no longer be read"),
    "ended": Phrase("its zone's clocks have changed, and its rule ends before it"),
    "stream-error": Phrase("the server closed the connection over it again and again"),
}


def dealt_with(
    uow: UnitOfWork,
    policy: Policy,
    schedule: Schedule,
    occurrence: Occurrence,
    progress: Progress | None,
    now: datetime,
) -> None:
    """Tell of a due moment: held, not sent at all, or over with these counts."""
    if schedule.origin is Origin.WELCOME and occurrence.state is OccurrenceState.SENT:
        return
    failed = occurrence.state in {OccurrenceState.FAILED, OccurrenceState.MISSED}
    state = WireState.FAILED if failed else ON_THE_WIRE[schedule.state]
    if occurrence.state is OccurrenceState.SENT:
        state = WireState.SENT
    if occurrence.state not in {OccurrenceState.HELD, OccurrenceState.STOPPED}:
        _headline(uow, schedule, state, _one_of_several(schedule, occurrence), now)
    phrase = _sentence(schedule, occurrence, progress)
    if phrase is not None:
        _write(uow, policy, schedule, phrase, now)


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
    schedule = as_sent(uow, schedule, broadcast)
    due = _one_of_several(schedule, occurrence)
    _headline(uow, schedule, WireState.CANCELLED, due, now)
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


def as_sent(uow: UnitOfWork, schedule: Schedule, broadcast: Broadcast) -> Schedule:
    """The schedule as reports of the broadcast tell of it: by whom that was for, since
    an edit may have given the schedule another audience meanwhile.
    """
    entry = uow.lists.by_id(broadcast.list_id) if broadcast.list_id else None
    name = entry.name if entry else None
    return replace(schedule, audience=PeopleAudience(jids=(), list_name=name))


def _one_of_several(schedule: Schedule, occurrence: Occurrence) -> datetime | None:
    """Which occurrence a headline is about; None where the whole job is over with it.

    An edit may have taken the rule away while one of several went out.
    """
    several = schedule.recurrence is not None or schedule.next_at is not None
    return occurrence.due_at if several else None


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
