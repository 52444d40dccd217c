"""The lists as discovery shows them, each asker those that he may know of.

a component's list    an address of its own: an item, with disco#info there
an account's list     a node of the one address: an item, with disco#info there

docs/conformance.md, Discovery and delivery: items
"""

import logging
from collections.abc import Iterable, Mapping

from slixmpp import JID

from bot.domain.errors import CarillonError
from bot.domain.lists import AnnouncementList
from bot.service.ports.outside import Database
from bot.service.readers.subscribers import Subscribers
from bot.service.rules.policy import Policy
from bot.xmpp.doors.callers import caller_of
from bot.xmpp.doors.discovery.disco import Item

log = logging.getLogger(__name__)


class ListDirectory:
    """`lists`: by name, as they were when the service started; `name`: its own."""

    def __init__(
        self,
        database: Database,
        subscribers: Subscribers,
        policy: Policy,
        lists: Mapping[str, AnnouncementList],
        name: str,
    ) -> None:
        self._database = database
        self._subscribers = subscribers
        self._policy = policy
        self._lists = lists
        self._name = name

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
        if jid.full == addresses.service:
            entry = self._lists.get(node)
            if addresses.lists_have_addresses or entry is None:
                return True
        else:
            entry = self._lists.get(addresses.list_at(jid.full) or "")
        if entry is None or not entry.is_closed:
            return entry is not None
        try:
            caller = caller_of(asker, self._policy)
            return await self._database.read(
                self._subscribers.knows, caller, entry.name
            )
        except CarillonError as error:
            log.warning("a list is not shown: %s", error.text)
            return False

    async def items(self, asker: str) -> Iterable[Item]:
        """The lists that the asker may see, as disco#items of the service."""
        addresses = self._policy.addresses
        try:
            caller = caller_of(asker, self._policy)
            lists = await self._database.read(self._subscribers.visible, caller)
        except CarillonError as error:
            log.warning("no lists are shown: %s", error.text)
            return []
        return [
            Item(
                jid=addresses.of_list(one.name),
                node=None if addresses.lists_have_addresses else one.name,
                name=one.title,
            )
            for one in lists
        ]
