"""A wire that is written to only while it is this process's turn.

Of the processes of one service one is connected. Where it lost what says that it is
the one (the database was restarted), it waits, with the session up, until it knows.
"""

import asyncio
from collections.abc import Sequence

from bot.domain.message import Announcement
from bot.engine.wire import Barrier, Delivery, Stencil, Wire


class Turnstile:
    """A `Wire` in front of a wire, open while `may_write` is set."""

    def __init__(self, wire: Wire, may_write: asyncio.Event) -> None:
        self._wire = wire
        self._may_write = may_write

    @property
    def is_ready(self) -> bool:
        return self._may_write.is_set() and self._wire.is_ready

    async def ready(self) -> None:
        while not self.is_ready:
            await self._may_write.wait()
            await self._wire.ready()

    def stencil(self, announcement: Announcement) -> Stencil:
        return self._wire.stencil(announcement)

    async def write(self, deliveries: Sequence[Delivery]) -> Barrier:
        await self._may_write.wait()
        return await self._wire.write(deliveries)

    async def echo(self) -> None:
        await self._wire.echo()
