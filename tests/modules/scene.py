"""Two people with two clients each, and a component that the module speaks to."""

import secrets
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from tests.e2e.xml_client import STANZAS, C, XmlClient
from tests.servers.xmpp_server import XmppServer

SCHEDULING, ANNOUNCE = "urn:xmpp:scheduling:0", "urn:x-carillon:announce:0"
S, X, FORWARD = f"{{{SCHEDULING}}}", f"{{{ANNOUNCE}}}", "{urn:xmpp:forward:0}"
CARBONS, MAM = "{urn:xmpp:carbons:2}", "{urn:xmpp:mam:2}"
SCHEDULE = (
    f"<schedule xmlns='{SCHEDULING}'><delay-seconds>900</delay-seconds></schedule>"
)
INFO, DATA = "{http://jabber.org/protocol/disco#info}", "{jabber:x:data}"
FENCE = "fence-"


def fresh() -> str:
    """An id that nobody has used."""
    return secrets.token_hex(6)


class Component(XmlClient):
    """What the module speaks to, in place of Carillon: it answers as a test wants."""

    def __init__(self, server: XmppServer, domain: str | None = None) -> None:
        super().__init__(server, domain=domain or server.component)
        self._domain = server.domain

    def told(self, name: str) -> ET.Element:
        """The next IQ with that element of ours in it; not answered yet."""
        return self.take(
            lambda one: (
                one.tag == f"{C}iq"
                and one.get("type") == "set"
                and one.find(f"{X}{name}") is not None
            )
        )

    def answer(self, iq: ET.Element, error: str = "") -> None:
        """With a result, or with an error that has these children."""
        kind = "error" if error else "result"
        self.send(
            f"<iq type='{kind}' id='{iq.get('id')}' from='{self.bare}'"
            f" to='{iq.get('from')}'>{error}</iq>"
        )

    def die(self) -> None:
        """The stream ends in the middle."""
        self._socket.shutdown(socket.SHUT_WR)
        with suppress(ConnectionError):
            self.take(lambda _: False)

    def say(self, answer: str, iq: ET.Element) -> None:
        """Whatever it is, with the IQ's `{id}`, and the names `{me}` and `{server}`."""
        names = {"id": iq.get("id"), "me": self.bare, "server": iq.get("from")}
        self.send(answer.format(**names))

    def answered(self, number: str) -> ET.Element:
        """The answer to an IQ of that id."""
        return self.take(lambda one: one.get("id") == number)

    def ask_server(self, kind: str, payload: str) -> ET.Element:
        return self.ask(self._domain, kind, payload)

    def deliver(self, message: str) -> ET.Element:
        """A message as text; the answer."""
        return self.ask_server("set", _deliver(message))

    def delivery(self, message: str) -> str:
        """The same IQ, not sent yet."""
        return (
            f"<iq type='set' id='{fresh()}' from='{self.full}' to='{self._domain}'>"
            f"{_deliver(message)}</iq>"
        )

    def relation(self, of: str, with_: str) -> ET.Element:
        return self.ask_server(
            "get", f"<relation xmlns='{ANNOUNCE}' of='{of}' with='{with_}'/>"
        )


@dataclass
class Pair:
    """Both have an archive, and carbons on."""

    server: XmppServer
    sender: XmlClient
    second: XmlClient
    recipient: XmlClient
    other: XmlClient

    def heard(self) -> dict[str, list[str]]:
        """Ids of what came to whom since the last time, and of all in the archives.

        Carbons are marked `sent` and `received`, errors `error`; who has nothing
        is not named. An ordinary message of the sender's goes behind it all:
        before that each has got what there was.
        """
        fence = f"{FENCE}{fresh()}"
        self.sender.send(
            f"<message to='{self.recipient.bare}' type='chat' id='{fence}'>"
            "<body>so far</body></message>"
        )
        for client in (self.second, self.recipient, self.other):
            client.message(lambda one: _name(one).endswith(fence))
        # a carbon of what one client received comes from that client's own process
        for client in 2 * (self.sender, self.second, self.recipient, self.other):
            client.settle()
        found: dict[str, list[str]] = {}
        for name in ("sender", "second", "recipient", "other"):
            person: XmlClient = getattr(self, name)
            came = [one for one in person.waiting if one.tag == f"{C}message"]
            person.waiting = [one for one in person.waiting if one not in came]
            found[name] = [_name(one) for one in came]
        found["sender's archive"] = archive(self.sender)
        found["recipient's archive"] = archive(self.recipient)
        kept = {
            who: [name for name in names if FENCE not in name]
            for who, names in found.items()
        }
        return {who: names for who, names in kept.items() if names}

    def schedule(
        self, to: str | None = None, content: str = SCHEDULE, **more: str
    ) -> str:
        """The sender's client sends a message with <schedule/>; its id."""
        number = more.pop("id", "") or fresh()
        attributes = {"type": "chat", "id": number} | more
        if to:
            attributes["to"] = to
        said = " ".join(f"{name}='{value}'" for name, value in attributes.items())
        self.sender.send(f"<message {said}><body>later</body>{content}</message>")
        return number

    def error(self, number: str) -> ET.Element:
        """What the sender's client is told about its message."""
        return self.sender.message(
            lambda one: one.get("type") == "error" and one.get("id") == number
        )


@dataclass
class Scene(Pair):
    """With the component that stands for Carillon."""

    component: Component

    def component_dies(self) -> None:
        """When this returns, the server knows: what is sent there comes back."""
        self.component.die()
        ping = "<ping xmlns='urn:xmpp:ping'/>"
        asked: set[str | None] = set()
        while not asked & {one.get("id") for one in self.sender.waiting}:
            asked.add(number := fresh())
            self.sender.send(
                f"<iq type='get' to='{self.component.bare}' id='{number}'>{ping}</iq>"
            )
            self.sender.settle()


