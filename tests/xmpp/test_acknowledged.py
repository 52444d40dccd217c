"""What is acknowledged is taken, and what is lost is known: on real servers."""

import asyncio
import os
import signal
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from slixmpp import JID
from slixmpp.xmlstream import StanzaBase

from bot.engine.wire import Delivery, StreamLost
from bot.xmpp.doors.discovery import disco
from bot.xmpp.session.connection import BATCH_BYTES
from tests.servers.ejabberd import Ejabberd
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
    loss,
    newcomer,
    reading,
)

pytestmark = pytest.mark.e2e


def test_own_stanzas_count_with_bulk_ones(server: XmppServer, run: Run) -> None:
    """Bulk writes mixed with slixmpp's own stanzas keep the counts equal."""

    async def scenario() -> None:
        name, bot = newcomer(server), newcomer(server)
        async with (
            reading(server, name) as reader,
            linked(account_settings(server, bot)) as link,
        ):
            stencil = link.stencil(announcement(link))
            for number in range(3):
                link.send(link.stream.make_presence())
                page = deliveries(stencil, server.jid(name), 250, f"{number}-")
                barrier = await link.write(page)
                link.send(link.stream.make_presence(pshow="dnd"))
                await link.ask(ET.Element("{jabber:iq:roster}query"))
                await barrier.wait()
            session = link.stream.acknowledgements
            assert session is not None
            await (await link.write(deliveries(stencil, server.jid(name), 1))).wait()
            await reader.until(751)
            assert session.positions.unacknowledged == ()
            # 751 messages, 6 presences, 3 requests; nothing that is no stanza
            assert session.positions.written == 760

    run(scenario())


def test_the_tail_is_acknowledged(server: XmppServer, run: Run) -> None:
    """A single stanza is acknowledged without any more traffic."""

    async def scenario() -> None:
        name, bot = newcomer(server), newcomer(server)
        async with linked(account_settings(server, bot)) as link:
            stencil = link.stencil(announcement(link))
            barrier = await link.write(deliveries(stencil, server.jid(name), 1))
            await barrier.wait()

    run(scenario())


def test_nothing_to_write(server: XmppServer, run: Run) -> None:
    """An empty page is acknowledged at once."""

    async def scenario() -> None:
        async with linked(component_settings(server)) as link:
            await (await link.write([])).wait()

    run(scenario())


@pytest.mark.parametrize(
    ("condition", "blamed"),
    [
        ("policy-violation", True),
        ("not-well-formed", True),
        ("undefined-condition", True),
        ("conflict", False),
        ("system-shutdown", False),
        ("reset", False),
    ],
)
def test_who_is_blamed(
    prosody: Prosody, run: Run, condition: str, blamed: bool
) -> None:
    """RFC 6120 §4.9.3: only some stream errors can be the content's fault."""

    async def scenario() -> None:
        async with (
            Proxy(prosody.component_port) as proxy,
            linked(component_settings(prosody, port=proxy.port)) as link,
        ):
            proxy.kill_stream_at(b"poison", condition)
            stencil = link.stencil(announcement(link, "poison"))
            barrier = await link.write(deliveries(stencil, "a@prosody.test", 1))
            assert await loss(barrier) == (None, blamed)

    run(scenario())


def test_bounces_arrive_before_the_barrier(server: XmppServer, run: Run) -> None:
    """A component knows every local bounce of a write when its barrier ends."""

    async def scenario() -> None:
        async with linked(component_settings(server)) as link:
            bounced: list[str] = []
            link.stream.add_event_handler(
                "message_error", lambda message: bounced.append(message["id"])
            )
            stencil = link.stencil(announcement(link))
            page = [
                Delivery(stencil, f"nobody{number}@{server.domain}", f"m{number}")
                for number in range(50)
            ]
            await (await link.write(page)).wait()
            assert sorted(bounced) == sorted(delivery.id for delivery in page)

    run(scenario())


def test_component_cut_is_unknown(server: XmppServer, run: Run) -> None:
    """Without XEP-0198 nobody can tell what a cut connection took."""

    async def scenario() -> None:
        async with (
            Proxy(server.component_port) as proxy,
            linked(component_settings(server, port=proxy.port)) as link,
        ):
            proxy.swallowed.add("down")
            stencil = link.stencil(announcement(link))
            barrier = await link.write(deliveries(stencil, f"a@{server.domain}", 3))
            proxy.cut()
            assert await loss(barrier) == (None, False)

    run(scenario())


