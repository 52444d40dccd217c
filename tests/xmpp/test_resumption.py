"""Cut connections: resumed, too late, or to blame: on real servers."""

import asyncio
from collections.abc import Iterator
from xml.etree import ElementTree as ET

import pytest

from bot.engine.wire import Delivery, StreamLost
from tests.servers.ejabberd import Ejabberd
from tests.servers.prosody import Prosody
from tests.servers.proxy import Proxy
from tests.servers.xmpp_server import XmppServer
from tests.xmpp.links import (
    Link,
    Run,
    account_settings,
    announcement,
    deliveries,
    linked,
    loss,
    newcomer,
    reading,
)

pytestmark = pytest.mark.e2e
FORGETFUL = 3  #: seconds that a server keeps the session of who drops


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


@pytest.fixture(params=[Prosody, Ejabberd])
def forgetful(request: pytest.FixtureRequest) -> Iterator[XmppServer]:
    """A server of the test's own, that soon forgets who drops."""
    with request.param(hibernation=FORGETFUL) as server:
        yield server


def test_late_resumption_tells_what_was_handled(
    forgetful: XmppServer, run: Run
) -> None:
    """Too late to resume, `handled` is exactly what the recipient got."""
    server = forgetful

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
            await asyncio.sleep(FORGETFUL + 2)
            proxy.swallowed.clear()
            proxy.refuse = False
            await link.until_session(2)
            assert link.sessions == [True, True]
            await whole.wait()
            assert await loss(lost) == (0, False)
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
            assert await loss(barrier) == (None, False)

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
            assert await loss(barrier) == (0, True)
            await link.until_session(2)
            await (await link.write(deliveries(good, to, 2, "after"))).wait()
            await reader.until(4)
            assert reader.ids == ["before0", "before1", "after0", "after1"]
            assert proxy.accepted == 2

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


def _texts(messages: list[ET.Element]) -> set[str | None]:
    return {xml.findtext("{*}body") for xml in messages}
