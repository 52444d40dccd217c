"""What the running service shows of itself: its log, its metrics, its health."""

import re
import sqlite3
from contextlib import closing

import pytest

from bot.domain.schedule import Schedule
from tests.e2e.service import Service
from tests.e2e.speaking import (
    Stage,
    about,
    at_once,
    fresh,
    job,
    meta,
    refusal,
    said,
    to_list,
    to_people,
)

pytestmark = pytest.mark.e2e
SUBJECT, BODY = "Subject-7f3a2c", "Body-9b1c5e"
#: what is told of an announcement that did not reach everybody, in order
WAY = [
    "request accepted",
    "occurrence planned",
    "broadcast begins",
    "chunk acknowledged",
    "broadcast is over",
    "report acknowledged",
]


def stored(stage: Stage, client_id: str) -> Schedule:
    found = stage.service.uses.database.look(
        lambda uow: uow.schedules.find(stage.admin.bare, client_id)
    )
    assert found is not None
    return found


def way(service: Service, reference: int) -> list[str]:
    """What one grep shows of an announcement."""
    found = [line for line in service.lines if f"announcement={reference} " in line]
    return [event for line in found for event in WAY if f"] {event} " in line]


def test_one_number_follows_an_announcement(stage: Stage) -> None:
    """At level info one number leads from the request to the report, and neither
    texts nor secrets nor anybody's address stand in the log; metrics count the same.
    """
    service, client_id = stage.service, fresh()
    nobody = stage.server.jid(f"nobody{fresh()}")
    service.subscribe([stage.reader.bare, nobody])
    stage.create(
        f"<subject>{SUBJECT}</subject><body>{BODY}</body>{at_once()}"
        f"<id>{client_id}</id>{meta(to_list())}"
    )
    stage.reader.message(about(client_id))
    reference = stored(stage, client_id).id
    service.until(lambda: "report acknowledged" in way(service, reference))
    assert way(service, reference) == WAY
    people = (stage.admin, stage.publisher, stage.reader, stage.notified)
    private = [SUBJECT, BODY, nobody, *(person.bare for person in people)]
    secret = stage.server.secret if stage.mode == "component" else r"\bpw\b"
    log = service.log
    assert [text for text in private if text in log] == []
    assert re.search(secret, log) is None
    assert service.metric("carillon_connected", mode=stage.mode) == 1
    request = {"door": "iq", "action": "schedule", "result": "done"}
    assert service.metric("carillon_requests_total", **request) == 1
    assert service.metric("carillon_occurrences_total", outcome="planned") == 1
    assert service.metric("carillon_occurrence_lateness_seconds_count") == 1
    assert service.metric("carillon_broadcasts_total", outcome="sent") == 1
    assert service.metric("carillon_messages_total", outcome="sent") == 2
    failed = {"outcome": "failed"}
    service.until(lambda: service.metric("carillon_messages_total", **failed) == 1)
    assert service.metric("carillon_acknowledgement_duration_seconds_count") > 0
    assert service.metric("carillon_window_used") == 0
    assert service.metric("carillon_subscribers", list="news") == 2
    assert service.metric("carillon_database_up") == 1


def test_the_number_stays_over_a_restart(stage: Stage) -> None:
    """What one process accepted, the next one tells of under the same number."""
    service, client_id = stage.service, fresh()
    stage.create(job(client_id, delay=3, target=to_people(stage.reader.bare)))
    reference = stored(stage, client_id).id
    assert service.stop() == 0
    assert way(service, reference) == WAY[:1]
    service.start()
    service.until(lambda: "report acknowledged" in way(service, reference))
    assert way(service, reference) == WAY


def test_an_unforeseen_error_is_found_by_its_number(stage: Stage) -> None:
    """The number in the answer leads to the request and to the cause."""
    service = stage.service
    spoil = "CREATE TRIGGER spoilt BEFORE INSERT ON schedule"
    why = "BEGIN SELECT RAISE(ABORT, 'this should not be'); END"
    with closing(sqlite3.connect(service.folder / "carillon.db")) as database:
        database.execute(f"{spoil} {why}")
        answer = stage.create(job(fresh(), delay=900))
        database.execute("DROP TRIGGER spoilt")
    assert refusal(answer) == ("internal-server-error", "cancel")
    number = re.fullmatch(r"Internal error (\w+)\.", said(answer))
    assert number is not None
    found = [line for line in service.lines if f"request={number[1]}" in line]
    assert any("request refused" in line and "result=error" in line for line in found)
    assert any("while answering" in line for line in found)


def test_refusals_are_counted(stage: Stage) -> None:
    """Each refusal is counted under its reason."""
    labels = {"door": "iq", "action": "schedule", "result": "invalid"}
    before = stage.service.metric("carillon_requests_total", **labels)
    assert refusal(stage.create("<body>x</body>"))[0] == "bad-request"
    after = stage.service.metric("carillon_requests_total", **labels)
    assert after == before + 1
