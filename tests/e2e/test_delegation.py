"""Requests at one's own server and account, which the server hands on (XEP-0355)."""

from collections.abc import Iterator
from xml.etree import ElementTree as ET

import pytest

from tests.e2e.speaking import (
    ANNOUNCE,
    SCHEDULING,
    S,
    Stage,
    X,
    fresh,
    job,
    names,
    payload,
    refusal,
    said,
    staged,
)
from tests.e2e.xml_client import STANZAS, XmlClient
from tests.servers.ejabberd import Ejabberd
from tests.servers.prosody import Prosody
from tests.servers.xmpp_server import XmppServer

pytestmark = pytest.mark.e2e

INFO = "http://jabber.org/protocol/disco#info"
PROSODY = """
modules_enabled = { "delegation", "privilege" }
privileged_entities = {
  ["announce.prosody.test"] = { message = "outgoing"; roster = "get" };
}
delegations = {
  ["urn:xmpp:scheduling:0"] = { jid = "announce.prosody.test" };
  ["urn:x-carillon:announce:0"] = { jid = "announce.prosody.test" };
}
"""
PROSODY_COMPONENT = """  modules_enabled = { "delegation", "privilege" }"""
EJABBERD = """
  mod_delegation:
    namespaces:
      "urn:xmpp:scheduling:0": {access: announce}
      "urn:x-carillon:announce:0": {access: announce}
  mod_privilege:
    message: {outgoing: announce}
    roster: {get: announce}
"""


@pytest.fixture(scope="module", params=["prosody", "ejabberd"])
def stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """A server that delegates both namespaces, the service, and people."""
    server: XmppServer
    if request.param == "prosody":
        server = Prosody(modules=PROSODY, component_modules=PROSODY_COMPONENT)
    else:
        server = Ejabberd(modules=EJABBERD)
    folder = tmp_path_factory.mktemp("service")
    with server, staged(server, "component", folder) as found:
        yield found


def doors(stage: Stage, who: XmlClient) -> dict[str, str]:
    """What a client may write to that knows no service."""
    return {"server": f"to='{stage.server.domain}'", "account": f"to='{who.bare}'"}


def asked(who: XmlClient, door: str, kind: str, element: str) -> ET.Element:
    number = fresh()
    who.send(f"<iq {door} type='{kind}' id='{number}' xml:lang='en'>{element}</iq>")
    return who.take(lambda one: one.get("id") == number)


def schedule(content: str) -> str:
    return f"<schedule xmlns='{SCHEDULING}'>{content}</schedule>"


def query(client_id: str) -> str:
    return f"<schedule-query xmlns='{SCHEDULING}'><id>{client_id}</id></schedule-query>"


def steer(verb: str, client_id: str) -> str:
    return f"<{verb} xmlns='{ANNOUNCE}'><id>{client_id}</id></{verb}>"


def test_it_is_seen(stage: Stage) -> None:
    """What the service has seen of its server, which `check` shows, says so from the
    start: also where the server tells it behind the first look.
    """

    def seen() -> set[str]:
        sights = stage.service.uses.database.look(lambda uow: uow.sights.all())
        return {name for one in sights for name in one.delegated}

    # well before the next look that it takes by itself
    stage.service.until(lambda: seen() >= {SCHEDULING, ANNOUNCE}, seconds=40)


@pytest.mark.parametrize("where", ["server", "account", "nobody"])
def test_a_job_at_home(stage: Stage, where: str) -> None:
    """Scheduled, looked at, paused, resumed and cancelled by who writes to his own
    server, to his own account, or to nobody, and answered by whom he asked.
    """
    who, client_id = stage.publisher, fresh()
    door = {**doors(stage, who), "nobody": ""}[where]
    made = asked(who, door, "set", schedule(job(client_id, delay=900)))
    assert names(payload(made)) == ["id", "status", "deliver-at", "metadata"]
    expected = stage.server.domain if where == "server" else who.bare
    assert made.get("from", who.bare) == expected
    assert made.get("to") == who.full
    told = payload(asked(who, door, "get", query(client_id)))
    assert told.findtext(f"{S}status") == "scheduled"
    for verb in ("pause", "resume"):
        steered = payload(asked(who, door, "set", steer(verb, client_id)))
        assert steered.find(f"{S}metadata/{X}revision") is not None
    gone = payload(asked(who, door, "set", schedule(f"<cancel>{client_id}</cancel>")))
    assert gone.findtext(f"{S}status") == "cancelled"
    # it is one and the same job at the service
    there = payload(stage.query(f"<id>{client_id}</id>", who=who))
    assert there.findtext(f"{S}status") == "cancelled"


