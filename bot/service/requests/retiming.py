"""When an edited schedule goes out: moment, rule and zone, and what was skipped.

moment given            the next occurrence is there, and the rule begins anew with it
another rule, no moment it begins with the wall time of the occurrence that was next
another zone alone      every wall time stays, so the moments move
none of these           nothing moves, not even what lies in the past

COUNT goes on where the rule stays and begins anew with another one. What was skipped
and is still to come stays skipped where its wall time is an occurrence of what the
schedule is now, and is put back otherwise; an occurrence that the edit itself names is
sent. The window bounds a moment or rule that is given, and not where a running one is
on its way to.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from bot.domain import coming, recurrence, timestamps, wallclock
from bot.domain.errors import Conflict, Invalid
from bot.domain.phrase import Phrase
from bot.domain.recurrence import Match
from bot.domain.schedule import Schedule
from bot.service.requests import moments
from bot.service.requests.merging import zone_name
from bot.service.requests.request import ScheduleChange
from bot.service.rules.policy import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Retimed:
    schedule: Schedule
    #: the wall times that stay skipped, the earliest first
    skipped: tuple[datetime, ...]
    #: whether its rule has another beginning
    begins_anew: bool


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
    begins_anew = change.changes_moment or another_rule
    if not (begins_anew or zone.key != schedule.zone):
        after = replace(
            after, expires_at=_expires(schedule, change, zone, schedule.next_at or now)
        )
        return Retimed(
            schedule=after, skipped=_unmoved(after, skipped), begins_anew=False
        )
    following = _next(schedule)
    if begins_anew:
        begin, first = _beginning(schedule, change, rule, zone, limits, now)
        passed = [one for one in skipped if _is_passed(schedule, one)]
        counted = 0 if another_rule and recurs else schedule.planned - len(passed)
        after = replace(
            after,
            deliver_at=begin.moment,
            start=begin.wall if rule else None,
            through=None,
            planned=counted,
            next_at=first,
        )
    else:
        after, first = _in_zone(after, following, zone)
    if now - first > moments.PAST:
        raise _past(first, zone)
    after = replace(after, expires_at=_expires(schedule, change, zone, first))
    still = _still(after, skipped, first if change.changes_moment else None)
    after = coming.derived(after, still)
    if after.next_at is None:
        raise Invalid(Phrase("Nothing would be left to send."), field="recurrence")
    return Retimed(schedule=after, skipped=still, begins_anew=begins_anew)


def _rule(
    schedule: Schedule, change: ScheduleChange, limits: Limits
) -> tuple[recurrence.Rule | None, str | None]:
    """The rule and its canonical text; a role's limits are asked of a new one only."""
    if change.recurrence is None:
        stored = schedule.recurrence
        return (recurrence.parse(stored) if stored else None), stored
    if not change.recurrence:
        return None, None
    rule = moments.read_rule(change.recurrence, limits)
    return rule, recurrence.canonical(rule)


def _next(schedule: Schedule) -> Match:
    """The next occurrence and its wall time, which is known without the zone, too."""
    if schedule.next_at is None:
        raise Conflict(
            Phrase(
                "#{reference} is held; resume or skip it, or cancel it,"
                " before you give it another time.",
                reference=schedule.id,
            )
        )
    zone = wallclock.zone_or_utc(schedule.zone)
    found = next(coming.coming(replace(schedule, timezone=zone.key)), None)
    if found is not None:
        start = schedule.start
        # of two passes no wall time of the rule says which the start is
        if start is not None and start == found.wall:
            return replace(found, wall=start)
        return found
    wall = wallclock.local(schedule.next_at, zone)
    return Match(wall=wall, moment=schedule.next_at)


def _beginning(
    schedule: Schedule,
    change: ScheduleChange,
    rule: recurrence.Rule | None,
    zone: ZoneInfo,
    limits: Limits,
    now: datetime,
) -> tuple[Match, datetime]:
    """Where the rule begins anew, and its first moment."""
    if change.changes_moment:
        begin = moments.read_moment(change, zone, limits, now)
        return begin, moments.first_within(rule, begin, zone, limits, now)
    following = _next(schedule)
    begin = following
    if zone.key != schedule.zone:
        moment = wallclock.resolve(following.wall, zone)
        begin = replace(following, moment=moment)
    first = begin.moment
    if rule is not None:
        first = recurrence.first_or_refuse(rule, begin.wall, zone).moment
    # not where it is on its way to already
    if first > following.moment and first - now > limits.window:
        raise moments.beyond(wallclock.shown(first, zone), limits, "recurrence")
    return begin, first


def _in_zone(
    after: Schedule, following: Match, zone: ZoneInfo
) -> tuple[Schedule, datetime]:
    """The schedule at the same wall times there, and its next moment."""
    if after.recurrence is None or after.start is None:
        moment = wallclock.resolve(following.wall, zone)
        return replace(after, deliver_at=moment, next_at=moment), moment
    begin = coming.recurrence_of(after).moment(after.start)
    return (
        replace(after, deliver_at=begin),
        coming.moment_of(after, following.wall),
    )


def _is_passed(schedule: Schedule, wall: datetime) -> bool:
    return schedule.through is not None and wall <= schedule.through


def _expires(
    schedule: Schedule, change: ScheduleChange, zone: ZoneInfo, first: datetime
) -> datetime | None:
    if change.expires is not None:
        given = change.expires or None
        return moments.read_expires(given, zone, first, on_the_wall=change.on_the_wall)
    kept = schedule.expires_at
    if kept is not None and (change.changes_moment or first != schedule.next_at):
        text = timestamps.format(kept)
        return moments.read_expires(text, zone, first, on_the_wall=False)
    return kept


def _still(
    after: Schedule, skipped: Collection[datetime], named: datetime | None
) -> tuple[datetime, ...]:
    """What stays skipped: occurrences of it as it is now, but for the one that is
    sent at `named`.
    """
    if not skipped:
        return ()
    last = max(skipped)
    # those before the next one were passed over, and are counted
    found = {one for one in skipped if _is_passed(after, one)}
    for match in islice(coming.coming(after), coming.REACH):
        if match.wall > last:
            break
        if match.moment != named:
            found.add(match.wall)
    return tuple(sorted(found.intersection(skipped)))


def _unmoved(after: Schedule, skipped: Sequence[datetime]) -> tuple[datetime, ...]:
    """An earlier expiry may end the rule before what is skipped."""
    expires = after.expires_at
    return tuple(
        one
        for one in skipped
        if expires is None or coming.moment_of(after, one) < expires
    )


def _past(first: datetime, zone: ZoneInfo) -> Invalid:
    return Invalid(
        Phrase(
            "The next occurrence would be {moment}, which has passed;"
            " give a moment, too.",
            moment=wallclock.shown(first, zone),
        ),
        field="deliver-at",
    )
