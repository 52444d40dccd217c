"""Messages that came back as errors (RFC 6120 §8.3), by their id."""

from slixmpp.xmlstream import StanzaBase
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from bot.xmpp.session.connection import Connection
from bot.xmpp.stanzas.errors import read_error
from bot.xmpp.stanzas.namespaces import CLIENT


class Returned:
    def __init__(self) -> None:
        #: message id -> the condition
        self.reasons: dict[str, str] = {}

    def listen(self, connection: Connection) -> None:
        matcher = MatchXPath(f"{{{CLIENT}}}message")
        connection.stream.register_handler(Callback("Returned", matcher, self._note))

    def _note(self, stanza: StanzaBase) -> None:
        if stanza.xml.get("type") != "error":
            return
        self.reasons[stanza.xml.get("id", "")] = read_error(stanza.xml).condition
