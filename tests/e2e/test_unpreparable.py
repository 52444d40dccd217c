"""A neighbour component whose addresses cannot be prepared, on real servers."""

import itertools
from contextlib import suppress

import pytest

from tests.e2e.conftest import Make
from tests.e2e.sink import Sink
from tests.servers.neighbour import LOCALS, RESEMBLING, RESOURCES, Component, every_kind
from tests.servers.xmpp_server import XmppServer

pytestmark = pytest.mark.e2e

READERS = 400


class Neighbour:
    """Speaks from whatever address; where the server ends its stream it comes anew."""

    def __init__(self, server: XmppServer, domain: str, to: str) -> None:
        self._server, self.domain, self._to = server, domain, to
        self._numbers = itertools.count()
        #: the addresses that the server let through
        self.passed: list[str] = []

    def speak(self, addresses: list[str]) -> None:
        """All kinds of stanza from each address, and after each a good question."""
        remaining = list(addresses)
        while remaining:
            with suppress(OSError), Component(self._server, self.domain) as component:
                while remaining:
                    address = remaining.pop()
                    component.send("".join(every_kind(address, self._to)))
                    if not self._is_answered(component):
                        break
                    self.passed.append(address)

    def ask(self) -> bool:
        """Whether a good question is answered."""
        with Component(self._server, self.domain) as component:
            return self._is_answered(component)

    def _is_answered(self, component: Component) -> bool:
        """False where the server has closed the stream instead."""
        identifier = f"good-{next(self._numbers)}"
        component.send(
            f"<iq type='get' from='x@{self.domain}/y' to='{self._to}'"
            f" id='{identifier}'><ping xmlns='urn:xmpp:ping'/></iq>"
        )
        component.until(lambda: component.answers(identifier) or component.is_closed)
        return [one.get("type") for one in component.answers(identifier)] == ["result"]


@pytest.mark.parametrize("mode", ["component", "account"])
def test_the_session_stands(server: XmppServer, mode: str, make: Make) -> None:
    """While an announcement goes out: everybody gets it, over the same connection."""
    service = make(server, mode, rate=200, window=100, web="127.0.0.1:0")
    with Sink(server, server.spares[0]) as sink:
        service.subscribe(sink.jids(READERS))
        service.start()
        service.wait_until_connected()
        neighbour = Neighbour(server, server.spares[1], service.address)
        addresses = [f"x@{neighbour.domain}/{one}" for one in RESOURCES.values()] + [
            f"{one}@{neighbour.domain}"
            for one in (*LOCALS.values(), *RESEMBLING.values())
        ]
        job = service.announce()
        sink.wait(20)
        neighbour.speak(addresses)
        assert neighbour.ask()
        sink.wait(READERS)
        service.until(lambda: service.sent(job))
        assert service.progress(job).sent == READERS
        assert len(sink.arrived) == READERS
        assert set(sink.told) == set(sink.jids(READERS))
        assert service.metric("carillon_sessions_total") == 1
        assert service.metric("carillon_sessions_lost_total") == 0
        dropped = service.metric("carillon_stanzas_discarded_total", reason="address")
        print(f"{len(neighbour.passed)} addresses passed, {dropped} dropped")
        if server.name == "prosody":
            assert dropped
        lines = [line for line in service.lines if "no valid address" in line]
        assert len(lines) <= 3
        assert "Traceback" not in service.log
    assert service.stop() == 0
