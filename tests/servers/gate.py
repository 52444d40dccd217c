"""A proxy for tests that do not run in an event loop: it has a thread of its own."""

import asyncio
import re
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from threading import Thread
from typing import Any, Self, TypeVar

from tests.servers.proxy import Direction, Proxy

T = TypeVar("T")

SECONDS = 60.0


class Gate:
    """`with Gate(server.component_port) as gate:`, then connect to `gate.port`."""

    def __init__(self, target_port: int) -> None:
        self._proxy = Proxy(target_port)
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever)
        self._stack = AsyncExitStack()
        self._reached: asyncio.Future[re.Match[bytes]] | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        self._run(self._stack.enter_async_context(self._proxy))
        self.port = self._proxy.port
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._run(self._stack.aclose())
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def stop_at(
        self, direction: Direction, pattern: bytes, *, passing: bool = False
    ) -> None:
        """As `Proxy.stop_at`."""

        async def stop() -> None:
            self._reached = self._proxy.stop_at(direction, pattern, passing=passing)

        self._run(stop())

    def reached(self) -> re.Match[bytes]:
        """What was found, once all stands still."""

        async def wait() -> re.Match[bytes]:
            assert self._reached is not None
            return await asyncio.wait_for(self._reached, SECONDS)

        return self._run(wait())

    def release(self) -> None:
        """Go on."""

        async def release() -> None:
            self._proxy.release("up")
            self._proxy.release("down")

        self._run(release())

    def abandon(self) -> None:
        """As `Proxy.abandon`."""

        async def abandon() -> None:
            self._proxy.abandon()

        self._run(abandon())

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()
