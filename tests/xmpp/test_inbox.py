"""Messages to a no-reply address, over real servers, in both modes."""

import asyncio
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from slixmpp import JID
from slixmpp.stanza import Message

from bot.service.ports.unit_of_work import UnitOfWork
from bot.texts import said
from bot.xmpp.doors.inbox.refusals import NOBODY
from bot.xmpp.stanzas.namespaces import LANG, STANZAS
from tests.servers.xmpp_server import XmppServer
from tests.xmpp.answering import (
    MODES,
    Answering,
    answering,
    configured,
    refusal,
    text_of,
    until,
)
from tests.xmpp.links import Reader, Run, newcomer, reading

pytestmark = pytest.mark.e2e

BODY = "<body>Hello? secret</body>"
SCHEDULE = "<schedule xmlns='urn:xmpp:scheduling:0'><id>1</id></schedule>"
FORWARDED = (
    "<forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client'>"
    "<body>x</body></message></forwarded>"
)
# language=XML
SILENT = (
    ("chat", "<composing xmlns='http://jabber.org/protocol/chatstates'/>"),
    ("chat", "<received xmlns='urn:xmpp:receipts' id='1'/>"),
    ("chat", "<displayed xmlns='urn:xmpp:chat-markers:0' id='1'/>"),
    ("chat", f"<received xmlns='urn:xmpp:carbons:2'>{FORWARDED}</received>"),
    ("normal", "<unheard-of xmlns='urn:example'/>"),
    ("normal", "<x xmlns='jabber:x:conference' jid='room@muc.example.org'/>"),
    ("headline", BODY),
    (
        "error",
        f"{BODY}<error type='cancel'><gone xmlns='{STANZAS}'/></error>",
    ),
)


def say(
    client: Reader,
    to: str,
    content: str,
    *,
    identifier: str,
    kind: str = "chat",
    language: str | None = None,
) -> None:
    element = ET.fromstring(f"<message xmlns='jabber:client'>{content}</message>")
    for name, value in (("to", to), ("id", identifier), ("type", kind)):
        element.set(name, value)
    if language is not None:
        element.set(LANG, language)
    client.send(Message(stream=client, xml=element))


def answers(client: Reader) -> dict[str, ET.Element]:
    """What came back, by id."""
    return {
        xml.get("id", ""): xml for xml in client.messages if xml.get("type") == "error"
    }


async def answer(client: Reader, identifier: str) -> ET.Element:
    await until(lambda: identifier in answers(client))
    return answers(client)[identifier]


@pytest.mark.parametrize("mode", MODES)
def test_what_is_refused(
    server: XmppServer, mode: str, tmp_path: Path, run: Run
) -> None:
    """Human content comes back once, as an error with a text and nothing else."""
    settings = configured(server, mode, tmp_path)
    name = newcomer(server)

    async def scenario() -> None:
        async with answering(settings) as bot, reading(server, name) as client:
            say(client, bot.address, BODY, identifier="b1", language="de")
            back = await answer(client, "b1")
            assert refusal(back) == ("service-unavailable", "cancel")
            assert back.get("from") == bot.address
            assert back.get("to") == client.boundjid.full
            assert text_of(back).startswith(said(NOBODY, "de"))
            assert "help@example.org" in text_of(back)
            text = back.find(f".//{{{STANZAS}}}text")
            assert text is not None
            assert text.get(LANG) == "de"
            assert "secret" not in ET.tostring(back, encoding="unicode")
            reaction = "<reactions xmlns='urn:xmpp:reactions:0' id='1'/>"
            say(client, bot.address, reaction, identifier="b2", kind="normal")
            assert refusal(await answer(client, "b2"))[0] == "service-unavailable"
            say(client, bot.address, SCHEDULE + BODY, identifier="b3")
            inline = await answer(client, "b3")
            assert refusal(inline) == ("feature-not-implemented", "cancel")
            assert bot.address in text_of(inline)
            if mode == "component":
                await _to_a_list(bot, client)
            assert len(client.messages) == len(answers(client))

    run(scenario())


async def _to_a_list(bot: Answering, client: Reader) -> None:
    news = f"news@{bot.address}"
    say(client, news, BODY, identifier="b4", kind="groupchat")
    back = await answer(client, "b4")
    assert refusal(back) == ("service-unavailable", "cancel")
    assert back.get("from") == news


