"""Carillon beside a server that has our module, and people there."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

import pytest

from tests.e2e.service import Service
from tests.e2e.xml_client import C, XmlClient
from tests.modules.scene import ANNOUNCE, SCHEDULING, S, X, archive, fresh
from tests.servers.xmpp_server import XmppServer


@dataclass
class Person:
    """With two clients, carbons on."""

    first: XmlClient
    second: XmlClient

    @property
    def bare(self) -> str:
        return self.first.bare

    def message(self) -> ET.Element:
        """The next that was scheduled."""
        return self.first.message(
            lambda one: (
                one.find(f"{S}scheduled-by") is not None
                and one.get("from") != self.bare
            )
        )

    def carbons(self) -> list[ET.Element]:
        """What the second client was shown of what this person sent."""
        self.second.settle()
        path = "{urn:xmpp:carbons:2}sent/{urn:xmpp:forward:0}forwarded/" + f"{C}message"
        return [inner for one in self.second.waiting for inner in one.iterfind(path)]

    def update(self, job: str) -> str:
        """The state of the next headline of that job."""
        told = self.first.message(lambda one: one.findtext(f"{S}schedule/{S}id") == job)
        return told.findtext(f"{S}schedule/{S}status", "")

    @property
    def archived(self) -> list[str]:
        return archive(self.first)


@dataclass
class Town:
    """One service, on a server whose module hands over and delivers."""

    server: XmppServer
    service: Service
    #: an admin's account, where there is one
    admin: str = ""
    stack: ExitStack = field(default_factory=ExitStack)

    def person(self, name: str = "p") -> Person:
        """Somebody new."""
        user = f"{name}{fresh()}"
        self.server.register(user)
        return self.home(user)

    def home(self, user: str) -> Person:
        """Somebody who has an account, with new clients."""
        clients = [
            self.stack.enter_context(XmlClient(self.server, user=user, resource=one))
            for one in ("a", "b")
        ]
        for client in clients:
            client.ask(client.bare, "set", "<enable xmlns='urn:xmpp:carbons:2'/>")
            client.send("<presence/>")
            client.settle()
        return Person(*clients)

    def ask(self, who: Person, kind: str, payload: str) -> ET.Element:
        return who.first.ask(self.service.address, kind, payload)

    def schedule(
        self, who: Person, to: str, job: str, content: str = "", seconds: int = 1
    ) -> ET.Element:
        """§5.2, by request."""
        said = content or "<body>Happy birthday!</body>"
        return self.ask(
            who,
            "set",
            f"<schedule xmlns='{SCHEDULING}'><to>{to}</to>{said}"
            f"<delay-seconds>{seconds}</delay-seconds><id>{job}</id></schedule>",
        )

    def choose(self, who: Person, attributes: str, content: str = "") -> None:
        """§11, what `who` takes from now on."""
        answer = self.ask(
            who, "set", f"<consent xmlns='{ANNOUNCE}' {attributes}>{content}</consent>"
        )
        assert answer.get("type") == "result", ET.tostring(answer, "unicode")

    def requests(self, who: Person) -> list[ET.Element]:
        """What waits for approval."""
        answer = self.ask(who, "get", f"<requests xmlns='{ANNOUNCE}'/>")
        return list(answer.iter(f"{X}request"))

    def answer(self, who: Person, ref: str, verdict: str) -> ET.Element:
        return self.ask(
            who,
            "set",
            f"<answer xmlns='{ANNOUNCE}' ref='{ref}' verdict='{verdict}'/>",
        )

    def befriend(self, one: Person, other: Person) -> None:
        """Both see each other's presence."""
        for asking, asked in ((one, other), (other, one)):
            asking.first.send(f"<presence to='{asked.bare}' type='subscribe'/>")
            asked.first.presence(asking.bare, "subscribe")
            asked.first.send(f"<presence to='{asking.bare}' type='subscribed'/>")
            asked.first.settle()


@contextmanager
def town(server: XmppServer, service: Service, admin: str = "") -> Iterator[Town]:
    service.start()
    service.wait_until_connected()
    with ExitStack() as stack:
        yield Town(server, service, admin, stack)


@pytest.fixture(scope="module")
def place(
    equipped: XmppServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Town]:
    """Shared by a file's tests: people have names of their own."""
    admin = f"chief{fresh()}"
    equipped.register(admin)
    service = Service(
        tmp_path_factory.mktemp("people"),
        equipped,
        "component",
        admins=[equipped.jid(admin)],
        web="127.0.0.1:0",
        more="[limits.user]\nrequests_per_minute = 0\n",
    )
    try:
        with town(equipped, service, admin) as found:
            yield found
    finally:
        service.close()
