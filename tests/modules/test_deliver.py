"""What the component delivers goes out as its originator's own, and once."""

from xml.etree import ElementTree as ET

import pytest

from tests.e2e.xml_client import C, XmlClient
from tests.modules.scene import (
    SCHEDULE,
    SCHEDULING,
    Component,
    S,
    Scene,
    archive,
    condition,
    delivered,
    fresh,
    message,
)
from tests.servers.xmpp_server import XmppServer

pytestmark = pytest.mark.e2e

BY = (
    f"<scheduled-by xmlns='{SCHEDULING}'><scheduler>announce.example</scheduler>"
    "<id>b1</id></scheduled-by>"
)
ENCRYPTED = (
    "<encrypted xmlns='eu.siacs.conversations.axolotl'><header sid='7'>"
    "<key rid='1'>MwohBQ==</key></header><payload>a &amp; b</payload></encrypted>"
)


def test_as_if_sent(stage: Scene) -> None:
    """Each client once, each archive once, from the bare address, as it was given."""
    number = fresh()
    sender, recipient = stage.sender.bare, stage.recipient.bare
    content = ENCRYPTED + BY + SCHEDULE
    given = message(sender.upper(), recipient.upper(), number, content)
    answer = stage.component.deliver(given)
    assert condition(answer) == "result"
    got = stage.recipient.message(lambda one: one.get("id") == number)
    stage.recipient.waiting.append(got)
    assert (got.get("from"), got.get("to")) == (sender, recipient)
    said = ET.fromstring(f"<message xmlns='jabber:client'>{ENCRYPTED}{BY}</message>")
    for element in said:
        found = got.find(element.tag)
        assert found is not None
        assert ET.canonicalize(ET.tostring(found, "unicode")) == ET.canonicalize(
            ET.tostring(element, "unicode")
        )
    assert got.find(f"{S}schedule") is None
    assert got.findtext(f"{C}body") == "Happy birthday"
    assert stage.heard() == delivered(number)


def test_to_one_client(stage: Scene) -> None:
    """A full address is that client's; the recipient's other gets a carbon."""
    number = fresh()
    stage.component.deliver(message(stage.sender.bare, stage.recipient.full, number))
    assert stage.heard() == delivered(number) | {"other": [f"received {number}"]}


def test_to_another_stream(stage: Scene) -> None:
    """Where jabber:client is not the stream's namespace, nothing in it has that one."""
    with Component(stage.server, stage.server.spares[1]) as neighbour:
        far = f"far@{neighbour.bare}"
        stage.component.deliver(message(stage.sender.bare, far, fresh(), BY))
        came = b""
        while b"</message>" not in came:
            came += neighbour.receive()
    assert b"Happy birthday" in came
    assert b"jabber:client" not in came


def test_of_the_server(stage: Scene) -> None:
    """The server speaks in its own name, and no sender's archive is concerned."""
    number = fresh()
    stage.component.deliver(message(stage.server.domain, stage.recipient.bare, number))
    wanted = delivered(number)
    assert stage.heard() == {
        who: wanted[who] for who in ("recipient", "other", "recipient's archive")
    }


def test_while_the_sender_is_away(equipped: XmppServer, component: Component) -> None:
    """Nobody has to be there for it."""
    names = [f"away{fresh()}", f"here{fresh()}"]
    for name in names:
        equipped.register(name)
    sender, recipient = map(equipped.jid, names)
    number = fresh()
    assert condition(component.deliver(message(sender, recipient, number))) == "result"
    for name in names:
        with XmlClient(equipped, user=name) as client:
            assert archive(client) == [number]


def test_by_a_helper(equipped: XmppServer, stage: Scene) -> None:
    """From its own domain, for anybody."""
    number = fresh()
    with Component(equipped, equipped.spares[0]) as helper:
        helper.deliver(message(stage.sender.bare, stage.recipient.bare, number))
    assert stage.heard() == delivered(number)


def test_repeated(stage: Scene) -> None:
    """A repeat has the first answer; another id, or other people, are a new one."""
    number, another = fresh(), fresh()
    sender, recipient = stage.sender.bare, stage.recipient.bare
    for to in (recipient, recipient.upper(), stage.recipient.full):
        answer = stage.component.deliver(message(sender, to, number))
        assert condition(answer) == "result"
    assert stage.heard() == delivered(number)
    stage.component.deliver(message(sender, recipient, another))
    stage.component.deliver(message(stage.server.domain, recipient, number))
    heard = stage.heard()
    assert heard["sender"] == [f"sent {another}"]
    assert heard["recipient"] == [another, number]


@pytest.mark.parametrize("of_the_server", [False, True], ids=["person", "server"])
def test_an_error_frees_the_id(
    equipped: XmppServer, component: Component, of_the_server: bool
) -> None:
    """Who does not exist yet is told at once; once he does, the same id goes out."""
    name, recipient = f"anna{fresh()}", f"late{fresh()}"
    equipped.register(name)
    sender = equipped.domain if of_the_server else equipped.jid(name)
    number = fresh()
    given = message(sender, equipped.jid(recipient), number)
    refused = component.deliver(given)
    assert condition(refused) == "cancel service-unavailable"
    equipped.register(recipient)
    assert condition(component.deliver(given)) == "result"
    assert condition(component.deliver(given)) == "result"
    with XmlClient(equipped, user=recipient) as client:
        assert archive(client) == [number]


def test_what_is_refused(stage: Scene) -> None:
    """What is no message of that server's people, or could not be repeated safely."""
    sender, to, domain = stage.sender.bare, stage.recipient.bare, stage.server.domain
    cases = {
        message(stage.sender.full, to, fresh()): "auth forbidden",
        message("anna@elsewhere.example", to, fresh()): "auth forbidden",
        message(stage.server.component, to, fresh()): "auth forbidden",
        message(f"nobody{fresh()}@{domain}", to, fresh()): "cancel item-not-found",
        message(sender, to, fresh(), kind="groupchat"): "modify bad-request",
        message(sender, to, fresh(), kind="error"): "modify bad-request",
        message(sender, to, "").replace(" id=''", ""): "modify bad-request",
        message(sender, "@", fresh()): "modify bad-request",
        message(sender, to, fresh()).replace(
            "message", "presence"
        ): "modify bad-request",
    }
    for given, wanted in cases.items():
        assert condition(stage.component.deliver(given)) == wanted, given
    empty = stage.component.ask_server(
        "set", "<deliver xmlns='urn:x-carillon:announce:0'/>"
    )
    assert condition(empty) == "modify bad-request"
    assert stage.heard() == {}


def test_blocked(stage: Scene) -> None:
    """Whom the sender has blocked he does not write to, at whatever time."""
    blocked = f"<item jid='{stage.recipient.bare}'/>"
    stage.sender.ask(
        stage.sender.bare, "set", f"<block xmlns='urn:xmpp:blocking'>{blocked}</block>"
    )
    given = message(stage.sender.bare, stage.recipient.bare, fresh())
    assert condition(stage.component.deliver(given)) == "cancel not-acceptable"
    stage.sender.ask(stage.sender.bare, "set", "<unblock xmlns='urn:xmpp:blocking'/>")
    assert stage.heard() == {}
