"""A service on a server that has our module, and what its people hear of it."""

from contextlib import suppress
from xml.etree import ElementTree as ET

from bot.domain.schedule import Schedule
from bot.service.requests.request import ScheduleName
from tests.e2e.service import Service
from tests.e2e.speaking import ahead, written
from tests.e2e.xml_client import XmlClient
from tests.modules.scene import SCHEDULING, Pair, S
from tests.servers.ejabberd import Ejabberd
from tests.servers.prosody import Prosody
from tests.servers.xmpp_server import XmppServer

SID = "urn:xmpp:sid:0"
DUE = ahead()
LATER = f"<deliver-at>{written(DUE)}</deliver-at>"
SOON = "<delay-seconds>1</delay-seconds>"
QUIET = (
    "<metadata><updates xmlns='urn:x-carillon:announce:0' wanted='false'/></metadata>"
)


def scheduled(content: str = LATER, attributes: str = "") -> str:
    """What stands in a message; `content` says when."""
    return f"<schedule xmlns='{SCHEDULING}' {attributes}>{content}</schedule>"


def asked(person: XmlClient, service: Service, payload: str) -> ET.Element:
    """The answer to one of the draft's requests, or one of ours."""
    kind = "get" if "query" in payload else "set"
    return person.ask(service.address, kind, payload)


def request(person: XmlClient, service: Service, content: str) -> ET.Element:
    return asked(person, service, scheduled(content))


def job_of(person: XmlClient, service: Service, job: str, more: str = "") -> ET.Element:
    """What that person is told of it."""
    query = (
        f"<schedule-query xmlns='{SCHEDULING}'><id>{job}</id>{more}</schedule-query>"
    )
    return asked(person, service, query)


def steer(person: XmlClient, service: Service, verb: str, job: str) -> ET.Element:
    return asked(
        person,
        service,
        f"<{verb} xmlns='urn:x-carillon:announce:0'><id>{job}</id></{verb}>",
    )


def send_now(service: Service, owner: str, job: str) -> Schedule:
    """As the owner, who need not be there."""
    uses = service.uses
    caller, name = uses.policy.caller(owner), ScheduleName(id=job)
    frozen = uses.database.call(uses.steering.freeze, caller, name)
    return uses.database.call(uses.steering.send_now, caller, name, frozen)


def update(person: XmlClient, job: str, state: str) -> str:
    """The headline that tells of that state; its id."""
    came = person.message(
        lambda one: (
            one.findtext(f"{S}schedule/{S}id") == job
            and one.findtext(f"{S}schedule/{S}status") == state
        )
    )
    assert came.get("type") == "headline"
    return came.get("id", "")


def heard(people: Pair, *updates: str) -> dict[str, list[str]]:
    """As `Pair.heard`, but for those headlines, which some archives keep."""
    found = {
        who: [name for name in names if name not in updates]
        for who, names in people.heard().items()
    }
    return {who: names for who, names in found.items() if names}


def leave(*clients: XmlClient) -> None:
    """Servers take whoever is there for somebody who has an account."""
    for client in clients:
        client.send("</stream:stream>")
        with suppress(ConnectionError):
            client.take(lambda _: False)


def unregister(server: XmppServer, jid: str) -> None:
    """By the server's own command."""
    user, _, domain = jid.partition("@")
    if isinstance(server, Prosody):
        server.control("deluser", jid)
    else:
        assert isinstance(server, Ejabberd)
        server.call("unregister", user=user, host=domain)
