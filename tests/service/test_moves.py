"""Whoever joins, leaves, is suspended or restored leaves a trace."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.domain.audit import AuditEntry
from bot.domain.events import Event, Moved
from bot.service.ports.paging import Paging
from bot.service.ports.trail import AuditFilter
from bot.service.ports.unit_of_work import UnitOfWork
from tests.world import SERVICE, STRANGER, USER, World, a_list, copy_of

NEWS = f"news@{SERVICE}"


@pytest.fixture
def world(blank: Path, tmp_path: Path) -> Iterator[World]:
    found = World(copy_of(blank, tmp_path), lists=[a_list(), a_list("weather")])
    yield found
    found.close()


def trail(world: World) -> list[tuple[str, ...]]:
    """What is written of readers: door, action, lists, reason; oldest first."""

    def entries(unit: UnitOfWork) -> list[AuditEntry]:
        return list(unit.audit.page(AuditFilter(caller=USER), Paging()).items)

    return [
        (one.door, one.action, one.about, one.detail or "") for one in world.do(entries)
    ]


def test_the_life_of_a_reader(world: World) -> None:
    """Each change is one entry, with the lists that it is about, and what changes
    nothing is none.
    """
    for _ in range(2):
        world.do(world.subscribers.join, USER, NEWS, None)
    world.subscribe(USER, to="weather")
    world.bounce(USER, "gone")
    for _ in range(2):
        world.do(world.subscribers.alive, USER, None)
    for _ in range(2):
        world.do(world.subscribers.leave, USER, NEWS)
    assert trail(world) == [
        ("presence", "subscribe", "news", ""),
        ("bounce", "suspend", "news, weather", "gone"),
        ("presence", "restore", "news, weather", ""),
        ("presence", "unsubscribe", "news", ""),
    ]


def test_a_suspension_names_the_announcement(world: World) -> None:
    """The one whose message came back last."""
    world.subscribe(USER)
    world.bounce(USER, "gone")
    [entry] = world.do(
        lambda unit: unit.audit.page(AuditFilter(caller=USER), Paging()).items
    )
    assert entry.reference == world.do(
        lambda unit: unit.broadcasts.page(Paging()).items[-1].schedule_id
    )


def test_what_is_told_of(world: World) -> None:
    """Log and metrics hear of each list and of how many, also where admins did it."""
    told: list[Event] = []

    def watch(unit: UnitOfWork) -> None:
        add = world.enrolling.add
        for jid in (USER, STRANGER, USER):
            add(unit, world.caller("admin@example.org"), "news", jid, None, None)
        world.subscribers.leave(unit, STRANGER, NEWS)
        world.enrolling.remove(unit, world.caller("admin@example.org"), "news", USER)
        told.extend(unit.events)  # type: ignore[attr-defined]  # the store's

    world.do(watch)
    moves = [(one.action, one.list_name) for one in told if isinstance(one, Moved)]
    assert moves == [
        *[("subscribe", "news")] * 2,
        *[("unsubscribe", "news")] * 2,
    ]
