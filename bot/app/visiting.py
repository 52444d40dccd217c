"""A session that lasts only as long as somebody looks."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Callable

from bot.clock import SystemClock
from bot.domain.errors import Conflict
from bot.domain.phrase import Phrase
from bot.settings import XMPPSettings
from bot.xmpp.session.connection import Connection, FatalConnectionError

#: seconds that logging in may take
PATIENCE = 20.0


class NotLoggedIn(Conflict):
    """The reason, and whether it is that the server refused the secret."""

    def __init__(self, phrase: Phrase, *, secret: bool = False) -> None:
        super().__init__(phrase)
        self.secret = secret


@contextlib.asynccontextmanager
async def visiting(
    settings: XMPPSettings,
    prepare: Callable[[Connection], None] = lambda _connection: None,
) -> AsyncIterator[Connection]:
    """Log in, and out at the end; raises NotLoggedIn if it cannot.

    An account gets a resource of its own: a service that is running stays
    connected. `prepare` is called before connecting. Raises SettingsError where
    the password is empty.
    """
    _ = settings.secret
    resource = f"check-{secrets.token_hex(4)}"
    once = settings.model_copy(update={"resource": resource})
    connection = Connection(once, now=SystemClock().now)
    prepare(connection)
    running = asyncio.create_task(connection.run())
    try:
        await _up(connection, running)
        yield connection
    finally:
        await connection.stop()
        with contextlib.suppress(FatalConnectionError):
            await running


async def _up(connection: Connection, running: asyncio.Task[None]) -> None:
    ready = asyncio.create_task(connection.ready())
    try:
        async with asyncio.timeout(PATIENCE):
            while not ready.done():
                if connection.failure is not None:
                    raise NotLoggedIn(
                        connection.failure, secret=connection.secret_refused
                    )
                await asyncio.wait({ready, running}, timeout=0.05)
                if running.done():
                    running.result()
    except FatalConnectionError as error:
        raise NotLoggedIn(error.phrase) from None
    except TimeoutError:
        silent = Phrase(
            "no answer within {seconds:.0f} s: check host and port", seconds=PATIENCE
        )
        raise NotLoggedIn(silent) from None
    finally:
        ready.cancel()
