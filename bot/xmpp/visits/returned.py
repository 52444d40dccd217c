"""Messages that came back as errors (RFC 6120 §8.3), by their id."""

from slixmpp.xmlstream import StanzaBase

from bot.xmpp.session.connection import Connection
from bot.xmpp.stanzas.errors import read_error


class Returned:
    """Collects why our messages came back, from before connecting on."""

    def __init__(self) -> None:
        #: message id -> the condition
        self.reasons: dict[str, str] = {}

    def listen(self, connection: Connection) -> None:
        connection.listen("message", self._note, stanza_type="error")

    def _note(self, stanza: StanzaBase) -> None:
        self.reasons[stanza.xml.get("id", "")] = read_error(stanza.xml).condition
