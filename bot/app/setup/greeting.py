"""The first announcement: to the admin, over a connection that is made for it."""

import asyncio
import secrets

from bot.app.visiting import visiting
from bot.domain.errors import Conflict
from bot.domain.message import Announcement, MessageType, Text
from bot.engine.wire import Delivery, StreamLost
from bot.settings import Settings
from bot.xmpp.connection import Connection
from bot.xmpp.returned import Returned

#: seconds until the server has taken it; that a bounce may take
_LIMIT = 20.0

SUBJECT = "Carillon is set up"
BODY = """\
This is a first announcement from {jid}: it reached you, so the connection works.

Nobody needs to answer it, and nobody reads answers. Next come `carillon check` and
`carillon run`."""


async def greet(settings: Settings, to: str) -> None:
    """Returns once the server has taken it; raises Conflict with the reason if not."""
    returned = Returned()
    async with visiting(settings.xmpp, returned.listen) as connection:
        identifier = f"init-{secrets.token_hex(8)}"
        try:
            async with asyncio.timeout(_LIMIT):
                await _send(connection, settings, to, identifier)
        except StreamLost:
            raise Conflict("the server closed the connection over it") from None
        except TimeoutError:
            raise Conflict(f"the server took nothing in {_LIMIT:.0f} s") from None
        reason = returned.reasons.get(identifier)
    if reason is not None:
        raise Conflict(f"it came back from {to}: {reason}; is that the admin's JID?")


async def _send(
    connection: Connection, settings: Settings, to: str, identifier: str
) -> None:
    name = next(iter(settings.lists))
    stencil = connection.stencil(
        Announcement(
            sender=connection.addresses.of_list(name),
            type=MessageType.CHAT,
            texts=(
                Text(
                    language="en",
                    subject=SUBJECT,
                    body=BODY.format(jid=settings.xmpp.jid),
                ),
            ),
        )
    )
    barrier = await connection.write([Delivery(stencil, to, identifier)])
    await barrier.wait()
    await connection.echo()