@pytest.mark.parametrize("mode", MODES)
def test_what_is_not_answered(
    server: XmppServer, mode: str, tmp_path: Path, run: Run
) -> None:
    """What programs send, and errors, get no answer; what came after them does."""
    settings = configured(server, mode, tmp_path)
    name = newcomer(server)

    async def scenario() -> None:
        async with answering(settings) as bot, reading(server, name) as client:
            for number, (kind, content) in enumerate(SILENT):
                identifier = f"s{number}"
                say(client, bot.address, content, identifier=identifier, kind=kind)
            say(client, bot.address, BODY, identifier="last")
            await answer(client, "last")
            assert list(answers(client)) == ["last"]
            assert bot.bounces == []

    run(scenario())


def test_bounces_are_few(server: XmppServer, tmp_path: Path, run: Run) -> None:
    """Of many messages at once five are answered, the others counted."""
    settings = configured(server, "component", tmp_path)
    name = newcomer(server)

    async def scenario() -> None:
        async with answering(settings) as bot, reading(server, name) as client:
            for number in range(100):
                say(client, bot.address, BODY, identifier=f"m{number}")
            await until(lambda: len(answers(client)) + bot.doors.limit.dropped >= 100)
            assert 5 <= len(answers(client)) < 50

    run(scenario())


def test_backlog(server: XmppServer, tmp_path: Path, run: Run) -> None:
    """Of what was kept for an account that was away one message is answered."""
    settings = configured(server, "account", tmp_path)
    name = newcomer(server)

    async def scenario() -> None:
        async with answering(settings) as bot:
            contact = bot.contact
        async with reading(server, name) as client:
            for number in range(4):
                say(client, contact, BODY, identifier=f"m{number}")
            await client.plugin["xep_0199"].ping(JID(server.domain), timeout=10)
            async with answering(settings) as bot:
                await until(lambda: bot.doors.limit.dropped == 3)
                say(client, bot.address, BODY, identifier="fresh")
                await answer(client, "fresh")
            assert list(answers(client)) == ["m0", "fresh"]

    run(scenario())


@pytest.mark.parametrize("mode", MODES)
def test_our_messages_that_come_back(
    server: XmppServer, mode: str, tmp_path: Path, run: Run
) -> None:
    """A real bounce is matched to its broadcast; a forged one is not."""
    settings = configured(server, mode, tmp_path)
    name = newcomer(server)
    nobody = server.jid("nobody")

    async def scenario() -> None:
        async with answering(settings) as bot, reading(server, name) as client:
            ids = bot.ids.of("abcdef")
            error = f"<error type='cancel'><gone xmlns='{STANZAS}'/></error>"
            for identifier in ("abcdef.0", ids.to(nobody), "", "x"):
                say(client, bot.address, error, identifier=identifier, kind="error")
            say(client, bot.address, BODY, identifier="last")
            await answer(client, "last")
            assert bot.bounces == []
            message = bot.connection.stream.make_message(
                mto=nobody,
                mbody="Announcement",
                mtype="chat",
                mfrom=f"news@{bot.address}" if mode == "component" else None,
            )
            message["id"] = ids.to(nobody)
            bot.connection.send(message)
            await until(lambda: bool(bot.bounces))
            [bounce] = bot.bounces
            assert (bounce.broadcast_key, bounce.jid) == ("abcdef", nobody)
            assert bounce.condition in {"service-unavailable", "item-not-found"}
            assert bounce.error_type == "cancel"

    run(scenario())


@pytest.mark.parametrize("mode", MODES)
def test_signs_of_life(server: XmppServer, mode: str, tmp_path: Path, run: Run) -> None:
    """A subscriber's message tells its language and that somebody is there."""
    settings = configured(server, mode, tmp_path)
    name = newcomer(server)
    jid = server.jid(name)

    async def scenario() -> None:
        async with answering(settings) as bot, reading(server, name) as client:
            service = bot.use_cases
            await service.database.run(service.subscribers.join, jid, bot.contact, None)
            say(client, bot.address, "<unheard-of xmlns='urn:x'/>", identifier="1")
            say(client, bot.address, BODY, identifier="2", language="pl")
            await until(lambda: service.database.call(_language, jid) == "pl")
            say(client, bot.address, BODY, identifier="3", language="nonsense tag!")
            await answer(client, "3")
            await asyncio.sleep(0.1)
            assert service.database.call(_language, jid) == "pl"

    run(scenario())


def _language(uow: UnitOfWork, jid: str) -> str | None:
    subscriber = uow.subscribers.get(jid)
    return subscriber.language_seen if subscriber else None
