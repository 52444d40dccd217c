"""Whether an occurrence goes out by its schedule's holidays and its list's hours, and
when: what is left out, shifted, or waits.

Wall times and their order are the rule's. What is shifted comes before all that follow
it and are sent, or else it is left out, for one of those says what it would have said;
so it is with what waits for a send window. Neither changes what COUNT and UNTIL make of
a rule.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain import wallclock
from bot.domain.holidays import OnHoliday
from bot.domain.recurrence import Match
from bot.domain.schedule import Schedule
from bot.domain.send_window import Outside

#: why nothing is sent: it is a holiday; the list's send window is not open
HOLIDAY, OUTSIDE = "holiday", "outside"
#: occurrences that are judged together: each weekend may reach to the next, for ever
_TOGETHER = 400


def judged(schedule: Schedule, matches: Iterable[Match]) -> Iterator[Match]:
    """These in their order, each with what becomes of it."""
    if schedule.calendar is None and schedule.window is None:
        yield from matches
        return
    zone = wallclock.zone(schedule.zone)
    rest = iter(matches)
    following = next(rest, None)
    while following is not None:
        block, following = _together(schedule, zone, following, rest)
        later = None
        if following is not None:
            after = _meant(schedule, zone, following)
            later = None if after.match.out else after.match.moment
        found: list[Match] = []
        for meant in reversed(block):
            match = _decided(schedule, meant, later)
            later = later if match.out else match.moment
            found.append(match)
        yield from reversed(found)


@dataclass(frozen=True, slots=True)
class _Meant:
    """An occurrence for itself, whatever follows it."""

    #: shifted, or left out, by the holidays
    match: Match
    #: when it is by its rule
    by_rule: datetime
    #: when its list's window lets it go out; None: not at all, or there is none
    opens: datetime | None

    @property
    def until(self) -> datetime:
        """What follows by then may take its place."""
        moment = self.match.moment
        return moment if self.opens is None else max(moment, self.opens)


def _together(
    schedule: Schedule, zone: ZoneInfo, first: Match, rest: Iterator[Match]
) -> tuple[list[_Meant], Match | None]:
    """`first` and all that one of them may give way to, and what follows those."""
    block = [_meant(schedule, zone, first)]
    until = block[0].until
    for match in rest:
        if match.moment > until or len(block) >= _TOGETHER:
            return block, match
        block.append(_meant(schedule, zone, match))
        until = max(until, block[-1].until)
    return block, None


def _meant(schedule: Schedule, zone: ZoneInfo, match: Match) -> _Meant:
    shifted, window = _shifted(schedule, zone, match), schedule.window
    opens = None
    if window is not None and shifted.out is None:
        opens = window.window.opening(shifted.moment, window.zone)
    return _Meant(shifted, match.moment, opens)


def _shifted(schedule: Schedule, zone: ZoneInfo, match: Match) -> Match:
    calendar = schedule.calendar
    found = calendar.on(match.wall, zone) if calendar is not None else None
    if calendar is None or found is None:
        return match
    wall = None
    if schedule.on_holiday is OnHoliday.SHIFT:
        wall = calendar.beyond(match.wall, zone)
    if wall is None:
        return replace(match, holiday=found, out=HOLIDAY)
    return replace(match, holiday=found, moment=wallclock.resolve(wall, zone))


def _decided(schedule: Schedule, meant: _Meant, later: datetime | None) -> Match:
    """`later`: the first moment of what follows it and is sent."""
    match, opens, window = meant.match, meant.opens, schedule.window
    if match.out is not None:
        return match
    if match.holiday is not None and later is not None and later <= match.moment:
        return replace(match, moment=meant.by_rule, out=HOLIDAY)
    if window is None or opens == match.moment:
        return match
    expires = schedule.expires_at
    in_vain = (
        opens is None
        or window.window.outside is Outside.SKIP
        or (later is not None and later <= opens)
        or (expires is not None and expires <= opens)
    )
    return replace(match, out=OUTSIDE) if in_vain else replace(match, begins=opens)
