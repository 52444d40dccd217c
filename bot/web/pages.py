"""`/metrics`, `/healthz` and `/readyz`: for programs, and they change nothing. Beside
them, where they are wanted, the feeds.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.web.feeds import Shelf, routes
from bot.web.hosts import OnlyOurs

T = TypeVar("T")

_FRESH = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Probes:
    """What the pages ask; a probe gives the reasons why not, none if all is well."""

    #: does the process live and do its loops run: if not, start it again
    health: Callable[[], Sequence[str]]
    #: is it connected and does the database answer: if not, wait
    readiness: Callable[[], Awaitable[Sequence[str]]]
    #: in the text format of Prometheus
    metrics: Callable[[], Awaitable[bytes]]
    metrics_type: str


def pages(
    probes: Probes, hosts: Sequence[str] = (), shelf: Shelf | None = None
) -> Starlette:
    """`hosts`: names, beside those of the machine, under which they are asked for;
    `shelf`: what feeds there are, None: they are not shown.
    """
    readiness, metrics_text = shared(probes.readiness), shared(probes.metrics)

    async def health(_request: Request) -> Response:
        return _state(probes.health())

    async def ready(_request: Request) -> Response:
        return _state(await readiness())

    async def metrics(_request: Request) -> Response:
        text = await metrics_text()
        headers = {**_FRESH, "Content-Type": probes.metrics_type}
        return Response(text, headers=headers)

    return Starlette(
        routes=[
            Route("/healthz", health),
            Route("/readyz", ready),
            Route("/metrics", metrics),
            *(routes(shelf) if shelf is not None else ()),
        ],
        middleware=[Middleware(OnlyOurs, names=hosts)],
    )


def shared(
    look: Callable[[], Awaitable[T]],
) -> Callable[[], Coroutine[Any, Any, T]]:
    """One look at a time, however many ask: whoever waits for one that began after he
    had asked shares its answer.
    """
    looking = asyncio.Lock()
    began = float("-inf")
    found: list[T] = []

    async def answer() -> T:
        nonlocal began
        clock = asyncio.get_running_loop().time
        asked = clock()
        async with looking:
            if began < asked or not found:
                found.clear()
                began = clock()
                found.append(await look())
            return found[0]

    return answer


def _state(reasons: Sequence[str]) -> Response:
    if not reasons:
        return JSONResponse({"status": "ok"}, headers=_FRESH)
    body = {"status": "unavailable", "reasons": list(reasons)}
    return JSONResponse(body, status_code=503, headers=_FRESH)
