"""What readers and owners get, and what comes back, as raw clients see it."""

import base64
import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest

from tests.e2e.speaking import (
    ANNOUNCE,
    SCHEDULING,
    S,
    Stage,
    X,
    at_once,
    fresh,
    job,
    meta,
    names,
    payload,
    refusal,
    said,
    to_list,
    to_people,
)
from tests.e2e.xml_client import STANZAS, C, XmlClient

pytestmark = pytest.mark.e2e
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
INFO = "{http://jabber.org/protocol/disco#info}"
FORMS = "{jabber:x:data}"
#: what servers add to what passes through them
ADDED = ("{urn:xmpp:sid:0}stanza-id", "{urn:xmpp:mam:tmp}archived")


def about(client_id: str) -> Callable[[ET.Element], bool]:
    """The delivery of that job."""
    return lambda one: one.findtext(f"{S}scheduled-by/{S}id") == client_id


def update(client_id: str) -> Callable[[ET.Element], bool]:
    """The headline about that job."""
    return lambda one: one.findtext(f"{S}schedule/{S}id") == client_id


def own(message: ET.Element) -> list[str]:
    return [child.tag for child in message if child.tag not in ADDED]


def test_form(stage: Stage) -> None:
    """Type, texts, ids, hint and scheduler stand as the protocol says; no delay."""
    client_id = fresh()
    stage.create(
        "<subject>S</subject><body>hello &amp; \U0001f514</body>"
        f"{at_once()}<id>{client_id}</id>"
        "<p:tag xmlns:p='urn:example:p' p:x='1'><in/></p:tag>"
        + meta(to_people(stage.reader.bare)),
        attributes="xml:lang='fr'",
    )
    message = stage.reader.message(about(client_id))
    assert (message.get("type"), message.get("from")) == ("chat", stage.address)
    assert message.get(LANG) == "fr"
    assert message.findtext(f"{C}subject") == "S"
    assert message.findtext(f"{C}body") == "hello & \U0001f514"
    assert sorted(own(message)) == sorted(
        [
            f"{C}subject",
            f"{C}body",
            "{urn:xmpp:sid:0}origin-id",
            "{urn:xmpp:hints}store",
            f"{S}scheduled-by",
            "{urn:example:p}tag",
        ]
    )
    tag = message.find("{urn:example:p}tag")
    assert tag is not None
    assert tag.attrib == {"{urn:example:p}x": "1"}
    identifier = message.get("id", "")
    assert re.fullmatch(r"[0-9a-f]{16}\.[0-9a-f]{20}", identifier)
    origin = message.find("{urn:xmpp:sid:0}origin-id")
    assert origin is not None
    assert origin.get("id") == identifier
    scheduled_by = message.find(f"{S}scheduled-by")
    assert scheduled_by is not None
    assert names(scheduled_by) == ["scheduler", "id", "delivered-at"]
    assert scheduled_by.findtext(f"{S}scheduler") == stage.address


@pytest.mark.parametrize(("name", "kind"), [("news", "chat"), ("weather", "headline")])
def test_lists(stage: Stage, name: str, kind: str) -> None:
    """A list speaks from its own address, in its own type of message."""
    client_id = fresh()
    stage.service.command("subscribers", "add", name, stage.reader.bare)
    stage.create(job(client_id, target=to_list(name)))
    message = stage.reader.message(about(client_id))
    component = stage.mode == "component"
    speaker = f"{name}@{stage.address}" if component else stage.address
    assert (message.get("type"), message.get("from")) == (kind, speaker)


LANGUAGES = [
    # what there is, what the reader wants, what the reader gets
    (["en", "de", "pt-BR"], "de", "de"),
    (["en", "de", "pt-BR"], "de-AT", "de"),
    (["de", "pt-BR", "en"], "ja", "en"),
    (["de", ""], "ja", ""),
    (["de", "pt-BR"], "ja", "de"),
]


