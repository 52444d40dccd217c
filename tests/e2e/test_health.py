"""Health and metrics of a service in trouble: it lives, and says what is wrong."""

import json

import pytest

from tests.e2e.conftest import Make
from tests.e2e.sink import Sink
from tests.servers.ports import free_port
from tests.servers.postgresql import PostgreSQL
from tests.servers.prosody import Prosody

pytestmark = pytest.mark.e2e


@pytest.mark.postgres
def test_ready_while_all_is_there(prosody: Prosody, make: Make) -> None:
    """Without the database, or the server, it lives but is not ready, and says why."""
    with PostgreSQL() as postgresql:
        url = postgresql.database("ready")
        service = make(prosody, "component", database=url, web="127.0.0.1:0")
        service.start()
        service.wait_until_connected()
        assert service.page("/readyz") == (200, '{"status":"ok"}')
        assert service.page("/healthz") == (200, '{"status":"ok"}')
        postgresql.stop()
        status, text = service.page("/readyz")
        assert status == 503
        [reason] = json.loads(text)["reasons"]
        assert reason.startswith("The database ")
        assert service.page("/healthz")[0] == 200
        assert service.metric("carillon_database_up") == 0
        assert service.metric("carillon_database_errors_total", fault="away") > 0
        postgresql.start()
        service.until(lambda: service.page("/readyz")[0] == 200)
        assert service.stop() == 0


def test_not_ready_without_a_server(prosody: Prosody, make: Make) -> None:
    """While the server is away the service lives, is not ready, and says why."""
    service = make(prosody, "component", host_port=free_port(), web="127.0.0.1:0")
    service.start()
    service.until(lambda: "cannot connect" in service.log)
    status, text = service.page("/readyz")
    assert status == 503
    [reason] = json.loads(text)["reasons"]
    assert reason.startswith("not connected: ")
    assert "is the server up" in reason
    assert service.page("/healthz")[0] == 200
    assert service.metric("carillon_connected") == 0
    assert service.stop() == 0


def test_a_taken_port_stops_no_announcement(prosody: Prosody, make: Make) -> None:
    """A second service on the same port says so and announces all the same."""
    port = free_port()
    spare = prosody.spares[1]
    services = [
        make(prosody, "component", web=f"127.0.0.1:{port}"),
        make(prosody, "component", web=f"127.0.0.1:{port}", jid=spare),
    ]
    for service in services:
        service.start()
        service.wait_until_connected()
    second = services[1]
    [told] = [line for line in second.lines if "no web pages" in line]
    assert f"address=127.0.0.1:{port}" in told
    assert "choose another [web] listen" in told
    with Sink(prosody, prosody.spares[0]) as sink:
        second.subscribe(sink.jids(3))
        job = second.announce()
        second.until(lambda: second.sent(job))
        sink.wait(3)
    for service in services:
        assert service.stop() == 0
