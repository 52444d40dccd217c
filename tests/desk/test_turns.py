"""Requests that wait for their turn: nobody's flood is in another's way."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.desk import turns
from bot.desk.turns import AT_ONCE, OF_ONE, Turns
from bot.domain.access import Caller, Role
from bot.domain.errors import Unavailable


def person(name: str) -> Caller:
    return Caller(owner=f"{name}@example.org", role=Role.USER)


class Flood:
    """Requests that, once under way, go on until they are told to end."""

    def __init__(self, found: Turns) -> None:
        self._turns = found
        self.under_way: list[str] = []
        self.tasks: list[asyncio.Task[None]] = []
        self._end = asyncio.Event()

    def begin(self, name: str, count: int = 1) -> None:
        self.tasks += [
            asyncio.create_task(self._request(person(name))) for _ in range(count)
        ]

    async def end(self) -> None:
        self._end.set()
        await asyncio.gather(*self.tasks)

    async def _request(self, caller: Caller) -> None:
        async with self._turns.place(caller):
            self.under_way.append(caller.owner.partition("@")[0])
            await self._end.wait()


@asynccontextmanager
async def flood() -> AsyncIterator[tuple[Turns, Flood]]:
    """Nothing of it is remembered afterwards."""
    found = Turns()
    people = Flood(found)
    try:
        yield found, people
    finally:
        await people.end()
    people.tasks.clear()
    gc.collect()
    assert (found._waiting, len(found._lines)) == (0, 0)


async def settle() -> None:
    """Until whoever may begin has begun."""
    for _ in range(10):
        await asyncio.sleep(0)


def test_one_flood() -> None:
    """However many one person sends, another's is under way at once."""

    async def scenario() -> None:
        async with flood() as (_, people):
            people.begin("eve", 5_000)
            await settle()
            assert people.under_way == ["eve"] * OF_ONE
            people.begin("bob")
            await settle()
            assert people.under_way[OF_ONE:] == ["bob"]

    asyncio.run(scenario())


def test_many_floods() -> None:
    """Behind many at once he waits for one of each only."""

    async def scenario() -> None:
        async with flood() as (_, people):
            crowd = [f"eve{number}" for number in range(AT_ONCE // OF_ONE + 1)]
            for name in crowd:
                people.begin(name, 500)
            people.begin("bob")
            await settle()
            assert len(people.under_way) == AT_ONCE
            await people.end()
            before_him = people.under_way.index("bob")
            assert before_him <= OF_ONE * len(crowd)

    asyncio.run(scenario())


def test_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """One person may not take all of it; what is beyond is refused, and the next is
    taken once there is room.
    """
    monkeypatch.setattr(turns, "WAITING", 50)
    monkeypatch.setattr(turns, "WAITING_OF_ONE", 30)

    async def refused(found: Turns, name: str) -> bool:
        try:
            async with found.place(person(name)):
                return False
        except Unavailable:
            return True

    async def scenario() -> None:
        async with flood() as (found, people):
            people.begin("eve", 30)
            await settle()
            assert await refused(found, "eve")
            assert not await refused(found, "bob")
            people.begin("ann", 20)
            await settle()
            assert await refused(found, "bob")
            await people.end()
            assert not await refused(found, "eve")

    asyncio.run(scenario())
