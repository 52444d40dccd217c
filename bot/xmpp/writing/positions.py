"""What was written on a stream, in order, and how much of it the server has taken.

A position is the number of stanzas before it. It starts at 0 and never wraps,
whatever the counter of the protocol that confirms it does (`acknowledgements`).
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.engine.wire import StreamLost


@dataclass(eq=False, slots=True)
class Pending:
    """A write under way: `bot.engine.wire.Barrier`.

    Its stanzas may lie in several ranges, for others speak in between.
    """

    ranges: list[range] = field(default_factory=list)
    settled: asyncio.Future[None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )
    closed: bool = False

    @property
    def is_lost(self) -> bool:
        return self.settled.done() and self.settled.exception() is not None

    async def wait(self) -> None:
        # Shielded: several may wait, and one that gives up must not end it for all.
        await asyncio.shield(self.settled)

    async def until_settled(self) -> None:
        await asyncio.wait({self.settled})

    @property
    def end(self) -> int:
        return self.ranges[-1].stop if self.ranges else 0

    def handled(self, acknowledged: int) -> int:
        """How many of its stanzas lie before a position."""
        return sum(
            min(max(acknowledged - part.start, 0), len(part)) for part in self.ranges
        )

    def settle(self, error: StreamLost | None = None) -> None:
        if self.settled.done():
            return
        if error is None:
            self.settled.set_result(None)
        else:
            self.settled.set_exception(error)
            # Retrieved here: a writer that was cancelled never asks for it.
            self.settled.exception()


class Positions:
    """Counts what is written, and keeps it while it may have to be sent again.

    `keep` is False where no session can be resumed: then the stanzas themselves are
    not kept.
    """

    def __init__(self, *, keep: bool) -> None:
        self.keep = keep
        self.written = 0
        self.acknowledged = 0
        self._bytes: deque[bytes] = deque()
        self._pending: list[Pending] = []

    @property
    def unacknowledged(self) -> Sequence[bytes]:
        """The stanzas to send again, in order; empty unless kept."""
        return tuple(self._bytes)

    def open(self) -> Pending:
        pending = Pending()
        self._pending.append(pending)
        return pending

    def record(self, stanzas: Sequence[bytes], pending: Pending | None = None) -> None:
        """Note stanzas at the moment that they are written."""
        start = self.written
        self.written += len(stanzas)
        if self.keep:
            self._bytes.extend(stanzas)
        if pending is not None:
            pending.ranges.append(range(start, self.written))

    def close(self, pending: Pending) -> None:
        """Nothing more belongs to this write."""
        pending.closed = True
        self._settle_reached()

    def acknowledge(self, position: int) -> None:
        """The server has taken everything before `position`.

        Raises ValueError for a position beyond what was written.
        """
        if position > self.written:
            raise ValueError(f"{position} acknowledged, {self.written} written")
        if position <= self.acknowledged:
            return
        if self.keep:
            for _ in range(position - self.acknowledged):
                self._bytes.popleft()
        self.acknowledged = position
        self._settle_reached()

    def lose(self, *, known: bool, blamed: bool) -> None:
        """Give up what is not acknowledged; `known` if it surely was not taken."""
        pending, self._pending = self._pending, []
        self._bytes.clear()
        for one in pending:
            handled = one.handled(self.acknowledged) if known else None
            one.settle(StreamLost(handled=handled, blamed=blamed))
        # The server counts on from what it took.
        self.written = self.acknowledged

    def _settle_reached(self) -> None:
        waiting = []
        for pending in self._pending:
            if pending.closed and pending.end <= self.acknowledged:
                pending.settle()
            else:
                waiting.append(pending)
        self._pending = waiting
