"""Looks at the servers for whose users messages are scheduled, again and again.

Whether each still holds such messages back: `bot.service.records.guarding`.
"""

import asyncio
from collections.abc import Awaitable, Callable

from bot.service.ports.outside import Database
from bot.service.ports.sights import Sight
from bot.service.records.guarding import Guarding

#: seconds between two looks; at each new session there is one, too
LOOK_SECONDS = 60.0


class Warden:
    """`look` gives what a server says of itself; None where it says nothing."""

    def __init__(
        self,
        database: Database,
        guarding: Guarding,
        look: Callable[[str], Awaitable[Sight | None]],
    ) -> None:
        self._database = database
        self._guarding = guarding
        self._look = look

    async def step(self) -> float:
        found = await asyncio.gather(*map(self._look, self._guarding.servers))
        sights = [sight for sight in found if sight is not None]
        await self._database.run(self._guarding.saw, sights)
        return LOOK_SECONDS
