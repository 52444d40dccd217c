"""What is said of one thing again takes the place of what was said of it before.

Notices of a topic (an incident's, say) are told one after the other, and only the
newest is true. Who waits for an earlier one, or is told it again, is seen to where he
is looked at (`waiting`). Here it is the rest: what was not planned yet is missed, and
what still goes out ends, before a newer notice to the whole list is launched.

A worker hears that its broadcast is over with its next record, and may write a window
until then. So the newer one waits until nobody holds a chunk of the older ones: given
back, run out, or taken over. Else somebody would get both, and the old one last.

A notice to some alone takes nobody's place: others would hear neither. An amendment
says another thing of the same notice, and has rules of its own (`amending`).

docs/decisions/0055-incidents.md
"""

from datetime import datetime

from bot.domain.broadcast import Broadcast, BroadcastState
from bot.domain.schedule import ListAudience, Schedule
from bot.service.delivery import closing
from bot.service.delivery.unsent import SUPERSEDED
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.policy import Policy


def is_overtaken(uow: UnitOfWork, schedule: Schedule, now: datetime) -> bool:
    """A later notice of its topic to the whole list is due as well, or was launched."""
    if schedule.topic is None or schedule.amendment is not None:
        return False
    launched = uow.broadcasts.about(schedule.topic)
    if any(one.schedule_id > schedule.id and _is_to_list(one) for one in launched):
        return True
    due = uow.schedules.due_after(schedule, now)
    return any(isinstance(one.audience, ListAudience) for one in due)


def makes_room(
    uow: UnitOfWork, policy: Policy, schedule: Schedule, now: datetime
) -> bool:
    """End what still goes out of earlier notices of its topic; whether nothing more of
    them is written: until then this one is not to be launched.
    """
    if schedule.topic is None or schedule.amendment is not None:
        return True
    if not isinstance(schedule.audience, ListAudience):
        return True
    earlier = [
        one
        for one in uow.broadcasts.about(schedule.topic)
        if one.schedule_id < schedule.id
    ]
    under_way = [one.id for one in earlier if one.state is BroadcastState.SENDING]
    closing.hold(uow, under_way)
    for one in under_way:
        closing.give_up(uow, policy, one, now, SUPERSEDED)
    return not uow.chunks.held([one.id for one in earlier], uow.now())


def _is_to_list(broadcast: Broadcast) -> bool:
    return broadcast.highest is not None and broadcast.told_by is None
