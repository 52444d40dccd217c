"""What a server lets the service do, asked by many at once."""

import asyncio

from bot.app.configured import policy_of
from bot.settings import Settings
from bot.xmpp.servers.offers import DELIVER, Offers
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
