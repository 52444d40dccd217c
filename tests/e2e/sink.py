"""Two thousand readers behind one socket: a component that notes what arrives."""

import hashlib
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self
from xml.etree.ElementTree import Element, XMLPullParser

from tests.servers.xmpp_server import XmppServer

MESSAGE = "{jabber:component:accept}message"
BODY = "{jabber:component:accept}body"


class Sink:
    """`with Sink(server, server.spares[0]) as sink:`; addresses are `sink.jids(n)`."""

    def __init__(self, server: XmppServer, domain: str) -> None:
        self.domain = domain
        #: (recipient, id) of each message, in the order of arrival
        self.arrived: list[tuple[str, str]] = []
        #: the body of each, in the same order
        self.bodies: list[str] = []
        #: (sender, recipient, body) of each, in the same order
        self.said: list[tuple[str, str, str]] = []
        #: what comes back to whoever tells these recipients: (type, condition)
        self.refuses: dict[str, tuple[str, str]] = {}
        self._server = server
        self._socket: socket.socket
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._parser: XMLPullParser[Any] = XMLPullParser(["start", "end"])
        self._elements: list[Element] = []

    def jids(self, count: int) -> list[str]:
        return [f"r{number}@{self.domain}" for number in range(count)]

    def __enter__(self) -> Self:
        server = self._server
        self._socket = socket.create_connection(
            (server.host, server.component_port), timeout=20
        )
        self._socket.sendall(
            b"<stream:stream xmlns='jabber:component:accept' "
            b"xmlns:stream='http://etherx.jabber.org/streams' "
            b"to='" + self.domain.encode() + b"'>"
        )
        stream_id = self._next().get("id", "")
        digest = hashlib.sha1(f"{stream_id}{server.secret}".encode()).hexdigest()
        self._socket.sendall(f"<handshake>{digest}</handshake>".encode())
        assert self._next().tag == "{jabber:component:accept}handshake"
        self._socket.settimeout(None)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(10)

    @property
    def told(self) -> Counter[str]:
        """How often each recipient was told."""
        return Counter(to for to, _ in list(self.arrived))

    def has_told(self, count: int) -> bool:
        """Whether so many recipients were told."""
        return len(self.told) >= count

    def wait(self, count: int, seconds: float = 60) -> None:
        """Until so many messages have arrived."""
        deadline = time.monotonic() + seconds
        while len(self.arrived) < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(self.arrived)} of {count} arrived")
            time.sleep(0.005)

    def _read(self) -> None:
        while True:
            try:
                data = self._socket.recv(65536)
            except OSError:
                return
            if not data:
                return
            self._parser.feed(data)
            for stanza in self._stanzas():
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
            self._socket.sendall(answer.encode())

    def _next(self) -> Element:
        """The stream's header, then the next stanza."""
        while True:
            for stanza in self._stanzas(header=True):
                return stanza
            self._parser.feed(self._socket.recv(65536))

    def _stanzas(self, *, header: bool = False) -> list[Element]:
        found: list[Element] = []
        events: Iterator[Any] = self._parser.read_events()
        for event, element in events:
            if event == "start":
                self._elements.append(element)
                if header and len(self._elements) == 1:
                    found.append(element)
            else:
                self._elements.pop()
                if len(self._elements) == 1:
                    found.append(element)
                    self._elements[0].remove(element)
        return found
