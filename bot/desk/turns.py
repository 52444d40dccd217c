"""Requests that wait for their turn: what a server hands over for its people.

Somebody's own requests come one after the other, and whoever asks too much at once is
refused (`places`). A server hands over what all of its people have sent, as fast as
they have; it waits for each answer, and bounces what is refused. So these wait here.
How many are too many from one person his limits say.

OF_ONE          of one person under way at once, so that nobody keeps others waiting
AT_ONCE         of all people
WAITING         under way or not: more would only fill the memory; as many as a server's
                module waits for
WAITING_OF_ONE  of one person, so that nobody leaves others no room
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from bot.desk.places import too_many
from bot.domain.access import Caller

OF_ONE = 20
AT_ONCE = 100
WAITING = 20_000
WAITING_OF_ONE = 10_000


class _Line:
    """One person's, there as long as somebody stands in it."""

    def __init__(self) -> None:
        self.waiting = 0
        self.turn = asyncio.Semaphore(OF_ONE)


class Turns:
    def __init__(self) -> None:
        self._of_all = asyncio.Semaphore(AT_ONCE)
        self._lines: WeakValueDictionary[str, _Line] = WeakValueDictionary()
        self._waiting = 0

    @asynccontextmanager
    async def place(self, caller: Caller) -> AsyncIterator[None]:
        """The caller's next; raises Unavailable where too many wait already."""
        line = self._lines.setdefault(caller.owner, _Line())
        if self._waiting >= WAITING or line.waiting >= WAITING_OF_ONE:
            raise too_many()
        self._waiting += 1
        line.waiting += 1
        try:
            async with line.turn, self._of_all:
                yield
        finally:
            self._waiting -= 1
            line.waiting -= 1
