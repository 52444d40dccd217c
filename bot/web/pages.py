"""`/metrics`, `/healthz` and `/readyz`: for programs, and they change nothing."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

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


def pages(probes: Probes) -> Starlette:
    async def health(_request: Request) -> Response:
        return _state(probes.health())

    async def ready(_request: Request) -> Response:
        return _state(await probes.readiness())

    async def metrics(_request: Request) -> Response:
        text = await probes.metrics()
        headers = {**_FRESH, "Content-Type": probes.metrics_type}
        return Response(text, headers=headers)

    return Starlette(
        routes=[
            Route("/healthz", health),
            Route("/readyz", ready),
            Route("/metrics", metrics),
        ]
    )


def _state(reasons: Sequence[str]) -> Response:
    if not reasons:
        return JSONResponse({"status": "ok"}, headers=_FRESH)
    body = {"status": "unavailable", "reasons": list(reasons)}
    return JSONResponse(body, status_code=503, headers=_FRESH)
