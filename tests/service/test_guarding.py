"""When a server counts as one that no longer holds messages back."""

import pytest

from bot.service.ports.sights import Sight
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.records.guarding import Guarding
from bot.service.rules.policy import People
from tests.world import World

SERVER, OTHER = "example.org", "example.net"


def sight(world: World, *parts: str, server: str = SERVER) -> Sight:
    return Sight(server=server, parts=frozenset(parts), seen_at=world.clock.now())


def guarding(world: World, *servers: str) -> Guarding:
    world.policy.people = People(servers=frozenset(servers or (SERVER,)))
    return world.use_cases.guarding


def told(uow: UnitOfWork) -> int:
    return uow.notices.waiting()


@pytest.mark.parametrize(
    ("seen", "notices", "is_open"),
    [
        (((), ()), 0, False),  # it never did
        ((("divert",),), 0, False),
        ((("divert",), ("deliver",)), 1, True),  # the part alone is off
        ((("divert",), (), (), ()), 1, True),  # once
        ((("divert",), (), ("divert",)), 2, False),
        ((("divert",), (), ("divert",), ()), 3, True),
    ],
)
def test_what_is_told(
    world: World, seen: tuple[tuple[str, ...], ...], notices: int, is_open: bool
) -> None:
    """Only of a server that held messages back is told that it does not, and only of
    such a one that it does again; each once.
    """
    guard = guarding(world)
    for parts in seen:
        world.do(guard.saw, [sight(world, *parts)])
    assert world.do(told) == notices
    [found] = world.do(lambda uow: uow.sights.all())
    assert (found.open_since is not None) is is_open


def test_a_server_that_says_nothing(world: World) -> None:
    """Of a server that did not answer nothing is known anew; since when it lets
    messages through is the first time that it was seen so.
    """
    guard = guarding(world)
    world.do(guard.saw, [sight(world, "divert")])
    world.do(guard.saw, [])
    assert world.do(told) == 0
    world.do(guard.saw, [sight(world)])
    [first] = world.do(lambda uow: uow.sights.all())
    world.clock.advance(minutes=1)
    world.do(guard.saw, [sight(world)])
    [second] = world.do(lambda uow: uow.sights.all())
    assert second.open_since == first.open_since


def test_a_server_that_is_configured_no_longer(world: World) -> None:
    """It is forgotten, with what it did before."""
    guard = guarding(world, SERVER, OTHER)
    both = [sight(world, "divert"), sight(world, "divert", server=OTHER)]
    world.do(guard.saw, both)
    world.do(guarding(world).saw, [])
    [found] = world.do(lambda uow: uow.sights.all())
    assert found.server == SERVER
    world.do(guarding(world, OTHER).saw, [sight(world, server=OTHER)])
    assert world.do(told) == 0
