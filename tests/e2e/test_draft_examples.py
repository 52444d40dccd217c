"""Every example of Message Scheduling (draft 1.0.0), replayed on real servers.

The XML is the draft's. Its JIDs and ids are replaced by the test's, its moments by
such that lie ahead. An answer is compared with the draft's element by element; what
it says beyond that is named beside it.
"""

import json
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
    RECURRENCE,
    REQUEST,
    RESULT,
    TOLD,
    compare,
    filled,
    plain,
    replay,
    without,
)
from tests.e2e.speaking import (
    S,
    Stage,
    X,
    about,
    ahead,
    fresh,
    now,
    payload,
    refusal,
    said,
    written,
)
from tests.e2e.xml_client import C

SERVERS, MODES = ("prosody", "ejabberd"), ("component", "account")

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.parametrize(
        "stage",
        [(server, mode) for server in SERVERS for mode in MODES],
        ids="-".join,
        indirect=True,
        scope="module",
    ),
]


def adapted(
    xml: str,
    stage: Stage,
    job: str,
    *,
    target: str = "",
    moment: datetime | None = None,
) -> str:
    """With our names; `target` is in alice's place."""
    names = {
        "scheduler.example.org": stage.address,
        "alice@example.org": target or default_list(stage),
        "me@example.com": speaker(stage),
        "job-5678": job,
    }
    return filled(xml, names, moment or ahead())


def default_list(stage: Stage) -> str:
    return speaker(stage) if stage.mode == "component" else stage.contact


def speaker(stage: Stage) -> str:
    return f"news@{stage.address}" if stage.mode == "component" else stage.address


# --- §5.1 ------------------------------------------------------------------------


def test_inline_to_the_service(stage: Stage) -> None:
    """§5.1 to the service, its bare JID or a list: feature-not-implemented, and why."""
    for place in {stage.address, stage.contact, default_list(stage)}:
        stage.reader.send(adapted(INLINE, stage, "", target=place))
        answer = stage.reader.message(lambda one: one.get("type") == "error")
        assert refusal(answer) == ("feature-not-implemented", "cancel")
        assert stage.address in said(answer)
        assert "as <iq type='set'/>" in said(answer)
    nothing = stage.query("<id>msg-1234</id>", who=stage.reader)
    assert refusal(nothing)[0] == "item-not-found"


def test_inline_between_people(stage: Stage) -> None:
    """§5.1 on a server that does not know of it: at once, and we never hear of it."""
    sent = adapted(INLINE, stage, "", target=stage.notified.bare)
    stage.reader.send(sent)
    came = stage.notified.message(lambda one: one.find(f"{S}schedule") is not None)
    [schedule] = came.findall(f"{S}schedule")
    assert plain(schedule) == plain(ET.fromstring(sent)[1])
    assert came.findtext(f"{C}body") == "Happy birthday!"


# --- §5.2 ------------------------------------------------------------------------


def test_request_to_a_person(stage: Stage) -> None:
    """§5.2 as it stands, from one person to another: not-allowed, with the reason."""
    job, alice = fresh(), stage.reader.bare
    answer = replay(stage.admin, adapted(REQUEST, stage, job, target=alice))
    assert answer.get("from") == stage.address
    assert refusal(answer) == ("not-allowed", "cancel")
    assert "in your name" in said(answer)
    left = replay(stage.admin, adapted(QUERY, stage, job))
    assert refusal(left) == ("item-not-found", "cancel")


def test_request_and_result(stage: Stage) -> None:
    """§5.2 to a list: the draft's result, with our moment and quota.

    No expiry is told where none was asked for; the draft has it as optional.
    """
    job = fresh()
    answer = replay(stage.admin, adapted(REQUEST, stage, job))
    wanted = adapted(without(RESULT, EXPIRES), stage, job)
    compare(answer, wanted, ["deliver-at", "metadata"])
    told = payload(answer)
    assert told.findtext(f"{S}deliver-at") == written(ahead())
    quota, nobody = told.findall(f"{S}metadata/*")
    assert quota.tag == f"{X}quota"
    assert (nobody.tag, nobody.get("code")) == (f"{X}warning", "no-readers")


