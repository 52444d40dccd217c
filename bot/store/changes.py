"""Waking those who wait for the database to change.

A thread of the backend sees a commit and bumps the count; each `SqlWatch`
remembers the count it returned at, so that no change between two waits is lost.
"""

import asyncio
import contextlib
import threading
from collections.abc import Iterator


class Changes:
    """A count of changes that threads move on and event loops wait for."""

    def __init__(self) -> None:
        self.count = 0
        self._lock = threading.Lock()
        self._waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()

    def bump(self) -> None:
        """From any thread."""
        with self._lock:
            self.count += 1
            for loop, event in self._waiting:
                with contextlib.suppress(RuntimeError):  # a loop closed meanwhile
                    loop.call_soon_threadsafe(event.set)

    @contextlib.contextmanager
    def waiting(self) -> Iterator[asyncio.Event]:
        """An event of the running loop that is set at the next bump."""
        entry = (asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            self._waiting.add(entry)
        try:
            yield entry[1]
        finally:
            with self._lock:
                self._waiting.discard(entry)


class SqlWatch:
    """One waiter's view of the changes, from its making on."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._seen = changes.count

    async def changed(self, within: float) -> bool:
        with self._changes.waiting() as event:
            if self._seen == self._changes.count:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(within):
                        await event.wait()
            news = self._seen != self._changes.count
            self._seen = self._changes.count
            return news
