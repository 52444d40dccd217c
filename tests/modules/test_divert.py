"""Messages with <schedule/> leave the flow, and whatever goes wrong they stay out."""

from contextlib import suppress
from xml.etree import ElementTree as ET

import pytest

from tests.e2e.xml_client import C, XmlClient
from tests.modules.scene import (
    FORWARD,
    SCHEDULE,
    SCHEDULING,
    Component,
    S,
    Scene,
    X,
    condition,
    delivered,
    described,
    discovered,
    fresh,
    inner,
)
from tests.servers.ejabberd import Ejabberd
from tests.servers.equipped import Options, failing_diverts
from tests.servers.xmpp_server import XmppServer

pytestmark = pytest.mark.e2e

ERROR = "<error type='{}'>{}</error>"
GONE = "<gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
POLICY = (
    "<policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
    "<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas' xml:lang='pl'>za dużo</text>"
    "<limit xmlns='urn:x-carillon:announce:0' name='pending' max='100'/>"
)
FAILED = "<iq type='error' id='{id}' from='{me}' to='{server}'>"
#: answers that say nothing, are not the component's, or do not come
DOUBTFUL = [
    "",
    f"{FAILED}</iq>",
    f"{FAILED}{ERROR.format('odd', GONE)}</iq>",
    f"{FAILED}{ERROR.format('wait', '')}</iq>",
    "<iq type='result' id='another' from='{me}' to='{server}'/>",
    "<iq type='result' id='{id}' from='x@{me}' to='{server}'/>",
]
PAYLOAD = (
    "<origin-id xmlns='urn:xmpp:sid:0' id='o1'/><encrypted xmlns='eu.siacs"
    ".conversations.axolotl'><header sid='7'><key rid='1'>MwohBQ==</key></header>"
    "<payload>a &amp; b</payload></encrypted><body xml:lang='pl'>później</body>"
)


def test_wherever_to(stage: Scene) -> None:
    """To whom it may be: it is handed over, and nobody gets to see anything."""
    recipient, domain = stage.recipient, stage.server.domain
    places = [
        recipient.bare,
        recipient.full,
        stage.sender.bare,
        stage.sender.full,
        None,
        domain,
        f"someone@{stage.server.spares[1]}",
        "far@remote.example",
    ]
    with Component(stage.server, stage.server.spares[1]) as neighbour:
        for to in places:
            number = stage.schedule(to)
            iq = stage.component.told("divert")
            assert iq.get("from") == domain
            message = inner(iq, "divert")
            assert message.get("id") == number
            assert message.get("from") == stage.sender.full
            assert message.get("to") == (to or stage.sender.bare)
            stage.component.answer(iq)
        assert stage.heard() == {}
        neighbour.settle()
        assert not neighbour.waiting


def test_as_it_was(stage: Scene) -> None:
    """Whatever payload there is comes through; what a client may not claim does not."""
    forged = f"<scheduled-by xmlns='{SCHEDULING}'><id>forged</id></scheduled-by>"
    stage.schedule(
        stage.recipient.bare.upper(),
        SCHEDULE + PAYLOAD + forged,
        **{"xml:lang": "de"},
    )
    iq = stage.component.told("divert")
    message = inner(iq, "divert")
    assert message.get("from") == stage.sender.full
    assert message.get("to") == stage.recipient.bare
    assert message.get("{http://www.w3.org/XML/1998/namespace}lang") == "de"
    assert message.get("type") == "chat"
    given = f"<body>later</body>{SCHEDULE}{PAYLOAD}"
    wanted = ET.fromstring(f"<message xmlns='jabber:client'>{given}</message>")
    # ejabberd writes bodies and subjects behind all else
    assert sorted(map(_canonical, message)) == sorted(map(_canonical, wanted))
    stage.component.answer(iq)
    assert stage.heard() == {}


