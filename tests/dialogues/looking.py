"""What came of it, for tests."""

from collections.abc import Sequence

from bot.domain.lists import AnnouncementList
from bot.domain.schedule import Schedule
from bot.service.ports.paging import Paging
from bot.service.ports.schedules import ScheduleFilter
from tests.world import World


def jobs(world: World) -> Sequence[Schedule]:
    """All there are, the latest first."""
    page = world.do(lambda unit: unit.schedules.page(ScheduleFilter(), Paging()))
    return page.items[::-1]


def declared(world: World, *lists: AnnouncementList) -> None:
    world.do(lambda unit: unit.lists.declare(list(lists)))
