"""The web pages, over real sockets in the event loop of a service."""

import asyncio
import contextlib
import signal
import socket

import pytest
import structlog
from structlog.testing import capture_logs
from structlog.typing import EventDict

from bot.web import server
from bot.web.pages import pages
from bot.web.server import WebServer
from tests.servers.ports import is_open
from tests.web.serving import METRICS, Service, ask, shown


def test_pages() -> None:
    """Each path answers in its form; others, and other methods, are refused."""

    async def go() -> None:
        async with shown(Service()) as url:
            for path in ("/healthz", "/readyz"):
                status, headers, text = await ask(url + path)
                assert (status, text) == (200, '{"status":"ok"}')
                assert headers["content-type"] == "application/json"
                assert headers["cache-control"] == "no-store"
            status, headers, text = await ask(f"{url}/metrics")
            assert (status, text) == (200, METRICS.decode())
            assert headers["content-type"].startswith("text/plain; version=0.0.4")
            assert (await ask(f"{url}/metrics", "HEAD"))[::2] == (200, "")
            assert (await ask(f"{url}/metrics", "POST"))[0] == 405
            assert (await ask(f"{url}/"))[0] == 404

    asyncio.run(go())


def test_reasons() -> None:
    """What is wrong is said with status 503, each check for itself."""

    async def go() -> None:
        service = Service(readiness=["not connected: no route"])
        async with shown(service) as url:
            status, _, text = await ask(f"{url}/readyz")
            assert status == 503
            assert text == (
                '{"status":"unavailable","reasons":["not connected: no route"]}'
            )
            assert (await ask(f"{url}/healthz"))[0] == 200
            service.health.append("planner has ended")
            assert (await ask(f"{url}/healthz"))[0] == 503

    asyncio.run(go())


def test_no_traces_go_out(caplog: pytest.LogCaptureFixture) -> None:
    """A fault of ours is in the log, and for the client only a status."""

    async def go() -> None:
        async with shown(Service(breaks=True)) as url:
            status, _, text = await ask(f"{url}/metrics")
            assert (status, text) == (500, "Internal Server Error")
            assert (await ask(f"{url}/healthz"))[0] == 200

    asyncio.run(go())
    assert "a secret of ours" in caplog.text


def test_signals_are_the_services() -> None:
    """While pages are served, who handles a signal is whoever did before."""

    async def go() -> None:
        numbers = (signal.SIGTERM, signal.SIGINT)
        before = [signal.getsignal(number) for number in numbers]
        async with shown(Service()) as url:
            await ask(f"{url}/healthz")
            assert [signal.getsignal(number) for number in numbers] == before

    asyncio.run(go())


def test_a_client_that_stays_holds_nothing_up() -> None:
    """A stop waits for nobody who has a connection open and asks nothing."""

    async def go() -> None:
        with contextlib.ExitStack() as open_ones:
            async with shown(Service()) as url:
                port = int(url.rpartition(":")[2])
                for words in (
                    b"",
                    b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
                    b"GET /",
                ):
                    one = socket.create_connection(("127.0.0.1", port))
                    open_ones.enter_context(one)
                    one.sendall(words)
                assert (await ask(f"{url}/healthz"))[0] == 200
            assert not is_open(port)

    asyncio.run(asyncio.wait_for(go(), 60))


def test_a_port_that_becomes_free_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A taken port is told once, and tried again until it is free."""
    monkeypatch.setattr(server, "RETRY_SECONDS", 0.05)
    # a logger that was used before keeps to where it was told to write then
    monkeypatch.setattr(server, "log", structlog.get_logger())

    async def go() -> None:
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            web = WebServer(pages(Service().probes), "127.0.0.1", port)
            async with web.serving():
                while not warnings(told):  # noqa: ASYNC110 - a list has no event
                    await asyncio.sleep(0.01)
                await asyncio.sleep(0.2)  # several more attempts
                other.close()
                while True:
                    with contextlib.suppress(OSError):
                        assert (await ask(f"http://127.0.0.1:{port}/healthz"))[0] == 200
                        break
                    await asyncio.sleep(0.01)
                assert warnings(told) == [f"127.0.0.1:{port}"]

    with capture_logs() as told:
        asyncio.run(asyncio.wait_for(go(), 60))


def warnings(told: list[EventDict]) -> list[str]:
    """The addresses that were warned of."""
    return [one["address"] for one in told if one["log_level"] == "warning"]
