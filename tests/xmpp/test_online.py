"""Who is known to be online, told by presence."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.xmpp.doors.online import BELIEVED_SECONDS, MAX_NEW, MAX_RESOURCES, Online
from tests.world import World, blank_database, copy_of

ANNA, BERT = "anna@example.org", "bert@example.org"


class Clock:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with closing(World(copy_of(blank_database(tmp_path), tmp_path))) as found:
        found.subscribe(ANNA, BERT)
        yield found


class Heard:
    """Runs until all who are new were looked up."""

    def __init__(self, world: World) -> None:
        self.clock = Clock()
        self.online = Online(world.database, self.clock)

    async def settled(self) -> list[str]:
        running = asyncio.create_task(self.online.run())
        async with asyncio.timeout(20):
            while self.online._new:  # noqa: ASYNC110 - it has no event for it
                await asyncio.sleep(0.001)
        running.cancel()
        return sorted(self.online.online())


def test_come_and_gone(world: World) -> None:
    """Until the last of his clients is gone, or all of them at once."""
    heard = Heard(world)

    async def scenario() -> None:
        online = heard.online
        online.note(ANNA, "phone")
        online.note(ANNA, "desk")
        online.note(BERT, "phone")
        assert await heard.settled() == [ANNA, BERT]
        online.gone(ANNA, "phone")
        online.gone(ANNA, "phone")
        online.gone(BERT, "")
        assert await heard.settled() == [ANNA]
        online.gone(ANNA, "desk")
        assert await heard.settled() == []
        # gone before anybody looked
        online.note(ANNA, "phone")
        online.gone(ANNA, "phone")
        assert await heard.settled() == []

    asyncio.run(scenario())


def test_others_are_forgotten(world: World) -> None:
    """Nobody is kept who stands on no list, however many come."""
    heard = Heard(world)

    async def scenario() -> None:
        for number in range(2 * MAX_NEW):
            heard.online.note(f"u{number}@example.org", "r")
        assert len(heard.online._new) == MAX_NEW
        assert await heard.settled() == []
        assert not heard.online._there
        for number in range(2 * MAX_RESOURCES):
            heard.online.note(ANNA, f"r{number}")
        assert await heard.settled() == [ANNA]
        assert len(heard.online._there[ANNA]) == MAX_RESOURCES

    asyncio.run(scenario())


def test_a_login_is_believed_for_a_day(world: World) -> None:
    """A probe tells when somebody comes, and nothing tells when he goes."""
    heard = Heard(world)

    async def scenario() -> None:
        heard.online.probed(ANNA)
        heard.online.note(BERT, "phone")
        heard.clock.seconds = BELIEVED_SECONDS - 1
        assert await heard.settled() == [ANNA, BERT]
        heard.clock.seconds += 1
        assert await heard.settled() == [BERT]

    asyncio.run(scenario())


@pytest.mark.parametrize("told_anew", [True, False])
def test_a_new_session(world: World, told_anew: bool) -> None:
    """An account is told again who is there; a component believes what it knew, for a
    day, since nobody tells it again.
    """
    heard = Heard(world)

    async def scenario() -> None:
        heard.online.note(ANNA, "phone")
        await heard.settled()
        heard.online.session(told_anew=told_anew)
        assert await heard.settled() == ([] if told_anew else [ANNA])
        heard.clock.seconds += BELIEVED_SECONDS
        assert await heard.settled() == []

    asyncio.run(scenario())


def test_without_the_database(world: World) -> None:
    """Who cannot be looked up is not kept, and the next presence counts again."""
    heard = Heard(world)
    world.close()

    async def scenario() -> None:
        heard.online.note(ANNA, "phone")
        assert await heard.settled() == []

    asyncio.run(scenario())
