"""The desk: what is done in which order, and what of it is written down."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from bot.desk.desk import Desk
from bot.desk.verb import Pause, Plain, Read, Steps, Verb, Wanted, Write
from bot.domain.access import OPERATOR, Caller
from bot.domain.audit import Action, Asked
from bot.domain.errors import (
    CarillonError,
    Forbidden,
    Invalid,
    NotAllowed,
    PolicyViolation,
    Unavailable,
)
from bot.domain.events import Requested
from bot.domain.phrase import Phrase
from bot.domain.schedule import Origin
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.rights import Right
from bot.service.use_cases import UseCases
from tests.world import ADMIN, STRANGER, USER, World

#: requests a minute of users in tests.world
ALLOWED = 5


class Story:
    """What the steps of a verb did, one after the other."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def look(self, _uow: UnitOfWork, word: str) -> str:
        self.told.append(f"looked at {word}")
        return word.upper()

    def change(self, _uow: UnitOfWork, word: str) -> str:
        self.told.append(f"changed {word}")
        return word.upper()

    def fail(self, _uow: UnitOfWork, word: str) -> str:
        raise Invalid(Phrase("{word} is bad.", word=word), field="word")

    def steps(self, _use_cases: UseCases, _caller: Caller, _: Plain) -> Steps[str]:
        first: str = yield Read(self.look, "a")
        yield Pause(0.001)
        second: str = yield Write(self.change, first, about="something better")
        third: str = yield Write(self.change, "c")
        return first + second + third

    def bad(self, _use_cases: UseCases, _caller: Caller, _: Plain) -> Steps[str]:
        yield Write(self.change, "a")
        yield Write(self.fail, "b")
        return "never"

    def looking(self, _use_cases: UseCases, _caller: Caller, _: Plain) -> Steps[str]:
        found: str = yield Read(self.look, "a")
        return found

    def verb(
        self,
        steps: Callable[..., Steps[Any]] | None = None,
        right: Right = Right.KNOWN,
        action: Action = Action.PAUSE,
    ) -> Wanted[Any]:
        verb: Verb[Plain, Any] = Verb(
            name="test", action=action, right=right, steps=steps or self.steps
        )
        return verb(Plain("what it is about"))


def ask(
    desk: Desk,
    world: World,
    wanted: Wanted[Any] | Callable[[], Wanted[Any]],
    who: str = USER,
) -> Any:
    asked = Asked(caller=world.caller(who), door=Origin.IQ, action=Action.SCHEDULE)
    read = wanted if callable(wanted) else lambda: wanted
    return asyncio.run(desk.ask(asked, read))


def entries(world: World) -> list[tuple[str, str, str, str]]:
    return [
        (one.caller, one.action, one.about, one.result)
        for one in world.entries_after(0)
    ]


@pytest.mark.parametrize("here", [False, True], ids=["awaited", "here and now"])
def test_both_drivers_walk_the_same_steps(world: World, here: bool) -> None:
    """Each step gets what the one before gave, and the first change bears the entry,
    with what it knows better than the values.
    """
    story, desk = Story(), Desk(world.use_cases)
    wanted = story.verb()
    result = desk.ask_here(wanted) if here else ask(desk, world, wanted)
    assert result == "AAC"
    assert story.told == ["looked at a", "changed A", "changed c"]
    who = OPERATOR if here else USER
    assert entries(world) == [(who, "pause", "something better", "done")]


@pytest.mark.parametrize("here", [False, True], ids=["awaited", "here and now"])
def test_what_fails_half_way(world: World, here: bool) -> None:
    """What was committed before stays written down, and so does the refusal."""
    story, desk = Story(), Desk(world.use_cases)
    wanted = story.verb(story.bad)
    with pytest.raises(Invalid):
        _ = desk.ask_here(wanted) if here else ask(desk, world, wanted)
    assert [(one[1], one[3]) for one in entries(world)] == [
        ("pause", "done"),
        ("pause", "invalid"),
    ]


def test_looks_are_written_down_but_for_the_operators(world: World) -> None:
    """Who looks leaves an entry; the operator, who reads the tables anyway, none, nor
    of a look that was refused.
    """
    story, desk = Story(), Desk(world.use_cases)
    assert ask(desk, world, story.verb(story.looking, action=Action.QUERY)) == "A"
    assert entries(world) == [(USER, "query", "what it is about", "done")]
    assert desk.ask_here(story.verb(story.looking, action=Action.QUERY)) == "A"
    with pytest.raises(Invalid):
        desk.ask_here(story.verb(story.bad, action=Action.QUERY))
    assert len(world.entries_after(0)) == 2  # and the change that was committed


