"""The door for ad-hoc commands: `<command/>` in an IQ (XEP-0050, 1.3.0)."""

from slixmpp.stanza import Iq
from slixmpp.xmlstream import StanzaBase
from structlog.contextvars import bound_contextvars

from bot.xmpp.doors.commands.conversations import Conversations
from bot.xmpp.session.connection import Connection
from bot.xmpp.stanzas.commands import COMMAND
from bot.xmpp.stanzas.errors import new_reference, refusal
from bot.xmpp.stanzas.namespaces import CLIENT
from bot.xmpp.stanzas.verbatim import serialised


class CommandDoor:
    def __init__(self, connection: Connection, conversations: Conversations) -> None:
        self._connection = connection
        self._conversations = conversations

    def open(self) -> None:
        self._connection.serve(f"iq/{COMMAND}", self._serve)

    async def _serve(self, iq: StanzaBase) -> None:
        if not isinstance(iq, Iq) or iq["type"] not in {"get", "set"}:
            return
        reference = new_reference()
        with bound_contextvars(request=reference):
            try:
                answer = await self._conversations.answer(iq.xml, reference)
            except Exception as error:  # noqa: BLE001 - the table of errors is next
                reply = refusal(iq, error, reference)
            else:
                reply = iq.reply()
                reply.xml.append(answer)
        self._connection.send(serialised(reply.xml, CLIENT))
