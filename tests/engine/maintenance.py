"""Maintenance in a world of tests: asked for, and read in its readers' inboxes."""

import asyncio
import re
from datetime import datetime, timedelta
from typing import Any

from bot.domain.broadcast import (
    Broadcast,
    BroadcastState,
    DeliveryException,
    ExceptionKind,
)
from bot.domain.maintenance import Phase, Window
from bot.domain.schedule import Origin
from bot.service.maintenance.request import (
    CallOff,
    Change,
    ExtendWindow,
    FinishWindow,
    MoveWindow,
    OpenMaintenance,
    WindowName,
)
from bot.service.maintenance.shown import Shown
from bot.service.ports.paging import Paging
from bot.service.ports.unit_of_work import UnitOfWork
from tests.engine.inboxes import Got, InboxWire
from tests.engine.worker import until, working
from tests.world import ADMIN, NOON, World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: four days after the world begins
START = NOON + 4 * DAY
END = START + 2 * HOUR

_FIRST_WORDS = {
    "Planned maintenance": Phase.ANNOUNCED,
    "Reminder of planned maintenance": Phase.REMINDER,
    "Maintenance has begun": Phase.STARTED,
    "Maintenance moved": Phase.MOVED,
    "Maintenance takes longer": Phase.EXTENDED,
    "Maintenance is over": Phase.FINISHED,
    "Maintenance called off": Phase.CALLED_OFF,
}
#: what is told beside a correction
WORDS = {Phase.MOVED, Phase.EXTENDED, Phase.CALLED_OFF}
_TIME = re.compile(
    r"(?:Start|Was planned for|End|Formerly planned for):"
    r"(?: \w+, (\w+ \d+), \d+,)? (\d+:\d+\s[AP]M)"
)


def at(moment: datetime) -> str:
    """As a dateTime."""
    return moment.isoformat().replace("+00:00", "Z")


def opened(world: World, jid: str = ADMIN, **changes: Any) -> Shown:
    """From START for two hours."""
    values: dict[str, Any] = {
        "origin": Origin.IQ,
        "list_name": "news",
        "values": {"summary": {"": "New disks"}},
        "start": at(START),
        "duration": "2h",
    }
    request = OpenMaintenance(**values | changes)
    maintenances = world.use_cases.maintenances
    return world.do(maintenances.open, world.caller(jid), request)


def name_of(shown: Shown, **changes: Any) -> WindowName:
    return WindowName(**{"number": shown.maintenance.id} | changes)


def changed(
    world: World, shown: Shown, change: Change, jid: str = ADMIN, **which: Any
) -> Shown:
    maintenances = world.use_cases.maintenances
    name = name_of(shown, **which)
    return world.do(maintenances.change, world.caller(jid), name, change)


def move(world: World, shown: Shown, start: datetime, **which: Any) -> Shown:
    return changed(world, shown, MoveWindow(start=at(start)), **which)


def extend(world: World, shown: Shown, end: datetime, **which: Any) -> Shown:
    return changed(world, shown, ExtendWindow(end=at(end)), **which)


def finish(world: World, shown: Shown, **which: Any) -> Shown:
    return changed(world, shown, FinishWindow(), **which)


def call_off(world: World, shown: Shown, **which: Any) -> Shown:
    return changed(world, shown, CallOff(), **which)


def looked_at(world: World, shown: Shown, **which: Any) -> Shown:
    maintenances = world.use_cases.maintenances
    return world.do(maintenances.show, world.caller(ADMIN), name_of(shown, **which))


def window(world: World, shown: Shown, **which: Any) -> Window:
    return looked_at(world, shown, **which).window


def deliver(world: World, wire: InboxWire) -> None:
    """All that is due by now goes out, to everybody who wants to hear it now."""
    asyncio.run(_delivered(world, wire))


async def _delivered(world: World, wire: InboxWire) -> None:
    for _ in range(20):
        world.do(world.use_cases.windows.open, world.clock.now())
        world.plan_all()
        async with working(world, wire):
            await until(lambda: is_idle(world))
        due = world.do(lambda unit: unit.schedules.next_due())
        if due is None or due > world.clock.now() + timedelta(seconds=3):
            return
        world.clock.set(due)  # what waited until it is known whom another reached
    raise AssertionError("it never ends")


def write(world: World, wire: InboxWire) -> None:
    """What goes out by pages, while repeats that are claimed are still on their way."""

    async def written() -> None:
        async with working(world, wire):
            await until(lambda: world.do(_is_written))

    def _is_written(unit: UnitOfWork) -> bool:
        found = unit.broadcasts.page(Paging(limit=1000)).items
        return not any(unit.chunks.unfinished(one.id) for one in found)

    world.plan_all()
    asyncio.run(written())


def is_idle(world: World) -> bool:
    """Nothing is being sent, or sent again."""
    now = world.clock.now()

    def look(unit: UnitOfWork) -> bool:
        broadcasts = unit.broadcasts.page(Paging(limit=1000)).items
        return not unit.exceptions.due(now, 1) and not any(
            _is_busy(unit, one) for one in broadcasts
        )

    return world.do(look)


def _is_busy(unit: UnitOfWork, broadcast: Broadcast) -> bool:
    """Somebody's turn has come and is not over."""
    is_sending = broadcast.state is BroadcastState.SENDING and not broadcast.begins_at
    exceptions = unit.exceptions.page(broadcast.id, after="", limit=1000)
    return (is_sending and bool(unit.chunks.unfinished(broadcast.id))) or any(
        _is_claimed(one) for one in exceptions
    )


def _is_claimed(exception: DeliveryException) -> bool:
    """It is written at this moment: a bounce takes the edition away again."""
    if exception.kind is ExceptionKind.WAITING:
        return exception.attempts > 0
    return exception.kind is ExceptionKind.RETRYING and exception.edition is not None


def go_to(world: World, wire: InboxWire, moment: datetime) -> None:
    """Hour by hour, as a service that is up."""
    while world.clock.now() < moment:
        world.clock.set(min(world.clock.now() + HOUR, moment))
        deliver(world, wire)


def read(wire: InboxWire, jid: str) -> list[str]:
    """What he sees: the phase and its times, those of a correction with a `*`.

    Of a correction and the word beside it either may come first; here the correction
    does.
    """
    found: list[Got] = []
    for one in dict.fromkeys(wire.inboxes[jid]):
        last = found[-1] if found else None
        is_beside = last is not None and not last.amends and last.id != one.original
        is_word = last is not None and read_phase(last) in WORDS
        at_ = len(found) - bool(one.amends and is_beside and is_word)
        found.insert(at_, one)
    return [f"{_in_short(one.body)}{'*' if one.amends else ''}" for one in found]


def read_phase(got: Got) -> Phase:
    return _FIRST_WORDS[got.body.partition(": New disks")[0]]


def _in_short(body: str) -> str:
    first = body.partition(": New disks")[0]
    times = [f"{day} {time}" for day, time in _TIME.findall(body)]
    shown = ", ".join(one.replace("\u202f", " ").strip() for one in times)
    return f"{_FIRST_WORDS[first]} {shown}".strip()
