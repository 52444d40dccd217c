"""How many requests are under way at once: with a slow database more would only fill
the memory.

Whoever has a role of his own waits for no crowd: named people and all others have
places of their own, and of the others one person has a share.
"""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.desk.gate import has_role
from bot.domain.access import Caller
from bot.domain.errors import Unavailable
from bot.domain.phrase import Phrase

REQUESTS_AT_ONCE = 500  #: of named people together; of all others together
REQUESTS_OF_ONE = 50  #: of one of the others


class Places:
    def __init__(self) -> None:
        self._named = 0
        self._others: Counter[str] = Counter()

    @asynccontextmanager
    async def place(self, caller: Caller) -> AsyncIterator[None]:
        """One of the caller's; raises Unavailable where there is none."""
        if self._is_full(caller):
            raise too_many()
        self._count(caller, 1)
        try:
            yield
        finally:
            self._count(caller, -1)

    def _is_full(self, caller: Caller) -> bool:
        if has_role(caller):
            return self._named >= REQUESTS_AT_ONCE
        return (
            self._others[caller.owner] >= REQUESTS_OF_ONE
            or self._others.total() >= REQUESTS_AT_ONCE
        )

    def _count(self, caller: Caller, one: int) -> None:
        if has_role(caller):
            self._named += one
            return
        self._others[caller.owner] += one
        self._others += Counter()  # without those who have none


def too_many() -> Unavailable:
    """There is no room for one more."""
    return Unavailable(Phrase("Too many ask at once; ask again in a moment."))