def test_write_while_down(server: XmppServer, run: Run) -> None:
    """A write without a session is refused whole: none of it was taken."""

    async def scenario() -> None:
        async with (
            Proxy(server.component_port) as proxy,
            linked(component_settings(server, port=proxy.port)) as link,
        ):
            stencil = link.stencil(announcement(link))
            proxy.refuse = True
            proxy.cut()
            await link.lost.wait()
            with pytest.raises(StreamLost) as caught:
                await link.write(deliveries(stencil, f"a@{server.domain}", 3))
            assert caught.value.handled == 0

    run(scenario())


def test_stop_ends_every_barrier(server: XmppServer, run: Run) -> None:
    """Who waits for a resumption learns that there will be none."""

    async def scenario() -> None:
        name, bot = newcomer(server), newcomer(server)
        async with Proxy(server.c2s_port) as proxy:
            async with linked(account_settings(server, bot, port=proxy.port)) as link:
                proxy.swallowed |= {"up", "down"}
                stencil = link.stencil(announcement(link))
                barrier = await link.write(deliveries(stencil, server.jid(name), 3))
                proxy.refuse = True
                proxy.cut()
                await link.lost.wait()
                assert not barrier.settled.done()
            assert await loss(barrier) == (None, False)

    run(scenario())


def test_stanzas_wait_for_the_transport(prosody: Prosody, run: Run) -> None:
    """A write into a stalled connection stops; memory does not take the rest."""

    async def scenario() -> None:
        name = newcomer(prosody)
        async with (
            reading(prosody, name) as reader,
            linked(component_settings(prosody)) as link,
        ):
            stencil = link.stencil(announcement(link, "x" * 60_000))
            page = deliveries(stencil, prosody.jid(name), 400)
            os.kill(prosody.pid, signal.SIGSTOP)
            try:
                writing = asyncio.create_task(link.write(page))
                done, _ = await asyncio.wait({writing}, timeout=2)
                assert not done
                assert not link.stream.writable.is_set()
                transport = link.stream.transport
                assert transport is not None
                assert transport.get_write_buffer_size() < 4 * BATCH_BYTES
            finally:
                os.kill(prosody.pid, signal.SIGCONT)
            await (await writing).wait()
            await reader.until(400)

    run(scenario())


@pytest.mark.parametrize("kind", [Prosody, Ejabberd])
def test_others_speak_during_a_bulk_write(kind: type[XmppServer], run: Run) -> None:
    """A ping amid 5,000 messages is answered before the last is written."""
    with kind(mam=False) as server:

        async def scenario() -> None:
            name = newcomer(server)
            asked = asyncio.Event()

            def note(stanza: StanzaBase) -> StanzaBase:
                if stanza.xml.find("{urn:xmpp:ping}ping") is not None:
                    asked.set()
                return stanza

            async with (
                Proxy(server.component_port) as proxy,
                reading(server, name) as reader,
                linked(
                    component_settings(server, port=proxy.port), prepare=disco.prepare
                ) as link,
            ):
                link.stream.add_filter("in", note)
                stencil = link.stencil(announcement(link, "x" * 4000))
                page = deliveries(stencil, server.jid(name), 5000)
                # Half of it finds room on its way to a server that does not read.
                proxy.hold("up")
                writing = asyncio.create_task(link.write(page))
                ping = reader.plugin["xep_0199"]
                answer = ping.send_ping(JID(server.component), timeout=60)
                await asked.wait()
                assert not writing.done()
                proxy.release("up")
                await answer
                # It stands in the reader's stream among the messages.
                assert len(reader.messages) < 5000
                await (await writing).wait()
                await reader.until(5000)

        run(scenario())


def test_throttled_is_not_dead(run: Run) -> None:
    """Debian's 10 kB/s delay acknowledgements beyond a tick of the watch."""
    with Prosody(limits="stock") as server:

        async def scenario() -> None:
            name, bot = newcomer(server), newcomer(server)
            timing = replace(QUICK, silence=8)
            async with linked(account_settings(server, bot), timing) as link:
                stencil = link.stencil(announcement(link))
                page = deliveries(stencil, server.jid(name), 250)
                await (await link.write(page)).wait()
                assert link.sessions == [True]

        run(scenario())
