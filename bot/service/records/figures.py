"""How much there is to do: counted for the metrics, each time somebody looks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.schedule import ScheduleState
from bot.service.ports.paging import Paging
from bot.service.ports.schedules import ScheduleFilter
from bot.service.ports.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    #: schedules in each state that is not final, welcomes among them
    schedules: Mapping[ScheduleState, int]
    #: of those, with an occurrence that waits for an admin
    held: int
    #: readers of each list, by its name
    subscribers: Mapping[str, int]
    #: of each list, those who are told nothing since messages to them came back
    suspended: Mapping[str, int]
    #: broadcasts going out
    broadcasts: int
    #: messages that readers hear later: in quiet hours, on a pause, or outside of
    #: the send window
    waiting: int
    #: what owners are still to be told
    notices: int
    #: of each server that holds messages back, or did, whether it does
    holding: Mapping[str, bool]
    #: when the next occurrence is due
    next_due: datetime | None


def figures(uow: UnitOfWork) -> Figures:
    subscribed, suspended = uow.lists.counts(), uow.suspensions.counts()
    lists = uow.lists.all()
    return Figures(
        schedules=uow.schedules.live(),
        held=uow.schedules.count(ScheduleFilter(held=True, welcomes=True)),
        subscribers={one.name: subscribed.get(one.id, 0) for one in lists},
        suspended={one.name: suspended.get(one.id, 0) for one in lists},
        broadcasts=uow.broadcasts.page(Paging(limit=0), sending=True).count,
        waiting=uow.exceptions.count_waiting(),
        notices=uow.notices.waiting(),
        holding={
            one.server: one.holds
            for one in uow.sights.all()
            if one.holds or one.open_since is not None
        },
        next_due=uow.schedules.next_due(),
    )
