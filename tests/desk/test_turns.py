"""What a server hands over waits for its turn, where others' requests are refused."""

import asyncio
import gc
from typing import Any

import pytest

from bot.desk.turns import Turns
from bot.domain.access import Caller, Role
from bot.domain.errors import Unavailable


def a_caller(name: str) -> Caller:
    return Caller(owner=f"{name}@example.org", role=Role.USER)


class Crowd:
    """Who is under way, each until he is let go."""

    def __init__(self) -> None:
        self.turns = Turns()
        self.under_way: list[str] = []
        self.ended: list[str] = []
        self._go: dict[str, asyncio.Event] = {}

    def go(self, name: str) -> None:
        self._go.setdefault(name, asyncio.Event()).set()

    async def ask(self, name: str) -> None:
        async with self.turns.place(a_caller(name)):
            self.under_way.append(name)
            await self._go.setdefault(name, asyncio.Event()).wait()
            self.under_way.remove(name)
            self.ended.append(name)


async def settled() -> None:
    """All that can go on has gone on."""
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.desk.turns.OF_ONE", 2)
    monkeypatch.setattr("bot.desk.turns.WAITING", 7)


def run(scenario: Any) -> None:
    asyncio.run(scenario())


def test_nobody_is_refused() -> None:
    """Each comes to his turn, the first first, a few of one person at once; another
    waits for none of them.
    """

    async def scenario() -> None:
        crowd = Crowd()
        many = [asyncio.create_task(crowd.ask("anna")) for _ in range(5)]
        await settled()
        other = asyncio.create_task(crowd.ask("bert"))
        await settled()
        assert crowd.under_way == ["anna", "anna", "bert"]
        crowd.go("bert")
        await other
        assert crowd.ended == ["bert"]
        crowd.go("anna")
        await asyncio.gather(*many)
        assert crowd.ended == ["bert", *5 * ["anna"]]

    run(scenario)


def test_too_many_wait() -> None:
    """Whoever comes then is refused; where one is cancelled there is room again."""

    async def scenario() -> None:
        crowd = Crowd()
        waiting = [asyncio.create_task(crowd.ask("anna")) for _ in range(7)]
        await settled()
        with pytest.raises(Unavailable):
            await crowd.ask("bert")
        for one in (waiting[0], waiting[-1]):
            one.cancel()
        await settled()
        assert crowd.under_way.count("anna") == 2 + 1  # the cancelled never left
        crowd.go("bert")
        await crowd.ask("bert")
        crowd.go("anna")
        await asyncio.gather(*waiting, return_exceptions=True)
        assert crowd.ended == ["bert", *5 * ["anna"]]

    run(scenario)


def test_many_floods(monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind several people who send much, one waits for a few of each only."""
    monkeypatch.setattr("bot.desk.turns.AT_ONCE", 6)
    monkeypatch.setattr("bot.desk.turns.WAITING", 100)
    names = [f"anna{number}" for number in range(4)]

    async def scenario() -> None:
        crowd = Crowd()
        many = [asyncio.create_task(crowd.ask(name)) for name in names * 10]
        await settled()
        other = asyncio.create_task(crowd.ask("bert"))
        await settled()
        assert len(crowd.under_way) == 6
        for name in (*names, "bert"):
            crowd.go(name)
        await asyncio.gather(*many, other)
        assert crowd.ended.index("bert") <= 2 * len(names)

    run(scenario)


def test_one_leaves_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """One person alone may not take all of it; nobody is remembered afterwards."""
    monkeypatch.setattr("bot.desk.turns.WAITING_OF_ONE", 4)

    async def scenario() -> None:
        crowd = Crowd()
        crowd.go("bert")
        many = [asyncio.create_task(crowd.ask("anna")) for _ in range(4)]
        await settled()
        with pytest.raises(Unavailable):
            await crowd.ask("anna")
        await crowd.ask("bert")
        crowd.go("anna")
        await asyncio.gather(*many)
        await crowd.ask("anna")
        many.clear()
        gc.collect()
        assert (crowd.turns._waiting, len(crowd.turns._lines)) == (0, 0)

    run(scenario)