def test_forged_sender(stage: Scene) -> None:
    """Who claims to be another goes on as himself, or is cut off (RFC 6120 §8.1.2)."""
    stage.schedule(stage.recipient.bare, **{"from": "eve@elsewhere.example"})
    with suppress(ConnectionError):
        stage.sender.settle()
    stage.component.settle()
    iqs = [one for one in stage.component.waiting if one.find(f"{X}divert") is not None]
    diverted = [inner(iq, "divert") for iq in iqs]
    cut_off = isinstance(stage.server, Ejabberd)
    assert [one.get("from") for one in diverted] == [stage.sender.full][cut_off:]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("", id="plain"),
        pytest.param("<schedule xmlns='urn:xmpp:scheduling:1'/>", id="other namespace"),
        pytest.param(f"<x xmlns='urn:x:y'>{SCHEDULE}</x>", id="nested"),
    ],
)
def test_ordinary(stage: Scene, content: str) -> None:
    """What asks for no schedule goes on, without a claim that is the service's."""
    forged = f"<scheduled-by xmlns='{SCHEDULING}'><id>forged</id></scheduled-by>"
    number = stage.schedule(stage.recipient.bare, content + forged)
    got = stage.recipient.message()
    stage.recipient.waiting.insert(0, got)
    assert got.find(f"{S}scheduled-by") is None
    heard = stage.heard()
    # its sender needs no carbon of what he sent himself
    wanted = {who: ids for who, ids in delivered(number).items() if who != "sender"}
    assert heard == wanted


def test_to_the_service(stage: Scene) -> None:
    """The service itself refuses it, as it refuses any chat."""
    number = stage.schedule(stage.server.component)
    message = stage.component.message()
    assert (message.get("id"), message.find(f"{S}schedule") is None) == (number, False)


def test_answers(stage: Scene) -> None:
    """What is kept is kept in silence; of what is refused the sender learns all."""
    component, to = stage.component, stage.recipient.bare
    kept = "<iq type='result' id='{{id}}' from='{{me}}' to='{{server}}'>{}</iq>"
    for answer in (kept.format(""), kept.format("<strange xmlns='x:y'/>")):
        stage.schedule(to)
        component.say(answer, component.told("divert"))
    refused = stage.schedule(to)
    component.answer(component.told("divert"), ERROR.format("modify", POLICY))
    error = stage.error(refused)
    assert described(error) == ("modify", "policy-violation", "za dużo")
    assert error.find(f"{C}error/{X}limit") is not None
    assert error.find(f"{C}body") is None
    assert error.get("from") == to
    assert stage.heard() == {}


def test_blocked(stage: Scene) -> None:
    """No error comes from whom he blocked; of his own message the sender learns."""
    to = stage.recipient.bare
    blocked = f"<block xmlns='urn:xmpp:blocking'><item jid='{to}'/></block>"
    stage.sender.ask(stage.sender.bare, "set", blocked)
    refused = stage.schedule(to)
    stage.component.answer(
        stage.component.told("divert"), ERROR.format("modify", POLICY)
    )
    assert condition(stage.error(refused)) == "modify policy-violation"
    stage.component.settle()


def test_no_answer(stage: Scene) -> None:
    """Silence, nonsense, another's answer, death, absence: one error, no more."""
    component, to = stage.component, stage.recipient.bare
    asked: list[ET.Element] = []
    for answer in (*DOUBTFUL, ""):
        stage.schedule(to)
        asked.append(component.told("divert"))
        component.say(answer, asked[-1])
    stage.component_dies()
    absent = stage.schedule(to)
    kind, what, text = described(stage.error(absent))
    assert (kind, what) == ("wait", "service-unavailable")
    assert "not scheduled" in text
    for iq in asked:
        number = inner(iq, "divert").get("id", "")
        kind, what, text = described(stage.error(number))
        assert (kind, what) == ("wait", "remote-server-timeout"), number
        assert "may yet be scheduled" in text
    with Component(stage.server) as again:  # too late: they have been told
        for iq in asked:
            again.answer(iq, ERROR.format("modify", POLICY))
        again.settle()
    assert stage.heard() == {}


