"""What owners are told of their schedules (the draft's updates, §10).

Headlines go to the owner; what failed or was missed is also written out, to the
owner and to whoever `[notify]` names (where it names none, of what has no owner who
could be told, to the admins), in the language that each reads: `sentences`. Notices
wait in the database until the server has them.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from bot.domain import wallclock
from bot.domain.broadcast import (
    Broadcast,
    DeliveryException,
    ExceptionKind,
    Occurrence,
    OccurrenceState,
    Progress,
)
from bot.domain.characters import printable
from bot.domain.errors import Invalid
from bot.domain.lists import AnnouncementList
from bot.domain.message import Text
from bot.domain.phrase import Phrase
from bot.domain.preview import Caution
from bot.domain.schedule import (
    Origin,
    PeopleAudience,
    PersonAudience,
    Schedule,
)
from bot.domain.updates import Remark, Update, WireState
from bot.service.delivery import sentences
from bot.service.ports.notices import Notice
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.policy import Policy
from bot.service.rules.voices import languages_of, voice_of
from bot.texts import language_for, said

#: sentences for who reads clocks in a zone; none: there is nothing to tell
Worded = Callable[[Schedule, ZoneInfo], Sequence[Phrase]]

#: a person who is not named
_SOMEBODY = PersonAudience(jid="")
#: told as failed to programs
_UNSENT = frozenset({OccurrenceState.FAILED, OccurrenceState.MISSED})


def dealt_with(
    uow: UnitOfWork, policy: Policy, schedule_id: int, now: datetime
) -> None:
    """Tell in one report of all moments at which nothing went out, and of what is held,
    as far as nobody was told yet.
    """
    untold = uow.occurrences.tell(schedule_id)
    schedule = uow.schedules.get(schedule_id)
    if not untold or schedule is None:
        return
    unsent = [one.last for one in untold if one.state in _UNSENT]
    if unsent:
        due = _one_of_several(schedule, max(unsent))
        _headline(uow, schedule, WireState.FAILED, due, now)
    _write(uow, policy, schedule, partial(sentences.unsent, untold=untold), now)


def ended(
    uow: UnitOfWork,
    policy: Policy,
    schedule: Schedule,
    occurrence: Occurrence,
    progress: Progress,
    now: datetime,
    refused: DeliveryException | None = None,
) -> None:
    """Tell of a broadcast that is over, with these counts; `refused`: what kept a
    message to a person from being delivered.
    """
    state = occurrence.state
    if schedule.origin is Origin.WELCOME and state is OccurrenceState.SENT:
        return
    if schedule.amendment is not None and occurrence.reason == "superseded":
        return  # by whoever amended it again
    if state is not OccurrenceState.STOPPED:
        failed = state is OccurrenceState.FAILED
        status = WireState.FAILED if failed else WireState.SENT
        due = _one_of_several(schedule, occurrence.due_at)
        _headline(uow, schedule, status, due, now)
    worded = partial(sentences.counts, occurrence=occurrence, progress=progress)
    if schedule.in_owners_name and refused is not None:
        schedule = replace(schedule, audience=PersonAudience(jid=refused.jid))
        why = refused.condition
        worded = partial(sentences.undelivered, occurrence=occurrence, condition=why)
    _write(uow, policy, schedule, worded, now)


def returned(
    uow: UnitOfWork,
    policy: Policy,
    broadcast: Broadcast,
    exception: DeliveryException,
    now: datetime,
) -> None:
    """Tell the owner that his message to a person came back: that it is repeated; or
    that it is not, after it was taken for delivered.
    """
    schedule = uow.schedules.get(broadcast.schedule_id)
    occurrence = uow.occurrences.get(broadcast.occurrence_id)
    if schedule is None or occurrence is None:  # pragma: no cover - foreign keys
        return
    schedule = replace(schedule, audience=PersonAudience(jid=exception.jid))
    worded = partial(sentences.returned, occurrence=occurrence, exception=exception)
    if exception.kind is ExceptionKind.FAILED:
        _write(uow, policy, schedule, worded, now)
    elif "@" in schedule.owner:
        _write_to(uow, policy, schedule, schedule.owner, worded, now)


def holidays_lost(
    uow: UnitOfWork,
    policy: Policy,
    schedule: Schedule,
    due: datetime,
    fault: Phrase,
    now: datetime,
) -> None:
    """Tell the owner that no holidays are known for what is due then."""
    told = partial(sentences.holidays_lost, due=due, fault=fault)
    _write(uow, policy, schedule, told, now)


def accepted(
    uow: UnitOfWork, schedule: Schedule, warnings: Sequence[Caution], now: datetime
) -> None:
    """Tell the owner of a message that came in whole that it is kept, and what to know
    of it, in the language that it came in, where that is one of ours.
    """
    language = language_for(schedule.language or "")
    remarks = tuple(
        Remark(code=one.kind.value, text=printable(said(one.phrase, language)))
        for one in warnings
    )
    _headline(uow, schedule, WireState.SCHEDULED, None, now, remarks, language)


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
    due = _one_of_several(schedule, occurrence.due_at)
    _headline(uow, schedule, WireState.CANCELLED, due, now)
    told = partial(sentences.stopped, occurrence=occurrence, progress=progress)
    _write(uow, policy, schedule, told, now)


def retried(
    uow: UnitOfWork, policy: Policy, broadcast: Broadcast, asker: str, now: datetime
) -> None:
    """Tell the owner, and who asked for it, how it went when those whom a broadcast had
    not reached were tried once more.
    """
    schedule = uow.schedules.get(broadcast.schedule_id)
    occurrence = uow.occurrences.get(broadcast.occurrence_id)
    if schedule is None or occurrence is None:  # pragma: no cover - foreign keys
        return
    progress = uow.broadcasts.progress(broadcast.id)
    schedule = as_sent(uow, schedule, broadcast)
    told = partial(sentences.retried, occurrence=occurrence, progress=progress)
    readers = policy.told_of_failures(schedule.owner, schedule.origin)
    for reader in dict.fromkeys((*readers, *filter(_has_address, (asker,)))):
        _write_to(uow, policy, schedule, reader, told, now)


def _has_address(who: str) -> bool:
    return "@" in who


def as_sent(uow: UnitOfWork, schedule: Schedule, broadcast: Broadcast) -> Schedule:
    """The schedule as reports of the broadcast tell of it: by whom that was for, since
    an edit may have given the schedule another audience meanwhile. A list that only
    speaks, to the people of a test, is no audience.
    """
    entry = uow.lists.by_id(broadcast.list_id) if broadcast.list_id else None
    return sent_to(entry, schedule, broadcast)


def sent_to(
    entry: AnnouncementList | None, schedule: Schedule, broadcast: Broadcast
) -> Schedule:
    """The same; `entry`: the broadcast's list."""
    if broadcast.in_owners_name:
        return replace(schedule, audience=_SOMEBODY)
    if schedule.origin is not Origin.WELCOME and broadcast.highest is None:
        return schedule
    name = entry.name if entry else None
    return replace(schedule, audience=PeopleAudience(jids=(), list_name=name))


