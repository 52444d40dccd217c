"""Whether a request means us: the name in its `Host` (RFC 9110 §7.2).

A page that somebody's browser shows may ask for whatever its own name leads to, and
that name may be made to lead here (DNS rebinding). So a name has to be one of ours; an
address is no name, and nobody can make it lead elsewhere.
"""

import socket
from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

MISDIRECTED = 421  #: RFC 9110 §15.5.20


class OnlyOurs:
    """Refuses requests to other names; `names` beside those that the machine has."""

    def __init__(self, app: ASGIApp, names: Iterable[str]) -> None:
        self._app = app
        ours = {"localhost", socket.gethostname(), *names}
        self._names = frozenset(name.lower().rstrip(".") for name in ours)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        host = Headers(scope=scope).get("host", "")
        if self._is_ours(host):
            await self._app(scope, receive, send)
            return
        text = "This name is not ours. The operator can add it to [web] hosts.\n"
        answer = PlainTextResponse(text, MISDIRECTED)
        await answer(scope, receive, send)

    def _is_ours(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname
        except ValueError:
            return False
        if name is None:  # HTTP/1.0 knows no Host, and no browser speaks it
            return not host
        return name.rstrip(".") in self._names or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
