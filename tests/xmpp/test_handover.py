"""What a server hands over, as the doors take and answer it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from bot.desk.gate import PER_SENDER
from bot.domain.errors import Unavailable
from bot.domain.phrase import Phrase
from bot.xmpp.stanzas.namespaces import LANG, STANZAS
from tests.e2e.xml_client import XmlClient
from tests.servers.prosody import Prosody
from tests.xmpp.answering import Answering, answering, configured, refusal, text_of
from tests.xmpp.links import Run

pytestmark = pytest.mark.e2e

X = "urn:x-carillon:announce:0"
ERROR = (
    "<error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"
)


def message(server: str, more: str = "", kind: str = "chat") -> str:
    """From and to somebody there."""
    who = f"me@{server}"
    return (
        f"<message xmlns='jabber:client' from='{who}' to='{who}' type='{kind}' id='m'"
        f" xml:lang='de'>{more}</message>"
    )


def forwarded(*inner: str) -> str:
    return f"<forwarded xmlns='urn:xmpp:forward:0'>{''.join(inner)}</forwarded>"


def handed(name: str, content: str) -> str:
    return f"<{name} xmlns='{X}'>{content}</{name}>"


class Server(XmlClient):
    """Another component, which the service takes for one of its servers."""

    async def hand_over(
        self, bot: Answering, payload: str, kind: str = "set"
    ) -> ET.Element:
        return await asyncio.to_thread(self.ask, bot.address, kind, payload)

    def answer(self, number: str) -> ET.Element:
        """That to the IQ of that id."""
        return self.take(lambda one: one.get("id") == number)


@asynccontextmanager
async def working(
    prosody: Prosody, folder: Path
) -> AsyncIterator[tuple[Answering, Server]]:
    """The service and the server."""
    there = prosody.spares[0]
    access = {"servers": [there], "domains": [there]}
    settings = configured(prosody, "component", folder, access=access)
    with Server(prosody, domain=there) as server:
        async with answering(settings) as bot:
            yield bot, server


def test_its_form(prosody: Prosody, tmp_path: Path, run: Run) -> None:
    """One message, forwarded once, in an IQ of the type set: else bad-request, in the
    language of the message where there is one.
    """
    given = message(prosody.spares[0], "<body>Hi</body>")
    bad = ["", given, forwarded(), forwarded(given, given), forwarded(given) * 2]

    async def scenario() -> None:
        async with working(prosody, tmp_path) as (bot, server):
            for name in ("divert", "bounce"):
                for content in bad:
                    answer = await server.hand_over(bot, handed(name, content))
                    assert refusal(answer) == ("bad-request", "modify")
                    assert f"<{name}/>" in text_of(answer)
                good = handed(name, forwarded(given))
                answer = await server.hand_over(bot, good, "get")
                assert refusal(answer) == ("bad-request", "modify")
                answer = await server.hand_over(bot, good)
                assert refusal(answer) == ("bad-request", "modify")
                [text] = answer.iter(f"{{{STANZAS}}}text")
                assert text.get(LANG) == "de"

    run(scenario())


def test_a_flood(prosody: Prosody, tmp_path: Path, run: Run) -> None:
    """A server is nobody who sends too much: what it hands over all comes in."""
    count = 2 * PER_SENDER.burst

    async def scenario() -> None:
        async with working(prosody, tmp_path) as (bot, server):
            for number in range(count):
                server.send(
                    f"<iq type='set' id='f{number}' from='{server.bare}'"
                    f" to='{bot.address}'>{handed('divert', '')}</iq>"
                )
            for number in range(count):
                answer = await asyncio.to_thread(server.answer, f"f{number}")
                assert refusal(answer) == ("bad-request", "modify")
            assert bot.desk.gate.turned_away == 0

    run(scenario())


def test_bounces(
    prosody: Prosody, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of nothing that was sent is taken, and counted; while the database is away
    each is to come again.
    """
    given = handed("bounce", forwarded(message(prosody.spares[0], ERROR, "error")))

    async def away(*_: Any) -> Any:
        raise Unavailable(Phrase("away"))

    async def scenario() -> None:
        async with working(prosody, tmp_path) as (bot, server):
            answer = await server.hand_over(bot, given)
            assert (answer.get("type"), len(answer)) == ("result", 0)
            assert bot.connection.discarded["unknown"] == 1
            monkeypatch.setattr(bot.use_cases.database, "run", away)
            answer = await server.hand_over(bot, given)
            assert refusal(answer) == ("resource-constraint", "wait")
            monkeypatch.undo()

    run(scenario())
