"""The one shape of every background loop: a step, again and again."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from bot.engine.wire import StreamLost

log = structlog.get_logger(__name__)

_FIRST_RETRY_SECONDS = 1.0
_LONGEST_RETRY_SECONDS = 30.0


class Loop:
    """Runs `step` at once when nudged, else after the seconds it returned.

    A step that raises is logged and tried again after a growing pause, so that
    a database that was away for a minute stops nothing for good.
    """

    def __init__(self, name: str, step: Callable[[], Awaitable[float]]) -> None:
        self.name = name
        self._step = step
        self._nudged = asyncio.Event()
        self._pause = _FIRST_RETRY_SECONDS
        #: steps that raised
        self.failures = 0

    def nudge(self) -> None:
        self._nudged.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self._nudged.clear()
            delay = await self._once()
            try:
                async with asyncio.timeout(delay):
                    await self._nudged.wait()
            except TimeoutError:
                pass

    async def _once(self) -> float:
        try:
            delay = await self._step()
        except StreamLost as lost:
            # The connection comes back by itself, so this is no failure of the step.
            # It pauses all the same: what this step writes may be what ends the stream.
            log.info("stream lost", loop=self.name, handled=lost.handled)
        except Exception:
            self.failures += 1
            log.exception("loop failed", loop=self.name, again_in=self._pause)
        else:
            self._pause = _FIRST_RETRY_SECONDS
            return delay
        delay, self._pause = self._pause, min(self._pause * 2, _LONGEST_RETRY_SECONDS)
        await asyncio.sleep(delay)
        return 0.0
