"""A client or component that knows XML and sockets only: nothing of slixmpp or ours."""

import base64
import hashlib
import itertools
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Self
from xml.etree import ElementTree as ET
from xml.parsers import expat

from tests.servers.xmpp_server import XmppServer

C = "{jabber:client}"
STANZAS = "{urn:ietf:params:xml:ns:xmpp-stanzas}"
_STREAMS = "http://etherx.jabber.org/streams"


class XmlClient:
    """`with XmlClient(server, user="anna") as anna:` or `domain=` for a component.

    `language` is the stream's xml:lang; `host_port` that of a proxy.
    """

    def __init__(
        self,
        server: XmppServer,
        *,
        user: str | None = None,
        domain: str | None = None,
        resource: str = "raw",
        language: str | None = None,
    ) -> None:
        self._server = server
        self._user, self._resource, self._language = user, resource, language
        self.component = domain is not None
        self.bare = domain or server.jid(user or "")
        self.full = self.bare if self.component else f"{self.bare}/{resource}"
        self._numbers = itertools.count(1)
        #: what came and was not taken yet
        self.waiting: list[ET.Element] = []

    def __enter__(self) -> Self:
        server = self._server
        port = server.component_port if self.component else server.c2s_port
        self._socket = socket.create_connection((server.host, port), timeout=20)
        # two small stanzas would else wait for the server's delayed acknowledgement
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            if self.component:
                self._shake_hands()
            else:
                self._log_in()
        except BaseException:
            self._socket.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        with self._socket, suppress(OSError):
            if self.component:
                self._say_goodbye()

    # --- stanzas --------------------------------------------------------------

    def send(self, xml: str) -> None:
        self._socket.sendall(xml.encode())

    def ask(
        self,
        to: str,
        kind: str,
        payload: str,
        attributes: str = "",
        seconds: float = 20,
    ) -> ET.Element:
        """The answer to an IQ, be it a result or an error; raises TimeoutError."""
        number = f"raw{next(self._numbers)}"
        sender = f" from='{self.full}'" if self.component else ""
        self.send(
            f"<iq to='{to}'{sender} type='{kind}' id='{number}' {attributes}>"
            f"{payload}</iq>"
        )
        return self.take(
            lambda one: one.tag == f"{C}iq" and one.get("id") == number, seconds
        )

    def take(
        self, wanted: Callable[[ET.Element], bool], seconds: float = 20
    ) -> ET.Element:
        """The first stanza like that, come or coming; the others keep waiting."""
        deadline = time.monotonic() + seconds
        while True:
            for stanza in self.waiting:
                if wanted(stanza):
                    self.waiting.remove(stanza)
                    return stanza
            if time.monotonic() > deadline:
                came = [ET.tostring(one, "unicode") for one in self.waiting]
                raise TimeoutError(f"not within {seconds:g} s; what came: {came}")
            self._read(deadline)

    def message(
        self, wanted: Callable[[ET.Element], bool] = lambda _: True
    ) -> ET.Element:
        return self.take(lambda one: one.tag == f"{C}message" and wanted(one))

    def presence(self, sender: str, kind: str | None = None) -> ET.Element:
        """From that bare JID."""
        return self.take(
            lambda one: (
                one.tag == f"{C}presence"
                and one.get("from", "").partition("/")[0] == sender
                and one.get("type") == kind
            )
        )

    def settle(self) -> None:
        """All that the server has for us has come (it answers in order)."""
        self.ask(self._server.domain, "get", "<ping xmlns='urn:xmpp:ping'/>")

    def log_out(self) -> None:
        """Once this returns, the server has nothing more for us."""
        self.send("</stream:stream>")
        while self._socket.recv(65536):
            pass

    def receive(self) -> bytes:
        """What has come, unread: for whoever only counts."""
        return self._socket.recv(65536)

    # --- the stream -----------------------------------------------------------

    def _read(self, deadline: float) -> None:
        self._socket.settimeout(max(0.01, deadline - time.monotonic()))
        try:
            data = self._socket.recv(65536)
        except TimeoutError:
            return
        if not data:
            raise ConnectionError("the server closed the stream")
        self._feed(data)

    def _feed(self, data: bytes) -> None:
        self._parser.Parse(data)

    def _open(self, to: str, namespace: str) -> None:
        """A new stream, so a new parser."""
        self._parser = expat.ParserCreate(namespace_separator="}")
        self._parser.buffer_text = True
        self._stack: list[ET.Element] = []
        self.header: dict[str, str] = {}
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        language = f" xml:lang='{self._language}'" if self._language else ""
        self.send(
            f"<?xml version='1.0'?><stream:stream xmlns='{namespace}' to='{to}'"
            f" xmlns:stream='{_STREAMS}' version='1.0'{language}>"
        )

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        given = {_braced(name): value for name, value in attributes.items()}
        # a component's stanzas read like a client's
        name = _braced(tag).replace("{jabber:component:accept}", C)
        element = ET.Element(name, given)
        if self._stack:
            self._stack[-1].append(element)
        else:
            self.header = given
        self._stack.append(element)

    def _end(self, _: str) -> None:
        element = self._stack.pop()
        if len(self._stack) == 1:
            self._stack[0].remove(element)
            self.waiting.append(element)

    def _text(self, data: str) -> None:
        last = self._stack[-1]
        if len(last):
            last[-1].tail = (last[-1].tail or "") + data
        elif len(self._stack) > 1:
            last.text = (last.text or "") + data

    def _shake_hands(self) -> None:
        self._open(self.bare, "jabber:component:accept")
        deadline = time.monotonic() + 20
        while "id" not in self.header:
            self._read(deadline)
        secret = f"{self.header['id']}{self._server.secret}"
        digest = hashlib.sha1(secret.encode()).hexdigest()
        self.send(f"<handshake>{digest}</handshake>")
        self.take(lambda one: one.tag == f"{C}handshake")

    def _say_goodbye(self) -> None:
        """Until the server has closed: ejabberd would send what is for the next one of
        this name to this one, as long as it has not noticed.
        """
        self.send("</stream:stream>")
        self._socket.settimeout(5)
        while self._socket.recv(65536):
            pass

    def _log_in(self) -> None:
        server = self._server
        self._open(server.domain, "jabber:client")
        self.take(lambda one: one.tag == f"{{{_STREAMS}}}features")
        secret = base64.b64encode(f"\0{self._user}\0pw".encode()).decode()
        sasl = "urn:ietf:params:xml:ns:xmpp-sasl"
        self.send(f"<auth xmlns='{sasl}' mechanism='PLAIN'>{secret}</auth>")
        self.take(lambda one: one.tag == f"{{{sasl}}}success")
        self._open(server.domain, "jabber:client")
        self.take(lambda one: one.tag == f"{{{_STREAMS}}}features")
        self.send(
            "<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
            f"<resource>{self._resource}</resource></bind></iq>"
        )
        self.take(lambda one: one.get("id") == "bind")
        self.send("<presence/>")
        self.presence(self.bare)


def _braced(name: str) -> str:
    """Expat's `namespace}local` as ElementTree writes it."""
    return f"{{{name}" if "}" in name else name
