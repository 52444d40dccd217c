"""The draft's examples from one person to another (§5.1, §5.2, §9, §9.1, §10).

As the draft has them: "Happy birthday" to Alice, from somebody's own client.
"""

from datetime import datetime, timedelta
from xml.etree import ElementTree as ET

import pytest

from tests.e2e.draft import (
    ADDED,
    CANCEL,
    CANCELLED,
    DELIVERED,
    EXPIRES,
    INLINE,
    LANG,
    QUERY,
    REQUEST,
    RESULT,
    TOLD,
    compare,
    filled,
    plain,
    replay,
    without,
)
from tests.e2e.speaking import S, X, about, ahead, fresh, now, payload, refusal
from tests.people.conftest import Person, Town

pytestmark = pytest.mark.e2e


@pytest.fixture
def me(place: Town) -> Person:
    return place.person("me")


@pytest.fixture
def alice(place: Town) -> Person:
    return place.person("alice")


def adapted(
    xml: str,
    place: Town,
    people: tuple[Person, Person],
    job: str,
    moment: datetime | None = None,
) -> str:
    """Between these two: `me` and Alice."""
    me, alice = people
    names = {
        "scheduler.example.org": place.service.address,
        "alice@example.org": alice.bare,
        "me@example.com": me.bare,
        "job-5678": job,
        "msg-1234": job,
    }
    return filled(xml, names, moment or ahead())


def test_inline(place: Town, me: Person, alice: Person) -> None:
    """§5.1: kept, and found by its id afterwards."""
    job = fresh()
    me.first.send(adapted(INLINE, place, (me, alice), job))
    assert me.update(job) == "scheduled"
    told = payload(replay(me.first, adapted(QUERY, place, (me, alice), job)))
    assert told.findtext(f"{S}status") == "scheduled"
    assert told.findtext(f"{S}timezone") == "Europe/Warsaw"


def test_request_and_result(place: Town, me: Person, alice: Person) -> None:
    """§5.2: the draft's result; an expiry only where one was given."""
    people, job = (me, alice), fresh()
    answer = replay(me.first, adapted(REQUEST, place, people, job))
    wanted = adapted(without(RESULT, EXPIRES), place, people, job)
    compare(answer, wanted, ["deliver-at", "metadata"])
    assert payload(answer).findtext(f"{S}deliver-at") == filled(
        "2025-12-01T09:00:00Z", {}, ahead()
    )
    job = fresh()
    with_expiry = REQUEST.replace("<id>", f"{EXPIRES}<id>")
    answer = replay(me.first, adapted(with_expiry, place, people, job))
    wanted = adapted(RESULT, place, people, job)
    compare(answer, wanted, ["deliver-at", "metadata"])


def test_query_and_cancellation(place: Town, me: Person, alice: Person) -> None:
    """§9 and §9.1: the draft's answers, and nobody else's business."""
    people, job = (me, alice), fresh()
    replay(me.first, adapted(REQUEST, place, people, job))
    answer = replay(me.first, adapted(QUERY, place, people, job))
    created = payload(answer).findtext(f"{S}created") or ""
    wanted = adapted(TOLD, place, people, job).replace("2025-09-14T11:15:00Z", created)
    compare(answer, wanted, ["timezone", "metadata"])
    [revision] = payload(answer).findall(f"{S}metadata/{X}revision")
    assert revision.text == "1"
    for xml in (QUERY, CANCEL):
        hidden = replay(alice.first, adapted(xml, place, people, job))
        assert refusal(hidden) == ("item-not-found", "cancel")
    for _ in range(2):
        answer = replay(me.first, adapted(CANCEL, place, people, job))
        compare(answer, adapted(CANCELLED, place, people, job), [])


@pytest.mark.parametrize("way", ["inline", "request"])
def test_delivered_stanza(place: Town, me: Person, alice: Person, way: str) -> None:
    """§10: but for ids the stanza is the draft's, from the sender, on time."""
    job, due = fresh(), now().replace(microsecond=0) + timedelta(seconds=2)
    asked = adapted(
        INLINE if way == "inline" else REQUEST, place, (me, alice), job, due
    )
    me.first.send(asked)
    message = alice.first.message(about(job))
    arrived = now()
    at = message.findtext(f"{S}scheduled-by/{S}delivered-at", "")
    assert due <= datetime.strptime(at, "%Y-%m-%dT%H:%M:%S%z") <= arrived
    draft = DELIVERED.replace("2025-12-01T09:00:01Z", at)
    wanted = ET.fromstring(adapted(draft, place, (me, alice), job))
    ours = [child for child in message if child.tag not in ADDED]
    # ejabberd puts children into another order
    assert sorted(map(plain, ours)) == sorted(map(plain, wanted))
    attributes = {name: message.get(name, "") for name in wanted.attrib}
    assert attributes == wanted.attrib
    assert set(message.attrib) - set(wanted.attrib) <= {"id", LANG}
