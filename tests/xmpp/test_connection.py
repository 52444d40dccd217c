"""Connecting, being refused, losing the connection, and stopping: on real servers."""

import asyncio
import logging
from dataclasses import replace
from itertools import pairwise

import pytest
from slixmpp.xmlstream import StanzaBase

from bot.xmpp.connection import FatalConnectionError
from bot.xmpp.timing import Timing
from tests.servers.ejabberd import Ejabberd
from tests.servers.ports import HOST
from tests.servers.prosody import Prosody
from tests.servers.proxy import Proxy
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


def test_delays_grow_and_stay_bounded() -> None:
    """Each delay is within a jittered doubling, and never beyond the cap."""
    timing = Timing()
    for failures in range(1, 40):
        longest = min(300, 2 ** (failures - 1))
        assert longest / 2 <= timing.delay(failures) <= longest
    assert len({timing.delay(5) for _ in range(10)}) > 1


def test_does_not_spin(run: Run, prosody: Prosody) -> None:
    """Against a port that accepts and closes, attempts keep their distance."""

    async def scenario() -> None:
        loop = asyncio.get_running_loop()
        times: list[float] = []
        enough = asyncio.Event()

        def accept(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            times.append(loop.time())
            writer.close()
            if len(times) == 6:
                enough.set()

        async with await asyncio.start_server(accept, HOST, 0) as listener:
            port = listener.sockets[0].getsockname()[1]
            settings = component_settings(prosody, port=port)
            async with linked(settings, QUICK, wait=False):
                async with asyncio.timeout(30):
                    await enough.wait()
        gaps = [b - a for a, b in pairwise(times)]
        # half of 0.05, 0.1, 0.2, 0.4, 0.4: the least that jitter leaves
        for gap, least in zip(gaps, (0.025, 0.05, 0.1, 0.2, 0.2), strict=False):
            assert gap >= least

    run(scenario())


def test_comes_back_after_a_crash(prosody_of_our_own: Prosody, run: Run) -> None:
    """Killed and started again, a server gets its component and account back."""
    server = prosody_of_our_own

    async def scenario() -> None:
        bot = newcomer(server)
        async with (
            linked(component_settings(server)) as component,
            linked(account_settings(server, bot)) as account,
        ):
            server.kill()
            await component.lost.wait()
            await account.lost.wait()
            await asyncio.to_thread(server.start)
            for link in (component, account):
                await link.until_session(2)
                assert link.sessions == [True, True]
                assert link.losses == 1

    run(scenario())


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
            settings, wait=False, prepare=lambda stream: stream.add_filter("out", slow)
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


def test_dead_peer_is_noticed(server: XmppServer, run: Run) -> None:
    """A connection that swallows everything is given up, then resumed."""

    async def scenario() -> None:
        name, bot = newcomer(server), newcomer(server)
        async with (
            reading(server, name) as reader,
            Proxy(server.c2s_port) as proxy,
            linked(
                account_settings(server, bot, port=proxy.port),
                replace(QUICK, silence=1),
            ) as link,
        ):
            proxy.swallowed |= {"up", "down"}
            stencil = link.stencil(announcement(link))
            barrier = await link.write(deliveries(stencil, server.jid(name), 3))
            async with asyncio.timeout(20):
                await link.lost.wait()
            proxy.swallowed.clear()
            await barrier.wait()
            await reader.until(3)
            assert reader.ids == ["m0", "m1", "m2"]
            assert link.sessions == [True, False]

    run(scenario())


def test_idle_stays_connected(server: XmppServer, run: Run) -> None:
    """A quiet connection is asked for signs of life, and gives them."""

    async def scenario() -> None:
        bot = newcomer(server)
        timing = replace(QUICK, silence=0.6)
        async with (
            linked(account_settings(server, bot), timing) as account,
            linked(component_settings(server), timing) as component,
        ):
            await asyncio.sleep(3)
            assert account.sessions == component.sessions == [True]

    run(scenario())


def test_nothing_is_kept_while_down(
    server: XmppServer, run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    """Stanzas offered while the connection is down never leave later.

    The log tells of them, not what they say.
    """
    caplog.set_level(logging.DEBUG, logger="bot")

    async def scenario() -> None:
        name = newcomer(server)
        async with (
            reading(server, name) as reader,
            Proxy(server.component_port) as proxy,
            linked(component_settings(server, port=proxy.port)) as link,
        ):
            proxy.refuse = True
            proxy.cut()
            await link.lost.wait()
            early = link.stream.make_message(server.jid(name), "early")
            assert not link.send(early)
            early.send()  # past the gate, as slixmpp's own plugins do
            proxy.refuse = False
            await link.until_session(2)
            assert link.send(link.stream.make_message(server.jid(name), "late"))
            await reader.until(1)
            assert [xml.findtext("{*}body") for xml in reader.messages] == ["late"]
            assert _said(caplog, "dropped a message")
            assert not _said(caplog, "early")

    run(scenario())


def test_stop_during_an_attempt(run: Run, prosody: Prosody) -> None:
    """Stopping does not wait for a server that accepts and says nothing."""

    async def scenario() -> None:
        reached = asyncio.Event()

        async def accept(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            reached.set()
            await reader.read()
            writer.close()

        async with await asyncio.start_server(accept, HOST, 0) as listener:
            port = listener.sockets[0].getsockname()[1]
            settings = component_settings(prosody, port=port)
            async with linked(settings, replace(QUICK, attempt=300), wait=False):
                await reached.wait()

    run(scenario())


def test_stop_says_goodbye(server: XmppServer, run: Run) -> None:
    """Stopping ends the session itself: what follows is a fresh one."""

    async def scenario() -> None:
        settings = account_settings(server, newcomer(server))
        for _ in range(2):
            async with linked(settings) as link:
                assert link.send(link.stream.make_presence())
            assert not link.is_ready
            assert not link.stream.is_connected()
            assert link.losses == 0

    run(scenario())
