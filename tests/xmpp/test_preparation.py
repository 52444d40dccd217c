"""Who somebody is to the service is who he is to the servers."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from slixmpp import JID, ComponentXMPP
from slixmpp.xmlstream import StanzaBase
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from bot.domain.jid import bare
from tests.servers.neighbour import RESEMBLING, every_kind
from tests.servers.prosody import Prosody
from tests.servers.test_xmpp_servers import session
from tests.servers.xmpp_server import XmppServer
from tests.xmpp.answering import S, answering, configured, query, until
from tests.xmpp.links import Run, reading

pytestmark = pytest.mark.e2e


class Neighbour(ComponentXMPP):
    """Speaks for whomever it likes at its own domain, word for word."""

    def __init__(self, server: XmppServer) -> None:
        self.domain = server.spares[0]
        super().__init__(
            self.domain,
            server.secret,
            server.host,
            server.component_port,
            fix_error_ns=True,
        )
        self.answers: list[ET.Element] = []
        path = MatchXPath("{jabber:component:accept}iq")
        self.register_handler(Callback("answers", path, self._note))

    def _note(self, stanza: StanzaBase) -> None:
        self.answers.append(stanza.xml)

    async def ask(self, local: str, to: str) -> ET.Element:
        """The answer to a query of somebody's own announcements."""
        before = len(self.answers)
        self.send_raw(
            f"<iq type='get' id='q' from='{local}@{self.domain}/x' to='{to}'>"
            f"{query()}</iq>"
        )
        await until(lambda: len(self.answers) > before)
        return self.answers[-1]


@asynccontextmanager
async def neighbour(server: XmppServer) -> AsyncIterator[Neighbour]:
    client = Neighbour(server)
    async with session(client, server.host, server.component_port):
        yield client


def test_an_admin_as_the_server_stamps_him(
    server: XmppServer, tmp_path: Path, run: Run
) -> None:
    """However a name is written, in the configuration and on the wire, it has its
    rights.
    """
    named = {"admins": [f"STRASSE@{server.spares[0].upper()}"]}
    settings = configured(server, "component", tmp_path, access=named)

    async def scenario() -> None:
        async with answering(settings) as bot, neighbour(server) as client:
            for local in (
                "strasse",
                "Straße",
                "\N{FULLWIDTH LATIN SMALL LETTER S}trasse",
            ):
                answer = await client.ask(local, bot.address)
                assert answer.find(f"{S}schedule-query") is not None, local

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
        async with answering(settings) as bot, neighbour(prosody) as client:
            dropped = 0
            for local in RESEMBLING.values():
                for stanza in every_kind(f"{local}@{domain}/x", bot.address):
                    client.send_raw(stanza)
                    dropped += 1
            answer = await client.ask("root", bot.address)
            assert answer.find(f"{S}schedule-query") is not None
            assert client.answers == [answer]
            assert bot.connection.discarded["address"] >= dropped // 2
            assert bot.standing(f"root@{domain}") == []
            assert bot.bounces == []

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
        async with neighbour(server) as client, reading(server, user) as reader:
            # an answer comes after the presence was seen
            await reader.plugin["xep_0199"].send_ping(JID(server.domain), timeout=20)
            client.send_raw(
                f"<message from='{client.domain}' to='{jid}'>"
                "<body>Hello</body></message>"
            )
            await reader.until(1)

    run(scenario())
