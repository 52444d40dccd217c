"""The raw writer: stanzas serialised beforehand, 64 KiB a write, acknowledged."""

import base64
import socket
from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.fanout.clock import now
from benchmarks.fanout.sinks import component_socket, read_until
from bot.settings import XMPPSettings

WRITE = 65_536
_STREAM = (
    "<?xml version='1.0'?><stream:stream xmlns='jabber:client' version='1.0'"
    " xmlns:stream='http://etherx.jabber.org/streams' to='{domain}'>"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """When the first write began and when the acknowledgement was there."""

    start: float
    acknowledged: float


def write(settings: XMPPSettings, stanzas: Iterable[bytes]) -> Written:
    """All stanzas over a new connection of the configured kind."""
    blob = memoryview(b"".join(stanzas))
    with _connect(settings) as stream:
        start = now()
        for offset in range(0, len(blob), WRITE):
            stream.sendall(blob[offset : offset + WRITE])
        _acknowledged(stream, settings)
        return Written(start=start, acknowledged=now())


def _connect(settings: XMPPSettings) -> socket.socket:
    assert settings.host is not None
    assert settings.port is not None
    address = (settings.host, settings.port)
    if settings.mode == "component":
        return component_socket(*address, settings.jid, settings.secret)
    return _account_socket(address, settings)


def _acknowledged(stream: socket.socket, settings: XMPPSettings) -> None:
    """XEP-0199 to ourselves, through the server; or XEP-0198."""
    stream.settimeout(600)
    if settings.mode == "component":
        jid = settings.jid
        stream.sendall(
            f"<iq type='get' id='barrier' to='{jid}' from='{jid}'>"
            "<ping xmlns='urn:xmpp:ping'/></iq>".encode()
        )
        read_until(stream, b"barrier", rb"(<iq[^>]*barrier)")
    else:
        stream.sendall(b"<r xmlns='urn:xmpp:sm:3'/>")
        read_until(stream, b"<a", rb"<a\s[^>]*h=['\"]([0-9]+)")


def _account_socket(address: tuple[str, int], settings: XMPPSettings) -> socket.socket:
    """A client's session in clear: SASL PLAIN, a resource, XEP-0198 enabled."""
    user, _, domain = settings.jid.partition("@")
    opening = _STREAM.format(domain=domain).encode()
    plain = base64.b64encode(f"\0{user}\0{settings.secret}".encode()).decode()
    stream = socket.create_connection(address, timeout=30)
    stream.sendall(opening)
    read_until(stream, b"</stream:features>", rb"(PLAIN)")
    stream.sendall(
        "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"
        f" mechanism='PLAIN'>{plain}</auth>".encode()
    )
    read_until(stream, b"<success", rb"(<success)")
    stream.sendall(opening)
    read_until(stream, b"</stream:features>", rb"(</stream:features>)")
    stream.sendall(
        "<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
        f"<resource>{settings.resource}</resource></bind></iq>".encode()
    )
    read_until(stream, b"<bind", rb"(</iq>)")
    stream.sendall(b"<enable xmlns='urn:xmpp:sm:3'/>")
    read_until(stream, b"<enabled", rb"(<enabled)")
    return stream
