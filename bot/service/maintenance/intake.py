"""Reading what is asked of maintenance: from values as given to an object and its first
window, or a window with other times; or the first fault.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain import lengths, maintenance_changes, recurrence, reminders, wallclock
from bot.domain.access import Caller
from bot.domain.errors import CarillonError, Invalid, about
from bot.domain.lengths import Length
from bot.domain.lists import AnnouncementList
from bot.domain.maintenance import (
    Finish,
    Maintenance,
    Window,
    WindowState,
)
from bot.domain.phrase import Phrase
from bot.domain.recurrence import Match
from bot.service.maintenance import contents
from bot.service.maintenance.request import ExtendWindow, MoveWindow, OpenMaintenance
from bot.service.ports.outside import Templates
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.requests import moments
from bot.service.requests.intake import list_announced_to, read_id
from bot.service.requests.request import ScheduleChange, ScheduleRequest
from bot.service.rules.policy import Limits, Policy
from bot.texts.languages import is_language


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that is in order; nothing is stored yet."""

    maintenance: Maintenance
    window: Window


def read(
    uow: UnitOfWork,
    policy: Policy,
    templates: Templates,
    caller: Caller,
    request: OpenMaintenance,
    now: datetime,
) -> Asked:
    """Raises a CarillonError."""
    entry = _list(uow, policy, caller, request)
    limits = policy.limits_of(caller)
    with about("timezone"):
        zone = wallclock.zone(request.timezone or "UTC")
    rule = None
    if request.recurrence:
        with about("recurrence"):
            rule = moments.read_rule(request.recurrence, limits)
    begin = _start(request, zone, limits, now)
    first = begin
    if rule is not None:
        with _about(_begins(request)):
            moments.first_within(rule, begin, zone, limits, now)
        first = recurrence.first_or_refuse(rule, begin.wall, zone)
    ends_at, lasts = _end(request, first.moment, zone, limits, now)
    maintenance = Maintenance(
        owner=caller.owner,
        client_id=read_id(request.client_id),
        origin=request.origin,
        fingerprint=request.fingerprint(),
        list_name=entry.name,
        template=request.template,
        values=request.values,
        timezone=request.timezone or "",
        recurrence=recurrence.canonical(rule) if rule else None,
        start=begin.wall,
        lasts=lasts,
        finish=_finish(request.finish),
        reminders=_reminders(request.reminders, entry),
        language=request.language if is_language(request.language) else None,
        through=first.wall if rule else None,
        opened=1,
        created_at=now,
    )
    window = Window(
        maintenance_id=0,
        wall=first.wall,
        start=first.wall,
        starts_at=first.moment,
        ends_at=ends_at,
        changed_at=now,
        through=now,
    )
    contents.judge(templates, maintenance, window, limits, policy.voice_of(entry))
    return Asked(maintenance, window)


def moved(
    policy: Policy,
    caller: Caller,
    maintenance: Maintenance,
    window: Window,
    change: MoveWindow,
    now: datetime,
) -> Window:
    """Planned again, at another time; the very same where the times are. Raises a
    CarillonError.
    """
    limits = policy.limits_of(caller)
    zone = wallclock.zone_or_utc(maintenance.zone)
    begin = _start(change, zone, limits, now)
    ends_at, _ = _end(change, begin.moment, zone, limits, now)
    if change.end is None and change.duration is None and window.ends_at is not None:
        ends_at = begin.moment + (window.ends_at - window.starts_at)
    if (begin.moment, ends_at) == (window.starts_at, window.ends_at):
        return window
    return maintenance_changes.moved(window, begin.wall, begin.moment, ends_at, now)


