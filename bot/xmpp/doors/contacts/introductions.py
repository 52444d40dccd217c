"""An account shows itself to whoever hears of it first by a welcome or a refusal.

Its commands are at the full JID, which a client finds by presence alone, and only
contacts are shown that. Directed presence (RFC 6121 §4.6) shows it to one person, to
whom the account writes anyway, once a session. When the session ends, its server takes
it back (§4.6.3).

docs/conformance.md, Discovery and delivery: being found
"""

from bot.xmpp.session.connection import Connection

MAX_PEOPLE = 10_000  #: in one session; whoever comes later has the address in words


class Introductions:
    """A component is found at its addresses: it introduces itself to nobody."""

    def __init__(self, connection: Connection, max_people: int = MAX_PEOPLE) -> None:
        self._connection = connection
        self._max_people = max_people
        self._known: set[str] = set()

    def session(self) -> None:
        """Connected anew: the server has taken back what the last one showed."""
        self._known.clear()

    def to(self, jid: str) -> None:
        """`jid`: bare."""
        if not self._connection.addresses.has_account or jid in self._known:
            return
        if len(self._known) < self._max_people:
            self._known.add(jid)
            self._connection.send_presence(to=jid)