def _one_of_several(schedule: Schedule, due: datetime) -> datetime | None:
    """Which occurrence a headline is about; None where the whole job is over with it.

    An edit may have taken the rule away while one of several went out.
    """
    several = schedule.recurrence is not None or schedule.next_at is not None
    return due if several else None


def _headline(
    uow: UnitOfWork,
    schedule: Schedule,
    state: WireState,
    due: datetime | None,
    now: datetime,
    remarks: tuple[Remark, ...] = (),
    language: str = "",
) -> None:
    if not schedule.updates or "@" not in schedule.owner:
        return
    update = Update(
        job=schedule.client_id,
        status=state,
        due_at=due,
        remarks=remarks,
        language=language,
    )
    _note(uow, schedule, schedule.owner, update, now)


def _write(
    uow: UnitOfWork,
    policy: Policy,
    schedule: Schedule,
    worded: Worded,
    now: datetime,
) -> None:
    """One text; a person to whom the owner wrote is named to the owner alone."""
    for reader in policy.told_of_failures(schedule.owner, schedule.origin):
        _write_to(uow, policy, schedule, reader, worded, now)


def _write_to(
    uow: UnitOfWork,
    policy: Policy,
    schedule: Schedule,
    reader: str,
    worded: Worded,
    now: datetime,
) -> None:
    language = language_for(*_wanted(uow, policy, schedule, reader))
    own = reader == schedule.owner or not schedule.in_owners_name
    told = schedule if own else replace(schedule, audience=_SOMEBODY)
    phrases = worded(told, _zone(uow, policy, schedule, reader))
    if phrases:
        body = " ".join(said(phrase, language) for phrase in phrases)
        _note(uow, schedule, reader, Text(language=language, body=body), now)


def _zone(uow: UnitOfWork, policy: Policy, schedule: Schedule, reader: str) -> ZoneInfo:
    """The reader's, else the schedule's, else its list's; UTC where it is gone."""
    known = uow.subscribers.get(reader)
    name = known.timezone if known else None
    try:
        return wallclock.zone(
            name or schedule.zone_for(voice_of(uow, policy, schedule))
        )
    except Invalid:
        return wallclock.zone("UTC")


def _wanted(
    uow: UnitOfWork, policy: Policy, schedule: Schedule, reader: str
) -> list[str]:
    """The languages of the reader (chosen, then seen), of its request, of the voice."""
    own = schedule.language if reader == schedule.owner else None
    tags = (own, voice_of(uow, policy, schedule).language)
    return [*languages_of(uow, reader), *filter(None, tags)]


def _note(
    uow: UnitOfWork, schedule: Schedule, to: str, said: Update | Text, now: datetime
) -> None:
    notice = Notice(to=to, said=said, created_at=now, announcement=schedule.id)
    uow.notices.add(notice)
