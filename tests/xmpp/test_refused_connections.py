"""Being refused, by real servers: why is told, and what cannot help is not tried."""

import asyncio
from dataclasses import replace

import pytest
from slixmpp.xmlstream import StanzaBase

from bot.xmpp.session.connection import FatalConnectionError
from tests.servers.ejabberd import Ejabberd
from tests.servers.ports import HOST
from tests.servers.prosody import Prosody
from tests.servers.xmpp_server import XmppServer
from tests.xmpp.links import (
    QUICK,
    Link,
    Run,
    account_settings,
    announcement,
    component_settings,
    deliveries,
    linked,
    newcomer,
    reading,
)

pytestmark = pytest.mark.e2e


def _said(caplog: pytest.LogCaptureFixture, text: str) -> bool:
    return any(text in record.getMessage() for record in caplog.records)


async def _refused(link: Link) -> None:
    """Wait until an attempt has failed for a reason; nothing comes up after it."""
    async with asyncio.timeout(20):
        stream = link.stream
        while not (stream.refusal or stream.stream_error):  # noqa: ASYNC110 - no event
            await asyncio.sleep(0.02)
    assert link.sessions == []


def test_wrong_password(
    server: XmppServer, run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    """A refused login is told clearly and tried again, slowly."""

    async def scenario() -> None:
        settings = account_settings(server, newcomer(server), password="no")
        async with linked(settings, replace(QUICK, cap=300), wait=False) as link:
            await _refused(link)
            assert "login refused" in str(link.stream.refusal)
            await asyncio.sleep(0.5)
            assert _said(caplog, "cannot connect: login refused")
            assert sum("cannot connect" in r.getMessage() for r in caplog.records) == 1

    run(scenario())


def test_wrong_secret(
    server: XmppServer, run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    """So is a component's wrong secret."""

    async def scenario() -> None:
        settings = component_settings(server, password="no")
        async with linked(settings, replace(QUICK, cap=300), wait=False) as link:
            await _refused(link)
            assert link.stream.stream_error == "not-authorized"
            await asyncio.sleep(0.5)
            assert _said(caplog, "the secret was refused")
            assert sum("cannot connect" in r.getMessage() for r in caplog.records) == 1

    run(scenario())


def test_unknown_component(
    prosody: Prosody, run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    """A server that does not know the component: what to do, and no traceback.

    It closes at once, while our handshake is in an asynchronous filter.
    """

    async def slow(stanza: StanzaBase) -> StanzaBase:
        await asyncio.sleep(0.05)
        return stanza

    async def scenario() -> None:
        settings = component_settings(prosody, jid=f"other.{prosody.domain}")
        async with linked(
            settings,
            wait=False,
            prepare=lambda link: link.stream.add_filter("out", slow),
        ) as link:
            await _refused(link)
            await asyncio.sleep(0.5)
            assert _said(
                caplog,
                f"cannot connect: the server does not know other.{prosody.domain}:"
                " add the component to its configuration and restart it",
            )
        assert not [one for one in caplog.records if one.exc_info]
        assert not _said(caplog, "Exception")

    run(scenario())


def test_unknown_domain(
    server: XmppServer, run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    """An account of a domain that the server does not serve is told so."""

    async def scenario() -> None:
        settings = account_settings(server, "any", jid="any@elsewhere.example")
        async with linked(settings, replace(QUICK, cap=300), wait=False) as link:
            await _refused(link)
            await asyncio.sleep(0.5)
            assert _said(caplog, "the server does not serve elsewhere.example")

    run(scenario())


def test_wrong_port(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    """The port of the other kind is told as that; ejabberd knows the difference."""
    with Ejabberd() as server:

        async def scenario() -> None:
            component = component_settings(server, port=server.c2s_port)
            account = account_settings(server, "any", port=server.component_port)
            for settings in (component, account):
                async with linked(settings, wait=False) as link:
                    await _refused(link)
                    await asyncio.sleep(0.5)
            assert _said(caplog, "takes no components at this port")
            assert _said(caplog, "takes no accounts at this port")

        run(scenario())


def test_second_component(
    prosody: Prosody, run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    """A second process on the same address says so, and leaves the first alone."""

    async def scenario() -> None:
        settings = component_settings(prosody)
        slow = replace(QUICK, cap=300)
        async with (
            linked(settings) as first,
            linked(settings, slow, wait=False) as second,
        ):
            await _refused(second)
            assert second.stream.stream_error == "conflict"
            assert first.is_ready
            await asyncio.sleep(0.5)
            assert _said(caplog, "somebody else is connected as us")

    run(scenario())


def test_other_resource_is_fatal(run: Run) -> None:
    """An account that is bound to another resource stops: its address moved."""
    with Ejabberd(extra="resource_conflict: setresource") as server:

        async def scenario() -> None:
            settings = account_settings(server, newcomer(server))
            async with linked(settings) as first:
                second = Link(settings)
                with pytest.raises(FatalConnectionError, match="/carillon"):
                    async with asyncio.timeout(20):
                        await second.run()
                assert first.is_ready

        run(scenario())


def test_untrusted_certificate(
    server: XmppServer, run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    """Without the authority's certificate the server is refused before any login."""

    async def scenario() -> None:
        settings = account_settings(server, newcomer(server), tls="required")
        async with linked(settings, replace(QUICK, cap=300), wait=False) as link:
            await _refused(link)
            assert "not trusted" in str(link.stream.refusal)
            await asyncio.sleep(0.2)
            assert not link.stream.is_connected()
            assert _said(caplog, "set ca_file")

    run(scenario())


def test_trusted_certificate(server: XmppServer, run: Run) -> None:
    """With `ca_file` the same server is trusted, and the stream is encrypted."""

    async def scenario() -> None:
        name = newcomer(server)
        settings = account_settings(
            server, newcomer(server), tls="required", ca_file=server.ca_file
        )
        async with reading(server, name) as reader, linked(settings) as link:
            transport = link.stream.transport
            assert transport is not None
            assert transport.get_extra_info("cipher") is not None
            stencil = link.stencil(announcement(link))
            page = deliveries(stencil, server.jid(name), 300)
            await (await link.write(page)).wait()
            await reader.until(300)

    run(scenario())


def test_no_login_in_clear(prosody: Prosody, run: Run) -> None:
    """Where TLS is required, a server without it never sees the password."""

    async def scenario() -> None:
        said = bytearray()

        async def serve(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            said.extend(await reader.readuntil(b"version='1.0'>"))
            writer.write(
                b"<stream:stream xmlns='jabber:client' id='1' version='1.0' from="
                b"'prosody.test' xmlns:stream='http://etherx.jabber.org/streams'>"
                b"<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:"
                b"xmpp-sasl'><mechanism>PLAIN</mechanism><mechanism>SCRAM-SHA-1"
                b"</mechanism></mechanisms></stream:features>"
            )
            said.extend(await reader.read())
            writer.close()

        async with await asyncio.start_server(serve, HOST, 0) as listener:
            port = listener.sockets[0].getsockname()[1]
            settings = account_settings(prosody, "any", tls="required", port=port)
            async with linked(settings, replace(QUICK, cap=300), wait=False) as link:
                await _refused(link)
                assert "no TLS" in str(link.stream.refusal)
        assert b"<auth" not in said

    run(scenario())
