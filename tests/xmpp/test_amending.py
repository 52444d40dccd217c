"""What went out, corrected and withdrawn by IQ: the answers, and every refusal."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import cast
from xml.etree import ElementTree as ET

import pytest
from slixmpp.stanza import Iq

from bot.desk.desk import Desk
from bot.domain.consent import Standing
from bot.domain.errors import CarillonError
from bot.domain.schedule import Schedule
from bot.service.rules.policy import People
from bot.xmpp.doors.scheduling.door import SchedulingDoor
from bot.xmpp.session.connection import Connection
from bot.xmpp.stanzas.errors import stanza_error
from tests.world import (
    ADMIN,
    AUDITOR,
    PUBLISHER,
    SERVICE,
    USER,
    World,
    a_policy,
    copy_of,
)

X, S = "urn:x-carillon:announce:0", "urn:xmpp:scheduling:0"
IN_X, IN_S = f"{{{X}}}", f"{{{S}}}"
OWNER = f"<owner>{PUBLISHER}</owner>"


@pytest.fixture
def world(blank: Path, tmp_path: Path) -> Iterator[World]:
    limits = {
        role: replace(one, requests_per_minute=0)
        for role, one in a_policy().limits.items()
    }
    policy = a_policy(limits=limits)
    with closing(World(copy_of(blank, tmp_path), policy=policy)) as found:
        found.subscribe("ann@example.org", "bob@example.org")
        yield found


def answered(world: World, xml: str, jid: str, kind: str = "set") -> ET.Element:
    """The payload of the result; raises any CarillonError. No connection has a part."""
    door = SchedulingDoor(cast(Connection, None), Desk(world.use_cases), frozenset())
    iq = Iq(None, ET.fromstring(f"<iq xmlns='jabber:client' type='{kind}'>{xml}</iq>"))
    iq.xml.set("from", f"{jid}/phone")
    iq.xml.set("to", SERVICE)
    return asyncio.run(door.handle(iq, lambda: None))


def amend(world: World, verb: str, inner: str, jid: str = PUBLISHER) -> ET.Element:
    return answered(world, f"<{verb} xmlns='{X}'>{inner}</{verb}>", jid)


def refused(world: World, verb: str, inner: str, jid: str = PUBLISHER) -> str:
    """As the `<error/>` has it: condition, type, text."""
    with pytest.raises(CarillonError) as caught:
        amend(world, verb, inner, jid)
    told = stanza_error(caught.value).element("en")
    condition, text = told[:2]
    return f"{condition.tag.partition('}')[2]} {told.get('type')}: {text.text}"


def sent(world: World, client_id: str = "j", **changes: object) -> Schedule:
    return world.due(jid=PUBLISHER, client_id=client_id, **changes)


def by(answer: ET.Element) -> dict[str, str]:
    found = answer.find(f"{IN_S}metadata/{IN_X}amendment")
    assert found is not None
    return found.attrib


def test_the_answer(world: World) -> None:
    """That of an edit, about the original, and what amends it; a repeat gets the same,
    and a query tells how far it has come.
    """
    sent(world)
    body = "<body xml:lang='en'>Hi</body>"
    for jid, whose in ((PUBLISHER, ""), (PUBLISHER, OWNER), (ADMIN, OWNER)):
        answer = amend(world, "correct", f"<id>j</id>{whose}{body}", jid)
        assert answer.tag == f"{IN_S}schedule"
        assert answer.findtext(f"{IN_S}id") == "j"
        assert answer.findtext(f"{IN_S}status") == "queued"
        assert answer.findtext(f"{IN_S}deliver-at")
        assert answer.findtext(f"{IN_S}metadata/{IN_X}revision") == "1"
        assert by(answer)["kind"] == "correct"
        number = by(answer)["id"]
    query = f"<schedule-query xmlns='{S}'><id>j</id></schedule-query>"
    told = answered(world, query, PUBLISHER, "get")
    assert by(told)["id"] == number
    mine = f"<schedule-query xmlns='{S}'><id>{number}</id></schedule-query>"
    its = answered(world, mine, PUBLISHER, "get")
    assert its.findtext(f"{IN_S}id") == number
    first = amend(world, "retract", "<id>j</id>")
    assert by(first)["kind"] == "retract"
    assert by(amend(world, "retract", "<id>j</id>")) == by(first)


def test_which_of_several(world: World) -> None:
    """By its moment; without one it is refused, and told how many there are."""
    world.schedule(PUBLISHER, client_id="j", recurrence="FREQ=DAILY", timezone="UTC")
    for hours in (1, 24):
        world.clock.advance(hours=hours)
        world.plan_all()
    body = "<id>j</id><body>Hi</body>"
    due = "<occurrence due='2026-03-01T13:00:00Z'/>"
    told = refused(world, "correct", body)
    assert told.startswith("bad-request modify: #1 has been sent 2 times: say which")
    assert by(amend(world, "correct", f"{body}{due}"))["due"] == "2026-03-01T13:00:00Z"
    never = "<occurrence due='2026-03-09T13:00:00Z'/>"
    told = refused(world, "retract", f"<id>j</id>{never}")
    assert told.startswith("item-not-found cancel: Nothing of #1 was sent at")
    told = refused(world, "retract", "<id>j</id><occurrence due='today'/>")
    assert told.startswith("bad-request modify: due: ")


def test_refused(world: World) -> None:
    """Every case of the protocol's table, in words that say what to do."""
    sent(world)
    said = "<id>j</id><body>Hi</body>"
    for verb in ("correct", "retract"):
        inner = said if verb == "correct" else "<id>j</id>"
        for jid in (USER, PUBLISHER):
            other = inner.replace(">j<", ">nix<")
            told = refused(world, verb, f"{other}{OWNER}", jid)
            assert told.startswith("item-not-found cancel: There is no announcement")
        assert refused(world, verb, f"{inner}{OWNER}", USER).startswith(
            "item-not-found cancel: There is no announcement"
        )
        assert refused(world, verb, f"{inner}{OWNER}", AUDITOR).startswith(
            "not-allowed cancel: You may look at #1"
        )
        assert refused(world, verb, inner, "eve@evil.example").startswith("forbidden")
    assert refused(world, "correct", "<id>j</id>").startswith(
        "bad-request modify: There is nothing to say"
    )
    told = refused(world, "correct", "<id>j</id><body> </body>")
    assert told == "bad-request modify: body: The body is empty."
    long = f"<id>j</id><body>{'x' * 101}</body>"
    assert refused(world, "correct", long).startswith("policy-violation modify")
    world.schedule(PUBLISHER, client_id="later")
    told = refused(world, "retract", "<id>later</id>")
    assert told == "item-not-found cancel: Nothing of #2 has been sent yet."
    amend(world, "retract", "<id>j</id>")
    assert refused(world, "correct", said).startswith("unexpected-request wait")


def test_between_people(world: World) -> None:
    """Its sender's own client corrects what it sent."""
    world.policy.people = People(servers=frozenset({"example.org"}))
    request = world.request(
        client_id="p", to="ann@example.org", list_name=None, delay_seconds="1"
    )
    caller = world.caller(USER)
    world.do(
        world.schedules.write,
        caller,
        request,
        Standing(exists=True, subscription="both"),
    )
    world.clock.advance(seconds=2)
    world.plan_all()
    for verb, inner in (("correct", "<body>Hi</body>"), ("retract", "")):
        told = refused(world, verb, f"<id>p</id>{inner}", USER)
        assert told.startswith("feature-not-implemented cancel")
