"""Connecting, losing the connection, and stopping: on real servers."""

import asyncio
import logging
from dataclasses import replace
from itertools import pairwise

import pytest

from bot.xmpp.session.timing import Timing
from tests.servers.ports import HOST
from tests.servers.prosody import Prosody
from tests.servers.proxy import Proxy
from tests.servers.xmpp_server import XmppServer
from tests.xmpp.links import (
    QUICK,
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


def test_dead_peer_is_noticed(server: XmppServer, run: Run) -> None:
    """A connection that swallows everything is given up, then resumed."""

    async def scenario() -> None:
        name, bot = newcomer(server), newcomer(server)
        async with (
            reading(server, name) as reader,
            Proxy(server.c2s_port) as proxy,
            linked(
                account_settings(server, bot, port=proxy.port),
                replace(QUICK, silence=4),
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
        # a busy server may need a second or two for its answer
        timing = replace(QUICK, silence=6)
        async with (
            linked(account_settings(server, bot), timing) as account,
            linked(component_settings(server), timing) as component,
        ):
            await asyncio.sleep(7)
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
            assert "dropped a message" in caplog.text
            assert "early" not in caplog.text

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
