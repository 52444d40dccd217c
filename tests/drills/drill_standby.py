"""A stand-by and a holder over restarts and kills of their database, and of each."""

from functools import partial

import pytest

from tests.e2e.conftest import Make
from tests.e2e.service import Service
from tests.e2e.sink import Sink
from tests.servers.postgresql import PostgreSQL
from tests.servers.xmpp_server import XmppServer

pytestmark = [pytest.mark.e2e, pytest.mark.postgres]

READERS, WINDOW = 3000, 100


def says(service: Service, words: str) -> int:
    return sum(words in line for line in service.lines)


def has_said(service: Service, words: str, times: int) -> bool:
    return says(service, words) >= times


def test_restarts_and_kills(
    server: XmppServer, fragile: PostgreSQL, make: Make
) -> None:
    """In the middle of a broadcast the database is restarted, and killed.

    Both services stay, then the holder is killed, and the third is started while the
    database is away. Everybody is told, by one id each.
    """
    url = fragile.database("standby")
    options = {"database": url, "rate": 100, "window": WINDOW}
    services = [make(server, "component", **options) for _ in range(3)]
    first, second, third = services
    with Sink(server, server.spares[0]) as sink:
        first.subscribe(sink.jids(READERS))
        first.start()
        first.wait_until_connected()
        second.start()
        second.until(lambda: says(second, "standing by") > 0)
        job = first.announce()
        sink.wait(READERS // 6)
        for number, end in enumerate((fragile.stop, fragile.kill), 1):
            end()
            both = (first, second)
            for one in both:
                one.until(partial(has_said, one, "The database", number))
            fragile.start()
            for one in both:
                one.until(partial(has_said, one, "can be used again", number))
        # the session was never lost
        assert says(first, "connected as") == 1
        assert says(second, "connected as") == 0
        sink.wait(READERS // 2)
        first.kill()
        second.wait_until_connected()
        fragile.stop()
        third.start()
        third.until(lambda: says(third, "The database") > 0)
        fragile.start()
        third.until(lambda: says(third, "standing by") > 0)
        second.until(lambda: second.sent(job))
        sink.wait(READERS)
        second.kill()
        third.wait_until_connected()
        assert third.stop() == 0
    assert not any("Traceback" in one.log for one in services)
    assert set(sink.told) == set(sink.jids(READERS))
    assert len(set(sink.arrived)) == READERS
    assert len(sink.arrived) - READERS <= WINDOW
