"""What people wrote is forgotten once it is over for long enough; what became of it is
not.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from bot.app.configured import retention_of
from bot.desk import views
from bot.desk.desk import Desk
from bot.desk.verbs import broadcasts, schedules
from bot.domain.access import Access
from bot.domain.broadcast import BroadcastName, ExceptionKind
from bot.domain.errors import Finished
from bot.domain.message import Text
from bot.domain.schedule import Schedule, TextContent
from bot.service.delivery.jobs import Deviation, Step
from bot.service.records import retention
from bot.service.records.retention import Retention
from bot.service.requests.request import ScheduleName
from bot.settings import Settings
from bot.xmpp.doors.scheduling import answers
from bot.xmpp.stanzas.verbatim import serialised
from tests.store.releases import rows_of
from tests.world import ADMIN, World

MARKER = "Marigold-5d21"
KEPT = Retention(announcements=timedelta(days=90), personal=timedelta(days=7))
METADATA = (
    f"<metadata xmlns='urn:xmpp:scheduling:0'><x xmlns='x'>{MARKER}</x></metadata>"
)
SAID: dict[str, Any] = {
    "bodies": (("en", f"{MARKER} at noon"),),
    "subjects": (("en", MARKER),),
    "metadata": METADATA,
}
READERS = ("anna@example.org", "bernd@example.org")


@pytest.fixture
def world(world: World) -> World:
    world.subscribe(*READERS)
    return world


def purge(world: World) -> int:
    """All that is old enough; how much in all."""
    total = 0
    while some := world.do(retention.purge, KEPT, world.clock.now()):
        total += some
    return total


def told(world: World, **asked: Any) -> Schedule:
    """Asked for and sent to all readers but the first, whose text could not be made."""
    job = world.due(**{**SAID, **asked})
    send(world)
    return world.get(job.id)


def send(world: World) -> None:
    while claimed := world.do(world.chunk_progress.claim, "w"):
        page = world.do(
            world.chunk_progress.recipients, claimed, claimed.chunk.after, 100
        )
        why = Deviation(page[0].jid, ExceptionKind.FAILED, "content", MARKER)
        step = Step(
            chunk_id=claimed.chunk.id,
            through=claimed.chunk.last,
            done=len(page),
            exceptions=(why,),
        )
        world.do(world.chunk_progress.record, "w", [step], ())


def keep_text(world: World, job: Schedule) -> None:
    """As if it had been rendered."""
    broadcast = world.broadcast(job)
    text = Text(language="en", body=MARKER)
    world.do(lambda unit: unit.broadcasts.keep(broadcast.id, "UTC", {"en": text}))


def test_each_in_its_time(world: World) -> None:
    """What was told to people is forgotten after 7 days, what was told to a list after
    90, and what is not over never.
    """
    listed, personal = told(world), told(world, people=READERS)
    waiting = world.schedule(deliver_at="2026-12-01T12:00:00Z", **SAID)
    keep_text(world, listed)
    cancelled = world.schedule(deliver_at="2026-12-01T13:00:00Z", **SAID)
    world.cancel(cancelled)
    world.clock.advance(days=6)
    assert purge(world) == 0
    world.clock.advance(days=2)
    assert purge(world) > 0
    assert world.get(personal.id).purged_at == world.clock.now()
    assert world.get(listed.id) == listed
    world.clock.advance(days=83)
    purge(world)
    for job in (listed, personal, cancelled):
        found = world.get(job.id)
        assert found.content == TextContent(texts=())
        assert found.metadata is None
        assert found.state == job.state if job is not cancelled else "cancelled"
    assert world.get(waiting.id) == waiting
    world.cancel(waiting)
    world.clock.advance(days=91)
    purge(world)
    assert purge(world) == 0
    rows = rows_of(world.url)
    del rows["notice"]  # told as soon as the owner is there
    assert MARKER not in repr(rows)


def test_what_somebody_hears_later(world: World) -> None:
    """Neither announcement nor broadcast is forgotten while somebody is to hear it."""
    job = world.due(people=READERS, **SAID)
    claimed = world.do(world.chunk_progress.claim, "w")
    assert claimed is not None
    end = world.clock.now() + timedelta(days=30)
    later = Deviation(READERS[0], ExceptionKind.WAITING, "paused", next_at=end)
    chunk = claimed.chunk
    step = Step(chunk_id=chunk.id, through=chunk.last, done=2, exceptions=(later,))
    world.do(world.chunk_progress.record, "w", [step], ())
    assert world.get(job.id).is_final
    world.clock.advance(days=20)
    assert purge(world) == 0
    world.do(lambda unit: unit.exceptions.skip_waiting(claimed.broadcast.id, "left"))
    assert purge(world) > 0


def test_what_stays(world: World) -> None:
    """How many were told, who was not, when, and the entries of the trail."""
    job = told(world)
    keep_text(world, job)
    before = world.progress(job)
    trail = world.entries_after(0)
    world.clock.advance(days=91)
    purge(world)
    assert world.progress(job) == before
    assert (before.sent, before.failed) == (1, 1)
    [failed] = world.exceptions(job)
    assert (failed.jid, failed.condition, failed.text) == (READERS[0], "content", None)
    assert world.states(job) == [("sent", None)]
    assert world.entries_after(0) == trail


def test_zero_is_for_ever(world: World) -> None:
    """What is to be kept for ever is kept."""
    told(world)
    world.clock.advance(days=10_000)
    assert world.do(retention.purge, Retention(), world.clock.now()) == 0


def test_as_configured() -> None:
    """Days of the configuration; 0 is for ever."""
    xmpp: Any = {"mode": "component", "jid": "announce.example.org", "password": "x"}
    usual = retention_of(Settings(xmpp=xmpp))
    assert (usual.announcements, usual.personal) == (KEPT.announcements, KEPT.personal)
    kept: Any = {"announcements_days": 0, "personal_days": 1}
    other = retention_of(Settings(xmpp=xmpp, retention=kept))
    assert (other.announcements, other.personal) == (None, timedelta(days=1))


def test_what_recurs(world: World) -> None:
    """What a broadcast told is forgotten in its time, though its announcement goes on,
    with what it says now.
    """
    job = told(world, recurrence="FREQ=MONTHLY", deliver_at="2026-03-01T12:00:01Z")
    keep_text(world, job)
    first = world.broadcast(job)
    world.edit(job, bodies=(("en", "Another"),))
    world.clock.advance(days=91)
    world.plan_all()
    send(world)
    purge(world)
    kept = world.do(lambda unit: unit.broadcasts.kept_content(first.id))
    assert kept is not None
    assert kept[0] == TextContent(texts=())
    assert world.do(lambda unit: unit.broadcasts.renditions(first.id, "UTC")) == {}
    found = world.get(job.id)
    assert isinstance(found.content, TextContent)
    assert found.content.texts[0].body == "Another"
    shown = world.do(
        world.broadcasts.named, world.caller(ADMIN), BroadcastName(job.id, 1)
    )
    assert MARKER not in shown.schedule.content.title


def test_a_request_again(world: World) -> None:
    """A repeat is a repeat and another request a new one, as before."""
    asked = world.request(client_id="bells", delay_seconds="1", **SAID)
    create, admin = world.schedules.create, world.caller(ADMIN)
    job = world.do(create, admin, asked)[0].schedule
    world.clock.advance(seconds=2)
    world.plan_all()
    send(world)
    world.clock.advance(days=91)
    purge(world)
    again = world.do(create, admin, asked)[0].schedule
    assert (again.id, again.state) == (job.id, "sent")
    assert again.content == TextContent(texts=())
    assert world.do(world.schedules.draft, admin, asked)[0].id == job.id
    with pytest.raises(Finished):
        world.edit(again, bodies=(("en", "Other"),))
    other = world.request(client_id="bells", delay_seconds="9")
    assert world.do(create, admin, other)[0].schedule.id != job.id


def test_it_shows(world: World) -> None:
    """Every look and every answer goes on, and tells that and when it was purged."""
    job = told(world, client_id="bells")
    world.clock.advance(days=91)
    purge(world)
    desk = Desk(world.use_cases)
    shown = desk.ask_here(schedules.SHOW(ScheduleName(number=job.id)))
    assert shown.texts == ()
    data = views.schedule(shown.report.schedule)
    assert data["purged_at"] == world.clock.now()
    assert (data["title"], data["template"], data["values"]) == ("", None, None)
    one = broadcasts.OneBroadcast(BroadcastName(job.id))
    assert desk.ask_here(broadcasts.SHOW(one)).schedule.content.title == ""
    report = desk.ask_here(schedules.QUERY(ScheduleName(number=job.id)))
    for caller in (world.caller(ADMIN), Access.operator()):
        answer = serialised(answers.one(report, caller))
        assert ET.fromstring(answer).findtext("{urn:xmpp:scheduling:0}status") == "sent"
        assert MARKER not in answer


def test_nothing_in_the_file(world: World) -> None:
    """On SQLite neither the file nor its log holds what was purged, long texts too."""
    long = f"{MARKER} " * 60
    told(world, bodies=(("en", long[:999]),), people=READERS)
    folder = Path(world.url.removeprefix("sqlite:///")).parent
    world.notices()

    def holding() -> list[str]:
        world.database.scrub()
        return [
            file.name
            for file in sorted(folder.iterdir())
            if MARKER.encode() in file.read_bytes()
        ]

    assert holding() == ["carillon.db"]
    world.clock.advance(days=8)
    purge(world)
    assert holding() == []
