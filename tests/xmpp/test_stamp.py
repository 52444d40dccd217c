"""A component writes nothing that ends its stream, whichever way it is sent."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from slixmpp import Iq, Message
from slixmpp.stanza.rootstanza import RootStanza

from tests.xmpp.answering import Answering
from tests.xmpp.links import Run
from tests.xmpp.scripted import COMPONENT, scripted

READER = "reader@example.org"
FOREIGN = (
    "x@example.org",
    "example.org",
    f"x@sub.{COMPONENT}",
    f"x@{COMPONENT}.evil.example",
    f"🎉@{COMPONENT}",
    f"{COMPONENT}/🎉",
    "@",
)
Send = Callable[[Answering, RootStanza], object]


def _iq(bot: Answering, stanza: RootStanza) -> None:
    iq = Iq(stream=bot.connection.stream, xml=stanza.xml)
    asyncio.ensure_future(iq.send(timeout=1)).cancel()


WAYS: dict[str, Send] = {
    "the connection": lambda bot, one: bot.connection.send(one),
    "the connection, as text": lambda bot, one: bot.connection.send(str(one)),
    "an element": lambda bot, one: bot.connection.send_element(one.xml),
    "the stream": lambda bot, one: bot.connection.stream.send(one),
    "past the filters": lambda bot, one: bot.connection.stream.send(one, False),
    "as XML": lambda bot, one: bot.connection.stream.send_xml(one.xml),
    "raw text": lambda bot, one: bot.connection.stream.send_raw(str(one)),
    "raw bytes": lambda bot, one: bot.connection.stream.send_raw(
        b"\n" + str(one).encode()
    ),
}


def _message(bot: Answering, identifier: str, sender: str | None) -> Message:
    message = Message(stream=bot.connection.stream)
    message["to"], message["id"], message["body"] = READER, identifier, "a > b"
    if sender is not None:
        message.xml.set("from", sender)
    return message


@pytest.mark.parametrize("way", WAYS)
def test_every_way_passes_the_stamp(run: Run, tmp_path: Path, way: str) -> None:
    """Foreign senders and nobody's stanzas stay here; a missing sender is filled in."""

    async def scenario() -> None:
        async with scripted("component", tmp_path) as (server, bot):
            send = WAYS[way]
            for sender in ("", *FOREIGN):
                send(bot, _message(bot, "foreign", sender))
            nobodys = _message(bot, "nobody's", None)
            del nobodys.xml.attrib["to"]
            send(bot, nobodys)
            send(bot, _message(bot, "stamped", None))
            send(bot, _message(bot, "own", f"news@{COMPONENT}/x"))
            await server.until(lambda: server.answers("own"))
            assert [(one.get("id"), one.get("from")) for one in server.sent] == [
                ("stamped", COMPONENT),
                ("own", f"news@{COMPONENT}/x"),
            ]
            assert [one.findtext("{*}body") for one in server.sent] == ["a > b"] * 2

    run(scenario())


def test_requests_and_answers(run: Run, tmp_path: Path) -> None:
    """An IQ that is sent by itself, and a reply to whatever was written to, pass it."""

    async def scenario() -> None:
        async with scripted("component", tmp_path) as (server, bot):
            stream = bot.connection.stream
            for sender in FOREIGN[:3]:
                foreign = stream.Iq(stype="get", sto=READER, sfrom=sender)
                foreign.send(timeout=60).cancel()
            own = stream.Iq(stype="get", sto=READER, sid="own")
            own.send(timeout=60).cancel()
            for to in ("example.org", f"x@sub.{COMPONENT}"):
                server.say(
                    f"<iq type='get' from='{READER}/x' to='{to}' id='a'>"
                    "<schedule-query xmlns='urn:xmpp:scheduling:0'/></iq>"
                )
            server.say(
                f"<iq type='get' from='{READER}/x' to='{COMPONENT}' id='good'>"
                "<ping xmlns='urn:xmpp:ping'/></iq>"
            )
            await server.until(lambda: server.answers("good"))
            assert {one.get("from") for one in server.sent} == {COMPONENT}
            assert server.answers("own")
            assert server.connections == 1

    run(scenario())


def test_what_is_no_xml(run: Run, tmp_path: Path) -> None:
    """Text that a server could not read is not written."""

    async def scenario() -> None:
        async with scripted("component", tmp_path) as (server, bot):
            for text in ("<message to='a@b'>\x1b</message>", "<iq to='a@b'>"):
                bot.connection.send(text)
            bot.connection.send(_message(bot, "own", None))
            await server.until(lambda: server.answers("own"))
            assert len(server.sent) == 1
            assert server.connections == 1

    run(scenario())
