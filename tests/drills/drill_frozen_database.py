"""A database that is frozen in the middle of a broadcast, and then SIGTERM."""

import re

import pytest

from tests.e2e.conftest import Make
from tests.e2e.service import Service
from tests.e2e.sink import Sink
from tests.servers.postgresql import PostgreSQL
from tests.servers.xmpp_server import XmppServer

pytestmark = [pytest.mark.e2e, pytest.mark.postgres]

READERS, WINDOW = 2000, 1000


def unrecorded(service: Service) -> int:
    [line] = [line for line in service.lines if "but not recorded" in line]
    found = re.search(r"messages=(\d+)", line)
    assert found
    return int(found[1])


@pytest.mark.parametrize("mode", ["component", "account"])
def test_sigterm(
    server: XmppServer, fragile: PostgreSQL, make: Make, mode: str
) -> None:
    """It ends, says what it could not record, and its next life tells the others."""
    url = fragile.database(f"frozen_{mode}")
    service = make(server, mode, database=url, rate=400, window=WINDOW)
    with Sink(server, server.spares[0]) as sink:
        service.subscribe(sink.jids(READERS))
        job = service.announce()
        service.start()
        sink.wait(600)  # in the middle of a page, of a quarter of the window
        with fragile.frozen():
            sink.wait(len(set(sink.arrived)) + 20)
            assert service.stop() == 0
        left = unrecorded(service)
        assert 0 < left <= WINDOW
        told = len(sink.arrived)
        service.start()
        service.until(lambda: service.sent(job))
        sink.wait(READERS)
        assert service.stop() == 0
    assert set(sink.told) == set(sink.jids(READERS))
    assert len(sink.arrived) - READERS <= WINDOW
    assert len(set(sink.arrived)) == READERS
    assert told < READERS