@pytest.mark.parametrize("inherited", ["", "fr"])
@pytest.mark.parametrize(("there", "wanted", "given"), LANGUAGES)
def test_languages(
    stage: Stage, there: list[str], wanted: str, given: str, inherited: str
) -> None:
    """Exact, base, the list's, the one without a tag, the first; the subject too."""
    client_id = fresh()
    stage.service.subscribe([stage.reader.bare], wanted)
    bodies = "".join(
        f"<body xml:lang='{tag}'>in {tag}</body>" if tag else "<body>in </body>"
        for tag in there
    )
    stage.create(
        f"<subject>all</subject>{bodies}{at_once()}<id>{client_id}</id>"
        f"{meta(to_list())}",
        attributes=f"xml:lang='{inherited}'" if inherited else "",
    )
    message = stage.reader.message(about(client_id))
    assert message.findtext(f"{C}body") == f"in {given}"
    assert message.findtext(f"{C}subject") == "all"
    if given or inherited:
        assert message.get(LANG) == given or inherited


def test_updates(stage: Stage) -> None:
    """Sent: one headline without body, with nothing but <schedule/> in it."""
    client_id, silent = fresh(), fresh()
    quiet = f"<updates xmlns='{ANNOUNCE}' wanted='false'/>"
    stage.create(job(silent, target=to_people(stage.reader.bare) + quiet))
    stage.create(job(client_id, delay=1, target=to_people(stage.reader.bare)))
    headline = stage.admin.message(update(client_id))
    assert headline.get("type") == "headline"
    assert own(headline)[-1] == f"{S}schedule"
    assert set(own(headline)) == {
        f"{S}schedule",
        "{urn:xmpp:sid:0}origin-id",
        "{urn:xmpp:hints}store",
    }
    schedule = headline.find(f"{S}schedule")
    assert schedule is not None
    assert names(schedule) == ["id", "status"]
    assert schedule.findtext(f"{S}status") == "sent"
    assert not any(update(silent)(one) for one in stage.admin.waiting)


def test_updates_of_a_recurring_job(stage: Stage) -> None:
    """One occurrence of several is named in the headline."""
    client_id = fresh()
    moment = datetime.now(UTC) - timedelta(seconds=5)  # noqa: TID251 - a client's
    stamp = f"{moment:%Y-%m-%dT%H:%M:%SZ}"
    stage.create(
        f"<body>x</body><deliver-at>{stamp}</deliver-at><id>{client_id}</id>"
        f"<recurrence>FREQ=DAILY</recurrence>{meta(to_people(stage.reader.bare))}"
    )
    headline = stage.admin.message(update(client_id))
    schedule = headline.find(f"{S}schedule")
    assert schedule is not None
    assert schedule.findtext(f"{S}status") == "sent"
    occurrence = schedule.find(f"{S}metadata/{X}occurrence")
    assert occurrence is not None
    assert occurrence.attrib == {"due": stamp}
    told = payload(stage.query(f"<id>{client_id}</id>"))
    assert told.findtext(f"{S}status") == "scheduled"
    following = moment + timedelta(days=1)
    assert told.findtext(f"{S}deliver-at") == f"{following:%Y-%m-%dT%H:%M:%SZ}"


def test_failures_are_written_out(stage: Stage) -> None:
    """Partly failed: a text to the owner and to whoever is named, each its own id."""
    client_id = fresh()
    nobody = stage.server.jid(f"nobody{fresh()}")
    people = to_people(nobody, stage.reader.bare)
    stage.create(job(client_id, target=people))
    wanted = {"total": "2", "sent": "1", "failed": "1", "skipped": "0", "deferred": "0"}

    def counted() -> bool:
        told = payload(stage.query(f"<id>{client_id}</id>"))
        progress = told.find(f"{S}metadata/{X}progress")
        return progress is not None and progress.attrib == wanted

    stage.service.until(counted)
    if stage.mode == "account":  # acknowledged before it bounces: sent, says the draft
        return
    ids = {stage.admin.message(update(client_id)).get("id")}
    for person in (stage.admin, stage.notified):
        text = person.message(lambda one: client_id in (one.findtext(f"{C}body") or ""))
        assert text.get("type") == "chat"
        assert "1 of 2 were told, 1 failed" in (text.findtext(f"{C}body") or "")
        assert text.find(f"{S}scheduled-by") is None
        ids.add(text.get("id"))
    assert len(ids) == 3


