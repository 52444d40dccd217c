"""Joins and leaves on their way to the database: in order, and never forgotten.

    stanza ─► arrived, for a moment ─► the spool ─► a transaction ─► the answer

Nobody tells us again that he has left, so nothing of it is kept in memory alone: what
one read from the stream brought is in the spool before the next is looked at. A
transaction that fails since the database is away is tried again, and what comes after
it waits: the last that a person did counts. Probes, which ask and change nothing, wait
behind all of that in memory, and too many are dropped.
"""

import asyncio
import logging
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

from bot.domain.errors import Unavailable
from bot.service.ports.spool import Move, Spool

log = logging.getLogger(__name__)

RETRY_SECONDS = 1.0  #: before the database is asked again
LATE_SECONDS = 5.0  #: before it is told that they wait
AT_ONCE = 20  #: moves between two looks at who asks
MAX_PROBES = 10_000  #: that wait
MAX_PROBES_OF_ONE = 50  #: of one bare JID


class Probe(NamedTuple):
    """Somebody asks whether he stands on the list of an address."""

    jid: str
    address: str
    #: with its resource: the answer may go to one session
    asker: str


class Moves:
    """`handle` and `answer` raise Unavailable where the database is away; `ready` waits
    until a session can tell people that they joined.
    """

    def __init__(
        self,
        spool: Spool,
        handle: Callable[[Move], Awaitable[None]],
        answer: Callable[[Probe], Awaitable[None]],
        ready: Callable[[], Awaitable[None]],
    ) -> None:
        self._spool = spool
        self._handle, self._answer, self._ready = handle, answer, ready
        self._arrived: dict[tuple[str, str], Move] = {}
        self._probes: OrderedDict[Probe, None] = OrderedDict()
        self._probes_of: Counter[str] = Counter()
        self._news = asyncio.Event()
        self._news.set()  # what an earlier process left
        #: the first in the row is not done, and that takes long
        self.held = False
        self._probes_dropped = 0

    @property
    def waiting(self) -> int:
        return len(self._arrived) + self._spool.waiting

    @property
    def dropped(self) -> Mapping[str, int]:
        """By kind, those that there was no room for."""
        joins, leaves = self._spool.dropped
        return {"join": joins, "leave": leaves, "probe": self._probes_dropped}

    def add(self, move: Move) -> None:
        if not self._arrived:
            asyncio.get_running_loop().call_soon(self.keep)
        key = (move.jid, move.address)
        earlier = self._arrived.pop(key, None)
        self._arrived[key] = move if earlier is None else earlier.then(move)

    def keep(self) -> None:
        """Put what has arrived into the spool."""
        arrived, self._arrived = list(self._arrived.values()), {}
        if arrived:
            self._spool.put(arrived)
            self._news.set()

    def ask(self, probe: Probe) -> None:
        if probe in self._probes:
            return
        most_of_one = self._probes_of[probe.jid] >= MAX_PROBES_OF_ONE
        if most_of_one or len(self._probes) >= MAX_PROBES:
            self._probes_dropped += 1
            return
        self._probes[probe] = None
        self._probes_of[probe.jid] += 1
        self._news.set()

    def concerns(self, jid: str) -> bool:
        """Whether this person does something that is not done yet."""
        arrived = any(theirs == jid for theirs, _ in self._arrived)
        return arrived or self._spool.concerns(jid)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._news.wait()
            self._news.clear()
            while moves := self._spool.first(AT_ONCE):
                for move in moves:
                    await self._settle(move)
                    self._spool.done(move)
                await self._answer_some()
            while self._probes:
                await self._answer_some()

    async def _settle(self, move: Move) -> None:
        """As often as it takes."""
        while True:
            if move.joins:  # or the answer would be lost
                await self._ready()
            try:
                await self._attempt(move)
            except Unavailable:
                await self._hold()
                await asyncio.sleep(RETRY_SECONDS)
                continue
            except Exception:
                log.exception("a join or leave is not done")
            if self.held:
                self.held = False
                log.info("joins and leaves wait no more: %d to be done", self.waiting)
            return

    async def _attempt(self, move: Move) -> None:
        """Told of where it takes long: to find a database away may take a minute."""
        work = asyncio.ensure_future(self._handle(move))
        try:
            done, _ = await asyncio.wait({work}, timeout=LATE_SECONDS)
            if not done:
                await self._hold()
            await work
        finally:
            work.cancel()

    async def _hold(self) -> None:
        """What for, the database tells."""
        if not self.held:
            log.warning("joins and leaves wait for the database")
        self.held = True
        self._spool.restore()
        await asyncio.to_thread(self._spool.secure)

    async def _answer_some(self) -> None:
        """Of whoever moves the answer to that says the same."""
        for _ in range(min(AT_ONCE, len(self._probes))):
            probe, _ = self._probes.popitem(last=False)
            self._probes_of[probe.jid] -= 1
            if not self._probes_of[probe.jid]:
                del self._probes_of[probe.jid]
            if self.concerns(probe.jid):
                continue
            try:
                await self._answer(probe)
            except Unavailable as error:
                log.debug("a probe is not answered: %s", error.text)
            except Exception:
                log.exception("a probe is not answered")
