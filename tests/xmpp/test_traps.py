"""What slixmpp 1.17 would do wrong, and does not do here: on real servers."""

import asyncio
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from slixmpp import JID, Iq
from slixmpp.exceptions import IqError, XMPPError
from slixmpp.stanza.error import Error
from slixmpp.types import MessageTypes
from slixmpp.xmlstream.handler import Callback, CoroutineCallback
from slixmpp.xmlstream.matcher import MatchXPath

from bot.xmpp.doors.discovery import disco
from tests.servers.xmpp_server import XmppServer
from tests.xmpp.links import (
    Link,
    Reader,
    Run,
    account_settings,
    component_settings,
    linked,
    newcomer,
    reading,
)

pytestmark = pytest.mark.e2e
QUESTION = "{urn:x-test}question"


def _answer_with(link: Link, error: Exception) -> None:
    """Whoever asks gets this error raised by the handler."""

    async def handle(_: Any) -> None:
        raise error

    matcher = MatchXPath(f"{{jabber:client}}iq/{QUESTION}")
    link.stream.register_handler(CoroutineCallback("question", matcher, handle))


def _question(reader: Reader, to: str) -> Iq:
    iq: Iq = reader.make_iq_set(ito=to)
    iq.xml.append(ET.Element(QUESTION))
    return iq


async def _error(iq: Iq) -> IqError:
    with pytest.raises(IqError) as caught:
        await iq.send(timeout=20)
    return caught.value


@pytest.mark.parametrize("mode", ["component", "account"])
def test_policy_violation_both_ways(server: XmppServer, run: Run, mode: str) -> None:
    """Trap 1: the condition that slixmpp's table lacks is sent and read."""

    async def scenario() -> None:
        name, bot = newcomer(server), newcomer(server)
        settings = (
            component_settings(server)
            if mode == "component"
            else account_settings(server, bot)
        )
        async with reading(server, name) as reader, linked(settings) as link:
            _answer_with(link, XMPPError("policy-violation", "Too many."))
            error = await _error(_question(reader, link.addresses.service))
            said = "This service does not do that."
            assert (error.condition, error.text) == ("policy-violation", said)

    run(scenario())


def test_unknown_condition_is_still_an_answer(server: XmppServer, run: Run) -> None:
    """Trap 1: an error of a condition nobody knows ends the request at once."""

    async def scenario() -> None:
        name = newcomer(server)
        async with (
            reading(server, name) as reader,
            linked(component_settings(server)) as link,
        ):

            def answer(iq: Any) -> None:
                reader.send_raw(
                    f"<iq type='error' id='{iq['id']}' to='{iq['from']}'>"
                    "<error type='cancel'><from-the-future "
                    "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
                )

            matcher = MatchXPath(f"{{jabber:client}}iq/{QUESTION}")
            reader.register_handler(Callback("question", matcher, answer))
            question = ET.Element(QUESTION)
            with pytest.raises(IqError) as caught:
                await link.ask(question, to=reader.boundjid.full, kind="set")
            assert caught.value.condition == "undefined-condition"

    run(scenario())


def test_component_reads_conditions(server: XmppServer, run: Run) -> None:
    """Trap 2: a component reads the true condition, and no class is changed."""

    async def scenario() -> None:
        async with linked(component_settings(server), prepare=disco.prepare) as link:
            query = ET.Element("{jabber:iq:version}query")
            with pytest.raises(IqError) as caught:
                await link.ask(query, to=f"nobody@{server.domain}")
            assert caught.value.condition == "service-unavailable"
            assert len(caught.value.iq.xml.findall("{jabber:client}error")) == 1
            assert Error.namespace == "jabber:client"

    run(scenario())


def test_bounces_are_errors(server: XmppServer, run: Run) -> None:
    """Trap 2: a bounced message comes in as an error with condition and type."""

    async def scenario() -> None:
        async with linked(component_settings(server)) as link:
            bounced: asyncio.Future[Any] = asyncio.Future()
            link.stream.add_event_handler("message_error", bounced.set_result)
            link.send(link.stream.make_message(f"nobody@{server.domain}", "Hi"))
            async with asyncio.timeout(20):
                error = (await bounced)["error"]
            assert error["condition"] in {"service-unavailable", "item-not-found"}
            assert error["type"] == "cancel"

    run(scenario())