def delivered(number: str) -> dict[str, list[str]]:
    """What a `Pair` has heard once a message from sender to recipient went out."""
    return {
        "sender": [f"sent {number}"],
        "second": [f"sent {number}"],
        "recipient": [number],
        "other": [number],
        "sender's archive": [number],
        "recipient's archive": [number],
    }


def archive(client: XmlClient) -> list[str]:
    """The ids of what a person's archive holds (XEP-0313), the oldest first."""
    query = fresh()
    client.ask(
        client.bare,
        "set",
        f"<query xmlns='{MAM[1:-1]}' queryid='{query}'>"
        "<set xmlns='http://jabber.org/protocol/rsm'><max>200</max></set></query>",
    )
    path = f"{MAM}result/{FORWARD}forwarded/{C}message"
    kept = [one for one in client.waiting if one.find(f"{MAM}result") is not None]
    client.waiting = [one for one in client.waiting if one not in kept]
    return [_name(inner) for one in kept for inner in one.iterfind(path)]


def drained(
    client: XmlClient, count: int, name: str, seconds: float = 60
) -> Iterator[ET.Element]:
    """So many stanzas of that name, in the order in which they come; all others that
    do are forgotten. No two are further apart than so many seconds.
    """
    while count > 0:
        if not client.waiting:
            client.waiting.insert(0, client.take(lambda _: True, seconds))
        came, client.waiting = client.waiting, []
        for one in came:
            if one.tag == f"{C}{name}":
                count -= 1
                yield one


def message(
    sender: str, to: str, number: str, content: str = "", kind: str = "chat"
) -> str:
    """From one to the other, for `deliver`."""
    return (
        f"<message from='{sender}' to='{to}' id='{number}' type='{kind}'>"
        f"<body>Happy birthday</body>{content}</message>"
    )


def failed(kind: str, condition: str) -> str:
    """An <error/> without a text."""
    return f"<error type='{kind}'><{condition} xmlns='{STANZAS[1:-1]}'/></error>"


def come_back(neighbour: Component, to: str, number: str) -> None:
    """As another server tells it, late, with the text echoed."""
    neighbour.send(
        f"<message type='error' from='far@{neighbour.bare}' to='{to}' id='{number}'>"
        f"<body>Happy birthday</body>{failed('cancel', 'gone')}</message>"
    )


def described(stanza: ET.Element) -> tuple[str, str, str]:
    """Of an error: type, condition, text."""
    error = stanza.find(f"{C}error")
    assert error is not None, ET.tostring(stanza, "unicode")
    text = error.findtext(f"{STANZAS}text", "")
    [condition] = [
        one.tag.removeprefix(STANZAS)
        for one in error
        if one.tag.startswith(STANZAS) and one.tag != f"{STANZAS}text"
    ]
    return error.get("type", ""), condition, text


def condition(stanza: ET.Element) -> str:
    """`result`, or type and condition of the error: "auth forbidden"."""
    if stanza.get("type") == "result":
        return "result"
    return " ".join(described(stanza)[:2])


def discovered(client: XmlClient, where: str) -> tuple[set[str], dict[str, list[str]]]:
    """The features of an address, and our form among what it says (XEP-0128)."""
    answer = client.ask(where, "get", f"<query xmlns='{INFO[1:-1]}'/>")
    features = {one.get("var", "") for one in answer.iter(f"{INFO}feature")}
    for form in answer.iter(f"{DATA}x"):
        fields = {
            field.get("var", ""): [one.text or "" for one in field.iter(f"{DATA}value")]
            for field in form.iter(f"{DATA}field")
        }
        if fields.pop("FORM_TYPE", []) == [ANNOUNCE]:
            return features, fields
    return features, {}


def inner(iq: ET.Element, name: str) -> ET.Element:
    """The message in it."""
    found = iq.find(f"{X}{name}/{FORWARD}forwarded/{C}message")
    assert found is not None, ET.tostring(iq, "unicode")
    return found


@contextmanager
def pair(server: XmppServer) -> Iterator[Pair]:
    """New accounts each time."""
    names = [f"{who}{fresh()}" for who in ("anna", "bert")]
    for name in names:
        server.register(name)
    with ExitStack() as stack:
        clients = [
            stack.enter_context(XmlClient(server, user=name, resource=resource))
            for name in names
            for resource in ("one", "two")
        ]
        for client in clients:
            client.ask(client.bare, "set", f"<enable xmlns='{CARBONS[1:-1]}'/>")
        yield Pair(server, *clients)


@contextmanager
def scene(server: XmppServer) -> Iterator[Scene]:
    """New accounts each time."""
    with Component(server) as component, pair(server) as people:
        yield Scene(**vars(people), component=component)


def _deliver(message: str) -> str:
    """The message's namespace is a client's."""
    inner = message.replace("<message ", "<message xmlns='jabber:client' ", 1)
    return (
        f"<deliver xmlns='{ANNOUNCE}'><forwarded xmlns='urn:xmpp:forward:0'>"
        f"{inner}</forwarded></deliver>"
    )


def _name(message: ET.Element) -> str:
    for kind in ("sent", "received"):
        carbon = message.find(f"{CARBONS}{kind}/{FORWARD}forwarded/{C}message")
        if carbon is not None:
            return f"{kind} {_name(carbon)}"
    error = "error " if message.get("type") == "error" else ""
    return f"{error}{message.get('id', '')}"
