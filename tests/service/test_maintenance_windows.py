"""Windows of one rule, each by itself; and what a change says where it counts twice."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.domain.maintenance import Phase, WindowState
from bot.domain.message import Text
from bot.domain.schedule import ScheduleState
from bot.service.maintenance import contents
from bot.service.maintenance.request import CallOff, ExtendWindow, MoveWindow
from tests.engine.maintenance import (
    DAY,
    END,
    HOUR,
    START,
    at,
    call_off,
    changed,
    extend,
    finish,
    looked_at,
    move,
    name_of,
    opened,
    window,
)
from tests.service.test_maintenances import a_world, go_to, live, told
from tests.world import NOON, World

PLANNED, UNDER_WAY = WindowState.PLANNED, WindowState.UNDER_WAY
VERIFYING, FINISHED = WindowState.VERIFYING, WindowState.FINISHED
WEEK = 7 * DAY


@pytest.fixture
def world(blank: Path, tmp_path: Path) -> Iterator[World]:
    yield from a_world(blank, tmp_path)


def test_changed_ahead_of_its_turn(world: World) -> None:
    """One far ahead is extended or moved; those before it are there all the same."""
    shown = opened(world, recurrence="FREQ=WEEKLY", finish="auto")
    extend(world, shown, END + 5 * WEEK + HOUR, window=6)
    move(world, shown, START + 3 * WEEK + DAY, window=4)
    for week in range(6):
        go_to(world, START + week * WEEK - HOUR)
        go_to(world, START + week * WEEK)
    made = {
        number: [phase for phase, _ in told(world, shown, window=number)]
        for number in range(1, 7)
    }
    both = [Phase.REMINDER, Phase.STARTED]
    assert [made[one][-2:] for one in (1, 2, 3, 5, 6)] == [both] * 5
    assert window(world, shown, window=6).ends_at == END + 5 * WEEK + HOUR


def test_moved_past_the_next(world: World) -> None:
    """Each of the others keeps its time, on the same clocks in summer; of the one that
    was moved people hear when its time has come, and its owner is asked as of any.
    """
    first = datetime(2026, 3, 22, 1, 30, tzinfo=UTC)
    shown = opened(
        world,
        list_name="berlin",
        timezone="Europe/Berlin",
        start="2026-03-22T02:30:00",
        on_the_wall=True,
        recurrence="FREQ=WEEKLY",
    )
    moved = first + WEEK + DAY
    move(world, shown, moved, window=1)
    second = first + WEEK  # 02:30 is in the gap, so it is 03:30 in summer
    third = first + 2 * WEEK - HOUR
    assert live(world, shown)[:2] == [(1, moved), (2, second)]
    go_to(world, second)
    assert window(world, shown, window=2).state is UNDER_WAY
    finish(world, shown, window=2)
    go_to(world, moved)
    assert window(world, shown, window=1).state is UNDER_WAY
    assert live(world, shown) == [(1, moved), (3, third)]
    world.notices()
    go_to(world, moved + 2 * HOUR)
    assert window(world, shown, window=1).state is VERIFYING
    asked = [one.said.body for one in world.notices() if isinstance(one.said, Text)]
    assert [body for body in asked if "M1/1" in body]


def test_moved_past_one_that_is_verified(world: World) -> None:
    """Nobody asks of the earlier one any more once the later one has begun, whichever
    the rule has first.
    """
    shown = opened(world, recurrence="FREQ=WEEKLY")
    move(world, shown, START + WEEK + DAY, window=1)
    go_to(world, START + WEEK)
    go_to(world, END + WEEK)
    assert window(world, shown, window=2).state is VERIFYING
    go_to(world, START + WEEK + DAY)
    assert window(world, shown, window=2).state is FINISHED
    go_to(world, END + WEEK + DAY)
    assert window(world, shown, window=1).state is VERIFYING


def test_calling_off_is_of_what_is_to_come(world: World) -> None:
    """What took place did, also where nobody has said yet that all is well."""
    shown = opened(world, recurrence="FREQ=WEEKLY")
    world.plan_all()
    go_to(world, START)
    go_to(world, END)
    assert window(world, shown, window=1).state is VERIFYING
    off = call_off(world, shown)
    assert (off.window.number, off.window.state) == (2, WindowState.CALLED_OFF)
    assert off.maintenance.is_over
    assert window(world, shown, window=1).state is FINISHED
    made = [phase for phase, _ in told(world, shown, window=1)]
    assert made == [Phase.ANNOUNCED, Phase.STARTED]


def test_longer_once_more(world: World) -> None:
    """What counts from how it stands is no repeat where no revision was seen."""
    shown = opened(world)
    for hours in (1, 2):
        longer = changed(world, shown, ExtendWindow(by="1h"))
        assert longer.window.ends_at == END + hours * HOUR
    for _ in range(2):
        longer = changed(world, shown, ExtendWindow(by="1h"), revision=3)
        assert longer.window.ends_at == END + 3 * HOUR
    for minutes in (1, 2):
        world.clock.set(NOON + minutes * HOUR)
        sooner = changed(world, shown, MoveWindow(start_in="86400"))
        assert sooner.window.starts_at == NOON + DAY + minutes * HOUR


def test_nobody_has_heard_of_it(world: World) -> None:
    """Whose first word nobody has heard yet, its end is told to nobody."""
    shown = opened(world)
    pending = looked_at(world, shown).notices[0].schedule
    assert pending is not None
    world.steer("pause", pending)
    world.clock.set(START)
    world.do(world.use_cases.maintenances.advance, START)
    finish(world, shown)
    world.plan_all()
    assert {state for _, state in told(world, shown)} == {"cancelled"}
    assert Phase.FINISHED not in {phase for phase, _ in told(world, shown)}


def test_another_end_alone(world: World) -> None:
    """Moved to where it starts anyway nothing is said of a former start."""
    start = at(NOON + 2 * HOUR)
    shown = opened(world, start=start)
    for duration, phase in (("3h", Phase.EXTENDED), ("1h", Phase.ANNOUNCED)):
        world.plan_all()
        changed(world, shown, MoveWindow(start=start, duration=duration))
        made = [
            one.schedule
            for one in looked_at(world, shown).notices
            if one.schedule is not None and one.phase is phase
        ]
        assert made[-1].state is ScheduleState.PENDING
        assert contents.former_start(made[-1].content) is None


@pytest.mark.parametrize("ends", [True, False])
def test_corrections_are_worth_telling(world: World, ends: bool) -> None:
    """For as long as the work is to come, also where nobody knows its end."""
    start = NOON + 30 * DAY
    shown = opened(world, start=at(start), duration="2h" if ends else None)
    world.plan_all()
    move(world, shown, start - 10 * DAY)
    [word] = [
        one.schedule
        for one in looked_at(world, shown).notices
        if one.phase is Phase.MOVED
    ]
    assert word is not None
    assert word.expires_at == start + (2 * HOUR if ends else DAY)


def test_drafts_say_what_comes(world: World) -> None:
    """What a change would tell is what it tells, also where nobody has heard yet."""
    shown = opened(world)
    drafting = world.use_cases.maintenances.draft_change
    admin = world.caller(shown.maintenance.owner)
    change = MoveWindow(start=at(START + DAY))
    draft = world.do(drafting, admin, name_of(shown), change)
    at_once = [one.phase for one, _ in draft.notices if one.at == NOON]
    assert (at_once, draft.readers) == ([Phase.ANNOUNCED], 1)
    draft = world.do(drafting, admin, name_of(shown), CallOff())
    assert [one.phase for one, _ in draft.notices] == []
