"""Whose turn it is and who is not told then; and who hears it later: readers in quiet
hours or on a pause, and those on whose own clocks the list's send window is not open.

They are written down as waiting, each with his moment, in the transaction that passes
them; the retrier tells them then, once they were looked at again by what they want by
now. A later broadcast of the same announcement takes the place of what somebody still
waits for. What people write to each other, and what is urgent, waits for nobody
([decision 47](../../../docs/decisions/0047-quiet-hours.md)).
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain import quiet, send_window, wallclock
from bot.domain.broadcast import (
    Broadcast,
    BroadcastState,
    DeliveryException,
    ExceptionKind,
    Recipient,
)
from bot.domain.jid import bare_of
from bot.domain.quiet import OUTSIDE
from bot.domain.send_window import Held, Outside
from bot.domain.verdict import RETRY_FOR
from bot.service.delivery.jobs import Deviation, Outgoing
from bot.service.delivery.unsent import EXPIRED, SUPERSEDED
from bot.service.ports.unit_of_work import UnitOfWork

#: conditions of who is told nothing after all; the last: his quiet hours leave nothing
#: of the list's send window
LEFT, STOPPED, NEVER = "left", "stopped", "never"
#: so many of the latest that take its place may have told somebody meanwhile
_LOOKED_THROUGH = 3
_REACHING = frozenset({BroadcastState.SENDING, BroadcastState.SENT})


def passed_over(
    outgoing: Outgoing, reader: Recipient, now: datetime
) -> Deviation | None:
    """How the delivery to a reader deviates whose turn has come; None where he is told
    now.
    """
    if reader.left:
        return Deviation(reader.jid, ExceptionKind.SKIPPED, LEFT)
    if bare_of(reader.jid) is None:  # a server may close the stream over it
        return Deviation(reader.jid, ExceptionKind.FAILED, "jid-malformed")
    window = outgoing.window
    own_clocks = window is not None and not window.of_list
    chose_nothing = reader.quiet is None and reader.paused_until is None
    if chose_nothing and not own_clocks:  # nearly all
        return None
    later = _later(outgoing, reader, now)
    if later is not None and window is not None and own_clocks:
        outside = later.kind is ExceptionKind.WAITING and later.condition == OUTSIDE
        amends = outgoing.broadcast.amendment is not None  # what he has is wrong
        if outside and window.outside is Outside.SKIP and not amends:
            return Deviation(reader.jid, ExceptionKind.SKIPPED, OUTSIDE)
    return later


def _later(outgoing: Outgoing, reader: Recipient, now: datetime) -> Deviation | None:
    held = _held_back(outgoing, reader, now)
    if held is None:
        return None
    if held.until is None:
        return Deviation(reader.jid, ExceptionKind.SKIPPED, NEVER)
    if outgoing.broadcast.has_expired(held.until):
        return Deviation(reader.jid, ExceptionKind.SKIPPED, EXPIRED)
    waiting = ExceptionKind.WAITING
    return Deviation(reader.jid, waiting, held.why, next_at=held.until)


def _held_back(outgoing: Outgoing, reader: Recipient, now: datetime) -> Held | None:
    broadcast = outgoing.broadcast
    if broadcast.urgent or broadcast.in_owners_name:
        return None
    zone = wallclock.zone_or_utc(reader.timezone or outgoing.voice.timezone)
    hours, window = quiet.stored(reader.quiet), outgoing.window_for(zone)
    return send_window.held_back(now, zone, hours, reader.paused_until, window)


def put_off(
    uow: UnitOfWork, outgoing: Outgoing, jid: str, now: datetime
) -> datetime | None:
    """Until when somebody is not told again to whom a message bounced; None: now. Where
    there is no such moment, for longer than it is repeated.
    """
    reader = uow.audiences.find(outgoing.broadcast, jid)
    held = None if reader is None else _held_back(outgoing, reader, now)
    if held is None:
        return None
    return now + 2 * RETRY_FOR if held.until is None else held.until


def looked_at(
    uow: UnitOfWork,
    outgoing: Outgoing,
    later: Sequence[Broadcast],
    waiting: DeliveryException,
    now: datetime,
) -> DeliveryException | None:
    """What becomes of somebody whose moment has come: still waiting, or skipped; None
    where he is told now. `later`: as `later_ones` gives them.
    """
    broadcast = outgoing.broadcast
    reader = uow.audiences.find(broadcast, waiting.jid)
    if broadcast.state is BroadcastState.STOPPED:
        return _skipped(waiting, STOPPED)
    if reader is None or reader.left:
        return _skipped(waiting, LEFT)
    expired = broadcast.has_expired(now)
    if expired or _is_superseded(uow, later, waiting.jid):
        return _skipped(waiting, EXPIRED if expired else SUPERSEDED)
    again = _later(outgoing, reader, now)
    if again is None:
        return None
    if again.kind is ExceptionKind.SKIPPED:
        return _skipped(waiting, again.condition)
    return replace(
        waiting,
        kind=again.kind,
        condition=again.condition,
        next_at=again.next_at,
        attempts=0,
        begun_at=None,
    )


def claimed(
    exception: DeliveryException,
    until: datetime,
    now: datetime,
    edition: int,
    latest: int,
) -> DeliveryException:
    """To be told again, or told at last, before the claim lapses; the turn of whoever
    waited begins with the first. `edition` is the newest, `latest` the service's latest
    broadcast; after a claim that has lapsed he may have an older one, and hears that
    again.
    """
    has_any = exception.edition is not None
    begun = now if exception.kind is ExceptionKind.WAITING else None
    return replace(
        exception,
        attempts=exception.attempts + 1,
        next_at=until,
        begun_at=exception.begun_at or begun,
        edition=exception.edition or edition,
        heard_after=exception.heard_after if has_any else latest,
    )


def in_vain(exception: DeliveryException) -> DeliveryException:
    """Of a broadcast that was ended before he was passed: he hears nothing later."""
    waits = exception.kind is ExceptionKind.WAITING
    return _skipped(exception, STOPPED) if waits else exception


def _skipped(waiting: DeliveryException, condition: str) -> DeliveryException:
    return replace(
        waiting, kind=ExceptionKind.SKIPPED, condition=condition, next_at=None
    )


def later_ones(uow: UnitOfWork, broadcast: Broadcast) -> Sequence[Broadcast]:
    """Those after it that take its place, and tell their readers, or have."""
    later = uow.broadcasts.following(broadcast, _LOOKED_THROUGH)
    return [one for one in later if one.state in _REACHING]


def overtaken(
    uow: UnitOfWork, later: Sequence[Broadcast], repeated: DeliveryException
) -> DeliveryException | None:
    """What becomes of somebody who was to be told again where a newer one of the same
    topic, or a newer amendment, tells him; None where none does.
    """
    if _is_superseded(uow, later, repeated.jid):
        return _skipped(repeated, SUPERSEDED)
    return None


def _is_superseded(uow: UnitOfWork, later: Sequence[Broadcast], jid: str) -> bool:
    found = (uow.audiences.find(one, jid) for one in later)
    return any(reader is not None and not reader.left for reader in found)


def superseding(
    uow: UnitOfWork, broadcast: Broadcast, jids: Collection[str]
) -> set[int]:
    """The broadcasts, to be held first, that `supersede` may end."""
    return uow.exceptions.earlier(broadcast, jids) if jids else set()


def supersede(uow: UnitOfWork, broadcast: Broadcast, jids: Collection[str]) -> None:
    """These people wait for this one, and no longer for those before it."""
    if jids:
        uow.exceptions.supersede(broadcast, jids)
