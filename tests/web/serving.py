"""Pages of a service that is as healthy as its reasons, on a real socket."""

import asyncio
import contextlib
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from bot.web.feeds import Shelf
from bot.web.pages import Probes, pages
from bot.web.server import WebServer
from tests.servers.ports import free_port, is_open

METRICS = b"carillon_connected 1\n"


@dataclass
class Service:
    """As healthy as its reasons."""

    health: list[str] = field(default_factory=list)
    readiness: list[str] = field(default_factory=list)
    breaks: bool = False

    @property
    def probes(self) -> Probes:
        async def ready() -> Sequence[str]:
            return self.readiness

        async def metrics() -> bytes:
            if self.breaks:
                raise RuntimeError("a secret of ours")
            return METRICS

        return Probes(
            health=lambda: self.health,
            readiness=ready,
            metrics=metrics,
            metrics_type="text/plain; version=0.0.4; charset=utf-8",
        )


@contextlib.asynccontextmanager
async def shown(
    service: Service, hosts: Sequence[str] = (), shelf: Shelf | None = None
) -> AsyncIterator[str]:
    """Its address."""
    port, app = free_port(), pages(service.probes, hosts, shelf)
    async with WebServer(app, "127.0.0.1", port).serving():
        while not is_open(port):  # noqa: ASYNC110 - nothing tells of a socket
            await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{port}"


async def ask(
    url: str, method: str = "GET", **headers: str
) -> tuple[int, dict[str, str], str]:
    """(status, headers, text); of headers to send, _ stands for -."""
    sent = {name.replace("_", "-"): text for name, text in headers.items()}

    def blocking() -> tuple[int, dict[str, str], str]:
        request = urllib.request.Request(url, method=method, headers=sent)
        try:
            answer = urllib.request.urlopen(request, timeout=20)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            headers = {name.lower(): text for name, text in answer.headers.items()}
            return answer.status, headers, answer.read().decode()

    return await asyncio.to_thread(blocking)
