"""Maintenance changed while its readers are told or wait, over a wire of the test's."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.lists import AnnouncementList
from bot.domain.schedule import ScheduleState
from bot.domain.send_window import SendWindow
from bot.domain.send_window import read as hours
from bot.service.maintenance.shown import Shown
from tests.engine.inboxes import InboxWire
from tests.engine.maintenance import (
    DAY,
    HOUR,
    START,
    at,
    call_off,
    deliver,
    finish,
    is_idle,
    looked_at,
    move,
    opened,
    read,
)
from tests.engine.worker import readers, until, working
from tests.world import NOON, World, a_list, copy_of

READER, JOINED = "reader@example.org", "joined@example.org"
#: noon is on a Sunday
MONDAY = NOON.replace(hour=9) + DAY
OFFICE = SendWindow(hours("09:00-20:00 MO TU WE TH FR"))
OLD, NEW = (f"announced March {day} 12:00 PM, 2:00 PM" for day in (5, 6))
MOVED = "moved March 5 12:00 PM, March 6 12:00 PM, 2:00 PM"
OFF = "called-off March 5 12:00 PM"


@pytest.mark.parametrize(
    ("change", "had", "had_not"),
    [
        (lambda world, shown: move(world, shown, START + DAY), [f"{NEW}*", MOVED], NEW),
        (call_off, [f"{OFF}*", OFF], None),
    ],
    ids=["moved", "called off"],
)
def test_in_the_middle(
    world: World,
    change: Callable[[World, Shown], Shown],
    had: list[str],
    had_not: str | None,
) -> None:
    """Who was written to is corrected and told; who was not hears what holds, and
    nothing of what held before.
    """
    world.subscribe(*readers(300))
    shown = opened(world)
    world.plan_all()

    async def go() -> None:
        async with working(world, wire, window=40):
            await until(lambda: len(wire.taken) == 40)
            changed = change(world, shown)
            wire.hold = False
            wire.acknowledge()
            await until(lambda: _all_out(world, changed))

    wire = InboxWire(hold=True)
    asyncio.run(go())
    deliver(world, wire)
    told = [jid for jid in readers(300) if read(wire, jid)[:1] == [OLD]]
    assert 40 <= len(told) <= 80
    for jid in readers(300):
        expected = [OLD, *had] if jid in told else [had_not] * bool(had_not)
        assert read(wire, jid) == expected
    wire.check_ids()


def _all_out(world: World, shown: Shown) -> bool:
    """Nothing of it, or of what corrects it, is to be planned or sent any more; time
    passes meanwhile.
    """
    world.clock.advance(seconds=1)
    world.plan_all()
    going_on = {ScheduleState.PENDING, ScheduleState.RUNNING}
    made = [one.schedule for one in looked_at(world, shown).notices]
    is_made = not any(one.state in going_on for one in made if one is not None)
    return is_made and is_idle(world)


def _of(blank: Path, folder: Path, **changes: Any) -> Iterator[World]:
    lists: list[AnnouncementList] = [a_list(**changes)]
    with closing(World(copy_of(blank, folder), lists=lists)) as world:
        world.subscribe(READER)
        yield world


@pytest.fixture
def office(blank: Path, tmp_path: Path) -> Iterator[World]:
    """A list that speaks in office hours."""
    yield from _of(blank, tmp_path, send_window=OFFICE)


def test_moved_before_its_list_speaks(office: World) -> None:
    """What waits for the list's hours is told as it is by then, and once."""
    wire = InboxWire()
    shown = opened(office)
    deliver(office, wire)
    move(office, shown, START + DAY)
    deliver(office, wire)
    assert read(wire, READER) == []
    office.clock.set(MONDAY)
    deliver(office, wire)
    assert read(wire, READER) == [NEW]


def test_over_before_its_list_speaks(office: World) -> None:
    """Moved to before that, nobody hears of it afterwards as if it were to come."""
    wire = InboxWire()
    shown = opened(office)
    deliver(office, wire)
    move(office, shown, NOON + HOUR)
    for moment in (NOON + HOUR, NOON + 3 * HOUR, MONDAY, MONDAY + HOUR):
        office.clock.set(moment)
        deliver(office, wire)
    assert read(wire, READER) == []
    finish(office, shown)
    deliver(office, wire)
    assert read(wire, READER) == []


def test_begun_outside_of_its_hours(office: World) -> None:
    """On a Saturday the start is not told, nor on Monday, when it is over; the list's
    hours stand above it, as above any announcement that is not urgent.
    """
    wire = InboxWire()
    office.clock.set(MONDAY)
    opened(office, start=at(MONDAY + 5 * DAY))
    deliver(office, wire)
    for day in range(8):
        office.clock.set(MONDAY + day * DAY)
        deliver(office, wire)
    phases = [one.split()[0] for one in read(wire, READER)]
    assert phases == ["announced", "reminder"]


def test_readers_whose_clients_know_no_corrections(blank: Path, tmp_path: Path) -> None:
    """They are told anew what would have been corrected in silence."""
    for world in _of(blank, tmp_path, corrections=False):
        wire = InboxWire()
        shown = opened(world)
        deliver(world, wire)
        move(world, shown, START + timedelta(minutes=10))
        deliver(world, wire)
    assert read(wire, READER) == [OLD, "announced March 5 12:10 PM, 2:10 PM"]
