"""Whom an announcement goes to: a list, the readers of a broadcast, or people it names.

Those of the first two are taken before it is planned, in a transaction of their own.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.domain.broadcast import Broadcast, Frozen
from bot.domain.schedule import ListAudience, Schedule, ToldAudience
from bot.service.delivery import editions
from bot.service.ports.unit_of_work import UnitOfWork

#: whose audience is frozen: a list by its name, or by its number a schedule that goes
#: to the readers of a broadcast
Target = str | int


def target_of(schedule: Schedule) -> Target | None:
    """What is to be frozen before it is planned; None where it says who is told."""
    if isinstance(schedule.audience, ListAudience):
        return schedule.audience.list_name
    return schedule.id if isinstance(schedule.audience, ToldAudience) else None


def reached(uow: UnitOfWork, schedule: Schedule, now: datetime) -> Frozen | None:
    """The audience of one that goes to the readers of a broadcast, as it stands; None
    where it is not known yet.
    """
    told = to_readers_of(uow, schedule)
    if told is None:
        return Frozen(list_id=None, highest=None, at=now, ranges=())
    is_amended = schedule.amendment is not None or _goes_to_former(schedule)
    return editions.audience(uow, *told, now, by_edition=is_amended)


def _goes_to_former(schedule: Schedule) -> bool:
    """It goes beside an amendment, to those alone who hear that."""
    audience = schedule.audience
    return isinstance(audience, ToldAudience) and audience.before is not None


def to_readers_of(
    uow: UnitOfWork, schedule: Schedule
) -> tuple[Broadcast, Broadcast] | None:
    """The broadcast that it would be, as far as its audience goes, and to whose readers
    it goes; None where it goes to others.
    """
    audience = schedule.audience
    if not isinstance(audience, ToldAudience):
        return None
    original = uow.broadcasts.get(audience.broadcast_id)
    if original is None:  # it is another service's, or of a database that was copied
        return None
    told = replace(
        original,
        id=0,
        schedule_id=schedule.id,
        told_by=original.id,
        latest_by=audience.latest_by if audience.latest_only else None,
        amendment=schedule.amendment,
        edition=original.edition if schedule.amendment is not None else 1,
    )
    return told, original


def as_told(told: Broadcast) -> dict[str, Any]:
    """What a broadcast to the readers of another takes over of what it would be."""
    taken = ("list_id", "told_by", "latest_by", "amendment", "edition")
    return {name: getattr(told, name) for name in taken}
