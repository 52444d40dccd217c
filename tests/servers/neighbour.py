"""A component beside the service, written by hand: it prepares no address.

with Component(server, server.spares[0]) as neighbour:
    neighbour.send(f"<iq from='x@{neighbour.domain}/🎉' …/>")
    neighbour.until(lambda: neighbour.answers("k"))
"""

import hashlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Self
from xml.etree.ElementTree import Element, XMLPullParser

from tests.servers.xmpp_server import XmppServer

#: what may stand before the @ and after the slash of a neighbour's addresses; Prosody's
#: lenient preparation passes those without a note, slixmpp's none
LOCALS = {
    "emoji": "🎉",
    "unassigned": "\u0378",
    "a mark of an emoji": "👩🏽\u200d🚀",
}
#: those that slixmpp passes, too, and takes for what they resemble: `root`, all three
RESEMBLING = {
    "a capital above the line": "\u1d3foot",
    "a letter below the line": "\u1d63oot",
    "a letter above the line": "roo\u1d57",
}
RESOURCES = LOCALS | {
    "a newer script": "\U0001e900",
    "private use": "\ue000",
    "controls": "\x80",
    "no character": "\U0001fffe",
    "a turn of direction": "\u202e",
    "two directions": "\u05d0a",
    "right to left, ending in a digit": "\u05d01",
    "a tag": "\U000e0041",
    "too long": "x" * 1_024,
    "too many bytes": "ü" * 600,
    "none after its slash": "",
}


class Component:
    """A component of XEP-0114 that keeps what comes, if nothing else is to be done.

    `take` is called in the reading thread with each stanza.
    """

    def __init__(self, server: XmppServer, domain: str) -> None:
        self.domain = domain
        #: whatever came, in order
        self.stanzas: list[Element] = []
        self._server = server
        self._socket: socket.socket
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._parser: XMLPullParser[Any] = XMLPullParser(["start", "end"])
        self._elements: list[Element] = []

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

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(10)

    def send(self, text: str) -> None:
        """Any stanzas, as they stand."""
        self._socket.sendall(text.encode())

    @property
    def is_closed(self) -> bool:
        """The server has ended the stream."""
        return not self._thread.is_alive()

    def answers(self, identifier: str) -> list[Element]:
        """What came under an id."""
        return [one for one in list(self.stanzas) if one.get("id") == identifier]

    def until(self, fact: Callable[[], object], seconds: float = 60) -> None:
        """Wait for what is to come."""
        deadline = time.monotonic() + seconds
        while not fact():
            if time.monotonic() > deadline:
                raise TimeoutError(f"not within {seconds:g} s")
            time.sleep(0.005)

    def take(self, stanza: Element) -> None:
        self.stanzas.append(stanza)

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
                self.take(stanza)

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


def every_kind(sender: str, to: str) -> list[str]:
    """Each kind of stanza that somebody may send."""
    payloads = (
        "<ping xmlns='urn:xmpp:ping'/>",
        "<query xmlns='jabber:iq:version'/>",
        "<time xmlns='urn:xmpp:time'/>",
        "<query xmlns='http://jabber.org/protocol/disco#info'/>",
        "<query xmlns='http://jabber.org/protocol/disco#items'/>",
        "<query xmlns='jabber:iq:roster'><item jid='a@b/🎉'/></query>",
        "<schedule-query xmlns='urn:xmpp:scheduling:0'/>",
        "<unknown xmlns='urn:x'/>",
        "<a xmlns='urn:x'/><b xmlns='urn:x'/>",
        "",
    )
    error = (
        "<error type='cancel'><item-not-found"
        " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"
    )
    addresses = f'from="{sender}" to="{to}" id="bad"'
    return [
        *(
            f"<iq type='{kind}' {addresses}>{payload}</iq>"
            for kind in ("get", "set", "result", "error", "odd")
            for payload in payloads
        ),
        f"<iq type='error' {addresses}>{error}</iq>",
        f"<iq type='get' {addresses}><a>{'<b/>' * 4_000}</a></iq>",
        *(
            f"<presence {kind and f'type={kind!r}'} {addresses}>"
            "<c xmlns='http://jabber.org/protocol/caps' node='n' ver='v' hash='h'/>"
            "<priority>x</priority></presence>"
            for kind in ("", "subscribe", "subscribed", "unsubscribe", "probe", "error")
        ),
        *(
            f"<message {kind and f'type={kind!r}'} {addresses}><body>Hello</body>"
            f"{error if kind == 'error' else ''}</message>"
            for kind in ("", "chat", "groupchat", "headline", "error", "odd")
        ),
    ]
