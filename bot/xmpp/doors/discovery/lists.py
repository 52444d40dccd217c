"""The lists as discovery shows them, each asker those that he may know of.

a component's list    an address of its own: an item, with disco#info there
an account's list     a node of the one address: an item, with disco#info there

docs/conformance.md, Discovery and delivery: items
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping

from slixmpp import JID

from bot.domain.access import Caller, Role
from bot.domain.errors import CarillonError, Forbidden
from bot.domain.lists import AnnouncementList
from bot.service.ports.outside import Database
from bot.service.readers.subscribers import Subscribers
from bot.service.rules.policy import Policy
from bot.xmpp.doors.callers import caller_of
from bot.xmpp.doors.discovery.disco import Item

log = logging.getLogger(__name__)

Names = frozenset[str]

#: that what one asker may see is taken to be so
FRESH_SECONDS = 2.0
MAX_ASKERS = 1_000  #: remembered; the longest silent is forgotten first
MAX_LOOKUPS = 100  #: under way; whoever asks meanwhile is not shown closed lists


class ListDirectory:
    """`lists`: by name, as they were when the session began; `name`: its own.

    Whoever asks costs no transaction but for closed lists, and of these one person one
    in a while; `clock` is monotonic, in seconds.
    """

    def __init__(
        self,
        database: Database,
        subscribers: Subscribers,
        policy: Policy,
        lists: Mapping[str, AnnouncementList],
        name: str,
        clock: Callable[[], float],
    ) -> None:
        self._database = database
        self._subscribers = subscribers
        self._policy = policy
        self._lists = lists
        self._name = name
        self._clock = clock
        self._has_closed = any(one.is_closed for one in lists.values())
        #: what each asker found a moment ago, or is finding now
        self._seen: OrderedDict[str, tuple[float, asyncio.Future[Names]]] = (
            OrderedDict()
        )
        self._looking = 0

    def addresses(self) -> Mapping[str, str]:
        """JID -> name, of whatever has an address."""
        addresses = self._policy.addresses
        found = {addresses.service: self._name}
        if addresses.lists_have_addresses:
            found |= {
                addresses.of_list(one.name): one.title for one in self._lists.values()
            }
        return found

    def nodes(self) -> Mapping[str, str]:
        """Node -> name, of the lists without an address of their own."""
        if self._policy.addresses.lists_have_addresses:
            return {}
        return {name: entry.title for name, entry in self._lists.items()}

    async def knows(self, asker: str, jid: JID, node: str) -> bool:
        """Whether there is anything at an address (an account's node) for the asker.

        Closed lists are looked up, for who stands on them changes; others are not.
        """
        addresses = self._policy.addresses
        address = addresses.meant(jid.full)
        if address == addresses.service:
            entry = self._lists.get(node)
            if addresses.lists_have_addresses or entry is None:
                return True
        else:
            entry = self._lists.get(addresses.list_at(address) or "")
        if entry is None or not entry.is_closed:
            return entry is not None
        return entry.name in await self._visible(asker)

    async def items(self, asker: str) -> Iterable[Item]:
        """The lists that the asker may see, as disco#items of the service."""
        addresses = self._policy.addresses
        visible = await self._visible(asker)
        return [
            Item(
                jid=addresses.of_list(one.name),
                node=None if addresses.lists_have_addresses else one.name,
                name=one.title,
            )
            for one in self._lists.values()
            if one.name in visible
        ]

    async def _visible(self, asker: str) -> Names:
        """The names of the lists that the asker may see."""
        try:
            caller = caller_of(asker, self._policy)
        except Forbidden:
            return frozenset()
        if caller.role is Role.STRANGER:
            return frozenset()
        if not self._has_closed:
            return frozenset(self._lists)
        return await asyncio.shield(self._found(caller))

    def _found(self, caller: Caller) -> "asyncio.Future[Names]":
        now = self._clock()
        at, finding = self._seen.pop(caller.owner, (now, None))
        if finding is None or now - at >= FRESH_SECONDS:
            at, finding = now, asyncio.ensure_future(self._find(caller))
        self._seen[caller.owner] = at, finding
        if len(self._seen) > MAX_ASKERS:
            self._seen.popitem(last=False)
        return finding

    async def _find(self, caller: Caller) -> Names:
        if self._looking < MAX_LOOKUPS:
            self._looking += 1
            try:
                found = await self._database.read(self._subscribers.visible, caller)
                return frozenset(entry.name for entry in found)
            except CarillonError as error:
                log.debug("closed lists are not shown: %s", error.text)
            finally:
                self._looking -= 1
        return frozenset(
            name for name, entry in self._lists.items() if not entry.is_closed
        )
