"""What a fresh session begins with: who left meanwhile, and that we are there.

An account's server tells of an unsubscription only sessions that fetched the roster, so
each session fetches it, lets go of whoever has vanished from it, and notes who is in
it though others put him on a list.

A component sends no `unavailable` when it stops: what its last presence told stays
true, that nobody need write to it.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence

from bot.domain.lists import SubscriptionOrigin
from bot.service.ports.outside import Database
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.readers.subscribers import Subscribers
from bot.service.rules.policy import Policy
from bot.xmpp.doors.contacts import own_card
from bot.xmpp.doors.contacts.profiles import Profile
from bot.xmpp.doors.contacts.showing import Showing
from bot.xmpp.doors.rosters import contacts_of
from bot.xmpp.session.connection import Connection

log = logging.getLogger(__name__)

PAGE_SIZE = 200  #: readers who are told at once that a component has started
PAGE_PAUSE_SECONDS = 0.5  #: between two such pages
PEOPLE_PER_TRANSACTION = 10  #: people; on SQLite others wait while it lasts


class Appearance:
    """`turn` is held while nobody may join or leave; `profile` is the service's own."""

    def __init__(
        self,
        connection: Connection,
        database: Database,
        subscribers: Subscribers,
        policy: Policy,
        turn: asyncio.Lock,
        showing: Showing,
        profile: Profile,
    ) -> None:
        self._connection = connection
        self._database = database
        self._subscribers = subscribers
        self._policy = policy
        self._turn = turn
        self._showing = showing
        self._profile = profile

    async def appear(self) -> None:
        """Presence with caps to whoever subscribed (an account's server fans out)."""
        if not self._policy.addresses.answers_presence:
            worn = await own_card.settle(self._connection, self._profile)
            payloads = [] if worn is None else [worn]
            self._connection.send_presence(priority=0, payloads=payloads)
            return
        operator = self._policy.access.operator()
        for entry, *_ in await self._database.read(self._subscribers.lists):
            addresses = [self._policy.addresses.of_list(entry.name)]
            if entry.is_default:
                addresses.append(self._policy.addresses.service)
            after = 0
            while page := await self._database.read(
                self._subscribers.page, operator, entry.name, after, PAGE_SIZE
            ):
                after = page[-1][0].id
                self._show(
                    [
                        subscription.jid
                        for subscription, _ in page
                        if subscription.origin is SubscriptionOrigin.PRESENCE
                    ],
                    addresses,
                )
                await asyncio.sleep(PAGE_PAUSE_SECONDS if len(page) == PAGE_SIZE else 0)

    def _show(self, readers: Sequence[str], addresses: Sequence[str]) -> None:
        for reader in readers:
            for address in addresses:
                self._showing.show(reader, address)

    async def settle_roster(self) -> None:
        """An account: who joined by presence and is not in the roster has left."""
        async with self._turn:  # or who joins after the look would seem to have left
            roster = await contacts_of(self._connection)
            read = self._database.read
            gone = await read(self._subscribers.departed, roster)
            await self._few_at_a_time(self._subscribers.depart, gone)
            # or nobody would miss them once they leave while we are away
            added = await read(self._subscribers.added, roster)
            await self._few_at_a_time(self._subscribers.met, added)
        if gone:
            log.info("%d left while we were away", len(gone))

    async def _few_at_a_time(
        self, use_case: Callable[[UnitOfWork, Sequence[str]], None], jids: Sequence[str]
    ) -> None:
        for first in range(0, len(jids), PEOPLE_PER_TRANSACTION):
            some = jids[first : first + PEOPLE_PER_TRANSACTION]
            await self._database.run(use_case, some)
