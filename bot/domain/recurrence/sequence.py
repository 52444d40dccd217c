"""The moments of a rule, each computed from local wall time.

    rule + deliver-at + zone ─► wall times ─► moments
                   (expansion.py)  (wallclock.resolve)

deliver-at is DTSTART in the schedule's zone. Nothing is remembered between two
questions, and an old schedule costs what a new one costs.

**How far it looks.** A search ends `LOOK_AHEAD` (50 years) after where it
began; a rule with no moment in that time is called one that never matches. A
rule without INTERVAL that matches at all pauses for 40 years at most (29
February on a given weekday, around 2100), so only far-fetched ones such as
FREQ=YEARLY;INTERVAL=60 are cut off, and the limits of the service (one year)
would refuse those anyway. It also bounds the work.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain import wallclock
from bot.domain.errors import Invalid
from bot.domain.phrase import Counted, Phrase
from bot.domain.recurrence.expansion import wall_times
from bot.domain.recurrence.rule import Rule

LOOK_AHEAD_YEARS = 50
LOOK_AHEAD = timedelta(days=366 * LOOK_AHEAD_YEARS)

# One day short of the calendar's ends, so that every zone can still name them
_LAST_DAY = date.max - timedelta(days=1)
_FIRST_DAY = date.min + timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    #: what the rule asks for; in a gap no clock ever shows it
    wall: datetime
    #: when that is, aware UTC
    moment: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurrence:
    """A rule that has a start and a place."""

    rule: Rule
    #: deliver-at: aware UTC, whole seconds
    anchor: datetime
    zone: ZoneInfo

    @property
    def anchor_local(self) -> datetime:
        return wallclock.local(self.anchor, self.zone)

    def matches(self, after: datetime | None = None) -> Iterator[Match]:
        """Strictly increasing moments after `after`, from the anchor on if None."""
        anchor, last = self.anchor_local, None
        for wall in self._wall_times(self._first_day(after)):
            # the anchor is itself even in the second pass of a fold
            moment = self.anchor if wall == anchor else self._resolve(wall)
            if after is not None and moment <= after:
                continue
            if not self._is_in_time(moment):
                return
            # after a gap of a whole day (Apia, 2011) two wall times are one moment
            if moment != last:
                yield Match(wall=wall, moment=moment)
            last = moment

    def _first_day(self, after: datetime | None) -> date:
        start = self.anchor_local.date()
        if after is None or after <= self.anchor:
            return start
        # One day back: a wall time in a gap comes later than clocks then show,
        # by up to the 24 hours of the longest gap there has been.
        return max(start, wallclock.local(after, self.zone).date() - timedelta(days=1))

    def _wall_times(self, since: date) -> Iterator[datetime]:
        last = min(since, _LAST_DAY - LOOK_AHEAD) + LOOK_AHEAD
        return wall_times(self.rule, self.anchor_local, since, last)

    def _resolve(self, wall: datetime) -> datetime:
        return wallclock.resolve(wall, self.zone)

    def _is_in_time(self, moment: datetime) -> bool:
        until = self.rule.until
        if until is None:
            return True
        if not isinstance(until, datetime):
            return wallclock.local(moment, self.zone).date() <= until
        if until.tzinfo is None:
            # UNTIL=99991231T235959 is a way to say "for ever"
            day = min(max(until.date(), _FIRST_DAY), _LAST_DAY)
            return moment <= self._resolve(datetime.combine(day, until.time()))
        return moment <= until


def first(rule: Rule, deliver_at: datetime, zone: ZoneInfo) -> datetime | None:
    """The first moment at or after `deliver_at` that matches, None if there is none.

    If the wall time of `deliver_at` matches, it is that very instant.
    """
    sequence = Recurrence(rule=rule, anchor=deliver_at, zone=zone)
    return next((match.moment for match in sequence.matches()), None)


def next_after(
    rule: Rule, anchor: datetime, zone: ZoneInfo, after: datetime
) -> datetime | None:
    """The first moment strictly after `after`, None if the rule has ended.

    `anchor` is the deliver-at of the request, never a later occurrence. UNTIL is
    obeyed; COUNT is not, for only the schedule's row knows how many there were.
    """
    sequence = Recurrence(rule=rule, anchor=anchor, zone=zone)
    return next((match.moment for match in sequence.matches(after)), None)


def first_or_refuse(rule: Rule, deliver_at: datetime, zone: ZoneInfo) -> datetime:
    """Like `first`, but raises Invalid with the reason where there is none."""
    moment = first(rule, deliver_at, zone)
    if moment is not None:
        return moment
    raise Invalid(_why_none(rule), field="recurrence")


def _why_none(rule: Rule) -> Phrase:
    if rule.until is not None:
        return Phrase("UNTIL ends the rule before its first moment")
    return Counted(
        "the rule never matches: it has no moment within {count} year of its start",
        "the rule never matches: it has no moment within {count} years of its start",
        LOOK_AHEAD_YEARS,
    )
