"""Subscribing, discovery and no-reply of the real service, by raw XML clients."""

import base64
import hashlib
import re
from xml.etree import ElementTree as ET

import pytest

from tests.e2e.speaking import (
    SCHEDULING,
    Stage,
    X,
    fresh,
    job,
    payload,
    refusal,
    said,
    to_list,
)
from tests.e2e.xml_client import C, XmlClient

pytestmark = pytest.mark.e2e
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
INFO = "{http://jabber.org/protocol/disco#info}"
FORMS = "{jabber:x:data}"


def test_subscribing(stage: Stage) -> None:
    """Presence subscribes to the default list and shows caps that say no-reply."""
    stage.server.register(name := f"s{fresh()}")
    with XmlClient(stage.server, user=name) as person:
        _, shown = stage.play(SUBSCRIBING, person=person)
        check_caps(person, shown, stage)
        client_id = fresh()
        stage.create(job(client_id))
        stage.play(
            """
            person receives:
              <message>
                <scheduled-by xmlns='{scheduling}'><id>{client_id}</id></scheduled-by>
              </message>
            person sends:
              <presence type='unsubscribe' to='{contact}'/>
            """,
            person=person,
            client_id=client_id,
        )
        stage.service.until(
            lambda: (
                person.bare not in stage.service.command("subscribers", "list", "news")
            )
        )


#: somebody who asked for his roster, as clients do
SUBSCRIBING = """
    person sends:
      <iq type='get' id='roster'><query xmlns='jabber:iq:roster'/></iq>
    person sends:
      <presence type='subscribe' to='{contact}'/>
    person receives:
      <presence type='subscribed' from='{contact}'/>
    person receives:
      <presence from='{present}'>
        <c xmlns='http://jabber.org/protocol/caps' ver='...'/>
      </presence>
"""


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
    """Identity, features that are served, and the form of limits; for all the same."""
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
    ours = {
        var.removeprefix(X): fields.pop(var)
        for var in [*fields]
        if var is not None and var.startswith(X)
    }
    assert ours == {
        "max-subject": ("text-single", ["1024"]),
        "requests-per-minute": ("text-single", ["30"]),
        "deliveries-per-day": ("text-single", ["25"]),
    }
    assert fields == {
        "FORM_TYPE": ("hidden", [SCHEDULING]),
        "max-window": ("text-single", ["31622400"]),
        "max-pending": ("text-single", ["100"]),
        "max-body": ("text-single", ["16000"]),
        "signing": ("text-single", ["none"]),
    }
    for other in (stage.publisher, stage.admin):
        told = payload(other.ask(stage.address, "get", query))
        assert ET.canonicalize(ET.tostring(told)) == ET.canonicalize(ET.tostring(info))


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
            stage.play(
                """
                writer sends:
                  <message to='{place}' type='{kind}' id='m-1' xml:lang='pl'>
                    {content}
                  </message>
                writer sends:
                  <iq type='get' id='ping' to='{service}'>
                    <ping xmlns='urn:xmpp:ping'/>
                  </iq>
                writer receives:
                  <iq id='ping' type='result'/>
                """,  # the service answers in order
                writer=writer,
                place=place,
                kind=kind,
                content=content,
            )
            if expected is not None:  # a moment later: in the writer's language
                answer = writer.message(lambda one: one.get("type") == "error")
            writer.settle()
            came = [one for one in writer.waiting if one.tag == f"{C}message"]
            assert came == []
            writer.waiting.clear()
            if expected is None:
                continue
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
    stage.play(
        """
        reader sends:
          <message to='{speaker}' type='groupchat' id='g-1'><body>hello</body></message>
        reader receives:
          <message type='error' id='g-1' from='{speaker}'>
            <error type='cancel'>
              <service-unavailable xmlns='{stanzas}'/><text xmlns='{stanzas}'>...</text>
            </error>
          </message>
        """
    )


def test_a_restart_keeps_subscriptions(stage: Stage) -> None:
    """Who subscribed stays subscribed, and is still told."""
    stage.server.register(name := f"k{fresh()}")
    with XmlClient(stage.server, user=name) as person:
        stage.play(SUBSCRIBING, person=person)
        assert stage.service.stop() == 0
        stage.service.start()
        stage.service.wait_until_connected()
    with XmlClient(stage.server, user=name) as person:
        stage.play(
            """
            person sends:
              <iq type='get' id='roster'><query xmlns='jabber:iq:roster'/></iq>
            person receives:
              <presence from='{present}'>
                <c xmlns='http://jabber.org/protocol/caps'/>
              </presence>
            """,
            person=person,
        )
        client_id = fresh()
        stage.service.announce(client_id=client_id)
        stage.play(
            """
            person receives:
              <message from='{speaker}'>
                <scheduled-by xmlns='{scheduling}'><id>{client_id}</id></scheduled-by>
              </message>
            person receives no:
              <presence type='unsubscribed'/>
            """,
            person=person,
            client_id=client_id,
        )


ITEMS = "<query xmlns='http://jabber.org/protocol/disco#items'/>"


def titles(stage: Stage) -> set[str | None]:
    """Of the lists that the service shows."""
    [query] = list(stage.admin.ask(stage.address, "get", ITEMS))
    return {one.get("name") for one in query}


def test_taken_up_without_a_restart(stage: Stage) -> None:
    """It is shown, its publisher announces to it, and whoever waits for it is let in;
    its title changes, and then it is a list no more.
    """
    name, lists = f"l{fresh()}", stage.service.command
    lists(
        *("lists", "create", name, "--title", f"T-{name}", "--kind", "request"),
        *("--welcome", "", "--publisher", stage.notified.bare),
    )
    stage.service.until(lambda: f"T-{name}" in titles(stage))
    content = job(fresh(), target=to_list(name))
    answer = stage.create(content, who=stage.notified)
    assert answer.get("type") == "result"
    if stage.mode == "component":
        lets_in(stage, name)
    lists("lists", "change", name, "--title", f"U-{name}", "--kind", "closed")
    stage.service.until(lambda: f"U-{name}" in titles(stage))
    lists("lists", "retire", name, "--yes")
    stage.service.until(lambda: f"U-{name}" not in titles(stage))


def lets_in(stage: Stage, name: str) -> None:
    stage.server.register(user := f"s{fresh()}")
    with XmlClient(stage.server, user=user) as person:
        subscribe = f"<presence type='subscribe' to='{stage.speaker(name)}'/>"
        stage.play(
            f"""
            person sends:
              <iq type='get' id='roster'><query xmlns='jabber:iq:roster'/></iq>
            person sends:
              {subscribe}
            """,
            person=person,
        )
        command = stage.service.command
        stage.service.until(lambda: person.bare in command("lists", "requests", name))
        command("lists", "approve", name, person.bare)
        stage.play(
            f"""
            person receives:
              <presence type='subscribed' from='{stage.speaker(name)}'/>
            """,
            person=person,
        )
        assert person.bare in command("subscribers", "list", name)
