"""Cut connections and poisoned messages on a real server: nobody else suffers."""

import asyncio

import pytest

from tests.e2e.conftest import PLACES, Make
from tests.e2e.sink import Sink
from tests.servers.prosody import Prosody
from tests.servers.proxy import Proxy
from tests.servers.xmpp_server import XmppServer

pytestmark = pytest.mark.e2e

READERS = 600
WINDOW = 100


def port_of(server: XmppServer, mode: str) -> int:
    return server.component_port if mode == "component" else server.c2s_port


@pytest.mark.parametrize(("server", "mode"), PLACES, indirect=["server"])
def test_the_network_is_cut(server: XmppServer, mode: str, make: Make) -> None:
    """Cut twice in the middle, a broadcast reaches everybody, by one id each."""

    async def go() -> None:
        async with Proxy(port_of(server, mode)) as proxy:
            service = make(server, mode, host_port=proxy.port, rate=300, window=WINDOW)
            with Sink(server, server.spares[0]) as sink:
                service.subscribe(sink.jids(READERS))
                job = service.announce()
                service.start()
                for point in (150, 400):
                    await asyncio.to_thread(sink.wait, point)
                    proxy.cut()
                await asyncio.to_thread(service.until, lambda: service.sent(job))
                await asyncio.to_thread(sink.wait, READERS)
                assert await asyncio.to_thread(service.stop) == 0
                assert set(sink.told) == set(sink.jids(READERS))
                assert len(set(sink.arrived)) == READERS
                assert len(sink.arrived) - READERS <= 2 * WINDOW
            assert service.progress(job).sent == READERS

    asyncio.run(go())


@pytest.mark.parametrize(("server", "mode"), PLACES, indirect=["server"])
def test_a_poisoned_message(server: XmppServer, mode: str, make: Make) -> None:
    """The one message over which the stream is closed fails; all others arrive."""
    readers, window = 60, 8

    async def go() -> None:
        async with Proxy(port_of(server, mode)) as proxy:
            service = make(server, mode, host_port=proxy.port, window=window)
            with Sink(server, server.spares[0]) as sink:
                jids = sink.jids(readers)
                culprit = jids[37]
                proxy.kill_stream_at(culprit.encode())
                service.subscribe(jids)
                job = service.announce()
                service.start()
                await asyncio.to_thread(service.until, lambda: service.sent(job))
                await asyncio.to_thread(sink.wait, readers - 1)
                assert await asyncio.to_thread(service.stop) == 0
                assert set(sink.told) == set(jids) - {culprit}
                assert len(set(sink.arrived)) == readers - 1
            [failure] = service.failures(job)
            assert (failure.jid, failure.condition) == (culprit, "stream-error")
            assert service.progress(job).sent == readers - 1
            assert service.schedule(job).wire_state == "sent"

    asyncio.run(go())


@pytest.mark.parametrize("mode", ["component", "account"])
def test_stopped_while_the_server_is_away(
    prosody: Prosody, mode: str, make: Make
) -> None:
    """Asked to stop during an outage it ends with 0; the next life goes on."""

    async def go() -> None:
        async with Proxy(port_of(prosody, mode)) as proxy:
            service = make(prosody, mode, host_port=proxy.port, rate=300, window=50)
            with Sink(prosody, prosody.spares[0]) as sink:
                service.subscribe(sink.jids(READERS))
                job = service.announce()
                service.start()
                await asyncio.to_thread(sink.wait, 100)
                proxy.refuse = True
                proxy.cut()
                await asyncio.to_thread(
                    service.until, lambda: "connecting again" in service.log
                )
                assert await asyncio.to_thread(service.stop) == 0
                assert service.progress(job).sent <= len(sink.told) < READERS
                proxy.refuse = False
                service.start()
                await asyncio.to_thread(service.until, lambda: service.sent(job))
                await asyncio.to_thread(sink.wait, READERS)
                assert set(sink.told) == set(sink.jids(READERS))
                assert len(sink.arrived) - READERS <= 50

    asyncio.run(go())
