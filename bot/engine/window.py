"""How much of all chunks together may be on its way, and how fast it may leave."""

import asyncio
from collections import Counter, deque

from bot.domain.pacing import TokenBucket


class Window:
    """At most `size` messages written whose cursor is not committed yet."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._used = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def used(self) -> int:
        return self._used

    async def take(self, count: int) -> None:
        """Wait for room; who wants more than the whole window waits for all of it.

        Whoever is woken asks again, since others may have been quicker: there is no
        strict order among chunks.
        """
        while self._used and self._used + count > self.size:
            room: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(room)
            await room
        self._used += count

    def give(self, count: int) -> None:
        self._used -= count
        while self._waiting:
            room = self._waiting.popleft()
            if not room.done():
                room.set_result(None)


class Underway:
    """Messages of each broadcast that were written and are not recorded yet."""

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []

    def of(self, broadcast_id: int) -> int:
        return self._counts[broadcast_id]

    def add(self, broadcast_id: int, count: int) -> None:
        self._counts[broadcast_id] += count

    def remove(self, broadcast_id: int, count: int) -> None:
        """Recorded, or forgotten, since nobody will record them any more."""
        self._counts[broadcast_id] -= count
        if self._counts[broadcast_id] <= 0:
            del self._counts[broadcast_id]
            for waits_for, gone in self._waiting:
                if waits_for == broadcast_id and not gone.done():
                    gone.set_result(None)

    async def none_of(self, broadcast_id: int) -> None:
        """Wait until none of the broadcast are left."""
        while self._counts[broadcast_id]:
            gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append((broadcast_id, gone))
            try:
                await gone
            finally:
                self._waiting.remove((broadcast_id, gone))


class Pace:
    """The configured rate, over everything one process sends."""

    def __init__(self, rate: int) -> None:
        loop = asyncio.get_running_loop()
        self._bucket = TokenBucket(rate, burst=max(1, rate // 10), now=loop.time())

    async def take(self, wanted: int) -> int:
        """Wait until at least one message may leave; how many of `wanted` may."""
        loop = asyncio.get_running_loop()
        while True:
            granted = self._bucket.take(wanted, now=loop.time())
            if granted:
                return granted
            await asyncio.sleep(self._bucket.wait(wanted))
