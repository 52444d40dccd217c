"""The engine's wire: letters go to the courier, all else over the connection; whoever
is welcomed is shown the service, too.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.domain.message import Announcement
from bot.engine.wire import Barrier, Delivery, Stencil, StreamLost
from bot.xmpp.servers.courier import Courier
from bot.xmpp.session.connection import Connection
from bot.xmpp.writing.letter import Letter


@dataclass(frozen=True, slots=True)
class Greeting:
    """The stencil of what welcomes somebody."""

    stencil: Stencil

    def fill(self, to: str, stanza_id: str, original: str = "") -> bytes:
        return self.stencil.fill(to, stanza_id, original)


@dataclass(frozen=True, slots=True)
class Post:
    """`bot.engine.wire.Wire`; `on_greeting` is called with the JID of each who is
    welcomed, before he is, and must be quick.
    """

    connection: Connection
    courier: Courier
    on_greeting: Callable[[str], None]

    @property
    def is_ready(self) -> bool:
        return self.connection.is_ready

    async def ready(self) -> None:
        await self.connection.ready()

    def stencil(self, announcement: Announcement) -> Stencil:
        if announcement.in_senders_name:
            return Letter.of(announcement)
        stencil = self.connection.stencil(announcement)
        return Greeting(stencil) if announcement.greets else stencil

    async def write(self, deliveries: Sequence[Delivery]) -> Barrier:
        """Of one write all are letters, or none: they are of one broadcast."""
        for one in deliveries:
            if isinstance(one.stencil, Greeting):
                self.on_greeting(one.to)
        if not any(isinstance(one.stencil, Letter) for one in deliveries):
            return await self.connection.write(deliveries)
        if not self.connection.is_ready:
            raise StreamLost(handled=0, blamed=False)
        return self.courier.take(deliveries)

    async def echo(self) -> None:
        await self.connection.echo()
