"""What recipients choose, as senders meet it over real servers (draft §11); and what
only servers may say to the service.

All that may be chosen, and each way to ask: `tests/permissions/test_people.py`.
"""

import json

import pytest

from tests.e2e.xml_client import C, XmlClient
from tests.modules.scene import ANNOUNCE, SCHEDULE, condition, described, fresh
from tests.people.between import scheduled
from tests.people.commanding import run, text
from tests.people.conftest import Person, Town
from tests.permissions.stage import rows
from tests.store.releases import rows_of
from tests.xmpp import handed

pytestmark = pytest.mark.e2e

SEALED = (
    "<encrypted xmlns='urn:xmpp:omemo:2'/>"
    "<encryption xmlns='urn:xmpp:eme:0' namespace='urn:xmpp:omemo:2'/>"
)
#: what he has chosen -> who of a stranger, a contact and he himself is heard
CHOICES = {
    ("who='everyone'", ""): (True, True, True),
    ("who='server'", ""): (True, True, True),
    ("who='contacts'", ""): (False, True, True),
    ("who='encrypted'", ""): (False, False, True),
    ("who='nobody'", ""): (False, False, True),
    ("who='ask'", ""): (True, True, True),
    ("who='nobody'", "<allow jid='{stranger}'/>"): (True, False, True),
    ("who='everyone'", "<block jid='{contact}'/>"): (True, False, True),
    ("who='everyone'", "<block jid='{domain}'/>"): (False, False, True),
    ("who='contacts' max-ahead='60'", ""): (False, False, True),
}


def inline(who: Person, to: str, content: str) -> tuple[str, str, str] | None:
    """§5.1: what he is told of a refusal; None where it is held."""
    number = fresh()
    who.first.send(
        f"<message to='{to}' type='chat' id='{number}'><body>later</body>{content}"
        f"{scheduled(f'<delay-seconds>900</delay-seconds><id>{number}</id>')}</message>"
    )
    told = who.first.message(
        lambda one: (
            number in {one.get("id"), one.findtext(".//{urn:xmpp:scheduling:0}id")}
        )
    )
    return described(told) if told.get("type") == "error" else None


def by_request(
    place: Town, who: Person, to: str, content: str
) -> tuple[str, str, str] | None:
    """§5.2, likewise."""
    said = f"<body>later</body>{content}"
    answer = place.schedule(who, to, fresh(), said, 900)
    return described(answer) if answer.get("type") == "error" else None


def test_the_choices(place: Town) -> None:
    """By request and inline alike; a refusal is as that of nobody, to the letter."""
    stranger, contact, bert = (place.person(name) for name in ("a", "b", "c"))
    place.befriend(bert, contact)
    names = {
        "stranger": stranger.bare,
        "contact": contact.bare,
        "domain": place.server.domain,
    }
    nobody = f"nobody{fresh()}@{place.server.domain}"
    refusals = {
        inline(stranger, nobody, ""),
        by_request(place, stranger, nobody, ""),
    }
    [refusal] = refusals
    assert refusal is not None
    assert refusal[:2] == ("cancel", "not-allowed")
    for (attributes, named), heard in CHOICES.items():
        place.choose(bert, attributes, named.format(**names))
        for who, is_heard in zip((stranger, contact, bert), heard, strict=True):
            expected = None if is_heard else refusal
            where = (attributes, named, who.bare)
            assert by_request(place, who, bert.bare, "") == expected, where
            assert inline(who, bert.bare, "") == expected, where
    place.choose(bert, "who='encrypted'")
    assert by_request(place, stranger, bert.bare, SEALED) is None
    assert inline(stranger, bert.bare, SEALED) is None


#: name -> what it comes to, from whomever it comes
SAID: dict[str, str] = {
    **dict.fromkeys(("divert", "bounce", "delegation"), "auth forbidden"),
    **dict.fromkeys(
        ("event", "relation", "deliver", "accounts"), "cancel feature-not-implemented"
    ),
}


def payload(name: str, whose: str, to: str) -> str:
    """With nothing wrong in it but who says it."""
    message = (
        f"<message xmlns='jabber:client' from='{whose}' to='{to}' id='x' type='chat'>"
        f"<body>later</body>{SCHEDULE}</message>"
    )
    if name == "delegation":
        return handed.delegation(SCHEDULE, from_=whose, to=whose)
    return handed.wrapped(name, message)


def test_what_only_servers_say(place: Town) -> None:
    """From people, components and other servers it comes to nothing, whoever is meant;
    the service goes on.
    """
    anna, bert = place.person("anna"), place.person("bert")
    database = f"sqlite:///{place.service.folder}/carillon.db"
    place.service.until(lambda: not rows(database)["notice"])  # of tests before
    before = rows(database)
    with XmlClient(place.server, domain=place.server.spares[0]) as other:
        for name, expected in SAID.items():
            told = set()
            for client in (anna.first, other):
                for whose in (anna.first.full, f"nobody{fresh()}@example.net", "@"):
                    element = payload(name, whose, bert.bare)
                    answer = client.ask(place.service.address, "set", element)
                    assert condition(answer) == expected, (name, whose)
                    assert answer.find(f"{C}error/{{{ANNOUNCE}}}limit") is None
                    told.add(described(answer))
            assert len(told) == 1, name
    assert rows(database) == before
    assert by_request(place, anna, bert.bare, "") is None


def test_by_commands(place: Town) -> None:
    """Whoever is asked first answers, his sender words and calls off; then one of them
    is forgotten, and refuses as before.
    """
    ann, bert = place.person("a"), place.person("b")
    said = run(place, bert, "consent", {"who": "ask", "preview": "1"})
    assert "Ask me first" in text(said)
    job = fresh()
    place.schedule(ann, bert.bare, job, seconds=900)
    edited = run(
        place,
        ann,
        "my-messages",
        {},
        {"do": "edit"},
        {"body.en": "See you at nine"},
        {"sure": "yes"},
    )
    assert f"Saved. It goes to {bert.bare}" in text(edited)
    seen = run(place, bert, "consent", {"task": "requests"})
    assert "See you at nine" in text(seen)
    answer = {"verdict": "refuse"}
    refused = run(place, bert, "consent", {"task": "requests"}, answer)
    assert "will not come" in text(refused)
    done = run(place, bert, "my-data", {"task": "forget"}, {"sure": "yes"})
    assert "You are forgotten." in text(done)
    stored = rows_of(place.service.url)
    found = {
        f"{table}.{column}"
        for table, rows in stored.items()
        for row in rows
        for column, value in row.items()
        if bert.bare in json.dumps(value, default=str)
    }
    # what Ann has asked for, and is to come
    assert found == {"schedule.audience"}
    # he is asked, as before, though nobody can read who he is
    place.schedule(ann, bert.bare, fresh(), seconds=900)
    assert "1 message waits" in text(run(place, bert, "consent"))
    cancelled = run(place, ann, "my-messages", {}, {"do": "cancel"}, {"sure": "yes"})
    assert "will not be sent" in text(cancelled)
