"""Looks at the running service that may take longer than somebody waits.

    asked      ─► one look for all who ask meanwhile
      done in time        ─► told
      not yet             ─► nothing is told; who asks again is told then, once

A client gives up after half a minute or less, and says that the service is broken.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.findings import Finding, Inspection

ANSWER_SECONDS = 8.0  #: that somebody waits
KEPT_SECONDS = 300.0  #: that what was found waits for whoever asked
MAX_WAITING = 100  #: people; beyond, whoever asked first asks anew


@dataclass(slots=True)
class _Look:
    task: asyncio.Task[Inspection]
    until: float


class Inspections:
    """`bot.service.ports.outside.Inspector`. `clock` is monotonic, in seconds."""

    def __init__(
        self,
        look: Callable[[], Awaitable[Sequence[Finding]]],
        now: Callable[[], datetime],
        clock: Callable[[], float],
        *,
        patience: float = ANSWER_SECONDS,
    ) -> None:
        self._look = look
        self._now = now
        self._clock = clock
        self._patience = patience
        self._running: asyncio.Task[Inspection] | None = None
        #: by whoever was not told yet, who asked first before the others
        self._waiting: dict[str, _Look] = {}

    async def look(self, person: str) -> Inspection | None:
        self._sweep()
        found = self._waiting.pop(person, None) or _Look(
            self._task(), self._clock() + KEPT_SECONDS
        )
        self._waiting[person] = found
        if len(self._waiting) > MAX_WAITING:
            del self._waiting[next(iter(self._waiting))]
        done, _ = await asyncio.wait({found.task}, timeout=self._patience)
        if not done:
            return None
        if self._waiting.get(person) is found:
            del self._waiting[person]
        return found.task.result()

    def _task(self) -> asyncio.Task[Inspection]:
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._inspect())
        return self._running

    async def _inspect(self) -> Inspection:
        return Inspection(at=self._now(), findings=tuple(await self._look()))

    def _sweep(self) -> None:
        now = self._clock()
        self._waiting = {
            person: one for person, one in self._waiting.items() if now < one.until
        }
