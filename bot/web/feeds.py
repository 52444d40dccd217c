"""The feeds, for everybody: `/outage.json`, and `/LIST.ics`, `/LIST.atom` of each.

What is asked for is there already, made when its rows changed: however often somebody
asks, nothing is looked up for him. Whatever is no such page costs as little.

docs/conformance.md, Feeds: over HTTP
"""

from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.feeds.document import Document

#: those that there are, by name; None: they are not made yet
Shelf = Callable[[], Mapping[str, Document] | None]

#: seconds for which nobody need ask again
MAX_AGE = 60
_HEADERS = {
    "Cache-Control": f"public, max-age={MAX_AGE}",
    # who shows one in a page of his own may: there is nothing to steal
    "Access-Control-Allow-Origin": "*",
    "X-Content-Type-Options": "nosniff",
}


def routes(shelf: Shelf) -> list[Route]:
    """To stand behind those of pages that have names of their own."""

    async def show(request: Request) -> Response:
        documents = shelf()
        if documents is None:
            soon = {"Retry-After": "5", "Cache-Control": "no-store"}
            return PlainTextResponse("Not made yet.\n", 503, headers=soon)
        found = documents.get(request.path_params["name"])
        if found is None:
            return PlainTextResponse("There is no such feed.\n", 404)
        headers = {**_HEADERS, "ETag": found.etag}
        if _knows(request, found.etag):
            return Response(status_code=304, headers=headers)
        return Response(
            found.body, headers={**headers, "Content-Type": found.media_type}
        )

    return [Route("/{name}", show, methods=["GET"])]


def _knows(request: Request, etag: str) -> bool:
    """If-None-Match (RFC 9110 §13.1.2); no tag of ours holds a comma."""
    given = ",".join(request.headers.getlist("if-none-match"))
    tags = {tag.strip().removeprefix("W/") for tag in given.split(",")}
    return etag in tags or tags == {"*"}
