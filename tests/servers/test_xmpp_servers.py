"""Both XMPP servers do what the tests of the bot rely on."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from http import HTTPStatus
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from slixmpp import ClientXMPP, ComponentXMPP
from slixmpp.xmlstream.xmlstream import XMLStream

from tests.servers.ejabberd import Ejabberd
from tests.servers.environment import servers_of
from tests.servers.ports import is_open, listening
from tests.servers.prosody import Prosody
from tests.servers.xmpp_server import XmppServer

pytestmark = pytest.mark.e2e

LOOPBACK = "0100007F"


class Outcome(Exception):
    """How a login ended, if not well."""


@asynccontextmanager
async def session(stream: XMLStream, host: str, port: int) -> AsyncIterator[None]:
    """Log in, leave at the end. Raises Outcome when refused."""
    started: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def settle(outcome: Outcome | None) -> None:
        if not started.done():
            if outcome is None:
                started.set_result(None)
            else:
                started.set_exception(outcome)

    stream.add_event_handler("session_start", lambda _: settle(None))
    for event in ("failed_all_auth", "stream_error", "connection_failed"):
        stream.add_event_handler(event, lambda _, name=event: settle(Outcome(name)))
    stream.connect(host, port)
    try:
        await asyncio.wait_for(started, 20)
        yield
    finally:
        await asyncio.wait_for(stream.disconnect(), 20)


def client(server: XmppServer, user: str, *, tls: bool = False) -> ClientXMPP:
    made = ClientXMPP(server.jid(user), "pw")
    made.enable_direct_tls = False
    made.enable_starttls = tls
    made.enable_plaintext = not tls
    if tls:
        made.ca_certs = server.ca_file
    else:
        mechanisms = made.plugin["feature_mechanisms"]
        mechanisms.unencrypted_scram = True
        # ejabberd 24.12 takes no SCRAM from slixmpp in clear ("Invalid channel
        # binding", on its GS2 flag "y"): PLAIN is tried last
        mechanisms.unencrypted_plain = True
    return made


def component(server: XmppServer, jid: str, secret: str) -> ComponentXMPP:
    return ComponentXMPP(jid, secret, server.host, server.component_port)


async def log_in(server: XmppServer, user: str, *, tls: bool = False) -> str | None:
    """The version of TLS that protects the session, None in clear."""
    stream = client(server, user, tls=tls)
    async with session(stream, server.host, server.c2s_port):
        assert stream.transport is not None
        protection = stream.transport.get_extra_info("ssl_object")
        return protection.version() if protection else None


@pytest.mark.parametrize("tls", [False, True], ids=["clear", "starttls"])
def test_account_logs_in(server: XmppServer, *, tls: bool) -> None:
    """A registered account logs in, in clear and by STARTTLS with the test CA."""
    user = "shielded" if tls else "open"
    server.register(user)
    version = asyncio.run(log_in(server, user, tls=tls))
    assert version in ({"TLSv1.2", "TLSv1.3"} if tls else {None})


def test_unknown_account_is_refused(server: XmppServer) -> None:
    """An account that nobody registered cannot log in."""
    with pytest.raises(Outcome, match="failed_all_auth"):
        asyncio.run(log_in(server, "stranger"))


def test_component_reaches_client(server: XmppServer) -> None:
    """A component with the secret connects, and its message reaches a client."""
    server.register("reader")

    async def deliver() -> str:
        received: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        reader = client(server, "reader")
        reader.add_event_handler("message", lambda m: received.set_result(m["body"]))
        bot = component(server, server.component, server.secret)
        async with (
            session(reader, server.host, server.c2s_port),
            session(bot, server.host, server.component_port),
        ):
            bot.send_message(reader.boundjid, "hear, hear", mfrom=bot.boundjid)
            return await asyncio.wait_for(received, 20)

    assert asyncio.run(deliver()) == "hear, hear"


def test_web_clients_connect(server: XmppServer) -> None:
    """A browser's client gets its WebSocket for XMPP (RFC 7395)."""
    url = urlsplit(server.websocket_url)
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Origin": "http://127.0.0.1",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Protocol": "xmpp",
        "Sec-WebSocket-Version": "13",
    }
    with closing(HTTPConnection(url.netloc, timeout=20)) as connection:
        connection.request("GET", url.path, headers=headers)
        assert connection.getresponse().status == HTTPStatus.SWITCHING_PROTOCOLS


def test_spare_components_connect(server: XmppServer) -> None:
    """The two spare component addresses can be used beside the bot's."""

    async def connect() -> None:
        for jid in server.spares:
            bot = component(server, jid, server.secret)
            async with session(bot, server.host, server.component_port):
                pass

    asyncio.run(connect())


def test_accounts_by_the_thousand(server: XmppServer) -> None:
    """2,000 accounts are made at once, and the last one logs in."""
    jids = server.register_many(2000, "crowd")
    assert len(set(jids)) == 2000
    asyncio.run(log_in(server, jids[-1].partition("@")[0]))


@pytest.mark.parametrize("kind", [Prosody, Ejabberd])
def test_life(kind: type[XmppServer]) -> None:
    """Accounts outlive stop, kill and restart; after the end nothing is left."""
    before = servers_of(os.getpid()).keys()
    with kind() as server:
        ports = {server.c2s_port, server.component_port, server.http_port}
        server.register("alice")
        server.stop()
        assert not any(is_open(port) for port in ports)
        server.start()
        server.kill()
        server.start()
        asyncio.run(log_in(server, "alice"))

        mine = servers_of(os.getpid()).keys() - before
        assert server.pid in mine
        assert listening(mine) == {(LOOPBACK, port) for port in ports}
        folder = server.folder
    assert not folder.exists()
    assert not any(is_open(port) for port in ports)


@pytest.mark.parametrize("kind", [Prosody, Ejabberd])
def test_stock_limits_are_accepted(kind: type[XmppServer]) -> None:
    """With Debian's rate limits, and without archive and offline store, it runs."""
    with kind(limits="stock", mam=False, offline=False) as server:
        server.register("bob")
        asyncio.run(log_in(server, "bob"))


def test_no_port_mapper(ejabberd: Ejabberd) -> None:
    """No epmd is started: Erlang's port mapper would serve the whole machine."""
    programs = servers_of(os.getpid())
    assert ejabberd.pid in programs
    assert not any("epmd" in command for command in programs.values())
    assert 4369 not in {port for _, port in listening(set(programs))}
