"""Whether an occurrence goes out by its schedule's holidays and its list's hours, and
when: what is left out, shifted, or waits.

Wall times and their order are the rule's. What is shifted comes before the next
occurrence, or else it is left out, for that one says what it would have said; so it is
with what waits for a send window. Neither changes what COUNT and UNTIL make of a rule.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain import wallclock
from bot.domain.holidays import OnHoliday
from bot.domain.recurrence import Match
from bot.domain.schedule import Schedule
from bot.domain.send_window import Outside

#: why nothing is sent: it is a holiday; the list's send window is not open
HOLIDAY, OUTSIDE = "holiday", "outside"


def judged(schedule: Schedule, matches: Iterable[Match]) -> Iterator[Match]:
    """These in their order, each with what becomes of it."""
    if schedule.calendar is None and schedule.window is None:
        yield from matches
        return
    zone = wallclock.zone(schedule.zone)
    rest = iter(matches)
    following = next(rest, None)
    while (match := following) is not None:
        following = next(rest, None)
        yield _in_hours(schedule, *_on_holiday(schedule, zone, match, following))


def _on_holiday(
    schedule: Schedule, zone: ZoneInfo, match: Match, following: Match | None
) -> tuple[Match, datetime | None]:
    """And the moment of the one that follows."""
    later = None if following is None else _shifted(schedule, zone, following).moment
    match = _shifted(schedule, zone, match)
    if match.holiday and later is not None and later <= match.moment:
        by_rule = wallclock.resolve(match.wall, zone)
        return replace(match, moment=by_rule, out=HOLIDAY), later
    return match, later


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


def _in_hours(schedule: Schedule, match: Match, later: datetime | None) -> Match:
    """`later`: when the one that follows is due."""
    window = schedule.window
    if window is None or match.out is not None:
        return match
    opens = window.window.opening(match.moment, window.zone)
    if opens == match.moment:
        return match
    expires = schedule.expires_at
    in_vain = (
        opens is None
        or window.window.outside is Outside.SKIP
        or (later is not None and later <= opens)
        or (expires is not None and expires <= opens)
    )
    return replace(match, out=OUTSIDE) if in_vain else replace(match, begins=opens)
