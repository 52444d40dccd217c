"""Bounces that come soon behind the last acknowledgement are in the report."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.engine.ledger import MAX_RECENT, QUIET, Ledger
from bot.service.delivery.outcomes import Bounce
from tests.world import World


def a_bounce(key: str, jid: str) -> Bounce:
    return Bounce(broadcast_key=key, jid=jid, condition="gone", error_type="cancel")


@pytest.fixture
def ledger(world: World) -> Ledger:
    return Ledger(world.database, world.chunk_progress, "w")


def at_once(ledger: Ledger, act: Callable[[], Awaitable[None]]) -> bool:
    """Whether a broadcast that ends behind `act` waits for no bounce."""

    async def go() -> bool:
        await act()
        waiting = asyncio.create_task(ledger.bounces_in("key"))
        await asyncio.sleep(0)
        at_once = waiting.done()
        waiting.cancel()
        return at_once

    return asyncio.run(go())


def test_each_one_is_waited_for(ledger: Ledger) -> None:
    """While its messages come back a broadcast's end waits, until they do no more."""
    came: list[float] = []

    async def go() -> float:
        clock = asyncio.get_running_loop().time
        for number in range(3):
            ledger.bounced(a_bounce("key", f"r{number}@example.org"))
            came.append(clock())
            if not number:
                ending = asyncio.create_task(ledger.bounces_in("key"))
            await asyncio.sleep(QUIET / 2)
        await ending
        return clock()

    assert asyncio.run(go()) >= came[-1] + QUIET


def test_others_keep_nobody_waiting(ledger: Ledger) -> None:
    """Nothing is waited for where messages of another broadcast come back."""

    async def act() -> None:
        ledger.bounced(a_bounce("other", "r0@example.org"))

    assert at_once(ledger, act)


def test_repeats_keep_nobody_waiting(ledger: Ledger) -> None:
    """Who returns the same message again and again holds up no report."""

    async def act() -> None:
        ledger.bounced(a_bounce("key", "r0@example.org"))
        await ledger.flush()
        await ledger.bounces_in("key")
        for _ in range(100):
            ledger.bounced(a_bounce("key", "r0@example.org"))

    assert at_once(ledger, act)


def test_what_is_known_is_bounded(ledger: Ledger) -> None:
    """Of the very many broadcasts of a year the latest are known."""

    async def act() -> None:
        for number in range(2 * MAX_RECENT):
            ledger.bounced(a_bounce(f"key{number}", f"r{number}@example.org"))

    assert at_once(ledger, act)
    assert len(ledger._last_bounce) == MAX_RECENT
