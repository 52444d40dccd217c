"""What a server lets the service do, asked by many at once."""

import asyncio

import pytest

from bot.app.configured import policy_of
from bot.domain.errors import Unavailable
from bot.settings import Settings
from bot.xmpp.servers import offers as module
from bot.xmpp.servers.offers import AGAIN_SECONDS, DELIVER, Offers
from tests.servers.proxy import Proxy
from tests.servers.xmpp_server import XmppServer
from tests.xmpp.links import component_settings, linked


def test_asked_at_once(equipped: XmppServer) -> None:
    """Whoever asks while it is found out waits for what is found."""

    async def go() -> None:
        settings = Settings(xmpp=component_settings(equipped))
        async with linked(settings.xmpp) as link:
            clock = asyncio.get_running_loop().time
            offers = Offers(link, policy_of(settings), clock)
            asked = (offers.of(equipped.domain) for _ in range(3))
            found = await asyncio.gather(offers.look(equipped.domain), *asked)
            assert all(one is not None and DELIVER in one.parts for one in found)

    asyncio.run(go())


def test_silent(equipped: XmppServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a server that has not answered nobody says that it offers nothing."""
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.2)
    now = 0.0

    async def go() -> None:
        nonlocal now
        async with Proxy(equipped.component_port) as proxy:
            settings = Settings(xmpp=component_settings(equipped, port=proxy.port))
            async with linked(settings.xmpp) as link:
                offers = Offers(link, policy_of(settings), lambda: now)
                proxy.swallowed.add("down")
                for _ in range(2):
                    with pytest.raises(Unavailable):
                        await offers.of(equipped.domain)
                proxy.swallowed.clear()
                monkeypatch.undo()
                now += AGAIN_SECONDS
                assert DELIVER in (await offers.of(equipped.domain)).parts

    asyncio.run(go())
