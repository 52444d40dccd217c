"""A database that is restarted, away, frozen or refuses: who waits, and who ends."""

import signal
from collections.abc import Iterator
from functools import partial

import pytest

from tests.e2e.conftest import Make
from tests.e2e.service import Service
from tests.servers.postgresql import PostgreSQL
from tests.servers.prosody import Prosody
from tests.servers.xmpp_server import XmppServer

pytestmark = [pytest.mark.e2e, pytest.mark.postgres]


@pytest.fixture(scope="module")
def fragile() -> Iterator[PostgreSQL]:
    """One that may be stopped."""
    with PostgreSQL() as server:
        yield server


def told(service: Service, *words: str) -> list[str]:
    """The lines of the log with all of these words."""
    return [line for line in service.lines if all(word in line for word in words)]


def test_a_restart(server: XmppServer, fragile: PostgreSQL, make: Make) -> None:
    """Holder and stand-by outlive a restart, the holder with its session.

    The outage is one line in the log, and its end another; then the stand-by still
    takes over.
    """
    url = fragile.database(f"restart_{server.name}")
    first, second = (make(server, "component", database=url) for _ in range(2))
    first.start()
    first.wait_until_connected()
    second.start()
    second.until(lambda: bool(told(second, "standing by")))
    fragile.stop()
    for service in (first, second):
        service.until(partial(told, service, "warning", "database"))
    fragile.start()
    for service in (first, second):
        service.until(partial(told, service, "can be used again"))
    job = first.announce()
    first.until(lambda: first.sent(job))
    assert len(told(first, "connected as")) == 1
    for service in (first, second):
        assert "Traceback" not in service.log
        assert len(told(service, "warning", "database")) == 2
        assert len(told(service, "can be used again")) == 1
    first.kill()
    second.wait_until_connected()
    assert second.stop() == 0


def test_a_start_meanwhile(prosody: Prosody, fragile: PostgreSQL, make: Make) -> None:
    """A service that is started while its database is away waits for it."""
    service = make(prosody, "component", database=fragile.database("meanwhile"))
    fragile.stop()
    service.start()
    service.until(lambda: bool(told(service, "The database")))
    fragile.start()
    service.wait_until_connected()
    assert len(told(service, "can be used again")) == 1
    assert service.stop() == 0


def test_stopped_while_waiting(
    prosody: Prosody, fragile: PostgreSQL, make: Make
) -> None:
    """Asked to end while it waits for its database, or for an answer, it ends."""
    service = make(prosody, "component", database=fragile.database("waiting"))
    fragile.stop()
    service.start()
    service.until(lambda: bool(told(service, "The database")))
    assert service.stop() == 0
    fragile.start()
    with fragile.frozen():
        service.start()
        service.until(lambda: len(told(service, "The database")) == 2)
        assert service.stop() == 0


@pytest.mark.parametrize(
    ("wrong", "says"),
    [("/waiting", "/nowhere"), ("carillon@", "nobody@")],
    ids=["database", "user"],
)
def test_what_waiting_does_not_mend(
    prosody: Prosody, fragile: PostgreSQL, make: Make, wrong: str, says: str
) -> None:
    """A database or user that does not exist ends the start with one line."""
    url = fragile.database(f"waiting_{says[1:4]}")
    service = make(prosody, "component", database=url)
    if wrong == "/waiting":
        wrong = f"/{url.rpartition('/')[2]}"
    service.start({"CARILLON_DATABASE__URL": url.replace(wrong, says)})
    assert service.wait() == 1
    [line] = service.lines
    assert line.startswith("carillon: The database refuses us: ")
    assert says.strip("/@") in line


def test_frozen_at_the_end(prosody: Prosody, fragile: PostgreSQL, make: Make) -> None:
    """SIGTERM ends a service whose database answers nothing."""
    service = make(prosody, "component", database=fragile.database("frozen"))
    service.start()
    service.wait_until_connected()
    with fragile.frozen():
        assert service.stop(signal.SIGTERM) == 0


def test_another_took_over(server: XmppServer, fragile: PostgreSQL, make: Make) -> None:
    """A holder that was out of the world for long stands by when it is back.

    The stand-by has taken over meanwhile, although the first one's host still is there.
    """
    url = fragile.database(f"taken_{server.name}")
    first, second = (make(server, "component", database=url) for _ in range(2))
    first.start()
    first.wait_until_connected()
    second.start()
    second.until(lambda: bool(told(second, "standing by")))
    first.send_signal(signal.SIGSTOP)
    # some servers refuse it, since the first one's connection is still there
    second.until(lambda: "bot.xmpp.session.connection" in second.log)
    first.send_signal(signal.SIGCONT)
    first.until(lambda: bool(told(first, "standing by")))
    second.wait_until_connected()
    second.kill()
    first.until(lambda: len(told(first, "connected as")) == 2)
    assert first.stop() == 0