def extended(
    policy: Policy,
    caller: Caller,
    maintenance: Maintenance,
    window: Window,
    change: ExtendWindow,
    now: datetime,
) -> Window:
    """With a later end; raises a CarillonError."""
    limits = policy.limits_of(caller)
    zone = wallclock.zone_or_utc(maintenance.zone)
    present = window.ends_at
    if (change.end is None) == (change.by is None):
        raise Invalid(
            Phrase("Say until when: give a later end, or how much longer."),
            field="end",
            named=True,
        )
    if change.end is not None:
        with about("end"):
            ends_at = moments.moment_of(
                change.end, zone, on_the_wall=change.on_the_wall
            )
    else:
        assert change.by is not None  # noqa: S101 - one of two, above
        with about("by"):
            by = lengths.parse(change.by)
            since = present if present is not None else max(now, window.starts_at)
            ends_at = lengths.later(since, zone, by.wall_days, by.exact_seconds)
    field = "by" if change.end is None else "end"
    if ends_at <= now:
        passed = wallclock.shown(ends_at, zone)
        raise Invalid(Phrase("{moment} has passed.", moment=passed), field=field)
    if present is not None and ends_at < present:
        raise Invalid(
            Phrase(
                "it ends at {moment} as it is; to end it sooner, finish it when it is"
                " done, or move it",
                moment=wallclock.shown(present, zone),
            ),
            field="end",
        )
    _check_order(window.starts_at, ends_at, zone)
    _within(ends_at, window.starts_at, zone, limits, now, field)
    if ends_at == present and window.state is not WindowState.VERIFYING:
        return window
    return maintenance_changes.extended(window, ends_at, now)


def _list(
    uow: UnitOfWork,
    policy: Policy,
    caller: Caller,
    request: OpenMaintenance,
) -> AnnouncementList:
    wanted = ScheduleRequest(
        origin=request.origin, to=request.to, list_name=request.list_name
    )
    found = list_announced_to(policy, uow, caller, wanted)
    if found is None:
        raise Invalid(
            Phrase("Maintenance is told to a list, not to single people."), field="to"
        )
    return found


def _start(
    given: OpenMaintenance | MoveWindow, zone: ZoneInfo, limits: Limits, now: datetime
) -> Match:
    if (given.start is None) == (given.start_in is None):
        raise Invalid(
            Phrase("Say when it begins: give a start."), field="start", named=True
        )
    change = ScheduleChange(
        deliver_at=given.start,
        delay_seconds=given.start_in,
        on_the_wall=given.on_the_wall,
    )
    with _about(_begins(given)):
        begin = moments.read_moment(change, zone, limits, now)
        moments.first_within(None, begin, zone, limits, now)
    return begin


def _begins(given: OpenMaintenance | MoveWindow) -> str:
    """By which of its fields it says so."""
    return "start" if given.start is not None else "delay-seconds"


def _end(
    given: OpenMaintenance | MoveWindow,
    starts_at: datetime,
    zone: ZoneInfo,
    limits: Limits,
    now: datetime,
) -> tuple[datetime | None, Length | None]:
    """When it ends, and how long it takes; None: nobody knows."""
    if given.end is not None and given.duration is not None:
        raise Invalid(
            Phrase("Give an end or a duration, not both."), field="end", named=True
        )
    if given.duration is not None:
        with about("duration"):
            lasts = lengths.parse(given.duration)
            days, seconds = lasts.wall_days, lasts.exact_seconds
            ends_at = lengths.later(starts_at, zone, days, seconds)
    elif given.end is not None:
        with about("end"):
            ends_at = moments.moment_of(given.end, zone, on_the_wall=given.on_the_wall)
        _check_order(starts_at, ends_at, zone)
        lasts = Length(0, (ends_at - starts_at) // timedelta(seconds=1))
    else:
        return None, None
    field = "duration" if given.end is None else "end"
    _within(ends_at, starts_at, zone, limits, now, field)
    return ends_at, lasts


def _check_order(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> None:
    if ends_at <= starts_at:
        raise Invalid(
            Phrase(
                "must lie after the start, {moment}.",
                moment=wallclock.shown(starts_at, zone),
            ),
            field="end",
        )


def _within(
    ends_at: datetime,
    starts_at: datetime,
    zone: ZoneInfo,
    limits: Limits,
    now: datetime,
    field: str,
) -> None:
    """Raises PolicyViolation where it takes longer than one may look ahead."""
    if ends_at - max(starts_at, now) > limits.window:
        raise moments.beyond(wallclock.shown(ends_at, zone), limits, field)


def _finish(given: str | None) -> Finish:
    try:
        return Finish(given or Finish.ASK)
    except ValueError:
        raise Invalid(
            Phrase("one of {known}.", known=", ".join(Finish)), field="finish"
        ) from None


def _reminders(
    given: tuple[str, ...] | None, entry: AnnouncementList
) -> tuple[timedelta, ...]:
    if given is None:
        return entry.reminders
    with about("remind"):
        return reminders.read(given)


@contextmanager
def _about(field: str) -> Iterator[None]:
    """Whatever is wrong within is wrong with that field."""
    try:
        yield
    except CarillonError as error:
        if error.field != "recurrence":
            error.field = field
        raise