#: condition, type -> what becomes of the message, and the reader's score
BOUNCES = {
    ("item-not-found", "cancel"): ("failed", 1),
    ("gone", "modify"): ("failed", 1),
    ("service-unavailable", "cancel"): ("failed", 1),
    ("recipient-unavailable", "wait"): ("failed", 1),
    ("resource-constraint", "wait"): ("retrying", 0),
    ("remote-server-not-found", "cancel"): ("retrying", 0),
    ("remote-server-timeout", "wait"): ("retrying", 0),
    ("internal-server-error", "wait"): ("retrying", 0),
    ("forbidden", "auth"): ("failed", 0),
    ("not-acceptable", "modify"): ("failed", 0),
    ("policy-violation", "modify"): ("failed", 0),
}


def score(stage: Stage, jid: str) -> int:
    found = stage.service.uses.database.look(lambda uow: uow.subscribers.get(jid))
    assert found is not None
    return found.score.value


def test_bounces(stage: Stage) -> None:
    """Each condition that comes back has its verdict."""
    domain = stage.server.spares[1]
    people = {f"{one[0]}@{domain}": one for one in BOUNCES}
    stage.service.subscribe(people)
    with XmlClient(stage.server, domain=domain) as others:
        sent = stage.service.announce(client_id=fresh())
        for _ in people:
            message = others.message()
            condition, kind = people[message.get("to", "")]
            others.send(
                f"<message type='error' id='{message.get('id')}'"
                f" from='{message.get('to')}' to='{message.get('from')}'>"
                f"<error type='{kind}'><{condition}"
                f" xmlns='{STANZAS[1:-1]}'/></error></message>"
            )
        stage.service.until(lambda: len(stage.service.failures(sent)) == len(people))
    found = {one.jid: one.kind.value for one in stage.service.failures(sent)}
    assert found == {jid: BOUNCES[one][0] for jid, one in people.items()}
    scores = {jid: score(stage, jid) for jid in people}
    assert scores == {jid: BOUNCES[one][1] for jid, one in people.items()}


def test_subscribing(stage: Stage) -> None:
    """Presence subscribes to the default list and shows caps that say no-reply."""
    stage.server.register(name := f"s{fresh()}")
    with XmlClient(stage.server, user=name) as person:
        person.ask(person.bare, "get", "<query xmlns='jabber:iq:roster'/>")
        person.send(f"<presence type='subscribe' to='{stage.contact}'/>")
        person.presence(stage.contact, "subscribed")
        shown = person.presence(stage.contact)
        check_caps(person, shown, stage)
        client_id = fresh()
        stage.create(job(client_id))
        person.message(about(client_id))
        person.send(f"<presence type='unsubscribe' to='{stage.contact}'/>")
        stage.service.until(
            lambda: (
                person.bare not in stage.service.command("subscribers", "list", "news")
            )
        )


def check_caps(person: XmlClient, presence: ET.Element, stage: Stage) -> None:
    """The node exists, and its content has the hash (XEP-0115 1.6 §5.1)."""
    caps = presence.find("{http://jabber.org/protocol/caps}c")
    assert caps is not None
    assert caps.get("hash") == "sha-1"
    node = f"{caps.get('node')}#{caps.get('ver')}"
    query = f"<query xmlns='{INFO[1:-1]}' node='{node}'/>"
    info = payload(person.ask(stage.address, "get", query))
    assert info.get("node") == node
    features = [one.get("var", "") for one in info.findall(f"{INFO}feature")]
    assert "urn:xmpp:noreply:0" in features
    parts = [
        "/".join(one.get(key, "") for key in ("category", "type", LANG, "name"))
        for one in info.findall(f"{INFO}identity")
    ]
    parts += sorted(features)
    form = info.find(f"{FORMS}x")
    assert form is not None
    fields = {
        one.get("var", ""): sorted(value.text or "" for value in one)
        for one in form.findall(f"{FORMS}field")
    }
    parts += fields.pop("FORM_TYPE")
    for var in sorted(fields):
        parts += [var, *fields[var]]
    digest = hashlib.sha1("".join(f"{part}<" for part in parts).encode()).digest()
    assert base64.b64encode(digest).decode() == caps.get("ver")


