"""Owners and admins are told once a day of the readers who were suspended."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.message import Text
from bot.engine.teller import Teller
from bot.service.ports.notices import Notice
from bot.service.ports.unit_of_work import UnitOfWork
from tests.world import (
    ADMIN,
    NOON,
    OPS,
    PUBLISHER,
    World,
    a_list,
    a_policy,
    copy_of,
)

A, B, C, D = (f"{name}@example.org" for name in "abcd")


@pytest.fixture
def world(blank: Path, tmp_path: Path) -> Iterator[World]:
    lists = [a_list(), a_list("weather", language="de", publishers=frozenset())]
    found = World(copy_of(blank, tmp_path), lists=lists)
    found.subscribe(A, B, C, D)
    found.subscribe(D, to="weather")
    yield found
    found.close()


OTHER = "second@example.org"


def told(world: World) -> dict[str, str]:
    """Each text that waits, by whom it is for; none waits after it."""
    teller = Teller(world.use_cases)
    asyncio.run(teller.step())

    def take(unit: UnitOfWork) -> list[Notice]:
        notices = unit.notices.claim(world.clock.now(), world.clock.now(), 100)
        unit.notices.done([one.id for one in notices])
        return notices

    texts = [one for one in world.do(take) if isinstance(one.said, Text)]
    assert len({one.to for one in texts}) == len(texts)
    return {one.to: one.said.body for one in texts if isinstance(one.said, Text)}


def test_one_message_a_day(world: World) -> None:
    """With numbers, lists and reasons: all of a few minutes together, the rest on the
    next day, nothing where there is nothing.
    """
    for jid in (A, B):
        world.bounce(jid, "gone")
    assert told(world) == {}
    world.bounce(D, "item-not-found")
    world.clock.advance(minutes=5)
    text = told(world)[OPS]
    assert "2 readers of news are told nothing any more" in text
    assert "came back: the address no longer exists (gone)." in text
    assert "1 reader of news is" in text
    assert "1 reader of weather is" in text
    assert "item-not-found" in text
    assert "subscribers list LIST --suspended" in text
    world.bounce(C, "gone")
    world.clock.advance(hours=23)
    assert told(world) == {}
    world.clock.advance(hours=1)
    text = told(world)[OPS]
    assert "1 reader of news" in text
    assert "weather" not in text
    world.clock.advance(days=7)
    assert told(world) == {}


def test_owners_hear_of_their_own(world: World) -> None:
    """Whose announcement came back last is told of that, in one message."""
    world.bounce(A, "gone")
    key = world.broadcast(world.due(jid=PUBLISHER)).key
    world.came_back(key, B, "gone")
    world.clock.advance(minutes=5)
    found = told(world)
    assert "2 readers of news" in found[OPS]
    assert "1 reader of news" in found[PUBLISHER]


def test_who_is_back_is_not_told_of(world: World) -> None:
    """A sign of life in time, and nobody hears of it."""
    world.bounce(A, "gone")
    world.do(world.subscribers.alive, A, None)
    world.clock.advance(minutes=5)
    assert told(world) == {}


@pytest.mark.parametrize(("notify", "hears"), [(None, True), ((), False)])
def test_admins_hear_of_it_where_nobody_else_is_named(
    blank: Path, tmp_path: Path, notify: tuple[str, ...] | None, hears: bool
) -> None:
    """Without `[notify] jids` they are told; `[]` means nobody but the owner, here as
    elsewhere.
    """
    admins = frozenset({ADMIN, OTHER})  # the first is the owner
    access = replace(a_policy().access, admins=admins)
    policy = a_policy(notify=notify, access=access)
    world = World(copy_of(blank, tmp_path), lists=[a_list()], policy=policy)
    world.subscribe(A)
    world.bounce(A, "gone")
    world.clock.advance(minutes=5)
    assert ("1 reader of news" in told(world).get(OTHER, "")) is hears
    world.close()


def test_a_clock_that_was_ahead(world: World) -> None:
    """What was told or suspended in a year that is not yet keeps nobody from it."""
    world.clock.advance(days=800)
    world.bounce(A, "gone")
    world.clock.advance(minutes=5)
    assert OPS in told(world)
    world.clock.set(NOON)
    world.bounce(B, "gone")
    world.clock.advance(minutes=5)
    assert OPS in told(world)
