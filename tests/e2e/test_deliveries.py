"""Deliveries, updates and bounces of the real service, by raw XML clients."""

import re
from collections.abc import Callable
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest

from tests.e2e.speaking import (
    ANNOUNCE,
    S,
    Stage,
    X,
    about,
    at_once,
    fresh,
    job,
    meta,
    names,
    now,
    payload,
    to_list,
    to_people,
    written,
)
from tests.e2e.xml_client import C, XmlClient

pytestmark = pytest.mark.e2e
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
INFO = "{http://jabber.org/protocol/disco#info}"
FORMS = "{jabber:x:data}"
#: what servers add to what passes through them
ADDED = ("{urn:xmpp:sid:0}stanza-id", "{urn:xmpp:mam:tmp}archived")


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
    stage.service.command("subscribers", "add", name, stage.reader.bare)
    stage.play(
        """
        admin sends:
          <iq type='set' id='ask' to='{service}'>
            <schedule xmlns='{scheduling}'>
              <body>hello</body><deliver-at>{moment}</deliver-at><id>{client_id}</id>
              <metadata><list xmlns='{announce}'>{name}</list></metadata>
            </schedule>
          </iq>
        admin receives:
          <iq type='result' id='ask'/>
        reader receives:
          <message type='{kind}' from='{speaks}'>
            <body>hello</body>
            <scheduled-by xmlns='{scheduling}'><id>{client_id}</id></scheduled-by>
          </message>
        """,
        client_id=fresh(),
        moment=written(now()),
        name=name,
        kind=kind,
        speaks=stage.speaker(name),
    )


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
    """Exact, base, the list's, the one without a tag, the first; the subject too. What
    names and inherits no language is told in the list's.
    """
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
    assert message.get(LANG) == (given or inherited or "en")


def test_template(stage: Stage) -> None:
    """A template with its fields becomes a text in the reader's language, with times
    in the job's zone.
    """
    client_id = fresh()
    stage.service.subscribe([stage.reader.bare], "de")
    fields = (
        "<field var='start'><value>2030-12-05T22:00:00Z</value></field>"
        "<field var='summary'><value xml:lang='en'>New disks</value>"
        "<value xml:lang='de'>Neue Platten</value></field>"
    )
    announce = (
        f"<announce xmlns='{ANNOUNCE}' template='maintenance'>{fields}</announce>"
    )
    stage.create(
        f"{at_once()}<timezone>Europe/Warsaw</timezone><id>{client_id}</id>"
        f"{meta(to_list() + announce)}"
    )
    message = stage.reader.message(about(client_id))
    body = message.findtext(f"{C}body") or ""
    assert message.get(LANG) == "de"
    assert "Neue Platten" in body
    assert "Donnerstag, 5. Dezember 2030, 23:00 MEZ" in body


def test_updates(stage: Stage) -> None:
    """Sent: one headline without body, with nothing but <schedule/> in it."""
    client_id, silent = fresh(), fresh()
    quiet = f"<updates xmlns='{ANNOUNCE}' wanted='false'/>"
    stage.create(job(silent, target=to_people(stage.reader.bare) + quiet))
    stage.create(job(client_id, delay=1, target=to_people(stage.reader.bare)))
    [headline] = stage.play(
        """
        admin receives:
          <message type='headline' from='{service}'>
            <schedule xmlns='{scheduling}'>
              <id>{client_id}</id><status>sent</status>
            </schedule>
          </message>
        admin receives no:
          <message><schedule xmlns='{scheduling}'><id>{silent}</id></schedule></message>
        """,
        client_id=client_id,
        silent=silent,
    )
    assert own(headline)[-1] == f"{S}schedule"
    assert set(own(headline)) == {
        f"{S}schedule",
        "{urn:xmpp:sid:0}origin-id",
        "{urn:xmpp:hints}store",
    }
    schedule = headline.find(f"{S}schedule")
    assert schedule is not None
    assert names(schedule) == ["id", "status"]


def test_expired(stage: Stage) -> None:
    """What expired before it could go out goes to nobody, and has failed."""
    client_id = fresh()
    due, expires = (written(now() - timedelta(seconds=ago)) for ago in (20, 10))
    stage.create(
        f"<body>x</body><deliver-at>{due}</deliver-at><id>{client_id}</id>"
        f"<expires>{expires}</expires>{meta(to_people(stage.reader.bare))}"
    )
    stage.play(
        """
        admin receives:
          <message type='headline'>
            <schedule xmlns='{scheduling}'>
              <id>{client_id}</id><status>failed</status>
            </schedule>
          </message>
        """,
        client_id=client_id,
    )
    text = stage.admin.message(
        lambda one: client_id in (one.findtext(f"{C}body") or "")
    )
    assert "expired" in (text.findtext(f"{C}body") or "")
    stage.play(
        """
        admin sends:
          <iq type='get' id='look' to='{service}'>
            <schedule-query xmlns='{scheduling}'><id>{client_id}</id></schedule-query>
          </iq>
        admin receives:
          <iq type='result' id='look'>
            <schedule-query xmlns='{scheduling}'>
              <status>failed</status>
            </schedule-query>
          </iq>
        reader receives no:
          <message>
            <scheduled-by xmlns='{scheduling}'><id>{client_id}</id></scheduled-by>
          </message>
        """,
        client_id=client_id,
    )


def test_the_log_tells_no_content(stage: Stage) -> None:
    """Neither what was said nor to whom stands in the log of a delivery."""
    client_id, secret = fresh(), f"secret{fresh()}"
    stage.create(
        f"<subject>{secret}</subject><body>{secret}</body>{at_once()}"
        f"<id>{client_id}</id>{meta(to_people(stage.reader.bare))}"
    )
    assert stage.reader.message(about(client_id)).findtext(f"{C}body") == secret
    stage.admin.message(update(client_id))
    assert "connected as" in stage.service.log
    assert secret not in stage.service.log
    assert stage.reader.bare not in stage.service.log


def test_updates_of_a_recurring_job(stage: Stage) -> None:
    """One occurrence of several is named in the headline."""
    client_id = fresh()
    moment = now() - timedelta(seconds=5)
    stamp = written(moment)
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
    assert told.findtext(f"{S}deliver-at") == written(following)


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
        assert "1 of 2 was told, 1 failed" in (text.findtext(f"{C}body") or "")
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
        for jid, (condition, kind) in people.items():
            [message] = stage.play(
                """
                others receives:
                  <message to='{jid}'><body>...</body></message>
                """,
                others=others,
                jid=jid,
            )
            stage.play(
                """
                others sends:
                  <message type='error' id='{id}' from='{jid}' to='{speaker}'>
                    <error type='{kind}'><{condition} xmlns='{stanzas}'/></error>
                  </message>
                """,
                others=others,
                jid=jid,
                id=message.get("id"),
                kind=kind,
                condition=condition,
            )
        stage.service.until(lambda: len(stage.service.failures(sent)) == len(people))
    found = {one.jid: one.kind.value for one in stage.service.failures(sent)}
    assert found == {jid: BOUNCES[one][0] for jid, one in people.items()}
    scores = {jid: score(stage, jid) for jid in people}
    assert scores == {jid: BOUNCES[one][1] for jid, one in people.items()}