def test_it_goes_out(stage: Stage) -> None:
    """What was asked for at home is announced."""
    stage.service.subscribe([stage.reader.bare])
    client_id = fresh()
    door = doors(stage, stage.publisher)["account"]
    asked(stage.publisher, door, "set", schedule(job(client_id)))
    told = stage.reader.message(
        lambda one: one.findtext(f"{S}scheduled-by/{S}id") == client_id
    )
    assert told.findtext("{jabber:client}body") == "hello"


@pytest.mark.parametrize("where", ["server", "account"])
def test_refusals_come_through(stage: Stage, where: str) -> None:
    """With the condition, the type and the text that the service gives."""
    who = stage.reader
    door = doors(stage, who)[where]
    for element, kind, wanted in (
        (schedule(job(fresh(), delay=900)), "set", ("not-allowed", "cancel")),
        (schedule("<body>x</body>"), "set", ("bad-request", "modify")),
        (query(fresh()), "get", ("item-not-found", "cancel")),
        (steer("pause", fresh()), "set", ("item-not-found", "cancel")),
        (steer("what", fresh()), "set", ("feature-not-implemented", "cancel")),
    ):
        answer = asked(who, door, kind, element)
        assert refusal(answer) == wanted
        if "<what" not in element:
            assert said(answer) == said(stage.request(element, kind, who))


def test_anothers_account(stage: Stage) -> None:
    """Is refused, and alike whether he has jobs, has none, or does not exist."""
    client_id = fresh()
    stage.create(job(client_id, delay=900), who=stage.publisher)
    for element, kind in (
        (schedule(job(fresh(), delay=900)), "set"),
        (query(client_id), "get"),
        (steer("pause", client_id), "set"),
    ):
        answers = [
            asked(stage.admin, f"to='{whose}'", kind, element)
            for whose in (stage.publisher.bare, stage.reader.bare)
        ]
        assert [refusal(one) for one in answers] == [("forbidden", "auth")] * 2
        assert said(answers[0]) == said(answers[1])
    there = payload(stage.query(f"<id>{client_id}</id>", who=stage.publisher))
    assert there.findtext(f"{S}status") == "scheduled"
    stage.create(f"<cancel>{client_id}</cancel>", who=stage.publisher)


def test_discovery(stage: Stage) -> None:
    """The server and its accounts tell both features as their own."""

    def told(to: str) -> set[str | None]:
        answer = stage.reader.ask(to, "get", f"<query xmlns='{INFO}'/>")
        return {one.get("var") for one in answer.iter(f"{{{INFO}}}feature")}

    # the server asks the service as soon as that has connected
    both = {SCHEDULING, ANNOUNCE}
    stage.service.until(lambda: both <= told(stage.server.domain))
    stage.service.until(lambda: both <= told(stage.reader.bare))


def test_the_service_is_away(stage: Stage) -> None:
    """Whoever asks at home meanwhile is told so, and is answered once it is back."""
    who, client_id = stage.publisher, fresh()
    door = doors(stage, who)["account"]
    assert stage.service.stop() == 0
    made = asked(who, door, "set", schedule(job(client_id, delay=900)))
    assert made.get("type") == "error"
    conditions = {one.tag for one in made.iter() if one.tag.startswith(STANZAS)}
    assert f"{STANZAS}service-unavailable" in conditions
    stage.service.start()
    stage.service.wait_until_connected()

    def answered() -> bool:
        answer = asked(who, door, "get", query(client_id))
        return answer.find(f".//{STANZAS}item-not-found") is not None

    stage.service.until(answered)


def to_person(client_id: str, to: str, delay: int) -> str:
    return schedule(
        f"<to>{to}</to><body>Hello</body><delay-seconds>{delay}</delay-seconds>"
        f"<id>{client_id}</id>"
    )


def test_in_the_senders_name_by_privilege(stage: Stage) -> None:
    """Without our module the server sends it on all the same (XEP-0356, `:2` on
    Prosody, `:1` on ejabberd); rosters say who is a contact.
    """
    sender, recipient = stage.publisher, stage.reader
    recipient.ask(stage.address, "set", f"<consent xmlns='{ANNOUNCE}' who='contacts'/>")
    refused = asked(sender, "", "set", to_person(fresh(), recipient.bare, 1))
    assert refusal(refused) == ("not-allowed", "cancel")
    item = f"<query xmlns='jabber:iq:roster'><item jid='{sender.bare}'/></query>"
    recipient.ask(recipient.bare, "set", item)
    recipient.send(f"<presence to='{sender.bare}' type='subscribe'/>")
    sender.presence(recipient.bare, "subscribe")
    sender.send(f"<presence to='{recipient.bare}' type='subscribed'/>")
    sender.settle()
    recipient.settle()
    client_id = fresh()
    made = asked(sender, "", "set", to_person(client_id, recipient.bare, 1))
    assert payload(made).findtext(f"{S}status") == "scheduled"
    told = recipient.message(
        lambda one: one.findtext(f"{S}scheduled-by/{S}id") == client_id
    )
    assert told.get("from") == sender.bare
