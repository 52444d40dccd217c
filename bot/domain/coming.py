"""What is still to come of a schedule, and what was left out ahead of its time.

A rule gives a sequence of wall times; COUNT, UNTIL and the expiry end it. Of these the
schedule keeps how far it has come, and this holds whatever is skipped and put back:

    through   a wall time that all occurrences dealt with or passed over do not exceed
    planned   how many those are: sent, missed or skipped
    next_at   the moment of the first one after them, which will be sent

Wall times are what is kept; moments follow from them by the present rules of the
zone. Whoever shows, sends, skips or edits what is next asks here, so all see the same.
`next_at` is what the planner is woken by: it was derived when it was stored, and is
derived again before anything is sent, so that a change of the zone's rules moves an
occurrence and neither repeats nor loses one.

An occurrence that somebody skipped is remembered by its wall time beside the schedule
until it has passed. Every one between now and the next is a skipped one, for an
earlier one that is not skipped would be the next. COUNT counts what is skipped:
skipping one never adds another at the end, and putting it back takes none away.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain, islice

from bot.domain import hours, wallclock
from bot.domain.errors import Invalid
from bot.domain.phrase import Phrase
from bot.domain.recurrence import Match, Recurrence, parse
from bot.domain.schedule import UNREADABLE, Schedule, TemplateContent

SECOND = timedelta(seconds=1)
#: how many occurrences ahead of the next one somebody may skip
REACH = 1_000
_NO_START = Phrase("It is not known when the rule begins.")


@dataclass(frozen=True, slots=True)
class Due:
    """An occurrence that is to be dealt with."""

    moment: datetime
    #: what the rule asks for, None where it is of no rule
    wall: datetime | None = None
    #: why nothing is sent then, as of a Match
    out: str | None = None
    #: when it goes out that waits for its list's send window
    begins: datetime | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    due: Due
    #: the schedule with its next moment after this one
    after: Schedule


def coming(schedule: Schedule) -> Iterator[Match]:
    """The rule's occurrences that are not dealt with or passed over; those that are
    skipped are among them. Nothing of what is due once.

    Raises Invalid where rule or zone can no longer be read.
    """
    if schedule.recurrence is None or schedule.is_final:
        return
    sequence = recurrence_of(schedule)
    count = sequence.rule.count
    left = None if count is None else max(count - schedule.planned, 0)
    found = islice(sequence.matches(schedule.through), left)
    for match in hours.judged(schedule, found):
        if schedule.expires_at is not None and match.moment >= schedule.expires_at:
            return
        yield match


def ahead(schedule: Schedule, skipped: Collection[datetime]) -> Iterator[Match]:
    """All that is to come, skipped or not, also what was passed over; `skipped` are
    the wall times to come that are left out.
    """
    for wall in _passed(schedule, skipped):
        yield Match(wall=wall, moment=moment_of(schedule, wall))
    yield from coming(schedule)


def derived(schedule: Schedule, skipped: Collection[datetime]) -> Schedule:
    """The schedule with its next moment as the zone's rules are now; what is skipped
    before it is passed over.
    """
    if schedule.recurrence is None or schedule.is_final:
        return schedule
    for match in coming(schedule):
        if match.wall not in skipped:
            return replace(schedule, next_at=match.moment)
        schedule = _past(schedule, match)
    return replace(schedule, next_at=None)


def rearmed(
    schedule: Schedule, skipped: Collection[datetime], now: datetime
) -> Schedule:
    """`derived` for a schedule that waits. An occurrence that a change of the zone's
    rules put into the past is due when that is found, so it is not called late.
    """
    again = derived(schedule, skipped)
    before = schedule.next_at
    if before is not None and again.next_at is not None and again.next_at <= now:
        again = replace(again, next_at=min(before, now))
    return again


def taken(schedule: Schedule, skipped: Collection[datetime]) -> Taken | None:
    """The next occurrence as the zone's rules are now, None where there is none."""
    if schedule.recurrence is None:
        if schedule.next_at is None:
            return None
        over = replace(schedule, planned=schedule.planned + 1, next_at=None)
        only = once(schedule, schedule.next_at)
        return Taken(Due(only.moment, None, only.out, only.begins), over)
    schedule = derived(schedule, skipped)
    match = next(coming(schedule), None)
    if match is None:
        return None
    due = Due(match.moment, match.wall, match.out, match.begins)
    return Taken(due, derived(_past(schedule, match), skipped))