def test_discovery(stage: Stage) -> None:
    """Identity, features that are served, and the form of limits."""
    query = f"<query xmlns='{INFO[1:-1]}'/>"
    info = payload(stage.reader.ask(stage.address, "get", query))
    [identity] = info.findall(f"{INFO}identity")
    component = stage.mode == "component"
    kind = ("component", "generic") if component else ("client", "bot")
    assert (identity.get("category"), identity.get("type")) == kind
    assert identity.get("name")
    features = {one.get("var") for one in info.findall(f"{INFO}feature")}
    served = {
        "urn:xmpp:ping": "<ping xmlns='urn:xmpp:ping'/>",
        "urn:xmpp:time": "<time xmlns='urn:xmpp:time'/>",
        "jabber:iq:version": "<query xmlns='jabber:iq:version'/>",
        f"{INFO[1:-1]}": query,
        "http://jabber.org/protocol/disco#items": (
            "<query xmlns='http://jabber.org/protocol/disco#items'/>"
        ),
        SCHEDULING: f"<schedule-query xmlns='{SCHEDULING}'/>",
        "http://jabber.org/protocol/rsm": (
            f"<schedule-query xmlns='{SCHEDULING}'>"
            "<set xmlns='http://jabber.org/protocol/rsm'/></schedule-query>"
        ),
    }
    named = {"http://jabber.org/protocol/caps", "urn:xmpp:noreply:0"}
    assert set(served) | named <= features
    for request in served.values():
        answer = stage.reader.ask(stage.address, "get", request)
        assert answer.get("type") == "result", ET.tostring(answer)
    form = info.find(f"{FORMS}x")
    assert form is not None
    fields = {
        one.get("var"): (one.get("type"), [value.text for value in one])
        for one in form.findall(f"{FORMS}field")
    }
    rule = fields.pop("recurrence")
    assert rule[0] == "list-multi"
    assert {"DAILY", "WEEKLY", "MONTHLY", "YEARLY", "BYSETPOS", "UNTIL"} <= set(rule[1])
    assert fields == {
        "FORM_TYPE": ("hidden", [SCHEDULING]),
        "max-window": ("text-single", ["31622400"]),
        "max-pending": ("text-single", ["100"]),
        "max-body": ("text-single", ["16000"]),
        "signing": ("text-single", ["none"]),
    }


def test_items_can_be_asked(stage: Stage) -> None:
    """Each list that is shown says what it is; hidden ones are not shown."""
    query = "<query xmlns='http://jabber.org/protocol/disco#items'/>"
    seen = {}
    for person in (stage.reader, stage.admin):
        found = payload(person.ask(stage.address, "get", query))
        seen[person] = {item.get("name") for item in found}
        for item in found:
            node = f"node='{item.get('node')}'" if item.get("node") else ""
            ask = f"<query xmlns='{INFO[1:-1]}' {node}/>"
            info = payload(person.ask(item.get("jid", ""), "get", ask))
            [identity] = info.findall(f"{INFO}identity")
            assert identity.get("name") == item.get("name")
    assert seen[stage.reader] == {"News", "Weather"}
    assert seen[stage.admin] == {"News", "Weather", "Staff"}


def test_a_hidden_list_looks_like_none(stage: Stage) -> None:
    """By discovery, presence, request and message, an address alike."""
    if stage.mode == "account":
        pytest.skip("lists have no addresses")
    told: list[list[str]] = []
    person = stage.reader
    for name in ("staff", "nixxx"):
        address = f"{name}@{stage.address}"
        query = f"<query xmlns='{INFO[1:-1]}'/>"
        answers = [
            person.ask(address, "get", query),
            person.ask(address, "get", query.replace("info", "items")),
            person.ask(address, "get", "<ping xmlns='urn:xmpp:ping'/>"),
            person.ask(address, "get", f"<schedule-query xmlns='{SCHEDULING}'/>"),
        ]
        person.send(f"<presence type='subscribe' id='p' to='{address}'/>")
        answers.append(person.presence(address, "error"))
        person.send(f"<message id='m' to='{address}'><body>hello?</body></message>")
        answers.append(person.message(lambda one: one.get("type") == "error"))
        told.append(
            [
                re.sub(r' id="[^"]*"', "", ET.canonicalize(ET.tostring(one))).replace(
                    name, "NAME"
                )
                for one in answers
            ]
        )
        assert refusal(answers[3])[0] == refusal(answers[4])[0] == "item-not-found"
    assert told[0] == told[1]


