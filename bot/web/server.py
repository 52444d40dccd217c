"""uvicorn on a socket of ours, inside the service's event loop.

The service must not end, nor stop to announce, because of its web pages: a port
that is taken is told and tried again, signals are left to the service.
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator

import structlog
import uvicorn
from starlette.applications import Starlette

from bot.web.patience import PATIENCE_SECONDS, PatientProtocol

log = structlog.get_logger(__name__)

#: seconds before a port that was taken is tried again
RETRY_SECONDS = 30.0
#: seconds that a stop waits for answers under way
GRACE_SECONDS = 2


class WebServer:
    """`async with server.serving(): …`"""

    def __init__(self, app: Starlette, host: str, port: int) -> None:
        self._address = (host, port)
        self._stopping = asyncio.Event()
        self._complained = False
        self._server: _Uvicorn | None = None
        self._config = uvicorn.Config(
            app,
            log_config=None,  # as everything else
            access_log=False,
            log_level="error",  # of what anybody may send, it has a line for each
            lifespan="off",
            ws="none",
            http=PatientProtocol,
            server_header=False,
            timeout_keep_alive=int(PATIENCE_SECONDS),
            timeout_graceful_shutdown=GRACE_SECONDS,
        )

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Ends in good order, within a little more than GRACE_SECONDS."""
        running = asyncio.create_task(self._run())
        try:
            yield
        finally:
            self._stopping.set()
            if self._server is not None:
                self._server.should_exit = True
            await running

    async def _run(self) -> None:
        """Never raises: whatever is wrong is told and tried again."""
        while not self._stopping.is_set():
            try:
                with contextlib.closing(self._listen()) as listening:
                    await self._serve(listening)
            except OSError as error:
                self._complain(error)
            except Exception:
                log.exception("no web pages", again_in=RETRY_SECONDS)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(RETRY_SECONDS):
                    await self._stopping.wait()

    def _listen(self) -> socket.socket:
        host, _ = self._address
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server(self._address, family=family)

    async def _serve(self, listening: socket.socket) -> None:
        host, port = listening.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        log.info("web pages", url=f"http://{shown}:{port}")
        self._complained = False
        self._server = _Uvicorn(self._config)
        await self._server.serve(sockets=[listening])

    def _complain(self, error: OSError) -> None:
        """Once, not each time that it is tried again."""
        if self._complained:
            return
        self._complained = True
        host, port = self._address
        log.warning(
            'no web pages: choose another [web] listen, or "" for none',
            address=f"{host}:{port}",
            reason=error.strerror,
            again_in=RETRY_SECONDS,
        )


class _Uvicorn(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """The service ends by its own order, and the pages with it."""
        yield
