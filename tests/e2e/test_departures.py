"""Contacts removed and added while the database is away, and the service killed."""

from contextlib import ExitStack

import pytest

from tests.e2e.conftest import PLACES, Make
from tests.e2e.leaving import Contacts
from tests.servers.locked import locked
from tests.servers.xmpp_server import XmppServer

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.parametrize(("server", "mode"), PLACES, indirect=["server"]),
]


def test_killed_before_the_database_is_back(
    server: XmppServer, mode: str, make: Make
) -> None:
    """Who left has left and who joined has joined, though the service was killed while
    another process held the database; the next announcement says so.
    """
    service = make(server, mode)
    service.start()
    service.wait_until_connected()
    file = service.folder / "carillon.db"
    with Contacts(server, service) as people:
        stays, leaves = people.join(2)
        with locked(file):
            people.leave(leaves)
            [joins] = people.ask_to_join(1)
            service.until(lambda: people.waiting == 2)
            service.kill()
        service.start()
        people.until_standing({stays, joins})
        people.are_told({stays, joins})
        assert people.waiting == 0
    assert service.stop() == 0


def test_it_says_that_they_wait(server: XmppServer, mode: str, make: Make) -> None:
    """While the database is locked for long its pages say who waits; then who left has
    left.
    """
    service = make(server, mode, web="127.0.0.1:0")
    service.start()
    service.wait_until_connected()
    with Contacts(server, service) as people:
        stays, leaves = people.join(2)
        with ExitStack() as lock:
            lock.enter_context(locked(service.folder / "carillon.db"))
            people.leave(leaves)
            service.until(lambda: "joins and leaves wait" in service.page("/readyz")[1])
            assert service.metric("carillon_presences_waiting") == 1
        people.until_standing({stays})
        service.until(lambda: service.metric("carillon_presences_waiting") == 0)
        people.are_told({stays})
    assert service.stop() == 0
