"""Looking at a server's TLS from outside, without logging in (RFC 6120 §5)."""

import asyncio
import contextlib
import os
import re
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import quoteattr

from slixmpp.xmlstream.resolver import default_resolver, resolve

from bot.domain.phrase import Phrase, Quoted
from bot.settings import CLIENT_PORT, COMPONENT_PORT, LOOPBACK, XMPPSettings
from bot.xmpp.session.account import DIRECT_TLS_PORT

CONNECT_SECONDS = 10.0  #: for one address
DIRECT, STARTTLS = "xmpps-client", "xmpp-client"
#: where the server's features end, or its stream does
_END = re.compile(rb"</(?:\w+:)?features>|<(?:\w+:)?error[ >]|</(?:\w+:)?stream>")
_MAX_FEATURES_BYTES = 65_536  #: no server's features are longer
_TLS = "urn:ietf:params:xml:ns:xmpp-tls"


class NotReached(Exception):
    """There is no XMPP server; `phrase` says why."""

    def __init__(self, phrase: Phrase) -> None:
        super().__init__(phrase)
        self.phrase = phrase


class NotTrusted(Exception):
    """There is no TLS, or none to rely on; `phrase` says why."""

    def __init__(self, phrase: Phrase) -> None:
        super().__init__(phrase)
        self.phrase = phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the server is."""

    host: str
    port: int
    #: TLS from the first byte on
    direct: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A certificate that is trusted, and the protocol it was shown by."""

    protocol: str
    until: datetime


async def places_of(settings: XMPPSettings, domain: str) -> list[Place]:
    """Where to connect, best first; [] where DNS knows nothing of the domain."""
    if settings.mode == "component":
        host, port = settings.host or LOOPBACK[0], settings.port or COMPONENT_PORT
        return [Place(host=host, port=port, direct=False)]
    if settings.host:
        port = settings.port or CLIENT_PORT
        return [Place(host=settings.host, port=port, direct=port == DIRECT_TLS_PORT)]
    loop = asyncio.get_running_loop()
    found = await resolve(
        domain,
        CLIENT_PORT,
        loop=loop,
        services=[DIRECT, STARTTLS],
        resolver=default_resolver(loop=loop),
    )
    return [
        Place(host=address, port=port, direct=service == DIRECT)
        for service, _, address, port in found
    ]


async def reach(place: Place) -> None:
    """Whether somebody accepts connections; raises NotReached."""
    _, writer = await _open(place)
    await _close(writer)


async def look(place: Place, domain: str, ca_file: Path | None) -> Seen:
    """Shake hands as `domain`'s client; raises NotReached and NotTrusted."""
    context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    reader, writer = await _open(place)
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            if not place.direct:
                await _start_tls(reader, writer, domain)
            await writer.start_tls(context, server_hostname=domain)
        return _seen(writer)
    except ssl.SSLCertVerificationError as error:
        raise NotTrusted(Quoted(error.verify_message)) from None
    except (ssl.SSLError, OSError) as error:
        if text := str(error):
            raise NotTrusted(Phrase("no handshake: {error}", error=text)) from None
        # a time-out, or the end of the connection
        raise NotTrusted(Phrase("no handshake: no answer")) from None
    finally:
        await _close(writer)


async def _open(place: Place) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            return await asyncio.open_connection(place.host, place.port)
    except TimeoutError:
        silent = Phrase(
            "{host} port {port}: no answer within {seconds:.0f} s",
            host=place.host,
            port=place.port,
            seconds=CONNECT_SECONDS,
        )
        raise NotReached(silent) from None
    except OSError as error:
        refused = Phrase(
            "{host} port {port}: {reason}",
            host=place.host,
            port=place.port,
            reason=os.strerror(error.errno) if error.errno else str(error),
        )
        raise NotReached(refused) from None


async def _start_tls(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, domain: str
) -> None:
    writer.write(
        f"<?xml version='1.0'?><stream:stream to={quoteattr(domain)} version='1.0'"
        " xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>".encode()
    )
    features = await _until(reader, _END)
    if b"features" not in features:
        said = re.search(rb"<([a-z-]+) xmlns=.urn:ietf:params:xml:ns:xmpp-st", features)
        if said is None:
            raise NotTrusted(
                Phrase("the server opens no stream for {domain}", domain=domain)
            )
        raise NotTrusted(
            Phrase(
                "the server opens no stream for {domain}: {condition}",
                domain=domain,
                condition=said[1].decode(),
            )
        )
    if _TLS.encode() not in features:
        raise NotTrusted(Phrase("the server offers no STARTTLS"))
    writer.write(f"<starttls xmlns='{_TLS}'/>".encode())
    if b"<proceed" not in await _until(
        reader, re.compile(rb"<(proceed|failure)[^>]*>")
    ):
        raise NotTrusted(Phrase("the server refuses STARTTLS: has it a certificate?"))


async def _until(reader: asyncio.StreamReader, end: re.Pattern[bytes]) -> bytes:
    found = b""
    while not end.search(found) and len(found) < _MAX_FEATURES_BYTES:
        read = await reader.read(4096)
        if not read:
            break
        found += read
    return found


def _seen(writer: asyncio.StreamWriter) -> Seen:
    tls: ssl.SSLObject = writer.get_extra_info("ssl_object")
    until = str((tls.getpeercert() or {})["notAfter"])
    return Seen(
        protocol=tls.version() or "TLS",
        until=datetime.fromtimestamp(ssl.cert_time_to_seconds(until), UTC),
    )


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()
    with contextlib.suppress(OSError, ssl.SSLError):
        await writer.wait_closed()
