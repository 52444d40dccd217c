"""Windows of what recurs, opened by the rule and never from the last one.

One that is planned where the rule has it always lies beyond the longest reminder, so
that each is there before anything of it is due, whatever becomes of the others.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import islice

from bot.domain import lengths, recurrence, wallclock
from bot.domain.errors import CarillonError, Invalid, NotFound
from bot.domain.maintenance import Maintenance, Window, WindowState, armed
from bot.domain.phrase import Phrase
from bot.domain.recurrence import Match, Recurrence
from bot.service.ports.unit_of_work import UnitOfWork

#: occurrences ahead of what is open of which one may be named
REACH = 1_000


@dataclass(frozen=True, slots=True)
class Opened:
    maintenance: Maintenance
    #: those that were opened
    windows: Sequence[Window] = ()
    #: the rule has no more
    is_last: bool = False


def ahead(
    uow: UnitOfWork,
    maintenance: Maintenance,
    live: Sequence[Window],
    now: datetime,
    *,
    late: bool,
) -> Opened:
    """Open what is to be open at this moment. `live` are those that are not over.

    `late`: of what is due of them already, the latest that is true is told; else a
    window that somebody asks for now would be told with all its reminders at once.
    """
    if maintenance.recurrence is None:
        return Opened(maintenance, is_last=True)
    horizon = now + max(maintenance.reminders, default=timedelta(0))
    opened: list[Window] = []
    coming = following(maintenance)
    while not any(
        # what somebody named ahead of its turn says nothing of those before it
        one.number <= maintenance.opened and _is_beyond(one, horizon)
        for one in (*live, *opened)
    ):
        match = next(coming, None)
        if match is None:
            return Opened(maintenance, opened, is_last=True)
        maintenance = replace(
            maintenance, through=match.wall, opened=maintenance.opened + 1
        )
        number = maintenance.opened
        if uow.maintenances.window(maintenance.id, number) is not None:
            continue  # somebody named it before
        window = at(maintenance, match, number, now)
        if (window.ends_at or window.starts_at) <= now:
            continue  # nobody was told of it, and it is over
        window = replace(window, through=None) if late else window
        opened.append(uow.maintenances.add_window(window))
    return Opened(maintenance, opened)


def _is_beyond(window: Window, horizon: datetime) -> bool:
    is_in_place = window.state is WindowState.PLANNED and not window.is_moved
    return is_in_place and window.starts_at > horizon


def following(maintenance: Maintenance) -> Iterator[Match]:
    """The rule's occurrences after those that were opened or passed over; none where it
    can be read no longer.
    """
    if maintenance.recurrence is None:
        return
    try:
        rule = recurrence.parse(maintenance.recurrence)
        zone = wallclock.zone(maintenance.zone)
    except CarillonError:
        return
    count = rule.count
    left = None if count is None else max(count - maintenance.opened, 0)
    sequence = Recurrence(rule=rule, start=maintenance.start, zone=zone)
    yield from islice(sequence.matches(maintenance.through), left)


def named(
    maintenance: Maintenance, now: datetime, *, number: int | None, due: datetime | None
) -> Window | None:
    """One of the rule's that is not open yet, not stored; by its number or moment."""
    for ordinal, match in enumerate(
        islice(following(maintenance), REACH), maintenance.opened + 1
    ):
        if number == ordinal or due == match.moment:
            return at(maintenance, match, ordinal, now)
        if due is not None and match.moment > due:
            return None
    return None


def on_day(maintenance: Maintenance, windows: Sequence[Window], day: date) -> datetime:
    """When the window of that day begins: by its rule, or since it was moved there.
    Raises NotFound, or Invalid where there are several.
    """
    moved = (
        one.starts_at
        for one in windows
        if one.start.date() == day and one.wall.date() != day
    )
    found = [*_by_rule(maintenance, day), *moved]
    if not found:
        raise no_such(maintenance)
    if len(found) > 1:
        raise Invalid(
            Phrase("{day} has several occurrences; say the time, too", day=day),
            field="due",
        )
    return found.pop()


def _by_rule(maintenance: Maintenance, day: date) -> Iterator[datetime]:
    zone = wallclock.zone_or_utc(maintenance.zone)
    if maintenance.recurrence is None:
        if maintenance.start.date() == day:
            yield wallclock.resolve(maintenance.start, zone)
        return
    rule = recurrence.parse(maintenance.recurrence)
    sequence = Recurrence(rule=rule, start=maintenance.start, zone=zone)
    before = datetime.combine(day, time.min) - timedelta(seconds=1)
    for match in sequence.matches(before, through=day):
        yield match.moment


def no_such(maintenance: Maintenance) -> NotFound:
    return NotFound(
        Phrase(
            "{name} has no such window; look at it for those that it has.",
            name=maintenance.name,
        )
    )


def at(maintenance: Maintenance, match: Match, number: int, now: datetime) -> Window:
    """The window of an occurrence, not stored."""
    ends_at = None
    if maintenance.lasts is not None:
        zone = wallclock.zone_or_utc(maintenance.zone)
        days, seconds = maintenance.lasts.wall_days, maintenance.lasts.exact_seconds
        ends_at = lengths.later(match.moment, zone, days, seconds)
    window = Window(
        maintenance_id=maintenance.id,
        number=number,
        wall=match.wall,
        start=match.wall,
        starts_at=match.moment,
        ends_at=ends_at,
        changed_at=now,
    )
    return armed(maintenance, window, now)
