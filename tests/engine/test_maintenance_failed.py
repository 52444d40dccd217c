"""Of a notice that reached nobody at first, its readers hear what becomes of it."""

import asyncio
from collections.abc import Callable

import pytest

from bot.desk.desk import Desk
from bot.desk.verbs import broadcasts as verbs
from bot.domain.audit import Action, Asked
from bot.domain.broadcast import BroadcastName, BroadcastState
from bot.domain.errors import Finished
from bot.domain.schedule import Origin
from bot.service.maintenance.shown import Shown
from bot.service.ports.paging import Paging
from tests.engine.inboxes import InboxWire
from tests.engine.maintenance import (
    DAY,
    START,
    call_off,
    deliver,
    move,
    opened,
    read,
)
from tests.world import ADMIN, World

READER = "reader@example.org"
OLD, NEW = (f"announced March {day} 12:00 PM, 2:00 PM" for day in (5, 6))
MOVED = "moved March 5 12:00 PM, March 6 12:00 PM, 2:00 PM"
OFF = "called-off March 5 12:00 PM"
Change = Callable[[World, Shown], Shown]


def a_day_later(world: World, shown: Shown) -> Shown:
    return move(world, shown, START + DAY)


def announced_in_vain(world: World, wire: InboxWire) -> tuple[Shown, BroadcastName]:
    """Each message comes back before the broadcast ends; by which it failed."""

    def comes_back() -> None:
        [broadcast] = world.do(lambda unit: unit.broadcasts.page(Paging(limit=2)).items)
        world.came_back(broadcast.key, READER, "service-unavailable")
        wire.on_echo = lambda: None

    wire.on_echo = comes_back
    shown = opened(world)
    deliver(world, wire)
    [broadcast] = world.do(lambda unit: unit.broadcasts.page(Paging(limit=2)).items)
    assert broadcast.state is BroadcastState.FAILED
    wire.inboxes[READER].clear()
    return shown, BroadcastName(broadcast.schedule_id)


def retry(world: World, wire: InboxWire, name: BroadcastName) -> None:
    asked = Asked(caller=world.caller(ADMIN), door=Origin.CLI, action=Action.RETRY)
    one = verbs.OneBroadcast(name)
    asyncio.run(Desk(world.use_cases).ask(asked, lambda: verbs.RETRY(one)))
    deliver(world, wire)


@pytest.mark.parametrize(
    ("change", "had"),
    [(a_day_later, [f"{NEW}*", MOVED]), (call_off, [f"{OFF}*", OFF])],
    ids=["moved", "called off"],
)
def test_tried_again_before(world: World, change: Change, had: list[str]) -> None:
    """Who got it when it was tried again is corrected, and told."""
    wire = InboxWire()
    world.subscribe(READER)
    shown, name = announced_in_vain(world, wire)
    retry(world, wire, name)
    assert read(wire, READER) == [OLD]
    change(world, shown)
    deliver(world, wire)
    assert read(wire, READER) == [OLD, *had]


def test_tried_again_after(world: World) -> None:
    """Who gets it only once it was moved gets what holds, and nothing before."""
    wire = InboxWire()
    world.subscribe(READER)
    shown, name = announced_in_vain(world, wire)
    a_day_later(world, shown)
    deliver(world, wire)
    assert read(wire, READER) == []
    retry(world, wire, name)
    assert read(wire, READER) == [NEW]


def test_not_tried_again(world: World) -> None:
    """What is called off is told to nobody any more who never heard of it."""
    wire = InboxWire()
    world.subscribe(READER)
    shown, name = announced_in_vain(world, wire)
    call_off(world, shown)
    deliver(world, wire)
    with pytest.raises(Finished, match="has expired"):
        retry(world, wire, name)
    assert read(wire, READER) == []
