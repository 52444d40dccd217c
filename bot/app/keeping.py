"""Keeping what only one process of a service may have, while it is connected."""

import asyncio

from bot.engine.failures import Pauses
from bot.store.hold import Hold, Standing

#: seconds until a look that is not answered counts as the loss of the hold; fewer than
#: those after which the server gives it to another
PATIENCE = 8.0
#: seconds before the hold is taken again, at first and at most
_RETRIES = 0.5, 4.0


class HoldKeeper:
    def __init__(self, hold: Hold) -> None:
        self._hold = hold
        #: cleared while nobody can tell whether another process took over
        self.may_write = asyncio.Event()
        self.may_write.set()

    async def until_lost(self) -> None:
        """Until another process has it.

        While nobody can tell, as when the database is restarted, nothing is written.
        """
        pauses = Pauses(*_RETRIES)
        while (standing := await self._look()) is not Standing.THEIRS:
            if standing is Standing.OURS:
                self.may_write.set()
                pauses.reset()
                continue
            self.may_write.clear()
            await asyncio.sleep(pauses.next())
        self.may_write.clear()

    async def _look(self) -> Standing:
        looking = asyncio.ensure_future(asyncio.to_thread(self._hold.look))
        done, _ = await asyncio.wait({looking}, timeout=PATIENCE)
        if not done:
            self.may_write.clear()
            self._hold.cut()
        return await looking
