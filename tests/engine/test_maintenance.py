"""Maintenance as its readers hear of it, over a wire of the test's."""

import asyncio
from collections.abc import Callable

import pytest

from bot.domain.broadcast import Broadcast, ExceptionKind
from bot.domain.maintenance import WindowState
from bot.service.maintenance.shown import Shown
from bot.service.ports.paging import Paging
from tests.engine.inboxes import InboxWire
from tests.engine.maintenance import (
    DAY,
    END,
    HOUR,
    START,
    call_off,
    deliver,
    extend,
    finish,
    go_to,
    move,
    opened,
    read,
    window,
    write,
)
from tests.engine.test_waiting import prefer
from tests.engine.worker import until, working
from tests.world import NOON, World

TOLD, AWAY, JOINED = "told@example.org", "away@example.org", "joined@example.org"
Play = Callable[[World, InboxWire, Shown], None]
Meanwhile = Callable[[World, InboxWire], None]


def moved(world: World, _: InboxWire, shown: Shown) -> None:
    move(world, shown, START + DAY)


def moved_twice(world: World, wire: InboxWire, shown: Shown) -> None:
    move(world, shown, START + DAY)
    deliver(world, wire)
    move(world, shown, START + 2 * DAY)


def moved_a_little(world: World, _: InboxWire, shown: Shown) -> None:
    move(world, shown, START + HOUR / 6)


def called_off(world: World, _: InboxWire, shown: Shown) -> None:
    call_off(world, shown)


def finished_early(world: World, wire: InboxWire, shown: Shown) -> None:
    go_to(world, wire, START + HOUR)
    finish(world, shown)


def extended(world: World, wire: InboxWire, shown: Shown) -> None:
    go_to(world, wire, START + HOUR)
    extend(world, shown, END + HOUR)


ANNOUNCED = "announced March 5 12:00 PM, 2:00 PM"


@pytest.mark.parametrize(
    ("play", "told", "away", "joined"),
    [
        (
            moved,
            [
                ANNOUNCED,
                "announced March 6 12:00 PM, 2:00 PM*",
                "moved March 5 12:00 PM, March 6 12:00 PM, 2:00 PM",
            ],
            ["announced March 6 12:00 PM, 2:00 PM"],
            [],
        ),
        (
            moved_twice,
            [
                ANNOUNCED,
                "announced March 6 12:00 PM, 2:00 PM*",
                "moved March 5 12:00 PM, March 6 12:00 PM, 2:00 PM",
                "moved March 5 12:00 PM, March 7 12:00 PM, 2:00 PM*",
                "moved March 6 12:00 PM, March 7 12:00 PM, 2:00 PM",
            ],
            ["announced March 7 12:00 PM, 2:00 PM"],
            [],
        ),
        (
            moved_a_little,
            [ANNOUNCED, "announced March 5 12:10 PM, 2:10 PM*"],
            ["announced March 5 12:10 PM, 2:10 PM"],
            [],
        ),
        (
            called_off,
            [
                ANNOUNCED,
                "called-off March 5 12:00 PM*",
                "called-off March 5 12:00 PM",
            ],
            [],
            [],
        ),
        (
            finished_early,
            [
                ANNOUNCED,
                "reminder March 5 12:00 PM, 2:00 PM",
                "reminder March 5 12:00 PM, 2:00 PM",
                "started March 5 12:00 PM, 2:00 PM",
                "finished",
            ],
            ["finished"],
            ["finished"],
        ),
        (
            extended,
            [
                ANNOUNCED,
                "reminder March 5 12:00 PM, 2:00 PM",
                "reminder March 5 12:00 PM, 2:00 PM",
                "started March 5 12:00 PM, 2:00 PM",
                "started March 5 12:00 PM, 3:00 PM*",
                "extended March 5 12:00 PM, 3:00 PM",
            ],
            ["started March 5 12:00 PM, 3:00 PM"],
            [],
        ),
    ],
)
def test_three_readers(
    world: World, play: Play, told: list[str], away: list[str], joined: list[str]
) -> None:
    """Who was told what holds no longer is corrected, and told where it matters; who
    was on a pause meanwhile, and who joined since, hears what holds or nothing.
    """
    wire = InboxWire()
    pause_until = (
        START + HOUR + HOUR / 4 if play in {finished_early, extended} else NOON + HOUR
    )
    prefer(world, AWAY, paused_until=pause_until)
    world.subscribe(TOLD, AWAY)
    shown = opened(world)
    deliver(world, wire)
    if play in {finished_early, extended}:
        # joins once the start is told
        world_play = play
        go_to(world, wire, START + HOUR / 2)
        world.subscribe(JOINED)
        world_play(world, wire, shown)
    else:
        world.subscribe(JOINED)
        play(world, wire, shown)
    deliver(world, wire)
    world.clock.set(pause_until)
    deliver(world, wire)
    assert read(wire, TOLD) == told
    assert read(wire, AWAY) == away
    assert read(wire, JOINED) == joined


def test_nobody_was_told(world: World) -> None:
    """Where nobody has heard of it, its being called off is told to nobody."""
    world.subscribe(TOLD)
    shown = opened(world)
    call_off(world, shown)
    wire = InboxWire()
    deliver(world, wire)
    assert read(wire, TOLD) == []
    assert window(world, shown).state is WindowState.CALLED_OFF


def test_moved_before_anybody_was_told(world: World) -> None:
    """What was still to be told is told as it is now, once."""
    world.subscribe(TOLD)
    shown = opened(world)
    move(world, shown, START + DAY)
    wire = InboxWire()
    deliver(world, wire)
    assert read(wire, TOLD) == ["announced March 6 12:00 PM, 2:00 PM"]


