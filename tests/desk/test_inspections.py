"""A look that takes longer than somebody waits."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime
from functools import wraps
from typing import Any

import pytest

from bot.desk.inspections import KEPT_SECONDS, MAX_WAITING, Inspections
from bot.domain.findings import Finding, Result
from bot.domain.phrase import Phrase

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FOUND = (Finding("disk", Result.OK, Phrase("room")),)


def ran(test: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    """In an event loop of its own."""

    @wraps(test)
    def run() -> None:
        asyncio.run(test())

    return run


class Look:
    """Ends when the test wants it."""

    def __init__(self) -> None:
        self.begun = 0
        self.end = asyncio.Event()
        self.fails = False

    async def __call__(self) -> Sequence[Finding]:
        self.begun += 1
        await self.end.wait()
        if self.fails:
            raise OSError("away")
        return FOUND


class Clock:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


async def over(found: Inspections) -> None:
    assert found._running is not None
    await asyncio.wait({found._running})


def inspections(look: Look, clock: Clock, patience: float = 0.0) -> Inspections:
    return Inspections(look, lambda: NOW, clock, patience=patience)


@ran
async def test_told_at_once() -> None:
    """One that ends in time; the next time it is looked anew."""
    look = Look()
    look.end.set()
    found = inspections(look, Clock(), patience=60)
    for turn in (1, 2):
        told = await found.look("a@x.example")
        assert told is not None
        assert (told.at, told.findings) == (NOW, FOUND)
        assert look.begun == turn


@ran
async def test_told_later() -> None:
    """Who asks again is told what was found meanwhile, once; others who asked while
    it went on share the look.
    """
    look = Look()
    found = inspections(look, Clock())
    assert await found.look("a@x.example") is None
    assert await found.look("b@x.example") is None
    assert await found.look("a@x.example") is None
    assert look.begun == 1
    look.end.set()
    await over(found)
    for person in ("a@x.example", "b@x.example"):
        assert await found.look(person) is not None
    assert look.begun == 1
    await found.look("a@x.example")
    assert look.begun == 2


@ran
async def test_kept_for_minutes() -> None:
    """What nobody came back for is not told as news later."""
    look, clock = Look(), Clock()
    found = inspections(look, clock)
    assert await found.look("a@x.example") is None
    look.end.set()
    await over(found)
    clock.seconds = KEPT_SECONDS
    await found.look("a@x.example")
    assert look.begun == 2


@ran
async def test_a_look_that_fails() -> None:
    """Whoever waits hears of it, and the next look is another."""
    look = Look()
    look.fails = True
    look.end.set()
    found = inspections(look, Clock(), patience=60)
    with pytest.raises(OSError, match="away"):
        await found.look("a@x.example")
    look.fails = False
    assert await found.look("a@x.example") is not None


@ran
async def test_bounded() -> None:
    look = Look()
    found = inspections(look, Clock())
    for number in range(2 * MAX_WAITING):
        assert await found.look(f"a{number}@x.example") is None
    assert len(found._waiting) == MAX_WAITING
    assert look.begun == 1