def test_result_with_an_expiry(stage: Stage) -> None:
    """§5.2, asked for with an expiry: the draft's result as a whole."""
    job = fresh()
    request = REQUEST.replace("<id>", f"{EXPIRES}<id>")
    answer = replay(stage.admin, adapted(request, stage, job))
    compare(answer, adapted(RESULT, stage, job), ["deliver-at", "metadata"])


# --- §7.3 ------------------------------------------------------------------------


def test_recurrence(stage: Stage) -> None:
    """§7.3: the rule is told as given; twelve times, on the first of each month."""
    job = fresh()
    request = REQUEST.replace("<id>", f"{RECURRENCE}<id>")
    answer = replay(stage.admin, adapted(request, stage, job))
    assert payload(answer).findtext(f"{S}status") == "scheduled"
    told = payload(replay(stage.admin, adapted(QUERY, stage, job)))
    rule = told.find(f"{S}recurrence")
    assert rule is not None
    assert rule.text == ET.fromstring(RECURRENCE).text
    owner = ("--owner", stage.admin.bare, "--limit", "99", "--json")
    shown = json.loads(stage.service.command("schedules", "preview", job, *owner))
    days = [datetime.fromisoformat(one["local"]) for one in shown["moments"]]
    assert [day.day for day in days] == [1] * 12
    assert len({(day.year, day.month) for day in days}) == 12
    assert len({day.time() for day in days}) == 1


# --- §9 --------------------------------------------------------------------------


def test_query_and_response(stage: Stage) -> None:
    """§9: the draft's response, with the zone that was given, whose it is, and its
    revision.
    """
    job, before = fresh(), now()
    replay(stage.admin, adapted(REQUEST, stage, job))
    after = now()
    answer = replay(stage.admin, adapted(QUERY, stage, job))
    created = payload(answer).findtext(f"{S}created") or ""
    wanted = adapted(TOLD, stage, job).replace("2025-09-14T11:15:00Z", created)
    compare(answer, wanted, ["timezone", "metadata"])
    moment = datetime.strptime(created, "%Y-%m-%dT%H:%M:%S%z")
    second = timedelta(seconds=1)  # of which created is a whole number
    assert before - second < moment < after + second
    metadata = payload(answer).findall(f"{S}metadata/*")
    assert [child.tag for child in metadata] == [f"{X}owner", f"{X}revision"]


def test_cancellation(stage: Stage) -> None:
    """§9.1: cancelled, with the new status in the result, and so when asked again."""
    job = fresh()
    replay(stage.admin, adapted(REQUEST, stage, job))
    for _ in range(2):
        answer = replay(stage.admin, adapted(CANCEL, stage, job))
        compare(answer, adapted(CANCELLED, stage, job), [])
    answer = replay(stage.admin, adapted(QUERY, stage, job))
    assert payload(answer).findtext(f"{S}status") == "cancelled"


# --- §10 -------------------------------------------------------------------------


def test_delivered_stanza(stage: Stage) -> None:
    """§10: but for ids and a hint the stanza is the draft's, from the list, on time."""
    stage.service.subscribe([stage.reader.bare])
    job, due = fresh(), now().replace(microsecond=0) + timedelta(seconds=2)
    replay(stage.admin, adapted(REQUEST, stage, job, moment=due))
    message = stage.reader.message(about(job))
    arrived = now()
    at = message.find(f"{S}scheduled-by/{S}delivered-at")
    assert at is not None
    assert due <= datetime.strptime(at.text or "", "%Y-%m-%dT%H:%M:%S%z") <= arrived
    draft = DELIVERED.replace("2025-12-01T09:00:01Z", at.text or "")
    wanted = ET.fromstring(adapted(draft, stage, job, target=stage.reader.bare))
    ours = [child for child in message if child.tag not in ADDED]
    # ejabberd puts children into another order
    assert sorted(map(plain, ours)) == sorted(map(plain, wanted))
    attributes = {name: message.get(name, "") for name in wanted.attrib}
    attributes["to"] = attributes["to"].partition("/")[0]
    assert attributes == wanted.attrib
    assert set(message.attrib) - set(wanted.attrib) <= {"id", LANG}