def paused(world: World, _: InboxWire) -> None:
    """He hears nothing for an hour."""
    prefer(world, AWAY, paused_until=NOON + HOUR)


def bounced(world: World, wire: InboxWire) -> None:
    """What was announced to him came back, and is repeated in a minute."""
    key = world.do(lambda unit: unit.broadcasts.page(Paging(limit=1)).items[0].key)
    world.came_back(key, AWAY, "remote-server-timeout")
    wire.inboxes[AWAY].clear()


@pytest.mark.parametrize(
    ("before", "after"), [(paused, None), (None, bounced)], ids=["paused", "bounced"]
)
def test_moved_again_since_he_heard_of_it(
    world: World, before: Meanwhile | None, after: Meanwhile | None
) -> None:
    """Who heard of it only as it was after the first move has that corrected, once, and
    not what he never had.
    """
    wire = InboxWire()
    world.subscribe(TOLD, AWAY)
    if before is not None:
        before(world, wire)
    shown = opened(world)
    deliver(world, wire)
    if after is not None:
        after(world, wire)
    move(world, shown, START + DAY)
    deliver(world, wire)
    assert read(wire, AWAY) == []
    for moment in (NOON + HOUR, NOON + 2 * HOUR):
        world.clock.set(moment)
        deliver(world, wire)
    move(world, shown, START + 2 * DAY)
    deliver(world, wire)
    assert read(wire, AWAY) == [
        "announced March 6 12:00 PM, 2:00 PM",
        "announced March 7 12:00 PM, 2:00 PM*",
        "moved March 6 12:00 PM, March 7 12:00 PM, 2:00 PM",
    ]
    assert wire.inboxes[AWAY][1].original == wire.inboxes[AWAY][0].id


@pytest.mark.parametrize(
    ("before", "after"), [(paused, None), (None, bounced)], ids=["paused", "bounced"]
)
def test_heard_of_it_between_a_move_and_its_word(
    world: World, before: Meanwhile | None, after: Meanwhile | None
) -> None:
    """Who is told the new time before the word of the move is planned gets neither that
    nor its corrections; of the next move he hears as all others do.
    """
    wire = InboxWire()
    world.subscribe(TOLD, AWAY)
    if before is not None:
        before(world, wire)
    shown = opened(world)
    deliver(world, wire)
    if after is not None:
        after(world, wire)
    world.clock.set(NOON + HOUR)
    move(world, shown, START + DAY)
    asyncio.run(_told_what_waited(world, wire))
    deliver(world, wire)
    assert read(wire, AWAY) == ["announced March 6 12:00 PM, 2:00 PM"]
    assert read(wire, TOLD) == [
        ANNOUNCED,
        "announced March 6 12:00 PM, 2:00 PM*",
        "moved March 5 12:00 PM, March 6 12:00 PM, 2:00 PM",
    ]
    assert [one.total for one in _words(world)] == [1]
    move(world, shown, START + 2 * DAY)
    deliver(world, wire)
    assert read(wire, AWAY)[1:] == [
        "announced March 7 12:00 PM, 2:00 PM*",
        "moved March 6 12:00 PM, March 7 12:00 PM, 2:00 PM",
    ]
    assert read(wire, TOLD)[3:] == [
        "moved March 5 12:00 PM, March 7 12:00 PM, 2:00 PM*",
        "moved March 6 12:00 PM, March 7 12:00 PM, 2:00 PM",
    ]


async def _told_what_waited(world: World, wire: InboxWire) -> None:
    """Nothing is planned meanwhile."""
    async with working(world, wire):
        await until(lambda: bool(wire.inboxes[AWAY]) and not _is_claimed(world))


def _is_claimed(world: World) -> bool:
    """His exception waits for its acknowledgement."""
    (original, *_) = world.do(lambda unit: unit.broadcasts.page(Paging()).items)
    found = world.do(lambda unit: unit.exceptions.get(original.id, AWAY))
    return found is not None and found.kind is not ExceptionKind.DEFERRED


def _words(world: World) -> list[Broadcast]:
    """Those that were sent beside corrections."""
    page = world.do(lambda unit: unit.broadcasts.page(Paging())).items
    return [one for one in page if one.told_by is not None and one.amendment is None]


@pytest.mark.parametrize("meanwhile", ["changed", "planned", "written"])
def test_moved_while_he_is_told_again(world: World, meanwhile: str) -> None:
    """The old time is on its way to him once more, and is there only after the window
    was moved: he has it corrected, and hears that it was, as all do; each once.
    """
    wire = InboxWire()
    world.subscribe(TOLD, AWAY)
    shown = opened(world)
    deliver(world, wire)
    bounced(world, wire)
    world.clock.set(NOON + HOUR)
    again = world.do(world.outcomes.retries, 10)
    assert [one.jid for one in again] == [AWAY]
    move(world, shown, START + DAY)
    if meanwhile == "planned":
        world.plan_all()
    if meanwhile == "written":
        write(world, wire)
    assert read(wire, AWAY) == []
    world.do(world.outcomes.repeated, again)
    for moment in (NOON + 2 * HOUR, NOON + 3 * HOUR):
        world.clock.set(moment)
        deliver(world, wire)
    assert sorted(read(wire, AWAY)) == [
        "announced March 6 12:00 PM, 2:00 PM*",
        "moved March 5 12:00 PM, March 6 12:00 PM, 2:00 PM",
    ]
