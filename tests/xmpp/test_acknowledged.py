"""What is acknowledged is taken, and what is lost is known: on real servers."""

import asyncio
import os
import signal
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from slixmpp import JID

from bot.engine.wire import Delivery, StreamLost
from bot.xmpp import disco
from bot.xmpp.connection import BATCH_BYTES
from bot.xmpp.ledger import Pending
from tests.servers.ejabberd import Ejabberd
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
HIBERNATION = 20  #: of both servers, seconds


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
                await link.ask(link.stream.make_iq_get("jabber:iq:roster"))
                await barrier.wait()
            session = link.stream.acknowledgements
            assert session is not None
            await (await link.write(deliveries(stencil, server.jid(name), 1))).wait()
            await reader.until(751)
            assert session.ledger.unacknowledged == ()
            # 751 messages, 6 presences, 3 requests; nothing that is no stanza
            assert session.ledger.written == 760

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


def test_cut_amid_a_bulk_write(server: XmppServer, run: Run) -> None:
    """Wherever the cut is, all arrives once, in order and whole.

    Cut within a stanza, ejabberd resumes; Prosody 0.12 grows deaf, and the rest
    is given back, counted.
    """

    async def scenario() -> None:
        name, bot = newcomer(server), newcomer(server)
        async with (
            reading(server, name) as reader,
            Proxy(server.c2s_port) as proxy,
            linked(account_settings(server, bot, port=proxy.port)) as link,
        ):
            stencil = link.stencil(announcement(link, "x" * 5000))
            page = deliveries(stencil, server.jid(name), 400)
            writing = asyncio.create_task(_write_all(link, page))
            await reader.until(30)
            proxy.cut()
            await writing
            await reader.until(400)
            assert len(link.sessions) > 1
            assert reader.ids == [delivery.id for delivery in page]
            assert _texts(reader.messages) == {"x" * 5000}

    run(scenario())


def test_unacknowledged_bytes_are_sent_again(server: XmppServer, run: Run) -> None:
    """What the server never saw is sent again; what it saw is not."""

    async def scenario() -> None:
        name, bot = newcomer(server), newcomer(server)
        async with (
            reading(server, name) as reader,
            Proxy(server.c2s_port) as proxy,
            linked(account_settings(server, bot, port=proxy.port)) as link,
        ):
            stencil, to = link.stencil(announcement(link)), server.jid(name)
            proxy.swallowed.add("down")  # acknowledgements get lost
            seen = await link.write(deliveries(stencil, to, 3, "seen"))
            await reader.until(3)
            proxy.swallowed.add("up")
            unseen = await link.write(deliveries(stencil, to, 3, "unseen"))
            proxy.swallowed.clear()
            proxy.cut()
            await seen.wait()
            await unseen.wait()
            await reader.until(6)
            assert reader.ids == [
                f"{word}{n}" for word in ("seen", "unseen") for n in range(3)
            ]

    run(scenario())


def test_late_resumption_tells_what_was_handled(server: XmppServer, run: Run) -> None:
    """Too late to resume, `handled` is exactly what the recipient got."""

    async def scenario() -> None:
        name, bot = newcomer(server), newcomer(server)
        async with (
            reading(server, name) as reader,
            Proxy(server.c2s_port) as proxy,
            linked(account_settings(server, bot, port=proxy.port)) as link,
        ):
            stencil, to = link.stencil(announcement(link)), server.jid(name)
            proxy.swallowed.add("down")
            link.send(link.stream.make_presence())
            whole = await link.write(deliveries(stencil, to, 3, "whole"))
            link.send(link.stream.make_presence(pshow="dnd"))
            await reader.until(3)
            proxy.swallowed.add("up")
            lost = await link.write(deliveries(stencil, to, 4, "lost"))
            proxy.refuse = True
            proxy.cut()
            await asyncio.sleep(HIBERNATION + 2)
            proxy.swallowed.clear()
            proxy.refuse = False
            await link.until_session(2)
            assert link.sessions == [True, True]
            await whole.wait()
            assert await _loss(lost) == (0, False)
            assert reader.ids == ["whole0", "whole1", "whole2"]

    run(scenario())


def test_restarted_server_leaves_the_fate_unknown(
    prosody_of_our_own: Prosody, run: Run
) -> None:
    """A server that knows nothing of the old session: handled is None."""
    server = prosody_of_our_own

    async def scenario() -> None:
        name, bot = newcomer(server), newcomer(server)
        async with (
            Proxy(server.c2s_port) as proxy,
            linked(account_settings(server, bot, port=proxy.port)) as link,
        ):
            proxy.swallowed.add("down")
            stencil = link.stencil(announcement(link))
            barrier = await link.write(deliveries(stencil, server.jid(name), 3))
            server.kill()
            proxy.swallowed.clear()
            await asyncio.to_thread(server.start)
            await link.until_session(2)
            assert await _loss(barrier) == (None, False)

    run(scenario())


def test_blamed_stanza_is_not_sent_again(server: XmppServer, run: Run) -> None:
    """A stream error that blames the content: the rest is given back, counted."""

    async def scenario() -> None:
        name, bot = newcomer(server), newcomer(server)
        async with (
            reading(server, name) as reader,
            Proxy(server.c2s_port) as proxy,
            linked(account_settings(server, bot, port=proxy.port)) as link,
        ):
            to = server.jid(name)
            good = link.stencil(announcement(link))
            bad = link.stencil(announcement(link, "poison"))
            proxy.kill_stream_at(b"poison", "policy-violation")
            await (await link.write(deliveries(good, to, 2, "before"))).wait()
            barrier = await link.write(deliveries(bad, to, 1, "bad"))
            assert await _loss(barrier) == (0, True)
            await link.until_session(2)
            await (await link.write(deliveries(good, to, 2, "after"))).wait()
            await reader.until(4)
            assert reader.ids == ["before0", "before1", "after0", "after1"]
            assert proxy.accepted == 2

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
            assert await _loss(barrier) == (None, blamed)

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
            assert await _loss(barrier) == (None, False)

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
            assert await _loss(barrier) == (None, False)

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
            async with (
                reading(server, name) as reader,
                linked(component_settings(server), prepare=disco.prepare) as link,
            ):
                stencil = link.stencil(announcement(link, "x" * 4000))
                page = deliveries(stencil, server.jid(name), 5000)
                writing = asyncio.create_task(link.write(page))
                await reader.until(50)
                ping = reader.plugin["xep_0199"]
                await ping.send_ping(JID(server.component), timeout=60)
                # The answer stands in the reader's stream among the messages.
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


async def _write_all(link: Link, page: list[Delivery]) -> None:
    """As the engine does: what was surely not taken is written again."""
    while page:
        await link.ready()
        try:
            await (await link.write(page)).wait()
        except StreamLost as lost:
            page = page[lost.handled or 0 :]
        else:
            return


async def _loss(barrier: Pending) -> tuple[int | None, bool]:
    async with asyncio.timeout(30):
        with pytest.raises(StreamLost) as caught:
            await barrier.wait()
    return caught.value.handled, caught.value.blamed


def _texts(messages: list[ET.Element]) -> set[str | None]:
    return {xml.findtext("{*}body") for xml in messages}
