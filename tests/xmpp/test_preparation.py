"""Who somebody is to the service is who he is to the servers."""

import asyncio
import secrets
from functools import partial
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from slixmpp import JID

from bot.domain.jid import bare
from tests.servers.neighbour import RESEMBLING, Component, every_kind
from tests.servers.prosody import Prosody
from tests.servers.xmpp_server import XmppServer
from tests.xmpp.answering import S, answering, configured, query
from tests.xmpp.links import Run, reading

pytestmark = pytest.mark.e2e


async def ask(neighbour: Component, local: str, to: str) -> ET.Element:
    """The answer to a query of somebody's own announcements."""
    identifier = secrets.token_hex(4)
    neighbour.send(
        f"<iq type='get' id='{identifier}' from='{local}@{neighbour.domain}/x'"
        f" to='{to}'>{query()}</iq>"
    )
    answers = partial(neighbour.answers, identifier)
    await asyncio.to_thread(neighbour.until, answers)
    return answers()[0]


def test_an_admin_as_the_server_stamps_him(
    server: XmppServer, tmp_path: Path, run: Run
) -> None:
    """However a name is written, in the configuration and on the wire, it has its
    rights.
    """
    named = {"admins": [f"STRASSE@{server.spares[0].upper()}"]}
    settings = configured(server, "component", tmp_path, access=named)

    async def scenario() -> None:
        async with answering(settings) as bot:
            for local in ("strasse", "Straße", "\uff53trasse"):
                answer = await ask(neighbour, local, bot.address)
                assert answer.find(f"{S}schedule-query") is not None, local

    with Component(server, server.spares[0]) as neighbour:
        run(scenario())


def test_who_only_resembles_the_admin(
    prosody: Prosody, tmp_path: Path, run: Run
) -> None:
    """A name with a character that servers register for nobody is nobody's, though
    Prosody lets it pass and slixmpp takes it for another: whatever comes from it is
    dropped and counted.
    """
    domain = prosody.spares[0]
    settings = configured(
        prosody, "component", tmp_path, access={"admins": [f"root@{domain}"]}
    )

    async def scenario() -> None:
        async with answering(settings) as bot:
            dropped = 0
            for local in RESEMBLING.values():
                for stanza in every_kind(f"{local}@{domain}/x", bot.address):
                    neighbour.send(stanza)
                    dropped += 1
            answer = await ask(neighbour, "root", bot.address)
            assert answer.find(f"{S}schedule-query") is not None
            assert neighbour.answers("bad") == []
            assert bot.connection.discarded["address"] >= dropped // 2
            assert bot.standing(f"root@{domain}") == []
            assert bot.bounces == []

    with Component(prosody, domain) as neighbour:
        run(scenario())


@pytest.mark.parametrize(
    "written",
    ["Straße{}", "an\u00adna{}", "\N{ROMAN NUMERAL EIGHT}{}", "\u017fophie{}"],
    ids=["sharp s", "soft hyphen", "numeral", "long s"],
)
def test_servers_prepare_as_we_do(server: XmppServer, written: str, run: Run) -> None:
    """What is sent to a name as somebody writes it reaches the account of the name
    that we compare by.
    """
    jid = f"{written.format(secrets.token_hex(4))}@{server.domain.upper()}"
    user = bare(jid).partition("@")[0]
    server.register(user)

    async def scenario() -> None:
        async with reading(server, user) as reader:
            # an answer comes after the presence was seen
            await reader.plugin["xep_0199"].send_ping(JID(server.domain), timeout=20)
            neighbour.send(
                f"<message from='{neighbour.domain}' to='{jid}'>"
                "<body>Hello</body></message>"
            )
            await reader.until(1)

    with Component(server, server.spares[0]) as neighbour:
        run(scenario())