CHAT = "<active xmlns='http://jabber.org/protocol/chatstates'/>"
RECEIPT = "<received xmlns='urn:xmpp:receipts' id='x'/>"
UNAVAILABLE = ("service-unavailable", "cancel")
MESSAGES = [
    ("chat", "<body>hello</body>", UNAVAILABLE),
    ("normal", "<body>hello</body>", UNAVAILABLE),
    ("chat", "<encrypted xmlns='urn:xmpp:omemo:2'><payload/></encrypted>", UNAVAILABLE),
    ("chat", "<reactions xmlns='urn:xmpp:reactions:0' id='x'/>", UNAVAILABLE),
    ("chat", "<replace xmlns='urn:xmpp:message-correct:0' id='x'/>", UNAVAILABLE),
    (
        "chat",
        (
            f"<body>x</body><schedule xmlns='{SCHEDULING}'>"
            "<delay-seconds>9</delay-seconds></schedule>"
        ),
        ("feature-not-implemented", "cancel"),
    ),
    ("chat", "<body> </body>", None),
    ("chat", CHAT, None),
    ("chat", RECEIPT, None),
    ("headline", "<body>hello</body>", None),
    ("error", "<body>x</body><error type='cancel'><gone xmlns='urn:x'/></error>", None),
    ("normal", "<event xmlns='http://jabber.org/protocol/pubsub#event'/>", None),
    ("normal", "<x xmlns='jabber:x:conference' jid='r@m.example'/>", None),
    ("normal", "<something xmlns='urn:else'/>", None),
]


@pytest.mark.parametrize(("kind", "content", "expected"), MESSAGES)
def test_no_reply(
    stage: Stage, kind: str, content: str, expected: tuple[str, str] | None
) -> None:
    """What people write is refused, with the same id; all else stays unanswered."""
    stage.server.register(name := f"w{fresh()}")
    places = {stage.address, stage.contact}
    if stage.mode == "component":
        places.add(f"news@{stage.address}")
    with XmlClient(stage.server, user=name, language="de") as writer:
        for place in sorted(places):
            writer.send(
                f"<message to='{place}' type='{kind}' id='m-1' xml:lang='pl'>"
                f"{content}</message>"
            )
            # the service answers in order
            writer.ask(stage.address, "get", "<ping xmlns='urn:xmpp:ping'/>")
            writer.settle()
            came = [one for one in writer.waiting if one.tag == f"{C}message"]
            writer.waiting.clear()
            if expected is None:
                assert came == []
                continue
            [answer] = came
            assert refusal(answer) == expected
            assert (answer.get("id"), answer.get("type")) == ("m-1", "error")
            sender = place if stage.mode == "component" else stage.address
            assert answer.get("from") == sender
            assert answer.find(f"{C}body") is None
            if expected == UNAVAILABLE:
                assert "ogłoszeń" in said(answer)


def test_groupchat(stage: Stage) -> None:
    """A component refuses groupchat like chat (an account's server does it)."""
    if stage.mode == "account":
        pytest.skip("the server answers for accounts")
    stage.reader.send(
        f"<message to='news@{stage.address}' type='groupchat' id='g-1'>"
        "<body>hello</body></message>"
    )
    answer = stage.reader.message(lambda one: one.get("id") == "g-1")
    assert refusal(answer) == UNAVAILABLE


def test_a_restart_keeps_subscriptions(stage: Stage) -> None:
    """Who subscribed stays subscribed, and is still told."""
    stage.server.register(name := f"k{fresh()}")
    with XmlClient(stage.server, user=name) as person:
        person.ask(person.bare, "get", "<query xmlns='jabber:iq:roster'/>")
        person.send(f"<presence type='subscribe' to='{stage.contact}'/>")
        person.presence(stage.contact, "subscribed")
        assert stage.service.stop() == 0
        stage.service.start()
        stage.service.wait_until_connected()
    with XmlClient(stage.server, user=name) as person:
        person.ask(person.bare, "get", "<query xmlns='jabber:iq:roster'/>")
        person.presence(stage.contact)
        client_id = fresh()
        stage.service.announce(client_id=client_id)
        person.message(about(client_id))
        assert not [one for one in person.waiting if one.get("type") == "unsubscribed"]
