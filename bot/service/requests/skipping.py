"""Occurrences left out and put back, ahead of their time.

A skipped occurrence is a row of its own as soon as it is skipped; planning passes
over it without a report. `bot.domain.coming` says what holds whatever is skipped.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice

from bot.domain import coming, meanings, timestamps
from bot.domain.broadcast import Occurrence, OccurrenceState
from bot.domain.errors import Conflict, Finished, Invalid
from bot.domain.phrase import Phrase
from bot.domain.recurrence import Match
from bot.domain.schedule import Schedule, ScheduleState
from bot.service.delivery.closing import standing
from bot.service.ports.unit_of_work import UnitOfWork

#: how many somebody leaves out in one go
MOST_AT_ONCE = 100
#: how many moments a refusal names
_NAMED = 3


def to_come(uow: UnitOfWork, schedule: Schedule, now: datetime) -> list[datetime]:
    """The wall times that are left out and have not passed, the earliest first."""
    if schedule.recurrence is None:
        return []
    # no clock is further from UTC than a day; a gap may move one by another day
    since = now.replace(tzinfo=None) - timedelta(days=2)
    walls = uow.occurrences.skipped(schedule.id, after=since)
    try:
        return [one for one in walls if coming.moment_of(schedule, one) > now]
    except Invalid:  # the zone is gone from the system
        return []


def left_out(
    uow: UnitOfWork, schedule: Schedule, due: str | None, now: datetime
) -> Schedule:
    """The locked schedule without one occurrence: that of `due` as given, else the
    held one or the next. Raises Invalid, Conflict or Finished.
    """
    held = uow.occurrences.in_state(schedule.id, OccurrenceState.HELD)
    moment = _given(due)
    if moment is None and held:
        return _without_held(uow, schedule, held, now)
    if any(one.due_at == moment for one in held):
        return _without_held(uow, schedule, held, now)
    if schedule.recurrence is None:
        raise _none_to_skip(schedule)
    skipped = to_come(uow, schedule, now)
    if moment is None:
        match = _next(schedule, skipped)
    else:
        found = _named(uow, schedule, moment, skipped, now)
        if found is None or found.wall in skipped:
            return schedule
        match = found
    uow.occurrences.add(
        Occurrence(
            schedule_id=schedule.id,
            due_at=match.moment,
            wall=match.wall,
            state=OccurrenceState.SKIPPED,
        )
    )
    schedule = coming.derived(schedule, {*skipped, match.wall})
    if schedule.next_at is None:
        return _without_any(uow, schedule, now)
    return schedule


def check_number(dues: Sequence[str]) -> None:
    """Raises Invalid where they are more than anybody would name."""
    if len(dues) > MOST_AT_ONCE:
        raise Invalid(Phrase("{most} at once at most.", most=MOST_AT_ONCE), field="due")


def is_left_out(uow: UnitOfWork, schedule: Schedule, due: str | None) -> bool:
    """Whether `due`, as given, was skipped, so that skipping it again does nothing."""
    moment = _given(due)
    found = None if moment is None else uow.occurrences.at(schedule.id, moment)
    return found is not None and found.state is OccurrenceState.SKIPPED


def put_back(
    uow: UnitOfWork, schedule: Schedule, due: str | None, now: datetime
) -> Schedule:
    """The locked schedule with a skipped occurrence sent after all: that of `due` as
    given, else the earliest that is to come. Raises Invalid, Conflict or Finished.
    """
    skipped = to_come(uow, schedule, now)
    moment = _given(due)
    if moment is None:
        if not skipped:
            raise Conflict(
                Phrase(
                    "Nothing that is still to come of #{reference} is skipped.",
                    reference=schedule.id,
                )
            )
        wall = skipped[0]
    else:
        found = _named(uow, schedule, moment, skipped, now)
        if found is None:
            raise _passed(schedule, moment)
        if found.wall not in skipped:
            return schedule
        wall = found.wall
    uow.occurrences.put_back(schedule.id, wall)
    return coming.put_back(schedule, wall, skipped)


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
    return _without_any(uow, schedule, now) if schedule.next_at is None else schedule


def _next(schedule: Schedule, skipped: list[datetime]) -> Match:
    """The next occurrence, which is not skipped yet: asked twice, this would leave
    out another.
    """
    ahead = islice(coming.ahead(schedule, skipped), coming.REACH + len(skipped))
    following = next((match for match in ahead if match.out is None), None)
    if following is None:
        raise _none_to_skip(schedule)
    if following.wall in skipped:
        raise Finished(
            Phrase(
                "The next occurrence, {moment}, is skipped already;"
                " to skip another, name it.",
                moment=schedule.shown(following.moment),
            )
        )
    return following


def _named(
    uow: UnitOfWork,
    schedule: Schedule,
    moment: datetime,
    skipped: list[datetime],
    now: datetime,
) -> Match | None:
    """The occurrence to come that is meant; None: it was skipped and has passed.

    Raises Finished for what is over, and Invalid for what is none within reach.
    """
    ahead = coming.ahead(schedule, skipped)
    for match in islice(ahead, coming.REACH + len(skipped)):
        if match.moment == moment:
            return match
        if match.moment > moment:
            break
    found = uow.occurrences.at(schedule.id, moment)
    if found is not None and found.state is OccurrenceState.SKIPPED:
        if found.wall in skipped:  # shown before the zone's rules changed
            return Match(wall=found.wall, moment=moment)
        return None
    if found is not None:
        raise Finished(
            Phrase(
                "The occurrence of {moment} is over: {state}.",
                moment=schedule.shown(moment),
                state=meanings.state(found.state),
            ),
            field="due",
        )
    if moment <= now:
        raise _passed(schedule, moment)
    raise Invalid(_no_occurrence(schedule, moment, skipped), field="due")


def _none_to_skip(schedule: Schedule) -> Conflict:
    return Conflict(
        Phrase(
            "#{reference} has no further occurrence to skip; cancel it instead.",
            reference=schedule.id,
        )
    )


def _passed(schedule: Schedule, moment: datetime) -> Finished:
    passed = Phrase("{moment} has passed.", moment=schedule.shown(moment))
    return Finished(passed, field="due")


def _no_occurrence(
    schedule: Schedule, moment: datetime, skipped: list[datetime]
) -> Phrase:
    near = coming.nearest(schedule, skipped, moment, _NAMED)
    named = [schedule.shown(one) for one in near]
    if not named:
        return Phrase(
            "{moment} is no occurrence of #{reference}; none is to come.",
            moment=schedule.shown(moment),
            reference=schedule.id,
        )
    return Phrase(
        "{moment} is no occurrence of #{reference} within reach;"
        " the nearest are {moments}.",
        moment=schedule.shown(moment),
        reference=schedule.id,
        moments=", ".join(named),
    )


def _without_any(uow: UnitOfWork, schedule: Schedule, now: datetime) -> Schedule:
    """Nothing is to come: it is over, unless its last occurrence still goes out, or one
    that is held for an admin is to be decided on.
    """
    waiting = standing(uow, schedule)
    if waiting is None:
        return schedule.moved(ScheduleState.CANCELLED, reason="skipped", ended_at=now)
    return schedule.moved(waiting)
