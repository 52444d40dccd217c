"""Broadcasts and the send windows of lists: what waits, goes on, or is over.

A window that goes by its list's clock is one moment for all readers. So a broadcast as
a whole waits for it (`begins_at`), before its first message or in the middle, and
nobody claims a chunk of it meanwhile. By the readers' own clocks each waits by himself,
as in quiet hours (`waiting` beside this).

    planned outside of it   ─► begins_at: its opening
    it closes in the middle ─► what was written is recorded; begins_at: its next opening
    it opens                ─► begins_at: none; claimed like any other

What waits is looked at with every round of the planner by what the list says by then,
so a window that is changed or taken away counts at once. A later broadcast of the same
announcement takes the place of one that waits.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain import wallclock
from bot.domain.amendment import Amendment
from bot.domain.broadcast import Broadcast, BroadcastState
from bot.domain.hours import OUTSIDE
from bot.domain.lists import AnnouncementList
from bot.domain.preview import Caution, each_reader, shut_out
from bot.domain.schedule import Schedule
from bot.domain.send_window import Clocked, Outside
from bot.service.delivery import closing
from bot.service.delivery.unsent import EXPIRED, SUPERSEDED
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.policy import Policy
from bot.service.rules.voices import list_of


def window_of(entry: AnnouncementList | None) -> Clocked | None:
    """The list's window on its own clocks; None where each reader's count, or none."""
    window = entry.send_window if entry is not None else None
    if entry is None or window is None or not window.of_list:
        return None
    return Clocked(window, wallclock.zone_or_utc(entry.timezone))


def with_window(uow: UnitOfWork, schedule: Schedule) -> Schedule:
    """The schedule with when its list speaks, for whoever shows what it will do."""
    holds = schedule.keeps_hours and not schedule.any_hour
    window = window_of(list_of(uow, schedule)) if holds else None
    if window is not None and schedule.amendment is not None:
        waits = replace(window.window, outside=Outside.WAIT)
        window = Clocked(waits, window.zone)
    return replace(schedule, window=window)


def opening(
    window: Clocked,
    now: datetime,
    expires_at: datetime | None,
    amendment: Amendment | None = None,
) -> datetime | None:
    """When what is to go out at `now` does; None: not at all. What amends another
    waits in any case: that was told already.
    """
    opens = window.window.opening(now, window.zone)
    if opens == now:
        return now
    is_skipped = window.window.outside is Outside.SKIP and amendment is None
    if opens is None or is_skipped:
        return None
    return opens if expires_at is None or opens < expires_at else None


def cautions(
    entry: AnnouncementList | None,
    told: Iterable[tuple[datetime, datetime | None]],
) -> tuple[Caution, ...]:
    """What the list's window makes of what is told it at these moments, each with its
    expiry; for whoever decides on that.
    """
    window = entry.send_window if entry is not None else None
    if window is None:
        return ()
    clocked = window_of(entry)
    if clocked is None:
        return (each_reader(window),)
    found = (shut_out(moment, clocked, expires) for moment, expires in told)
    return tuple(caution for caution in found if caution is not None)


def put_off(uow: UnitOfWork, broadcast_id: int, now: datetime) -> None:
    """The window has closed over a broadcast that is going out."""
    broadcast = closing.locked(uow, broadcast_id)
    if broadcast is None or broadcast.state is not BroadcastState.SENDING:
        return
    window = _holds(uow, broadcast)
    if window is None:
        return
    opens = window.window.opening(now, window.zone)
    if opens != now:
        uow.broadcasts.save(replace(broadcast, begins_at=opens or now))
        uow.nudge()


def supersede(
    uow: UnitOfWork, policy: Policy, schedule: Schedule, now: datetime
) -> None:
    """What of the locked schedule waits for the window gives way to a later one."""
    for broadcast in waiting(uow, schedule):
        closing.settle(uow, policy, broadcast, now, reason=SUPERSEDED)


def waiting(uow: UnitOfWork, schedule: Schedule) -> list[Broadcast]:
    """What of the locked schedule waits for the window, held."""
    of_it = [one for one in uow.broadcasts.shut_out() if one.schedule_id == schedule.id]
    held = (uow.broadcasts.lock(one.id) for one in of_it)
    return [one for one in held if one is not None and one.begins_at is not None]


@dataclass(frozen=True, slots=True)
class Windows:
    policy: Policy

    def is_any_due(self, uow: UnitOfWork, now: datetime) -> bool:
        """Whether anything that waits does so no more, or until another moment."""
        return any(
            _after(uow, one, now) is not one for one in uow.broadcasts.shut_out()
        )

    def open(self, uow: UnitOfWork, now: datetime) -> None:
        """Let go on what need not wait any more; end what waits in vain."""
        for seen in uow.broadcasts.shut_out():
            if _after(uow, seen, now) is seen:
                continue
            broadcast = closing.locked(uow, seen.id)
            if broadcast is None or broadcast.begins_at is None:
                continue
            after = _after(uow, broadcast, now)
            if after is not None:
                uow.broadcasts.save(after)
            else:
                why = EXPIRED if _is_late(broadcast, now) else OUTSIDE
                broadcast = replace(broadcast, begins_at=None)
                closing.settle(uow, self.policy, broadcast, now, reason=why)
        uow.nudge()


def _after(uow: UnitOfWork, broadcast: Broadcast, now: datetime) -> Broadcast | None:
    """What becomes of one that waits, itself where nothing does; None: it is over."""
    window = None if broadcast.any_hour else _holds(uow, broadcast)
    opens = now if window is None else window.window.opening(now, window.zone)
    if not broadcast.has_expired(now) and opens == now:
        return replace(broadcast, begins_at=None)
    in_vain = window is None or (
        opening(window, now, broadcast.expires_at, broadcast.amendment) is None
    )
    if in_vain:
        # what is on its way is still to be recorded, so that all are counted
        return broadcast if _is_leased(uow, broadcast) else None
    return (
        broadcast
        if opens == broadcast.begins_at
        else replace(broadcast, begins_at=opens)
    )


def _is_late(broadcast: Broadcast, now: datetime) -> bool:
    """It expires before the window opens."""
    begins = broadcast.begins_at
    return broadcast.has_expired(now if begins is None else max(now, begins))


def _is_leased(uow: UnitOfWork, broadcast: Broadcast) -> bool:
    now = uow.now()
    return any(
        chunk.worker is not None
        and chunk.leased_until is not None
        and chunk.leased_until > now
        for chunk in uow.chunks.of(broadcast.id)
    )


def _holds(uow: UnitOfWork, broadcast: Broadcast) -> Clocked | None:
    """The list's window, where that still holds for it."""
    if broadcast.urgent or broadcast.list_id is None:
        return None
    return window_of(uow.lists.by_id(broadcast.list_id))
