"""What is still to come of a schedule, and what was left out ahead of its time.

A rule gives a sequence of moments; COUNT, UNTIL and the expiry end it. A moment that
somebody skipped is remembered beside the schedule until it has passed. Of these the
schedule keeps two numbers, and this holds whatever is skipped and put back:

    next_at   the earliest moment of the rule that will be sent
    planned   how many moments of the rule lie before it: sent, missed or skipped

So what will be sent is what `coming` gives from `next_at` on, without those skipped.
Every moment between now and `next_at` is a skipped one, for an earlier one that is
not skipped would be the next. COUNT counts what is skipped: skipping one never adds
another at the end, and putting it back takes none away.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice

from bot.domain import wallclock
from bot.domain.errors import Invalid
from bot.domain.phrase import Phrase
from bot.domain.recurrence import Match, Recurrence, parse
from bot.domain.schedule import UNREADABLE, Schedule, TemplateContent

SECOND = timedelta(seconds=1)
#: how many moments ahead of the next one somebody may skip
REACH = 1_000


def coming(schedule: Schedule, after: datetime, counted: int) -> Iterator[Match]:
    """The rule's moments after `after`, skipped or not; `counted` lie up to it.

    Raises Invalid where rule or zone can no longer be read.
    """
    if schedule.recurrence is None:
        return
    rule = parse(schedule.recurrence)
    left = None if rule.count is None else max(rule.count - counted, 0)
    for match in islice(_sequence(schedule).matches(after), left):
        if schedule.expires_at is not None and match.moment >= schedule.expires_at:
            return
        yield match


def unreadable(schedule: Schedule) -> Phrase | None:
    """Why it can be done no longer, however it came to that; None: it can.

    Its zone is gone from the machine, for one, or somebody changed the database.
    """
    clock = unreadable_clock(schedule.zone, schedule.recurrence)
    if clock is not None:
        return clock
    if schedule.audience.list_name == UNREADABLE:
        return Phrase("its audience cannot be read")
    content = schedule.content
    if isinstance(content, TemplateContent) and content.template == UNREADABLE:
        return Phrase("its content cannot be read")
    return None


def unreadable_clock(zone: str, rule: str | None) -> Phrase | None:
    """Likewise, of what says when it is due."""
    try:
        wallclock.zone(zone)
        if rule is not None:
            parse(rule)
    except Invalid as error:
        return error.phrase
    return None


def advanced(schedule: Schedule, skipped: Collection[datetime]) -> Schedule:
    """The schedule with its next moment taken, and the skipped ones after it."""
    if schedule.next_at is None:
        raise ValueError(f"#{schedule.id} has no next moment")
    planned = schedule.planned + 1
    return _from(schedule, schedule.next_at, planned, skipped)


def starting(
    schedule: Schedule, first: datetime, counted: int, skipped: Collection[datetime]
) -> Schedule:
    """The schedule with its next moment at `first` or, where that is skipped, at the
    first one after it that is not; `counted` lie before `first`.
    """
    if schedule.recurrence is None:
        return replace(schedule, planned=counted, next_at=first)
    return _from(schedule, first - SECOND, counted, skipped)


def put_back(
    schedule: Schedule, moment: datetime, skipped: Collection[datetime]
) -> Schedule:
    """The schedule with a skipped moment that is still to come sent after all.

    `skipped` are those to come, `moment` among them. Between it and the next one
    there are only skipped ones, which count again when they are passed.
    """
    if schedule.next_at is not None and moment >= schedule.next_at:
        return schedule
    passed = [
        one
        for one in skipped
        if one >= moment and (schedule.next_at is None or one < schedule.next_at)
    ]
    return replace(schedule, next_at=moment, planned=schedule.planned - len(passed))


def wall_of(schedule: Schedule, moment: datetime) -> datetime:
    """What the schedule asks clocks in its zone to show at one of its moments, which
    in a gap no clock does.
    """
    if schedule.recurrence is not None:
        match = next(_sequence(schedule).matches(moment - SECOND), None)
        if match is not None and match.moment == moment:
            return match.wall
    return wallclock.local(moment, wallclock.zone(schedule.zone))


def _from(
    schedule: Schedule, after: datetime, counted: int, skipped: Collection[datetime]
) -> Schedule:
    for match in coming(schedule, after, counted):
        if match.moment not in skipped:
            return replace(schedule, planned=counted, next_at=match.moment)
        counted += 1
    return replace(schedule, planned=counted, next_at=None)


def _sequence(schedule: Schedule) -> Recurrence:
    assert schedule.recurrence is not None  # noqa: S101 - asked by the callers
    return Recurrence(
        rule=parse(schedule.recurrence),
        anchor=schedule.deliver_at,
        zone=wallclock.zone(schedule.zone),
    )
