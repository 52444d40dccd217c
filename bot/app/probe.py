"""A login that is only tried."""

import asyncio
import contextlib
import secrets

from bot.clock import SystemClock
from bot.domain.errors import Conflict
from bot.settings import Settings
from bot.xmpp.connection import Connection, FatalConnectionError

#: seconds that it may take
PROBE = 20.0


def probe(settings: Settings) -> str:
    """Log in and out again; says as whom, raises Conflict with the reason if not.

    Raises SettingsError where the password is empty.
    """
    _ = settings.xmpp.secret
    return asyncio.run(_probe(settings))


async def _probe(settings: Settings) -> str:
    # A resource of its own: a service that is running stays connected.
    resource = f"check-{secrets.token_hex(4)}"
    once = settings.xmpp.model_copy(update={"resource": resource})
    connection = Connection(once, now=SystemClock().now)
    running = asyncio.create_task(connection.run())
    ready = asyncio.create_task(connection.ready())
    failure: str | None = None
    try:
        async with asyncio.timeout(PROBE):
            while not ready.done() and (failure := connection.failure) is None:
                await asyncio.wait({ready, running}, timeout=0.05)
    except TimeoutError:
        raise Conflict(f"no answer within {PROBE:.0f} s: check host and port") from None
    finally:
        ready.cancel()
        await connection.stop()
        with contextlib.suppress(FatalConnectionError):
            await running
    if failure is not None:
        raise Conflict(failure)
    return f"as {connection.addresses.own}"
