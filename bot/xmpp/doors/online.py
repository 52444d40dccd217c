"""Who is online, as far as presence says it to us: kept in memory alone.

    available      there, with that resource
    unavailable    that resource is gone; the bare address: all of them
    probe          somebody's server asks for us at his login: there, for a day at most

Only people who stand on a list are kept; whoever else sends presence is looked up
once, and forgotten. To most of our readers we have no subscription, so that their
servers tell us when they come (the probe) and not when they go. With each session an
account is told anew by its server. A component is not, and does not ask by probes of
its own: to those for whom it has no subscription the answer is `unsubscribed` (RFC
6121 §4.3.2), as if they left. So it takes what it knew for true, for a day.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Collection

from bot.domain.errors import Unavailable
from bot.service.ports.outside import Database
from bot.service.ports.unit_of_work import UnitOfWork

MAX_ONLINE = 50_000  #: people; whoever came first is forgotten first
MAX_RESOURCES = 20  #: of one person
MAX_NEW = 10_000  #: people who were not looked up yet
LOOKED_UP_AT_ONCE = 500  #: people
BELIEVED_SECONDS = 24 * 3600.0  #: that a login counts whose end nobody tells

log = logging.getLogger(__name__)

#: stands for the resource of a login of which only a probe told
_BY_PROBE = 0


class Online:
    """`bot.service.ports.outside.Presences`. `note` and `probed` cost no transaction;
    `run()` looks up who is new. `clock` is monotonic, in seconds.
    """

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock
        #: by bare JID: hash of the resource, which may be long -> until when it counts
        self._there: OrderedDict[str, dict[int, float]] = OrderedDict()
        self._new: dict[str, dict[int, float]] = {}
        self._news = asyncio.Event()

    def online(self) -> Collection[str]:
        now = self._clock()
        return frozenset(
            jid
            for jid, resources in self._there.items()
            if any(until > now for until in resources.values())
        )

    def note(self, bare: str, resource: str) -> None:
        """Available presence."""
        self._add(bare, hash(resource), float("inf"))

    def probed(self, bare: str) -> None:
        self._add(bare, _BY_PROBE, self._clock() + BELIEVED_SECONDS)

    def gone(self, bare: str, resource: str) -> None:
        """Unavailable presence; '' for the resource: of all."""
        for kept in (self._there, self._new):
            resources = kept.get(bare)
            if resources is None:
                continue
            resources.pop(hash(resource), None)
            # who goes tells so only where he told that he came
            resources.pop(_BY_PROBE, None)
            if not resource or not resources:
                del kept[bare]

    def session(self, *, told_anew: bool) -> None:
        """A new session; who went meanwhile is not told of."""
        self._new.clear()
        if told_anew:
            self._there.clear()
        until = self._clock() + BELIEVED_SECONDS
        for resources in self._there.values():
            for resource, before in resources.items():
                resources[resource] = min(before, until)

    def _add(self, bare: str, resource: int, until: float) -> None:
        resources = self._there.get(bare)
        if resources is None:
            if bare not in self._new and len(self._new) >= MAX_NEW:
                return
            resources = self._new.setdefault(bare, {})
            self._news.set()
        if resource in resources or len(resources) < MAX_RESOURCES:
            resources[resource] = until

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._news.wait()
            some = list(self._new)[:LOOKED_UP_AT_ONCE]
            try:
                known = await self._database.read(_standing, some)
            except Unavailable as error:
                log.debug("presence not kept: %s", error.text)
                known = []
            except Exception:
                log.exception("presence not kept")
                known = []
            self._settle(some, frozenset(known))
            if not self._new:
                self._news.clear()

    def _settle(self, some: Collection[str], known: frozenset[str]) -> None:
        for jid in some:
            resources = self._new.pop(jid, None)
            if resources is None or jid not in known:
                continue
            self._there[jid] = resources
            if len(self._there) > MAX_ONLINE:
                self._there.popitem(last=False)


def _standing(uow: UnitOfWork, jids: Collection[str]) -> list[str]:
    return uow.subscriptions.standing(jids)
