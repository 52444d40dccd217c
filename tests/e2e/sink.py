"""Two thousand readers behind one socket: a component that notes what arrives."""

from collections import Counter
from xml.etree.ElementTree import Element

from tests.servers.neighbour import Component
from tests.servers.xmpp_server import XmppServer

MESSAGE = "{jabber:component:accept}message"
BODY = "{jabber:component:accept}body"


class Sink(Component):
    """`with Sink(server, server.spares[0]) as sink:`; addresses are `sink.jids(n)`."""

    def __init__(self, server: XmppServer, domain: str) -> None:
        super().__init__(server, domain)
        #: (recipient, id) of each message, in the order of arrival
        self.arrived: list[tuple[str, str]] = []
        #: the body of each, in the same order
        self.bodies: list[str] = []
        #: (sender, recipient, body) of each, in the same order
        self.said: list[tuple[str, str, str]] = []
        #: what comes back to whoever tells these recipients: (type, condition)
        self.refuses: dict[str, tuple[str, str]] = {}

    def jids(self, count: int) -> list[str]:
        return [f"r{number}@{self.domain}" for number in range(count)]

    @property
    def told(self) -> Counter[str]:
        """How often each recipient was told."""
        return Counter(to for to, _ in list(self.arrived))

    def has_told(self, count: int) -> bool:
        """Whether so many recipients were told."""
        return len(self.told) >= count

    def wait(self, count: int, seconds: float = 60) -> None:
        """Until so many messages have arrived."""
        try:
            self.until(lambda: len(self.arrived) >= count, seconds)
        except TimeoutError:
            raise TimeoutError(f"{len(self.arrived)} of {count} arrived") from None

    def take(self, stanza: Element) -> None:
        if stanza.tag == MESSAGE:
            self._take(stanza)

    def _take(self, message: Element) -> None:
        sender, to = message.get("from", ""), message.get("to", "").partition("/")[0]
        body = message.findtext(BODY) or ""
        self.said.append((sender, to, body))
        self.bodies.append(body)
        self.arrived.append((to, message.get("id", "")))
        if to in self.refuses:
            kind, condition = self.refuses[to]
            answer = (
                f"<message type='error' from='{to}' to='{sender}'"
                f" id='{message.get('id', '')}'><error type='{kind}'><{condition}"
                " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>"
            )
            self.send(answer)
