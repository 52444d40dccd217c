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

from bot.domain.schedule import ListAudience, Schedule
from bot.service.delivery import closing
from bot.service.delivery.unsent import SUPERSEDED
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.policy import Policy


def is_overtaken(uow: UnitOfWork, schedule: Schedule, now: datetime) -> bool:
    """A later notice of its topic to the whole list is due as well, or was launched."""
    if schedule.topic is None or schedule.amendment is not None:
        return False
    return uow.topics.is_overtaken(schedule, now)


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
    under_way = uow.topics.under_way(schedule)
    closing.hold(uow, under_way)
    for one in under_way:
        closing.give_up(uow, policy, one, now, SUPERSEDED)
    return not uow.topics.is_held(schedule, uow.now())
