"""When an edited schedule goes out: moment, rule and zone, and what was skipped.

moment given            the next occurrence is there, and the rule begins anew with it
another rule, no moment it begins with the occurrence that was next
another zone alone      every wall time stays, so the moments move
none of these           nothing moves, not even what lies in the past

COUNT goes on where the rule stays and begins anew with another one. What was skipped
and is still to come stays skipped where its wall time is an occurrence of what the
schedule is now, and is put back to what there is otherwise; an occurrence that the
edit itself names is sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from bot.domain import coming, recurrence, timestamps, wallclock
from bot.domain.errors import Conflict, Invalid
from bot.domain.phrase import Phrase
from bot.domain.schedule import Schedule
from bot.service.requests import intake
from bot.service.requests.merging import zone_name
from bot.service.requests.request import ScheduleChange
from bot.service.rules.policy import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Retimed:
    schedule: Schedule
    #: where what was skipped is skipped now; None: it is so no longer
    skipped: Mapping[datetime, datetime | None]


def retimed(
    schedule: Schedule,
    change: ScheduleChange,
    limits: Limits,
    now: datetime,
    skipped: Sequence[datetime],
) -> Retimed:
    """Raises Invalid, PolicyViolation or Conflict. `skipped` is what is to come."""
    named = zone_name(schedule, change)
    zone = wallclock.zone(named or "UTC")
    rule, recurs = _rule(schedule, change, limits)
    after = replace(schedule, timezone=named, recurrence=recurs)
    another_rule = recurs != schedule.recurrence
    if not (change.changes_moment or another_rule or zone.key != schedule.zone):
        after = replace(
            after, expires_at=_expires(schedule, change, schedule.next_at or now)
        )
        return Retimed(schedule=after, skipped=_unmoved(after, skipped))
    anchor = _anchor(schedule, change, another_rule, limits, now, zone)
    if change.changes_moment or another_rule:
        first = intake.first_within(rule, anchor, zone, limits, now)
        passed = [one for one in skipped if one < _next(schedule)]
        counted = 0 if another_rule and recurs else schedule.planned - len(passed)
    else:
        first = _shifted(schedule, _next(schedule), zone)
        counted = schedule.planned
    if now - first > intake.PAST:
        raise _past(first)
    if first - now > limits.window:
        raise intake.beyond(wallclock.shown(first, zone), limits, "deliver-at")
    after = replace(
        after, deliver_at=anchor, expires_at=_expires(schedule, change, first)
    )
    places = {one: _shifted(schedule, one, zone) for one in skipped}
    if change.changes_moment:
        places = {one: there for one, there in places.items() if there != first}
    still = _occurrences(after, first, counted, set(places.values()))
    if not (change.changes_moment or another_rule):
        # those before the next one were passed over, and are counted
        still |= {there for there in places.values() if there < first}
    after = coming.starting(after, first, counted, still)
    if after.next_at is None:
        raise Invalid(Phrase("Nothing would be left to send."), field="recurrence")
    return Retimed(
        schedule=after,
        skipped={
            one: there if (there := places.get(one)) in still else None
            for one in skipped
        },
    )


def _rule(
    schedule: Schedule, change: ScheduleChange, limits: Limits
) -> tuple[recurrence.Rule | None, str | None]:
    """The rule and its canonical text; a role's limits are asked of a new one only."""
    if change.recurrence is None:
        stored = schedule.recurrence
        return (recurrence.parse(stored) if stored else None), stored
    if not change.recurrence:
        return None, None
    rule = intake.read_rule(change.recurrence, limits)
    return rule, recurrence.canonical(rule)


def _next(schedule: Schedule) -> datetime:
    if schedule.next_at is None:
        raise Conflict(
            Phrase(
                "#{reference} is held; resume or skip it, or cancel it,"
                " before you give it another time.",
                reference=schedule.id,
            )
        )
    return schedule.next_at


def _anchor(
    schedule: Schedule,
    change: ScheduleChange,
    another_rule: bool,
    limits: Limits,
    now: datetime,
    zone: ZoneInfo,
) -> datetime:
    following = _next(schedule)
    if change.changes_moment:
        return intake.read_moment(change, limits, now)
    if another_rule or schedule.recurrence is None:
        return _shifted(schedule, following, zone)
    # The rule goes on from any of its moments; from one whose wall time the clocks
    # there skip, it would go on with a later one.
    for moment in (schedule.deliver_at, following):
        if not wallclock.is_gap(coming.wall_of(schedule, moment), zone):
            return _shifted(schedule, moment, zone)
    return _shifted(schedule, schedule.deliver_at, zone)


def _shifted(schedule: Schedule, moment: datetime, zone: ZoneInfo) -> datetime:
    """The moment of the same wall time in that zone."""
    if zone.key == schedule.zone:
        return moment
    return wallclock.resolve(coming.wall_of(schedule, moment), zone)


def _expires(
    schedule: Schedule, change: ScheduleChange, first: datetime
) -> datetime | None:
    if change.expires is not None:
        return intake.read_expires(change.expires or None, first)
    kept = schedule.expires_at
    if kept is not None and (change.changes_moment or first != schedule.next_at):
        return intake.read_expires(timestamps.format(kept), first)
    return kept


def _occurrences(
    after: Schedule, first: datetime, counted: int, wanted: set[datetime]
) -> set[datetime]:
    """Which of `wanted` are occurrences from `first` on."""
    if not wanted:
        return set()
    last, found = max(wanted), set()
    ahead = coming.coming(after, first - coming.SECOND, counted)
    for match in islice(ahead, coming.REACH):
        if match.moment > last:
            break
        found.add(match.moment)
    return found & wanted


def _unmoved(
    after: Schedule, skipped: Sequence[datetime]
) -> dict[datetime, datetime | None]:
    """An earlier expiry may end the rule before what is skipped."""
    expires = after.expires_at
    return {
        one: None if expires is not None and one >= expires else one for one in skipped
    }


def _past(first: datetime) -> Invalid:
    return Invalid(
        Phrase(
            "The next occurrence would be {moment}, which has passed;"
            " give a moment, too.",
            moment=timestamps.format(first),
        ),
        field="deliver-at",
    )
