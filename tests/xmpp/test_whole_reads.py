"""What one stanza does ends with it: the rest of the same read is handled."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from slixmpp.exceptions import IqError
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from bot.xmpp.session.connection import Connection
from bot.xmpp.session.discards import Reason
from tests.servers.neighbour import LOCALS, RESEMBLING, RESOURCES, every_kind
from tests.xmpp.answering import MODES, Answering, refusal
from tests.xmpp.links import Run
from tests.xmpp.scripted import SM, ScriptedServer, scripted

NEIGHBOUR = "neighbour.example"
OTHER, ERRORS = "see-other-host", "urn:ietf:params:xml:ns:xmpp-streams"
QUESTION = "{urn:x-test}question"
FORBIDDEN = (
    [f"x@{NEIGHBOUR}/{one}" for one in RESOURCES.values()]
    + [f"{one}@{NEIGHBOUR}" for one in (*LOCALS.values(), *RESEMBLING.values())]
    + ["x@\u1d3f.example/y", "x@\U0002f868.example", f"\U0002f868@{NEIGHBOUR}"]
    + [f"@{NEIGHBOUR}", "x@", "/x", "@", " ", f"a b@{NEIGHBOUR}", "x@a..b/c"]
    + [f"x@{'d' * 70}.example", f"{'x' * 1_024}@{NEIGHBOUR}", f"x@{'d.' * 600}e"]
    + ["x@-a.example", "\u202e@b", "x@\ue000.example", "x@xn--\u0378"]
)
Put = Callable[[Connection, Exception], None]


def ping(to: str, identifier: str = "good") -> str:
    return (
        f"<iq type='get' from='x@{NEIGHBOUR}/y' to='{to}' id='{identifier}'>"
        "<ping xmlns='urn:xmpp:ping'/></iq>"
    )


def question(to: str, identifier: str, kind: str = "get") -> str:
    return (
        f"<iq type='{kind}' from='x@{NEIGHBOUR}/y' to='{to}' id='{identifier}'>"
        "<question xmlns='urn:x-test'/></iq>"
    )


def bounce(bot: Answering, server: ScriptedServer) -> str:
    """A message of ours comes back."""
    reader = f"r@{NEIGHBOUR}"
    return (
        f"<message type='error' from='{reader}' to='{server.address}'"
        f" id='{bot.ids.of('0' * 16).to(reader)}'><error type='cancel'><item-not-found"
        " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>"
    )


async def stands(server: ScriptedServer) -> None:
    """The good request of the read is answered, once, on the first connection."""
    await server.until(lambda: server.answers("good"))
    [answer] = server.answers("good")
    assert answer.get("type") == "result"
    assert server.connections == 1


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("side", ["from", "to"])
def test_addresses_are_judged_first(
    run: Run, tmp_path: Path, mode: str, side: str, caplog: pytest.LogCaptureFixture
) -> None:
    """What has no valid address is dropped, counted, and told of in one line."""

    async def scenario() -> None:
        async with scripted(mode, tmp_path) as (server, bot):
            caplog.clear()
            bot.connection.stream.discards._clock = lambda: 1e9
            dropped = 0
            for address in FORBIDDEN:
                sender, to = (
                    (address, server.address)
                    if side == "from"
                    else (f"x@{NEIGHBOUR}/y", address)
                )
                bad = every_kind(sender, to)
                dropped += len(bad)
                server.sent.clear()
                server.say(*bad, bounce(bot, server), ping(server.address))
                await stands(server)
                assert not server.answers("bad")
            assert len(bot.bounces) == len(FORBIDDEN)
            assert bot.connection.discarded["address"] == dropped
            assert [one.levelno for one in caplog.records] == [logging.WARNING]
            assert NEIGHBOUR not in caplog.text

    run(scenario())


def test_what_is_dropped_is_counted_for_the_server(run: Run, tmp_path: Path) -> None:
    """XEP-0198: a stanza without a valid address was handled as any other."""

    async def scenario() -> None:
        async with scripted("account", tmp_path) as (server, _):
            server.say(f"<r xmlns='{SM}'/>")
            await server.until(lambda: server.handled)
            bad = every_kind(f"x@{NEIGHBOUR}/🎉", server.address)
            server.say(*bad, ping(server.address), f"<r xmlns='{SM}'/>")
            await server.until(lambda: len(server.handled) == 2)
            before, after = map(int, server.handled)
            assert after - before == len(bad) + 1

    run(scenario())


def _handler(connection: Connection, error: Exception) -> None:
    def fail(_: Any) -> None:
        raise error

    connection.listen(f"iq/{QUESTION}", fail)


def _task(connection: Connection, error: Exception) -> None:
    async def fail(_: Any) -> None:
        raise error

    connection.serve(f"iq/{QUESTION}", fail)


def _event(connection: Connection, error: Exception) -> None:
    def fail(_: Any) -> None:
        raise error

    stream = connection.stream
    stream.add_event_handler("asked", fail)
    connection.listen(f"iq/{QUESTION}", lambda stanza: stream.event("asked", stanza))


def _matcher(connection: Connection, error: Exception) -> None:
    class Fails(MatchXPath):
        def match(self, xml: Any) -> bool:
            if super().match(xml):
                raise error
            return False

    matcher = Fails(f"{{jabber:client}}iq/{QUESTION}")
    connection.stream.register_handler(Callback("fails", matcher, lambda _: None))


def _filter(connection: Connection, error: Exception) -> None:
    def fail(stanza: Any) -> Any:
        if stanza.xml.find(QUESTION) is not None:
            raise error
        return stanza

    connection.stream.add_filter("in", fail)


def _constructor(connection: Connection, error: Exception) -> None:
    build = connection.stream._build_stanza

    def fail(xml: ET.Element, default_ns: str | None = None) -> Any:
        if xml.find(QUESTION) is not None:
            raise error
        return build(xml, default_ns)

    connection.stream._build_stanza = fail  # type: ignore[method-assign]


def _acceptance(connection: Connection, error: Exception) -> None:
    accept = connection.stream.incoming_filter

    def fail(xml: ET.Element) -> Any:
        if xml.find(QUESTION) is not None:
            raise error
        return accept(xml)

    connection.stream.incoming_filter = fail  # type: ignore[method-assign]


def _at_once(connection: Connection, error: Exception) -> None:
    def fail(_: Any) -> None:
        raise error

    matcher = MatchXPath(f"{{jabber:client}}iq/{QUESTION}")
    connection.stream.register_handler(
        Callback("at once", matcher, fail, instream=True)
    )


PLACES = {
    "a handler": _handler,
    "a task": _task,
    "a handler of an event": _event,
    "a matcher": _matcher,
    "a filter": _filter,
    "the stanza's making": _constructor,
    "the acceptance": _acceptance,
    "a handler in the stream": _at_once,
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("place", PLACES)
def test_a_failure_ends_with_its_stanza(
    run: Run, tmp_path: Path, mode: str, place: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever raises, the asker is answered, the log has a line, the rest goes on."""

    async def scenario() -> None:
        async with scripted(mode, tmp_path) as (server, bot):
            PLACES[place](bot.connection, RuntimeError("a secret"))
            to = server.address
            for number in range(3):
                server.sent.clear()
                asked = [question(to, "q"), question(to, "r", "result")]
                server.say(*asked, bounce(bot, server), ping(to))
                await stands(server)
                await server.until(lambda: server.answers("q"))
                [answer] = server.answers("q")
                assert not server.answers("r")
                assert "secret" not in ET.tostring(answer, "unicode")
                error = answer.find("{*}error")
                assert error is not None
                told = error.findtext("{*}text") or ""
                number_told = told.removeprefix("Internal error ").rstrip(".")
                lines = [one for one in caplog.records if number_told in one.message]
                assert len(lines) == 1
                # the whole of it once in a while, its line each time
                assert bool(lines[0].exc_info) == (number == 0)
            assert bot.connection.discarded["failed"] == 6
            assert len(bot.bounces) == 3

    run(scenario())