def once(schedule: Schedule, moment: datetime) -> Match:
    """What happens at a moment of no rule."""
    zone = wallclock.zone_or_utc(schedule.zone)
    match = Match(wall=wallclock.local(moment, zone), moment=moment)
    without = replace(schedule, calendar=None)
    return next(hours.judged(without, [match]), match)


def sent(
    schedule: Schedule, skipped: Collection[datetime], within: int = REACH
) -> Iterator[Match]:
    """Those that will be sent of the next so many; raises Invalid."""
    for match in islice(coming(schedule), within):
        if match.out is None and match.wall not in skipped:
            yield match


def next_sent(
    schedule: Schedule, skipped: Collection[datetime], within: int = REACH
) -> Match | None:
    """The first of them; None: none of them."""
    return next(sent(schedule, skipped, within), None)


def nearest(
    schedule: Schedule, skipped: Collection[datetime], moment: datetime, number: int
) -> list[datetime]:
    """Of the moments that will be sent the `number` nearest to this one, in order."""
    found: list[datetime] = []
    for one in (match.moment for match in sent(schedule, skipped)):
        found.append(one)
        if len(found) > number:
            # in order: once the last is the farther end, so are all that follow
            if one - moment >= moment - found[0]:
                found.pop()
                break
            del found[0]
    return found


def put_back(
    schedule: Schedule, wall: datetime, skipped: Collection[datetime]
) -> Schedule:
    """The schedule with a skipped occurrence that is still to come sent after all.

    `skipped` are those to come, `wall` among them. Between it and the next one
    there are only skipped ones, which count again when they are passed.
    """
    passed = [one for one in _passed(schedule, skipped) if one >= wall]
    if passed:
        schedule = replace(
            schedule, through=wall - SECOND, planned=schedule.planned - len(passed)
        )
    return derived(schedule, [one for one in skipped if one != wall])


def moment_of(schedule: Schedule, wall: datetime) -> datetime:
    """When that is by the present rules of the schedule's zone, and by its holidays;
    raises Invalid.
    """
    sequence = recurrence_of(schedule)
    match = Match(wall=wall, moment=sequence.moment(wall))
    if schedule.calendar is None:
        return match.moment
    plain = replace(schedule, window=None)
    found = hours.judged(plain, chain([match], sequence.matches(wall)))
    return next(found, match).moment


def recurrence_of(schedule: Schedule) -> Recurrence:
    """The rule with its start and place; raises Invalid where it cannot be read."""
    if schedule.recurrence is None:
        raise ValueError(f"#{schedule.id} has no rule")
    zone = wallclock.zone(schedule.zone)
    if schedule.start is None:
        # its zone was not known when rows were brought to wall times
        raise Invalid(_NO_START, field="timezone")
    return Recurrence(rule=parse(schedule.recurrence), start=schedule.start, zone=zone)


def unreadable(schedule: Schedule) -> Phrase | None:
    """What of it cannot be read any more, however it came to that; None: nothing.

    Its zone is gone from the machine, for one, or somebody changed the database.
    """
    begins = schedule.start is not None
    clock = unreadable_clock(schedule.zone, schedule.recurrence, begins=begins)
    if clock is not None:
        return clock
    if schedule.audience.list_name == UNREADABLE:
        return Phrase("its audience cannot be read")
    content = schedule.content
    if isinstance(content, TemplateContent) and content.template == UNREADABLE:
        return Phrase("its content cannot be read")
    return None


def unreadable_clock(zone: str, rule: str | None, *, begins: bool) -> Phrase | None:
    """Likewise, of what says when it is due; `begins`: it is known since when."""
    try:
        wallclock.zone(zone)
        if rule is not None:
            parse(rule)
    except Invalid as error:
        return error.phrase
    return None if begins or rule is None else _NO_START


def _past(schedule: Schedule, match: Match) -> Schedule:
    return replace(schedule, through=match.wall, planned=schedule.planned + 1)


def _passed(schedule: Schedule, skipped: Collection[datetime]) -> list[datetime]:
    """Those skipped that are to come and that planning has passed over already."""
    through = schedule.through
    return sorted(one for one in skipped if through is not None and one <= through)
