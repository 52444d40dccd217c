"""Who asks while the session is not there yet is answered all the same."""

import asyncio

import pytest
from slixmpp import JID
from slixmpp.exceptions import IqError

from bot.xmpp.doors.discovery import disco
from tests.servers.xmpp_server import XmppServer
from tests.xmpp.links import Run, account_settings, linked, newcomer, reading

pytestmark = pytest.mark.e2e


def test_every_ping_is_answered(server: XmppServer, run: Run) -> None:
    """An account can be asked from binding on; the session is up a little later."""
    bot = newcomer(server)
    settings = account_settings(server, bot)
    address = JID(settings.addresses.service)

    async def scenario() -> None:
        async with reading(server, newcomer(server)) as client:
            ping = client.plugin["xep_0199"]

            async def answer() -> str:
                """The server's is `service-unavailable`: nobody was there yet."""
                try:
                    await ping.send_ping(address, timeout=20)
                except IqError as error:
                    return str(error.condition)
                return "pong"

            for _ in range(5):
                asked: list[asyncio.Task[str]] = []
                async with linked(settings, wait=False, prepare=disco.prepare) as link:
                    while not link.is_ready:
                        asked.append(asyncio.create_task(answer()))
                        await asyncio.sleep(0.001)
                    asked.append(asyncio.create_task(answer()))
                    answers = await asyncio.gather(*asked)
                    assert answers[-1] == "pong"
                    assert set(answers) <= {"pong", "service-unavailable"}

    run(scenario())
