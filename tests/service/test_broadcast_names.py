"""A broadcast is named by its announcement, and which of its broadcasts it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from bot.desk.desk import Desk
from bot.desk.verbs import broadcasts
from bot.desk.verbs.broadcasts import BroadcastWish, OneBroadcast
from bot.domain.broadcast import BroadcastName
from bot.domain.errors import NotFound
from bot.domain.schedule import Schedule
from tests.world import World


@pytest.fixture
def daily(world: World) -> Schedule:
    """Sent three times, between broadcasts of others."""
    world.subscribe("a@example.org")
    job = world.schedule(
        client_id="daily", recurrence="FREQ=DAILY", late_within="99999"
    )
    for _ in range(3):
        world.due()
        world.clock.advance(days=1)
        world.plan_all()
    return job


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world.use_cases)


def shown(desk: Desk, schedule: int, number: int | None = None) -> str:
    one = OneBroadcast(BroadcastName(schedule, number))
    return str(desk.ask_here(broadcasts.SHOW(one)).name)


def test_the_latest_and_any_other(daily: Schedule, desk: Desk) -> None:
    """Without a number it is the latest; numbers count those of one announcement."""
    assert shown(desk, daily.id) == f"{daily.id}/3"
    assert [shown(desk, daily.id, number) for number in (1, 2, 3)] == [
        f"{daily.id}/{number}" for number in (1, 2, 3)
    ]
    with pytest.raises(NotFound, match=f"the latest of #{daily.id} is #{daily.id}/3"):
        shown(desk, daily.id, 4)


def test_the_list_goes_on_by_name(daily: Schedule, desk: Desk) -> None:
    """All are listed, the latest first, and a page goes on after a name."""
    every = [one.name for one in desk.ask_here(broadcasts.LIST(BroadcastWish())).items]
    assert len(every) == 6
    mine = [str(one) for one in every if one.schedule_id == daily.id]
    assert mine == [f"{daily.id}/{number}" for number in (3, 2, 1)]
    wish = BroadcastWish(limit=2, after=every[1])
    page = desk.ask_here(broadcasts.LIST(wish))
    assert [one.name for one in page.items] == every[2:4]
    assert (page.count, page.index) == (6, 2)


@contextmanager
def statements() -> Iterator[list[str]]:
    """That are sent meanwhile."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, text: str, *_: Any) -> None:
        found.append(text)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


@pytest.mark.usefixtures("daily")
def test_a_page_is_asked_for_at_once(desk: Desk) -> None:
    """However many stand on it, it takes as many statements as one; and it says of each
    what is said of that alone.
    """
    with statements() as one:
        desk.ask_here(broadcasts.LIST(BroadcastWish(limit=1)))
    with statements() as many:
        page = desk.ask_here(broadcasts.LIST(BroadcastWish()))
    assert len(page.items) == 6
    assert 0 < len(one) == len(many)
    alone = [
        desk.ask_here(broadcasts.SHOW(OneBroadcast(found.name))) for found in page.items
    ]
    assert list(page.items) == alone


def test_what_was_edited_since(world: World, daily: Schedule, desk: Desk) -> None:
    """A broadcast is listed with what it said, not with what its announcement says
    now.
    """
    world.edit(daily, bodies=(("en", "Another text"),))
    found = desk.ask_here(broadcasts.SHOW(OneBroadcast(BroadcastName(daily.id, 3))))
    assert found.schedule.content.title == "Hello"
    assert world.get(daily.id).content.title == "Another text"
