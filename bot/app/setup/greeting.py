"""The first announcement: to the admin, over a connection that is made for it."""

import asyncio
import secrets

from bot.app.visiting import visiting
from bot.domain.errors import Conflict
from bot.domain.message import Announcement, MessageType, Text
from bot.domain.phrase import Phrase
from bot.engine.wire import Delivery, StreamLost
from bot.settings import Settings
from bot.texts import language_for, said
from bot.xmpp.session.connection import Connection
from bot.xmpp.visits.returned import Returned

#: seconds until the server has taken it; that a bounce may take
_LIMIT = 20.0

SUBJECT = Phrase("Carillon is set up")


def _body(jid: str) -> Phrase:
    return Phrase(
        "This is a first announcement from {jid}: it reached you, so the connection"
        " works.\n\nNobody needs to answer it, and nobody reads answers. Next come"
        " {check} and {run}.",
        jid=jid,
        check="`carillon check`",
        run="`carillon run`",
    )


async def greet(settings: Settings, to: str) -> None:
    """Returns once the server has taken it; raises Conflict with the reason if not."""
    returned = Returned()
    async with visiting(settings.xmpp, returned.listen) as connection:
        identifier = f"init-{secrets.token_hex(8)}"
        try:
            async with asyncio.timeout(_LIMIT):
                await _send(connection, settings, to, identifier)
        except StreamLost:
            closed = Phrase("the server closed the connection over it")
            raise Conflict(closed) from None
        except TimeoutError:
            late = Phrase("the server took nothing in {seconds:.0f} s", seconds=_LIMIT)
            raise Conflict(late) from None
        reason = returned.reasons.get(identifier)
    if reason is not None:
        raise Conflict(
            Phrase(
                "it came back from {jid}: {condition}; is that the admin's JID?",
                jid=to,
                condition=reason,
            )
        )


async def _send(
    connection: Connection, settings: Settings, to: str, identifier: str
) -> None:
    """In the language of the list's readers."""
    name, entry = next(iter(settings.lists.items()))
    language = language_for(entry.language)
    stencil = connection.stencil(
        Announcement(
            sender=connection.addresses.of_list(name),
            type=MessageType.CHAT,
            texts=(
                Text(
                    language=language,
                    subject=said(SUBJECT, language),
                    body=said(_body(settings.xmpp.jid), language),
                ),
            ),
        )
    )
    barrier = await connection.write([Delivery(stencil, to, identifier)])
    await barrier.wait()
    await connection.echo()
