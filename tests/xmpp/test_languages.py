"""What is said to people is in the language of the stanza that it answers."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bot.domain.phrase import Phrase
from bot.texts import said
from bot.xmpp.stanzas.namespaces import LANG, STANZAS
from tests.servers.xmpp_server import XmppServer
from tests.xmpp.answering import MODES, answering, ask, configured, schedule
from tests.xmpp.links import Run, newcomer, reading

pytestmark = pytest.mark.e2e

#: tag of a request -> that of its answer
TAGS = {None: "en", "en": "en", "de": "de", "de-AT": "de", "fr": "fr", "tlh": "en"}
#: what is asked for -> what the answer says
REFUSED = {
    "request": (
        schedule("<id> </id>"),
        Phrase("{name} is empty; leave it out or fill it in.", name="id"),
    ),
    "unknown": (
        "<query xmlns='urn:example:unknown'/>",
        Phrase("This is not offered here; disco#info tells what is."),
    ),
    "no such node": (
        "<query xmlns='http://jabber.org/protocol/disco#info' node='none'/>",
        Phrase("There is nothing like that here."),
    ),
}


@pytest.mark.parametrize("mode", MODES)
def test_requests(server: XmppServer, mode: str, tmp_path: Path, run: Run) -> None:
    """Whichever part refuses a request: in the language of its `xml:lang`, or of the
    stanza's, which the text names, else in English.
    """
    boss = newcomer(server)
    access = {"admins": [server.jid(boss)]}
    settings = configured(server, mode, tmp_path, access=access)

    async def scenario() -> None:
        async with answering(settings) as bot, reading(server, boss) as client:
            for payload, phrase in REFUSED.values():
                kind = "set" if "<schedule " in payload else "get"
                for asked, given in TAGS.items():
                    answer = await ask(
                        client, bot.address, kind, payload, language=asked
                    )
                    assert _told(answer) == (given, said(phrase, given))
            payload, phrase = REFUSED["request"]
            inner = payload.replace("<schedule ", "<schedule xml:lang='pl' ", 1)
            answer = await ask(client, bot.address, "set", inner, language="de")
            assert _told(answer) == ("pl", said(phrase, "pl"))

    run(scenario())


def _told(answer: ET.Element) -> tuple[str | None, str | None]:
    """(language, text) of an error."""
    text = answer.find(f".//{{{STANZAS}}}text")
    assert text is not None, ET.tostring(answer)
    return text.get(LANG), text.text
