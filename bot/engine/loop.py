"""The one shape of every background loop: a step, again and again."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from bot.engine.failures import Failures, Pauses
from bot.engine.wire import StreamLost

log = structlog.get_logger(__name__)


class Loop:
    """Runs `step` at once when nudged, else after the seconds it returned.

    A step that raises is tried again after a growing pause, so that a database that
    was away for a minute stops nothing for good.
    """

    def __init__(self, name: str, step: Callable[[], Awaitable[float]]) -> None:
        self.name = name
        self._step = step
        self._nudged = asyncio.Event()
        self._pauses = Pauses()
        self._failures = Failures("loop failed")
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
            pause = self._pauses.next()
        except Exception as error:  # noqa: BLE001 - told, and tried again
            self.failures += 1
            self._failures.tell(error, loop=self.name)
            pause = self._pauses.next()
        else:
            self._pauses.reset()
            return delay
        await asyncio.sleep(pause)
        return 0.0
