"""A sender and a friend, and their service behind a gate that stops what passes."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from bot.clock import SystemClock
from bot.domain.schedule import Schedule
from tests.e2e.service import Service
from tests.e2e.xml_client import C, XmlClient
from tests.modules.scene import CARBONS, FORWARD, MAM, SCHEDULING, S, fresh
from tests.people.conftest import Person, Town, town
from tests.servers.gate import Gate
from tests.servers.xmpp_server import XmppServer

RSM = "{http://jabber.org/protocol/rsm}"
#: for the configuration, where a test sends more than people do
NO_LIMITS = """
[limits.user]
pending = 0
requests_per_minute = 0
deliveries_per_day = 0
"""
#: seconds that a client waits; repeats begin after one minute
SECONDS = 150.0
#: an IQ's id, in front of an element of ours in it
CARRYING = rb"<iq\b[^>]*?\bid=['\"]([^'\"]+)['\"][^>]*>\s*<%s\b(?!-)"
DIVERT, DELIVER = CARRYING % b"divert", CARRYING % b"deliver"
#: an IQ of that id
ANSWER = rb"<iq\b[^>]*?\bid=['\"]%s['\"]"


@dataclass
class Street:
    gate: Gate
    town: Town
    sender: Person
    friend: Person

    @property
    def service(self) -> Service:
        return self.town.service

    def send(self, due: datetime, number: str = "") -> str:
        """A message with `<schedule/>`; its id."""
        number = number or fresh()
        self.sender.first.send(
            f"<message to='{self.friend.bare}' type='chat' id='{number}'>"
            f"<body>Happy birthday!</body><schedule xmlns='{SCHEDULING}'>"
            f"<deliver-at>{due.isoformat()}</deliver-at></schedule></message>"
        )
        return number

    def kept(self, number: str) -> Schedule | None:
        """The sender's job of that id, as the database has it."""
        database, owner = self.service.uses.database, self.sender.bare
        return database.look(lambda uow: uow.schedules.find(owner, number))

    def is_sent(self, number: str) -> bool:
        job = self.kept(number)
        return job is not None and job.wire_state == "sent"

    def return_home(self) -> None:
        """With new clients, once their server was started again."""
        self.sender, self.friend = (
            self.town.home(one.bare.partition("@")[0])
            for one in (self.sender, self.friend)
        )

    def nobody_has(self, number: str) -> None:
        """Neither friend, archive nor the sender's other client."""
        for client in (self.friend.first, self.friend.second, self.sender.second):
            client.settle()
            assert {"message", "carbon"}.isdisjoint(told(client, number))
        for person in (self.sender, self.friend):
            assert number not in dict(archived(person.first))

    def each_has_one(self, numbers: Sequence[str]) -> None:
        """In either archive, on each client."""
        for person in (self.sender, self.friend):
            kept = [one for one, _ in archived(person.first) if one in numbers]
            assert sorted(kept) == sorted(numbers)
        expected = {"carbon": self.sender, "message": self.friend}
        for what, person in expected.items():
            for client in (person.first, person.second):
                client.settle()
                came = [told(client, number).count(what) for number in numbers]
                assert came == [1] * len(numbers)


@contextmanager
def street(server: XmppServer, folder: Path, **options: Any) -> Iterator[Street]:
    """On a service of its own; `options` are those of `Service`."""
    with Gate(server.component_port) as gate:
        options = {"more": NO_LIMITS} | options
        service = Service(folder, server, "component", host_port=gate.port, **options)
        try:
            with town(server, service) as found:
                yield Street(gate, found, found.person("anna"), found.person("bert"))
        finally:
            service.close()


def soon(seconds: int) -> datetime:
    """A whole second, that many from now at most, as archives may tell no other."""
    return SystemClock().now().replace(microsecond=0) + timedelta(seconds=seconds)


def hear(client: XmlClient, number: str, *wanted: str) -> list[str]:
    """What comes about that message, in order, until all that is wanted has; it keeps
    waiting.
    """
    came: list[ET.Element] = []
    while not set(wanted) <= {about(one)[1] for one in came}:
        came.append(client.take(lambda one: about(one)[0] == number, SECONDS))
    client.waiting[:0] = came
    return told(client, number)


def told(client: XmlClient, number: str) -> list[str]:
    """What has come that is about that message, in order."""
    found = map(about, client.waiting)
    return [what for which, what in found if which == number]


def about(stanza: ET.Element) -> tuple[str, str]:
    """Which message, and what of it: `message`, `carbon`, `error`, or the state in a
    headline; ('', '') of all else.
    """
    if stanza.tag != f"{C}message":
        return "", ""
    carbon = stanza.find(f"{CARBONS}sent/{FORWARD}forwarded/{C}message")
    if carbon is not None:
        return carbon.get("id", ""), "carbon"
    job = stanza.find(f"{S}schedule/{S}id")
    if job is not None and stanza.get("type") != "error":
        return job.text or "", stanza.findtext(f"{S}schedule/{S}status", "")
    error = stanza.get("type") == "error"
    return stanza.get("id", ""), "error" if error else "message"


def archived(client: XmlClient) -> list[tuple[str, datetime]]:
    """Ids in a person's archive (XEP-0313), each with the moment it was put there."""
    found: list[tuple[str, datetime]] = []
    after, complete = "", False
    while not complete:
        fin = client.ask(
            client.bare,
            "set",
            f"<query xmlns='{MAM[1:-1]}'><set xmlns='{RSM[1:-1]}'><max>100</max>{after}"
            "</set></query>",
        ).find(f"{MAM}fin")
        assert fin is not None
        complete = fin.get("complete") == "true"
        after = f"<after>{fin.findtext(f'{RSM}set/{RSM}last')}</after>"
        path = f"{MAM}result/{FORWARD}forwarded"
        kept = [one for one in client.waiting if one.find(path) is not None]
        client.waiting = [one for one in client.waiting if one not in kept]
        found += map(_stamped, (one for outer in kept for one in outer.iterfind(path)))
    return found


def _stamped(forwarded: ET.Element) -> tuple[str, datetime]:
    [message] = forwarded.findall(f"{C}message")
    [delay] = forwarded.findall("{urn:xmpp:delay}delay")
    return message.get("id", ""), datetime.fromisoformat(delay.get("stamp", ""))
