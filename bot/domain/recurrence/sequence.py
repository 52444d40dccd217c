"""The moments of a rule, each computed from local wall time.

    rule + start + zone ─► wall times ─► moments
              (expansion.py)  (wallclock.resolve)

The start is DTSTART, a wall time in the schedule's zone. Nothing is remembered
between two questions, and an old schedule costs what a new one costs. A question
names the wall time after which it asks, so that the answer is the next occurrence
whatever became of the zone's rules since.

**How far it looks.** To the calendar's end, or until nothing more can come: what
matched once does so again within the 400 years after which the calendar repeats
itself. Before the first match it looks no further than some fifty years; a rule
with none in that time is called one that never matches (`expansion.py`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain import wallclock
from bot.domain.errors import Invalid
from bot.domain.phrase import Phrase
from bot.domain.recurrence.expansion import wall_times
from bot.domain.recurrence.rule import Rule

# One day short of the calendar's ends, so that every zone can still name them
_LAST_DAY = date.max - timedelta(days=1)
_FIRST_DAY = date.min + timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    #: what the rule asks for; in a gap no clock ever shows it
    wall: datetime
    #: when that is, aware UTC; shifted where that is a holiday
    moment: datetime
    #: the holiday that the rule comes to, as it is called
    holiday: str | None = None
    #: why nothing is sent then, HOLIDAY or OUTSIDE (`bot.domain.hours`)
    out: str | None = None
    #: when it goes out that waits for its list's send window
    begins: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurrence:
    """A rule that has a start and a place."""

    rule: Rule
    #: DTSTART: naive, whole seconds, `fold` where it is the second of two
    start: datetime
    zone: ZoneInfo

    def matches(
        self, after: datetime | None = None, through: date = _LAST_DAY
    ) -> Iterator[Match]:
        """Those of later wall times than `after`, from the start on if None, up to a
        day; their moments strictly increase.

        UNTIL is obeyed; COUNT is not, for only the schedule's row knows how many
        there were.
        """
        last = None if after is None else self.moment(after)
        for wall in self._wall_times(after, through):
            moment = self.moment(wall)
            if not self._is_in_time(moment):
                return
            # after a gap of a whole day (Apia, 2011) two wall times are one moment
            if last is None or moment > last:
                yield Match(wall=wall, moment=moment)
            last = moment

    def moment(self, wall: datetime) -> datetime:
        """When clocks show `wall`, by the zone's present rules."""
        # the start is itself even in the second pass of a fold
        return wallclock.resolve(self.start if wall == self.start else wall, self.zone)

    def _wall_times(self, after: datetime | None, last: date) -> Iterator[datetime]:
        day = self.start.date()
        since = day if after is None else max(day, after.date())
        start = self.start.replace(fold=0)
        found = wall_times(self.rule, start, since, last, matched=bool(after))
        return (wall for wall in found if after is None or wall > after)

    def _is_in_time(self, moment: datetime) -> bool:
        until = self.rule.until
        if until is None:
            return True
        if not isinstance(until, datetime):
            return wallclock.local(moment, self.zone).date() <= until
        if until.tzinfo is None:
            # UNTIL=99991231T235959 is a way to say "for ever"
            day = min(max(until.date(), _FIRST_DAY), _LAST_DAY)
            local = datetime.combine(day, until.time())
            return moment <= wallclock.resolve(local, self.zone)
        return moment <= until


def first_or_refuse(rule: Rule, start: datetime, zone: ZoneInfo) -> Match:
    """The first occurrence at or after `start`; raises Invalid where there is none."""
    found = next(Recurrence(rule=rule, start=start, zone=zone).matches(), None)
    if found is not None:
        return found
    raise Invalid(_why_none(rule), field="recurrence")


def _why_none(rule: Rule) -> Phrase:
    if rule.until is not None:
        return Phrase("UNTIL ends the rule before its first moment")
    return Phrase("the rule never matches: no day from its start on is as it asks")
