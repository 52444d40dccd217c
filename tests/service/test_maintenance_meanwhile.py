"""What becomes of maintenance while other things happen: its owner asks to be
forgotten, the list's reminders are others by now.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.desk.desk import Desk
from bot.desk.verbs import mydata
from bot.domain.forgetting import is_forgotten
from bot.domain.maintenance import Phase, WindowState
from tests.engine.maintenance import DAY, END, HOUR, START, finish, looked_at, opened
from tests.service.test_maintenances import a_world, go_to, told
from tests.world import PUBLISHER, World, a_list


@pytest.fixture
def world(blank: Path, tmp_path: Path) -> Iterator[World]:
    yield from a_world(blank, tmp_path)


def test_reminders_of_its_list_change(world: World) -> None:
    """What was opened keeps those that were shown; what is opened then has the new."""
    shown = opened(world)
    later = (2 * HOUR,)
    world.do(lambda unit: unit.lists.declare([a_list(reminders=later)]))
    other = opened(world, client_id="other")
    assert looked_at(world, shown).maintenance.reminders == (DAY, HOUR)
    assert looked_at(world, other).maintenance.reminders == later
    world.plan_all()
    go_to(world, START - DAY)
    assert told(world, shown)[-1][0] is Phase.REMINDER
    assert told(world, other)[-1][0] is Phase.ANNOUNCED


def test_its_owner_is_forgotten(world: World) -> None:
    """As long as it is not over it goes on as his, and he is asked; then it is
    nobody's.
    """
    shown = opened(world, PUBLISHER)
    desk, forget = Desk(world.use_cases), mydata.FORGET(mydata.Whose(jid=PUBLISHER))
    desk.ask_here(forget)
    go_to(world, START)
    world.notices()
    go_to(world, END)
    asked = [one.to for one in world.notices() if "Is all well?" in str(one.said)]
    assert asked == [PUBLISHER]
    finish(world, shown)
    desk.ask_here(forget)
    found = looked_at(world, shown)
    assert is_forgotten(found.maintenance.owner)
    assert found.window.state is WindowState.FINISHED