def test_strangers_are_refused_before_anything_is_read(world: World) -> None:
    """They do not even learn whether what they ask is well made."""

    def unread() -> Wanted[Any]:
        raise AssertionError("it was read")

    with pytest.raises(Forbidden):
        ask(Desk(world.use_cases), world, unread, STRANGER)
    assert entries(world) == [(STRANGER, "schedule", "", "forbidden")]


def test_what_cannot_be_read(world: World) -> None:
    """A request with a fault is written down as what it seemed to be."""

    def broken() -> Wanted[Any]:
        raise Invalid(Phrase("no"), field="body")

    with pytest.raises(Invalid):
        ask(Desk(world.use_cases), world, broken)
    [entry] = world.entries_after(0)
    assert (entry.action, entry.result, entry.detail) == ("schedule", "invalid", "body")


def test_the_right_comes_before_the_steps(world: World) -> None:
    """Whom a verb is not for sees none of its steps done."""
    story, desk = Story(), Desk(world.use_cases)
    wanted = story.verb(right=Right.ADMIN)
    with pytest.raises(NotAllowed):
        ask(desk, world, wanted)
    assert story.told == []
    ask(desk, world, wanted, ADMIN)
    assert entries(world)[0] == (USER, "pause", "what it is about", "not-allowed")


def test_one_count_for_all_doors(world: World) -> None:
    """Too many requests are too many whichever doors they come through, and those that
    are refused from memory are told of, not written down.
    """
    told: list[Requested] = []
    story, desk = Story(), Desk(world.use_cases, told.append)
    doors = [Origin.IQ, Origin.COMMAND, Origin.WEB]

    def knock(number: int) -> None:
        asked = Asked(
            caller=world.caller(USER), door=doors[number % 3], action=Action.QUERY
        )
        wanted = story.verb(story.looking, action=Action.QUERY)
        asyncio.run(desk.ask(asked, lambda: wanted))

    for number in range(ALLOWED):
        knock(number)
    for number in range(ALLOWED, ALLOWED + 3):
        with pytest.raises(PolicyViolation):
            knock(number)
    assert len(story.told) == ALLOWED
    assert [one.door for one in told] == [doors[(ALLOWED + 1) % 3], doors[1]]
    assert {one.result for one in told} == {"policy-violation"}


def test_a_database_that_is_away(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be written down is told of, once."""
    told: list[Requested] = []
    story, desk = Story(), Desk(world.use_cases, told.append)

    def away(*_: Any, **__: Any) -> Any:
        raise Unavailable(Phrase("away"))

    monkeypatch.setattr(world.database, "call", away)
    with pytest.raises(Unavailable):
        ask(desk, world, story.verb())
    assert [(one.action, one.result) for one in told] == [("schedule", "unavailable")]


def test_too_many_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond what is carried out at once each is told to come again, and those that
    end make room.
    """
    monkeypatch.setattr("bot.desk.places.REQUESTS_AT_ONCE", 2)
    told: list[Requested] = []
    story, desk = Story(), Desk(world.use_cases, told.append)
    wanted = story.verb(story.looking, action=Action.QUERY)
    asked = Asked(caller=world.caller(ADMIN), door=Origin.IQ, action=Action.QUERY)

    async def crowd() -> list[Any]:
        waiting = [desk.ask(asked, lambda: wanted) for _ in range(4)]
        return await asyncio.gather(*waiting, return_exceptions=True)

    for _ in range(2):
        answers = asyncio.run(crowd())
        assert [isinstance(one, CarillonError) for one in answers] == [
            *(False, False, True, True)
        ]
    assert [one.result for one in told] == ["unavailable"] * 4


def test_what_is_cancelled_makes_room(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request that is cancelled half-way counts no longer, and what it had done by
    then is written down.
    """
    monkeypatch.setattr("bot.desk.places.REQUESTS_AT_ONCE", 1)
    story, desk = Story(), Desk(world.use_cases)
    asked = Asked(caller=world.caller(ADMIN), door=Origin.IQ, action=Action.PAUSE)

    def endless(_use_cases: UseCases, _caller: Caller, _: Plain) -> Steps[str]:
        yield Write(story.change, "a")
        while True:
            yield Pause(0.01)

    async def cancelled() -> Any:
        asking = asyncio.create_task(desk.ask(asked, lambda: story.verb(endless)))
        while not world.entries_after(0):  # noqa: ASYNC110 - the database has no event
            await asyncio.sleep(0.01)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        return await desk.ask(asked, story.verb)

    assert asyncio.run(cancelled()) == "AAC"
    assert [one[3] for one in entries(world)] == ["done", "done"]
