"""All that the service asks of the servers, put together over one connection."""

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime

from bot.domain.identity import key_of
from bot.engine.wire import Delivery
from bot.service.delivery.outcomes import Bounce
from bot.service.ports.sights import Sight
from bot.service.use_cases import UseCases
from bot.xmpp.servers.courier import Courier
from bot.xmpp.servers.offers import Offer, Offers
from bot.xmpp.servers.post import Post
from bot.xmpp.servers.standings import Standings
from bot.xmpp.session.connection import Connection
from bot.xmpp.writing.letter import Letter


class Servers:
    """Build it inside the running loop, and `open` it before connecting.

    `on_bounce` is told of each letter that a server refused, `on_greeting` of each
    person who is welcomed; both must be quick.
    """

    def __init__(
        self,
        connection: Connection,
        use_cases: UseCases,
        on_bounce: Callable[[Bounce], None],
        on_greeting: Callable[[str], None] = lambda _jid: None,
    ) -> None:
        self._connection = connection
        self._database = use_cases.database
        self._admittance = use_cases.admittance
        self.offers = Offers(
            connection, use_cases.policy, asyncio.get_running_loop().time
        )
        self.standings = Standings(self.offers)
        self._courier = Courier(
            self.offers, self._admits, self.standings.gone, on_bounce
        )
        self.post = Post(connection, self._courier, on_greeting)

    def open(self, on_grant: Callable[[], None] = lambda: None) -> None:
        """`on_grant` is called when a server has told what it grants."""
        self.offers.on_grant = on_grant
        self.offers.open()

    def on_lost(self) -> None:
        self._courier.on_lost()
        self.offers.forget()

    async def look(self, server: str) -> Sight | None:
        """What it offers now; None where it says nothing."""
        offer = await self.offers.look(server)
        if offer is None:
            return None
        return sight_of(server, offer, self._connection.now())

    async def _admits(self, letter: Letter, delivery: Delivery) -> Letter:
        """Asked again when it is due: much may have changed since it was accepted."""
        sender, to = letter.announcement.sender, delivery.to
        standing = await self.standings.standing(sender, to)
        admitted = await self._database.read(
            self._admittance.due, key_of(delivery.id), to, standing
        )
        return letter.without_words() if admitted.only_encrypted else letter


def sight_of(server: str, offer: Offer, now: datetime) -> Sight:
    return Sight(server=server, seen_at=now, **asdict(offer))