def test_sender_is_stamped_or_refused(server: XmppServer, run: Run) -> None:
    """Trap 3: no stanza without or with a foreign `from` reaches the server."""

    async def scenario() -> None:
        name = newcomer(server)
        async with (
            reading(server, name) as reader,
            linked(component_settings(server)) as link,
        ):
            to = server.jid(name)
            for sender in ("x@example.org", server.domain, f"x@sub.{server.component}"):
                link.send(link.stream.make_message(to, "no", mfrom=sender))
            link.send(link.stream.make_presence(ptype="unavailable"))  # to nobody
            link.send(link.stream.make_message(to, "stamped"))
            news = f"news@{server.component}"
            link.send(link.stream.make_message(to, "own", mfrom=news))
            await reader.until(2)
            assert [
                (xml.get("from"), xml.findtext("{*}body")) for xml in reader.messages
            ] == [(server.component, "stamped"), (news, "own")]
            assert link.sessions == [True]

    run(scenario())


def test_probes_are_not_refused(server: XmppServer, run: Run) -> None:
    """Trap 6: slixmpp's empty roster does not end people's subscriptions."""

    async def scenario() -> None:
        name = newcomer(server)
        async with (
            reading(server, name) as reader,
            linked(component_settings(server), prepare=disco.prepare) as link,
        ):
            probed: asyncio.Future[Any] = asyncio.Future()
            refused: list[Any] = []
            link.stream.add_event_handler("presence_probe", probed.set_result)
            link.stream.add_event_handler("presence_subscribe", _approve(link))
            reader.auto_authorize = None
            await reader.get_roster()  # only who asks is told of approvals
            reader.add_event_handler("presence_unsubscribed", refused.append)
            approved: asyncio.Future[Any] = asyncio.Future()
            reader.add_event_handler("presence_subscribed", approved.set_result)
            reader.send_presence(pto=server.component, ptype="subscribe")
            async with asyncio.timeout(20):
                await approved
                reader.send_presence(ptype="unavailable")
                reader.send_presence()  # the server probes at each login
                await probed
            ping = reader.plugin["xep_0199"]
            await ping.send_ping(JID(server.component), timeout=20)
            assert refused == []
            assert link.stream.roster[server.component].keys() == []

    run(scenario())


def _approve(link: Link) -> Any:
    def approve(presence: Any) -> None:
        link.send(
            link.stream.make_presence(
                pto=presence["from"].bare, pfrom=presence["to"], ptype="subscribed"
            )
        )

    return approve


def test_failing_request_handler(
    server: XmppServer, run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    """Trap 7: a bug is answered with a number that the log has, and no more."""

    async def scenario() -> None:
        name = newcomer(server)
        async with (
            reading(server, name) as reader,
            linked(component_settings(server)) as link,
        ):
            _answer_with(link, RuntimeError("the secret of the house"))
            error = await _error(_question(reader, server.component))
            assert error.condition == "internal-server-error"
            assert "secret" not in str(error.iq)
            reference = error.text.removeprefix("Internal error ").rstrip(".")
            assert len(reference) == 8
            assert any(
                reference in record.getMessage() and record.exc_info
                for record in caplog.records
            )

    run(scenario())


@pytest.mark.parametrize("kind", ["chat", "error", "headline"])
def test_failing_message_handler(
    server: XmppServer, run: Run, kind: MessageTypes
) -> None:
    """Trap 7: no message is ever answered because a handler failed."""

    async def scenario() -> None:
        name = newcomer(server)
        async with (
            reading(server, name) as reader,
            linked(component_settings(server), prepare=disco.prepare) as link,
        ):
            seen = asyncio.Event()

            def fail(_: Any) -> None:
                seen.set()
                raise RuntimeError("a bug")

            link.stream.add_event_handler("message", fail)
            reader.send_message(JID(server.component), "Hello", mtype=kind)
            async with asyncio.timeout(20):
                await seen.wait()
            ping = reader.plugin["xep_0199"]
            await ping.send_ping(JID(server.component), timeout=20)
            assert reader.messages == []

    run(scenario())
