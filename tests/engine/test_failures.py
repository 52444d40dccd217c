"""What fails again and again, in the log and in its pauses."""

import asyncio

import pytest
import structlog.testing

from bot.domain.errors import Unavailable
from bot.domain.phrase import Phrase
from bot.engine.failures import LONGEST_PAUSE, QUIET, Failures, Pauses
from bot.engine.loop import Loop


def mistake() -> Exception:
    try:
        raise KeyError("x")  # noqa: TRY301 - its traceback is wanted
    except KeyError as error:
        return error


def test_a_mistake_is_told_once_a_minute() -> None:
    """The first with its traceback; its repeats are counted."""
    now = 0.0
    failures = Failures("it failed", lambda: now)
    with structlog.testing.capture_logs() as lines:
        for _ in range(130):
            failures.tell(mistake(), loop="x")
            now += 1.0
    assert [line.get("repeats") for line in lines] == [None, QUIET - 1, QUIET - 1]
    assert all(line["event"] == "it failed" and line["loop"] == "x" for line in lines)
    assert all(isinstance(line["exc_info"], KeyError) for line in lines)


def test_another_mistake_is_told_too() -> None:
    """What fails elsewhere, or otherwise, is no repeat."""
    failures = Failures("it failed")
    with structlog.testing.capture_logs() as lines:
        for error in (mistake(), ValueError(), mistake(), TypeError()):
            failures.tell(error)
    assert len(lines) == 3


def test_an_outage_is_told_elsewhere() -> None:
    """A loop without its database says nothing, and counts."""

    async def step() -> float:
        raise Unavailable(Phrase("It is away."))

    loop = Loop("x", step)

    async def go() -> None:
        running = asyncio.create_task(loop.run())
        while not loop.failures:  # noqa: ASYNC110 - of a loop's first step
            await asyncio.sleep(0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    with structlog.testing.capture_logs() as lines:
        asyncio.run(go())
    assert lines == []


def test_pauses_grow() -> None:
    """Up to some seconds; a success starts them anew."""
    pauses = Pauses()
    assert [pauses.next() for _ in range(5)] == [1, 2, 4, LONGEST_PAUSE, LONGEST_PAUSE]
    pauses.reset()
    assert pauses.next() == pytest.approx(1)