@pytest.mark.parametrize("kind", ["normal", "headline", "groupchat"])
def test_kinds(stage: Scene, kind: str) -> None:
    """Whether that kind of message can be scheduled the component decides."""
    number = stage.schedule(stage.recipient.bare, type=kind)
    iq = stage.component.told("divert")
    message = inner(iq, "divert")
    assert (message.get("id"), message.get("type", "normal")) == (number, kind)
    stage.component.answer(iq, ERROR.format("modify", POLICY))
    assert condition(stage.error(number)) == "modify policy-violation"
    assert stage.heard() == {}


def test_large(stage: Scene) -> None:
    """64 KiB there and back."""
    text = "a &lt; ż " * 10_000
    payload = f"<encrypted xmlns='urn:x:y'>{text}</encrypted>"
    number = stage.schedule(stage.recipient.bare, SCHEDULE + payload)
    iq = stage.component.told("divert")
    stage.component.answer(iq)
    large = inner(iq, "divert").findtext("{urn:x:y}encrypted", "")
    assert len(large.encode()) > 65536
    given = f"<message from='{stage.sender.bare}' to='{stage.recipient.bare}'"
    answer = stage.component.deliver(f"{given} id='{number}'>{payload}</message>")
    assert condition(answer) == "result"
    got = stage.recipient.message(lambda one: one.get("id") == number)
    assert got.findtext("{urn:x:y}encrypted") == large


def test_crash(equipped: XmppServer, stage: Scene) -> None:
    """A fault of the module's own neither lets a message out nor swallows it."""
    with failing_diverts(equipped):
        number = stage.schedule(stage.recipient.bare)
        error = stage.error(number)
        assert condition(error) == "wait internal-server-error"
        assert stage.heard() == {}
    stage.schedule(stage.recipient.bare)
    stage.component.answer(stage.component.told("divert"))
    assert stage.heard() == {}


def test_discovery(stage: Scene) -> None:
    """Server and account say that one can schedule, the server which module it is."""
    features, form = discovered(stage.sender, stage.server.domain)
    assert SCHEDULING in features
    assert form.keys() == {"version", "component", "parts", "uploads"}
    assert form["component"] == [stage.server.component]
    assert form["parts"] == list(Options().parts)
    [version] = form["version"]
    assert version
    [kept] = form["uploads"]
    address, seconds = kept.split()
    assert address.startswith("http")
    assert seconds == "86400"
    features, form = discovered(stage.sender, stage.sender.bare)
    assert SCHEDULING in features
    assert not form


def test_shape(stage: Scene) -> None:
    """The IQ has one <divert/> with one <forwarded/> with one message, in order."""
    stage.schedule(stage.recipient.bare, id=f"m-{fresh()}")
    iq = stage.component.told("divert")
    [divert] = iq
    [forwarded] = divert
    [message] = forwarded
    assert [one.tag for one in (divert, forwarded, message)] == [
        f"{X}divert",
        f"{FORWARD}forwarded",
        f"{C}message",
    ]
    stage.component.answer(iq)


def test_sender_gone(stage: Scene) -> None:
    """Whoever has logged out meanwhile is told at no client that never sent it."""
    with XmlClient(
        stage.server, user=stage.sender.bare.partition("@")[0], resource="three"
    ) as third:
        third.send(
            f"<message to='{stage.recipient.bare}' id='{fresh()}'>"
            f"<body>later</body>{SCHEDULE}</message>"
        )
        iq = stage.component.told("divert")
    stage.sender.settle()
    stage.component.answer(iq, ERROR.format("modify", POLICY))
    stage.component.settle()
    heard = stage.heard()
    heard.pop("sender's archive", None)
    assert heard == {}


def _canonical(element: ET.Element) -> str:
    return ET.canonicalize(ET.tostring(element, "unicode"))
