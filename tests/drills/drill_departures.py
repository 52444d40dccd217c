"""Contacts removed and added while the database is away, for real and for longer."""

import time
from contextlib import ExitStack

import pytest

from tests.e2e.conftest import Make
from tests.e2e.leaving import Contacts
from tests.servers.locked import locked
from tests.servers.postgresql import PostgreSQL
from tests.servers.xmpp_server import XmppServer

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.parametrize("mode", ["component", "account"]),
]

PEOPLE = 8
#: seconds that the database is away: longer than anybody waits for it
AWAY = 45.0


class Drill:
    """Groups of people who leave, come, return and give up, each in a part of it."""

    def __init__(self, people: Contacts) -> None:
        self._people = people
        self.stay = set(people.join(PEOPLE))
        self.leave = people.join(3 * PEOPLE)
        self.return_ = people.join(3 * PEOPLE)
        self.come: list[str] = []

    def part(self, number: int) -> None:
        """What people do while the database is away."""
        group = slice(number * PEOPLE, (number + 1) * PEOPLE)
        for jid in self.leave[group]:
            self._people.leave(jid)
        for jid in self.return_[group]:
            self._people.leave(jid)
            self._people.tell(jid, "subscribe")
        self.come += self._people.ask_to_join(PEOPLE)

    def check(self) -> None:
        wanted = self.stay | set(self.return_) | set(self.come)
        self._people.until_standing(wanted)
        self._people.are_told(wanted)


@pytest.mark.postgres
def test_postgresql(server: XmppServer, mode: str, make: Make) -> None:
    """PostgreSQL is ended, and the service killed and started while it is away."""
    with PostgreSQL() as postgresql:
        url = postgresql.database("departures")
        service = make(server, mode, database=url)
        service.start()
        service.wait_until_connected()
        with Contacts(server, service) as people:
            drill = Drill(people)
            postgresql.stop()
            drill.part(0)
            drill.part(1)
            time.sleep(AWAY)
            drill.part(2)
            people.settle()
            service.until(lambda: people.waiting == 3 * 3 * PEOPLE)
            service.kill()
            postgresql.start()
            service.start()
            service.wait_until_connected()
            drill.check()
        assert service.stop() == 0


def test_sqlite(server: XmppServer, mode: str, make: Make) -> None:
    """Another process holds the file, for long, twice, and the service goes on."""
    service = make(server, mode)
    service.start()
    service.wait_until_connected()
    with Contacts(server, service) as people:
        drill = Drill(people)
        for number in range(2):
            with ExitStack() as lock:
                lock.enter_context(locked(service.folder / "carillon.db"))
                drill.part(number)
                time.sleep(AWAY)
        drill.part(2)
        drill.check()
    assert service.stop() == 0