def test_an_answer_that_cannot_be_made(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where even the error that answers a failure fails, the rest goes on."""

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    async def scenario() -> None:
        async with scripted("component", tmp_path) as (server, bot):
            _handler(bot.connection, RuntimeError("a bug"))
            with monkeypatch.context() as patched:
                patched.setattr("bot.xmpp.session.stream.error_answer", fail)
                server.say(question(server.address, "q"), ping(server.address))
                await stands(server)
            assert bot.connection.discarded["failed"] == 2

    run(scenario())


def test_answers_to_what_we_asked(run: Run, tmp_path: Path) -> None:
    """What an answer of ours to come cannot be read as ends neither stream nor wait."""

    async def scenario() -> None:
        async with scripted("component", tmp_path) as (server, bot):
            to = f"x@{NEIGHBOUR}"
            for body in ("", "<error/>", "<error type='x'><text/></error>"):
                server.sent.clear()
                ask = bot.connection.ask(ET.Element(QUESTION), to=to, seconds=20)
                asking = asyncio.create_task(ask)
                await server.until(lambda: server.sent)
                identifier = server.sent[0].get("id")
                server.say(
                    f"<iq type='error' from='{to}' to='{server.address}'"
                    f" id='{identifier}'>{body}</iq>",
                    ping(server.address),
                )
                await stands(server)
                with pytest.raises(IqError):
                    await asking

    run(scenario())


@pytest.mark.parametrize("mode", MODES)
def test_early_stanzas_are_each_by_themselves(
    run: Run, tmp_path: Path, mode: str
) -> None:
    """Of those who asked before the session was up, one that fails spares the rest."""

    async def scenario() -> None:
        async with scripted(mode, tmp_path) as (server, bot):
            _matcher(bot.connection, RuntimeError("a bug"))
            stream = bot.connection.stream
            stream._session_started = False
            server.say(
                question(server.address, "q"),
                ping(server.address),
                f"<presence from='x@{NEIGHBOUR}/🎉' to='{server.address}'/>",
            )
            await server.until(lambda: len(stream._early) == 2)
            stream._up(fresh=False)
            await stands(server)
            assert refusal(server.answers("q")[0])[0] == "internal-server-error"

    run(scenario())


#: what a server never says, beside what ends a stream by right
ODD_ELEMENTS = (
    "<x/>",
    "<handshake xmlns='jabber:component:accept'>x</handshake>",
    "<stream:features><bind xmlns='x'/><sm/></stream:features>",
    f"<stream:error><{OTHER} xmlns='{ERRORS}'>@/🎉</{OTHER}></stream:error>",
    "<stream:error/>",
    f"<r xmlns='{SM}' h='x'/>",
    f"<enabled xmlns='{SM}' id='' resume='perhaps' max='x'/>",
    f"<resumed xmlns='{SM}' h='-1'/>",
    f"<resumed xmlns='{SM}' h='0' previd='x'/>",
    f"<failed xmlns='{SM}' h='x'/>",
    "<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>=</challenge>",
    "<success xmlns='urn:x'/>",
    "<message xmlns='urn:x' from='🎉@'/>",
)


@pytest.mark.parametrize("mode", MODES)
def test_elements_that_are_no_stanzas(run: Run, tmp_path: Path, mode: str) -> None:
    """What else comes at the top of a stream changes nothing where nobody asked."""

    async def scenario() -> None:
        async with scripted(mode, tmp_path) as (server, bot):
            for element in ODD_ELEMENTS:
                server.sent.clear()
                server.say(element, ping(server.address))
                await stands(server)
            assert bot.connection.is_ready

    run(scenario())


def test_a_push_of_the_roster(run: Run, tmp_path: Path) -> None:
    """An account takes its server's push, whatever it calls a contact's address."""

    async def scenario() -> None:
        async with scripted("account", tmp_path) as (server, bot):
            item = "<query xmlns='jabber:iq:roster'><item jid='🎉@x/' ask='?'/></query>"
            own = server.address.partition("/")[0]
            for sender in ("", f"from='{own}'"):
                server.sent.clear()
                push = f"<iq type='set' id='p' to='{server.address}' {sender}>{item}"
                server.say(f"{push}</iq>", ping(server.address))
                await stands(server)
                [answer] = server.answers("p")
                assert (answer.get("type"), len(answer)) == ("result", 0)
            stranger = f"<iq type='set' id='s' from='x@{NEIGHBOUR}'>{item}</iq>"
            server.say(stranger)
            await server.until(lambda: server.answers("s"))
            assert refusal(server.answers("s")[0])[1] == "cancel"
            assert bot.connection.discarded["failed"] == 0

    run(scenario())


def test_the_log_is_not_flooded(
    run: Run, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A thousand stanzas of one kind of fault are one line, and later one more."""

    async def scenario() -> None:
        async with scripted("component", tmp_path) as (server, bot):
            discards = bot.connection.stream.discards
            now = [discards._clock() + 60]
            discards._clock = lambda: now[0]
            caplog.clear()
            bad = f"<presence from='x@{NEIGHBOUR}/🎉' to='{server.address}'/>"
            for identifier in ("one", "two"):
                server.say(bad * 1_000, ping(server.address, identifier))
                await server.until(partial(server.answers, identifier))
                now[0] += 60
            assert discards.counts[Reason.ADDRESS] == 2_000
            lines = [one.getMessage() for one in caplog.records]
            assert len(lines) == 2
            assert "1000 of them" in lines[1]

    run(scenario())
