"""docs/reference/protocol.md: every name is there, every example is taken."""

import re
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest

from bot.domain.consent import Who
from bot.domain.preview import CautionKind
from bot.domain.recurrence import PARTS, Freq
from bot.domain.updates import WireState
from bot.service.people.approvals import VERDICTS
from bot.service.people.choices import MAX_ENTRIES
from bot.service.requests import bounds as request_bounds
from bot.service.requests.contents import MAX_PAYLOAD
from bot.service.requests.intake import MAX_ID
from bot.service.rules.policy import Limits
from bot.xmpp.doors.contacts.vcards import PUBSUB
from bot.xmpp.doors.discovery.disco import FEATURES
from bot.xmpp.doors.discovery.limits import form
from bot.xmpp.doors.inbox import refusals as bounces
from bot.xmpp.doors.scheduling import requests as schedule_requests
from bot.xmpp.doors.scheduling.consent import (
    ANSWER,
    CONSENT,
    read_answer,
    read_consent,
    read_requests,
)
from bot.xmpp.doors.scheduling.consent import REQUESTS as WAITING
from bot.xmpp.doors.scheduling.maintenance import (
    MAINTENANCE,
    read_change,
    read_opening,
    read_wish,
)
from bot.xmpp.doors.scheduling.requests import read_query, read_schedule
from bot.xmpp.doors.scheduling.steering import VERBS, read_steering
from bot.xmpp.stanzas import bounds
from bot.xmpp.stanzas.namespaces import ANNOUNCE, NOREPLY
from bot.xmpp.stanzas.registration import QUERY as REGISTRATION
from bot.xmpp.stanzas.registration import submitted
from bot.xmpp.stanzas.scheduling import NS
from tests.docs.examples import EXAMPLES, PAGE, REQUESTS
from tests.docs.pages import ROOT


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_examples_are_xml(example: ET.Element) -> None:
    """Each example is one element, in namespaces that the page speaks of."""
    for element in example.iter():
        namespace = element.tag[1:].partition("}")[0]
        assert namespace in {"jabber:client", NS, ANNOUNCE} or namespace in PAGE.text


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda one: str(one.get("id")))
def test_requests_are_read(request_: ET.Element) -> None:
    """Each request of the page has the shape that the service takes."""
    [payload] = list(request_)
    if payload.tag == CONSENT:
        assert read_consent(payload).who in {"", *Who}
    elif payload.tag == WAITING:
        read_requests(payload)
    elif payload.tag == REGISTRATION:
        assert submitted(payload).keys() <= {"language", "quiet-from", "quiet-to"}
    elif payload.tag == MAINTENANCE:
        _read_maintenance(payload)
    elif request_.get("type") == "set":
        read_schedule(payload, "")
    elif payload.tag == f"{{{NS}}}schedule-query":
        read_query(payload)
    else:
        disco = "{http://jabber.org/protocol/disco#info}query"
        assert payload.tag in {disco, f"{{{PUBSUB}}}pubsub"}


def _read_maintenance(payload: ET.Element) -> None:
    match payload.get("action"):
        case None:
            assert read_wish(payload)[0] is not None
        case "open":
            read_opening(payload, "")
        case _:
            read_change(payload)


def test_who_and_how_many() -> None:
    """Each choice of a recipient, each verdict, and how many he may name."""
    told = PAGE.text.partition("\n## Who may schedule messages to you\n")[2]
    told = told.partition("\n## ")[0]
    table = told.partition("| `who` |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == list(Who)
    for verdict in VERDICTS:
        assert verdict in told
    assert f"there are {MAX_ENTRIES:,} at most" in told
    answers = [one for one in EXAMPLES if one.tag == ANSWER]
    assert [read_answer(one).verdict for one in answers] == ["approve"]


STEERED = [example for example in EXAMPLES if example.tag in VERBS]


@pytest.mark.parametrize("example", STEERED, ids=lambda one: one.tag)
def test_steering_is_read(example: ET.Element) -> None:
    """Each verb of the page has the shape that the service takes."""
    assert read_steering(example, "").name.id == "monthly-maintenance"


def test_every_verb_is_there() -> None:
    """Each element that steers a job."""
    for tag in VERBS:
        assert re.search(rf"`<{tag.partition('}')[2]}[ />]", PAGE.text)


def test_every_element_is_there() -> None:
    """What a request may say once, texts, and each element of our own."""
    for name in (*schedule_requests._SINGLE, *schedule_requests._TEXTS, "metadata"):
        assert f"`<{name}/>`" in PAGE.text
    ours = set()
    inside = {"overfull"}  # marks a stanza that is not read; never goes out
    for path in (ROOT / "bot" / "xmpp").rglob("*.py"):
        source = path.read_text()
        ours |= set(re.findall(r"\{\{\{ANNOUNCE\}\}\}([a-z]+)\b(?!-)", source))
        ours |= set(re.findall(r'_(?:ours|text_of)\(metadata, "([a-z]+)"', source))
    assert len(ours) >= 10
    table = PAGE.text.partition("\n## Our own elements\n")[2]
    assert {
        name for name in ours - inside if not re.search(rf"`<{name}[ />]", table)
    } == set()


def test_every_warning_is_there() -> None:
    """Each code that a result may carry, and no other."""
    told = PAGE.text.partition("\n## Warnings\n")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `([a-z-]+)` \|", told, re.MULTILINE)) == {*CautionKind}


def test_discovery_is_told() -> None:
    """Each feature, and each field of the form."""
    told = PAGE.text.partition("\n## Discovery\n")[2].partition("\n## ")[0]
    assert {one for one in FEATURES | {NOREPLY} if f"`{one}`" not in told} == set()
    limits = Limits(
        pending=1,
        requests_per_minute=1,
        deliveries_per_day=1,
        window=timedelta(days=1),
        body=1,
        subject=1,
    )
    named = re.findall(r"^\| `([^`]+)` \|", told, re.MULTILINE)
    assert sorted(named) == sorted(form(limits))


def test_states_rules_and_numbers() -> None:
    """Each state, each part of a rule, and the numbers of the code."""
    states = PAGE.text.partition("\n## States\n")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `(\w+)`", states, re.MULTILINE) == list(WireState)
    for name in (*Freq, *PARTS):
        assert f"`{name}`" in PAGE.text
    for number in (
        f"1 to {MAX_ID} characters",
        f"up to {MAX_PAYLOAD:,} bytes",
        f"{request_bounds.MAX_REQUEST_CHARACTERS:,} characters beside its texts",
        f"{request_bounds.MAX_REQUEST_ELEMENTS:,} elements and attributes",
        f"{request_bounds.MAX_REQUEST_NAMESPACES} namespaces",
        f"{bounds.MAX_STANZA_ELEMENTS:,} elements or {bounds.MAX_STANZA_DEPTH} levels",
    ):
        assert number in PAGE.text
    assert (bounces.REFUSALS_PER_SECOND, bounces.REFUSAL_BURST) == (1, 5)
    assert "at most five at once and then one a second" in PAGE.text
    assert str(bounces.NOBODY) in PAGE.text
