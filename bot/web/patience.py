"""How long a client may take, and who goes when there are too many.

uvicorn closes idle connections between two requests only: one that says nothing, or a
letter a minute, stays for ever, and with `limit_concurrency` keeps everybody else out.
"""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

#: connections at once; one more takes the place of the one that has waited longest
MAX_CONNECTIONS = 50
#: seconds from connecting, or from an answer, until the next request has its answer
PATIENCE_SECONDS = 20.0


class PatientProtocol(H11Protocol):
    """One connection of a client."""

    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()
        if len(self.connections) > MAX_CONNECTIONS:
            others = (one for one in self.connections if one is not self)
            idle = [one for one in others if isinstance(one, PatientProtocol)]
            min(idle, key=PatientProtocol._until).give_up()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
        super().connection_lost(exc)

    def give_up(self) -> None:
        """Close at once, whatever is under way."""
        # counted no more from now on: of many who come at once each has another's place
        self.connections.discard(self)
        self.transport.abort()

    def _until(self) -> float:
        return self._waiting.when() if self._waiting is not None else 0.0

    def _wait(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
        self._waiting = self.loop.call_later(PATIENCE_SECONDS, self.give_up)
