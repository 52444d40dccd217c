"""Several processes on one database: services side by side, and the command line."""

from functools import partial

import pytest

from tests.e2e.conftest import Make
from tests.e2e.sink import Sink
from tests.servers.postgresql import PostgreSQL
from tests.servers.prosody import Prosody
from tests.servers.xmpp_server import XmppServer

pytestmark = pytest.mark.e2e

#: more chunks than one service takes at once
READERS = 9000


@pytest.mark.postgres
def test_two_services(
    prosody: Prosody,
    postgresql: PostgreSQL,
    make: Make,
) -> None:
    """Two services on one PostgreSQL, each with its own component: once is enough.

    Both send, no occurrence is planned twice, and nobody is told twice.
    """
    url = postgresql.database("two_services")
    services = [
        make(prosody, "component", database=url, rate=1500),
        make(prosody, "component", database=url, rate=1500, jid=prosody.spares[1]),
    ]
    first = services[0]
    with Sink(prosody, prosody.spares[0]) as sink:
        first.subscribe(sink.jids(READERS))
        for service in services:
            service.start()
            service.wait_until_connected()
        jobs = [
            first.announce(),
            *(
                first.announce(list_name=None, people=tuple(sink.jids(5)))
                for _ in range(20)
            ),
        ]
        for job in jobs:
            first.until(partial(first.sent, job))
        sink.wait(READERS + 100)
        for service in services:
            assert service.stop() == 0
    for job in jobs:
        assert len(first.broadcasts(job)) == 1
        assert first.schedule(job).wire_state == "sent"
    assert sink.senders == {service.jid for service in services}
    assert len(sink.arrived) == len(set(sink.arrived)) == READERS + 100


@pytest.mark.postgres
def test_a_stand_by_takes_over(
    server: XmppServer, postgresql: PostgreSQL, make: Make
) -> None:
    """A second process with the same JID waits, and goes on when the first is killed.

    Nobody is skipped, and at most a window is told twice, with equal ids.
    """
    url = postgresql.database(f"stand_by_{server.name}")
    first, second = (
        make(server, "component", database=url, rate=600, window=100) for _ in range(2)
    )
    with Sink(server, server.spares[0]) as sink:
        first.subscribe(sink.jids(1500))
        first.start()
        first.wait_until_connected()
        second.start()
        second.until(lambda: "standing by" in second.log)
        job = first.announce()
        first.until(lambda: len(sink.told) >= 400)
        assert "bot.xmpp" not in second.log
        first.kill()
        second.until(lambda: second.sent(job))
        sink.wait(1500)
        assert second.stop() == 0
    assert set(sink.told) == set(sink.jids(1500))
    assert len(set(sink.arrived)) == 1500
    assert len(sink.arrived) <= 1500 + 100


@pytest.mark.parametrize("door", ["database", "command line"])
def test_another_process(server: XmppServer, make: Make, door: str) -> None:
    """What another process stores reaches the running service at once."""
    service = make(server, "component")
    with Sink(server, server.spares[0]) as sink:
        service.subscribe(sink.jids(2))
        service.start()
        service.wait_until_connected()
        if door == "database":
            job = service.announce()
        else:
            service.command(
                *("announce", "news", "--body", "Hello", "--in", "1s", "--yes"),
                *("--id", "by-hand"),
            )
            found = service.uses.database.look(
                lambda uow: uow.schedules.find(service.operator.owner, "by-hand")
            )
            assert found is not None
            job = found
        sink.wait(2, seconds=20)
        service.until(lambda: service.sent(job))
        [broadcast] = service.broadcasts(job)
        assert broadcast.created_at >= job.deliver_at
        assert service.stop() == 0
