"""Occurrences left out and put back, ahead of their time.

A skipped moment is a row of its own from the moment it is skipped; planning passes
over it without a report. `bot.domain.coming` says what holds whatever is skipped.
"""

from dataclasses import replace
from datetime import datetime
from itertools import islice

from bot.domain import coming, timestamps
from bot.domain.broadcast import Occurrence, OccurrenceState
from bot.domain.errors import Conflict, Finished, Invalid
from bot.domain.phrase import Phrase
from bot.domain.schedule import Schedule, ScheduleState
from bot.service.delivery.closing import between
from bot.service.ports.unit_of_work import UnitOfWork

#: how many moments a refusal names
_NAMED = 3


def left_out(
    uow: UnitOfWork, schedule: Schedule, due: str | None, now: datetime
) -> Schedule:
    """The locked schedule without one moment: `due` as given, else the held one or
    the next. Raises Invalid, Conflict or Finished.
    """
    held = uow.occurrences.in_state(schedule.id, OccurrenceState.HELD)
    moment = _given(due)
    if moment is None and held:
        return _without_held(uow, schedule, held, now)
    if any(one.due_at == moment for one in held):
        return _without_held(uow, schedule, held, now)
    if schedule.recurrence is None:
        raise Conflict(
            Phrase(
                "#{reference} has no further occurrence to skip; cancel it instead.",
                reference=schedule.id,
            )
        )
    skipped = uow.occurrences.skipped(schedule.id, after=now)
    if moment is None:
        moment = _next(schedule, skipped)
    elif _became(uow, schedule, moment, now) is OccurrenceState.SKIPPED:
        return schedule
    _check_reach(schedule, moment, skipped)
    uow.occurrences.add(
        Occurrence(
            schedule_id=schedule.id, due_at=moment, state=OccurrenceState.SKIPPED
        )
    )
    if moment != schedule.next_at:
        return schedule
    later = uow.occurrences.skipped(schedule.id, after=moment)
    schedule = coming.advanced(schedule, later)
    # one that is held for an admin is still to be decided on
    if schedule.next_at is None and schedule.state is not ScheduleState.HELD:
        return _without_any(uow, schedule, now)
    return schedule


def is_left_out(uow: UnitOfWork, schedule: Schedule, due: str | None) -> bool:
    """Whether `due`, as given, was skipped, so that skipping it again does nothing."""
    moment = _given(due)
    found = None if moment is None else uow.occurrences.at(schedule.id, moment)
    return found is not None and found.state is OccurrenceState.SKIPPED


def put_back(
    uow: UnitOfWork, schedule: Schedule, due: str | None, now: datetime
) -> Schedule:
    """The locked schedule with a skipped moment sent after all: `due` as given, else
    the earliest that is to come. Raises Invalid, Conflict or Finished.
    """
    skipped = uow.occurrences.skipped(schedule.id, after=now)
    moment = _given(due)
    if moment is None:
        if not skipped:
            raise Conflict(
                Phrase(
                    "Nothing that is still to come of #{reference} is skipped.",
                    reference=schedule.id,
                )
            )
        moment = skipped[0]
    if moment not in skipped:
        if _became(uow, schedule, moment, now) is OccurrenceState.SKIPPED:
            raise _passed(moment)
        _check_reach(schedule, moment, skipped)
        return schedule
    uow.occurrences.put_back(schedule.id, moment)
    return coming.put_back(schedule, moment, skipped)


def _given(due: str | None) -> datetime | None:
    if due is None:
        return None
    try:
        return timestamps.parse(due)
    except Invalid as error:
        raise Invalid(error.phrase, field="due") from None


def _without_held(
    uow: UnitOfWork, schedule: Schedule, held: list[Occurrence], now: datetime
) -> Schedule:
    for occurrence in held:
        uow.occurrences.save(replace(occurrence, state=OccurrenceState.SKIPPED))
    if schedule.next_at is None:
        return _without_any(uow, schedule, now)
    return schedule.moved(between(uow, schedule))


def _next(schedule: Schedule, skipped: list[datetime]) -> datetime:
    """The next occurrence, which is not skipped yet: asked twice, this would leave
    out another.
    """
    following = schedule.next_at
    if skipped and (following is None or skipped[0] < following):
        raise Finished(
            Phrase(
                "The next occurrence, {moment}, is skipped already;"
                " to skip another, name it.",
                moment=timestamps.format(skipped[0]),
            )
        )
    if following is None:
        raise Conflict(
            Phrase(
                "#{reference} has no further occurrence to skip; cancel it instead.",
                reference=schedule.id,
            )
        )
    return following


def _became(
    uow: UnitOfWork, schedule: Schedule, moment: datetime, now: datetime
) -> OccurrenceState | None:
    """`skipped`, or None while it is to come; raises Finished for what is over."""
    if moment == schedule.next_at:
        return None
    found = uow.occurrences.at(schedule.id, moment)
    if found is None:
        if moment <= now:
            raise _passed(moment)
        return None
    if found.state is not OccurrenceState.SKIPPED:
        raise Finished(
            Phrase(
                "The occurrence of {moment} is over: {state}.",
                moment=timestamps.format(moment),
                state=found.state,
            )
        )
    return found.state


def _passed(moment: datetime) -> Finished:
    return Finished(Phrase("{moment} has passed.", moment=timestamps.format(moment)))


def _check_reach(schedule: Schedule, moment: datetime, skipped: list[datetime]) -> None:
    """Raises Invalid for what is none of the next moments, and names some."""
    following = schedule.next_at
    if following is not None:
        if moment == following:
            return
        ahead = coming.coming(schedule, following, schedule.planned + 1)
        for match in islice(ahead, coming.REACH):
            if match.moment == moment:
                return
            if match.moment > moment:
                break
    raise Invalid(_no_occurrence(schedule, moment, skipped), field="due")


def _no_occurrence(
    schedule: Schedule, moment: datetime, skipped: list[datetime]
) -> Phrase:
    following = schedule.next_at
    if following is None:
        return Phrase(
            "{moment} is no occurrence of #{reference}; none is to come.",
            moment=timestamps.format(moment),
            reference=schedule.id,
        )
    ahead = coming.coming(schedule, following, schedule.planned + 1)
    rest = (match.moment for match in ahead if match.moment not in skipped)
    named = [following, *islice(rest, _NAMED - 1)]
    return Phrase(
        "{moment} is no occurrence of #{reference} within reach;"
        " the next are {moments}.",
        moment=timestamps.format(moment),
        reference=schedule.id,
        moments=", ".join(map(timestamps.format, named)),
    )


def _without_any(uow: UnitOfWork, schedule: Schedule, now: datetime) -> Schedule:
    """Nothing is to come: it is over, unless its last occurrence still goes out."""
    waiting = between(uow, schedule)
    if waiting is ScheduleState.PENDING:
        return schedule.moved(ScheduleState.CANCELLED, reason="skipped", ended_at=now)
    return schedule.moved(waiting)
