"""A clock that tests move, and a wire whose losses tests decide."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.message import Announcement
from bot.engine.wire import Delivery, Stencil, StreamLost

#: seconds that a lost stream is down
RECONNECT = 0.01


class FakeClock:
    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def advance(self, **by: float) -> None:
        """Move on by the keywords of `timedelta`."""
        self._now += timedelta(**by)

    def set(self, moment: datetime) -> None:
        self._now = moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """The server takes the first `taken` of a write, then the stream ends."""

    taken: int
    #: whether anybody can tell afterwards how many (XEP-0198)
    known: bool = False
    #: the server closed it over the content
    blamed: bool = False


@dataclass(frozen=True, slots=True)
class FakeStencil:
    announcement: Announcement

    def fill(self, to: str, stanza_id: str, original: str = "") -> bytes:
        return f"{to} {stanza_id} {original}".encode()


@dataclass(eq=False, slots=True)
class FakeBarrier:
    size: int
    settled: asyncio.Future[None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    @property
    def is_lost(self) -> bool:
        return self.settled.done() and self.settled.exception() is not None

    async def wait(self) -> None:
        await asyncio.shield(self.settled)

    def acknowledge(self) -> None:
        if not self.settled.done():
            self.settled.set_result(None)

    def lose(self, *, handled: int | None, blamed: bool) -> None:
        if not self.settled.done():
            self.settled.set_exception(StreamLost(handled=handled, blamed=blamed))
            self.settled.exception()


Fate = Callable[[Sequence[Delivery]], Loss | None]


class FakeWire:
    """Takes every write at once, unless `fate` makes it lose the stream.

    A lost stream is up again after `RECONNECT`. With `hold`, barriers wait
    for `acknowledge`.
    """

    def __init__(self, fate: Fate = lambda _: None, *, hold: bool = False) -> None:
        self.fate = fate
        self.hold = hold
        #: what the server has taken, in order: (recipient, id)
        self.taken: list[tuple[str, str]] = []
        #: the size of each write
        self.writes: list[int] = []
        self.losses = 0
        #: the most messages that were on their way at once
        self.most = 0
        #: what every recipient's announcement was, by recipient
        self.announcements: dict[str, Announcement] = {}
        self.on_echo: Callable[[], None] = lambda: None
        self._waiting: list[FakeBarrier] = []
        self._up = asyncio.Event()
        self._up.set()

    @property
    def is_ready(self) -> bool:
        return self._up.is_set()

    async def ready(self) -> None:
        await self._up.wait()

    def stencil(self, announcement: Announcement) -> Stencil:
        return FakeStencil(announcement)

    async def write(self, deliveries: Sequence[Delivery]) -> FakeBarrier:
        await asyncio.sleep(0)
        if not self.is_ready:
            raise StreamLost(handled=0, blamed=False)
        self.writes.append(len(deliveries))
        barrier = FakeBarrier(len(deliveries))
        loss = self.fate(deliveries)
        taken = deliveries if loss is None else deliveries[: loss.taken]
        for one in taken:
            self.taken.append((one.to, one.id))
            if isinstance(one.stencil, FakeStencil):
                self.announcements[one.to] = one.stencil.announcement
        self._waiting = [one for one in self._waiting if not one.settled.done()]
        self._waiting.append(barrier)
        self.most = max(self.most, sum(one.size for one in self._waiting))
        if loss is not None:
            self._lose(barrier, loss)
        elif not self.hold:
            asyncio.get_running_loop().call_soon(barrier.acknowledge)
        return barrier

    async def echo(self) -> None:
        """What bounced comes back now."""
        self.on_echo()

    def acknowledge(self, count: int | None = None) -> None:
        """The oldest `count` writes; None: all that wait."""
        waiting = [one for one in self._waiting if not one.settled.done()]
        for barrier in waiting[:count]:
            barrier.acknowledge()

    def down(self) -> None:
        """The connection ends, and nobody can tell what was taken."""
        self._up.clear()
        self.losses += 1
        for barrier in self._waiting:
            barrier.lose(handled=None, blamed=False)
        self._waiting.clear()

    def up(self) -> None:
        self._up.set()

    def _lose(self, barrier: FakeBarrier, loss: Loss) -> None:
        self._up.clear()
        self.losses += 1
        for earlier in self._waiting[:-1]:
            if loss.known:
                earlier.acknowledge()
            else:
                earlier.lose(handled=None, blamed=loss.blamed)
        handled = loss.taken if loss.known else None
        barrier.lose(handled=handled, blamed=loss.blamed)
        self._waiting.clear()
        asyncio.get_running_loop().call_later(RECONNECT, self._up.set)
