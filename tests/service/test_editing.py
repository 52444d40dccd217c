"""Editing a pending schedule: what stays, what moves, what is refused."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.broadcast import ExceptionKind
from bot.domain.differences import Difference
from bot.domain.errors import (
    CarillonError,
    Conflict,
    Finished,
    Invalid,
    NotAllowed,
    NotFound,
    PolicyViolation,
)
from bot.domain.lateness import Late, LatePolicy
from bot.domain.message import Text
from bot.domain.schedule import (
    PeopleAudience,
    Schedule,
    ScheduleState,
    TemplateContent,
    TextContent,
)
from bot.domain.updates import Update, WireState
from bot.service.delivery.jobs import Deviation, Step
from bot.service.delivery.outcomes import Bounce
from bot.service.requests.editing import Edited
from bot.service.requests.request import ScheduleChange
from tests.world import ADMIN, NOON, PUBLISHER, USER, World, a_list, a_policy, numbered

READER = "reader@example.org"
AT_ONE = NOON.replace(hour=13)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
META = "<metadata xmlns='urn:xmpp:scheduling:0'>{}</metadata>"
LATE = "<late xmlns='urn:x-carillon:announce:0' policy='{}'/>"
TAG = "<tag xmlns='urn:example'>weekly</tag>"


def texts(job: Schedule) -> dict[str, tuple[str | None, str]]:
    assert isinstance(job.content, TextContent)
    return {one.language: (one.subject, one.body) for one in job.content.texts}


def draft(world: World, job: Schedule, **change: Any) -> Edited:
    return world.do(
        world.editing.draft,
        world.caller(ADMIN),
        numbered(job),
        ScheduleChange(**change),
        None,
    )


def test_only_what_is_named_changes(world: World) -> None:
    """Another body under the old subject, in a second revision; all else stays."""
    job = world.schedule(
        bodies=(("en", "Hi"), ("de", "Hallo")),
        subjects=(("", "S"),),
        late_policy="hold",
    )
    edited = world.edit(job, bodies=(("fr", "Salut"),))
    assert texts(edited) == {"fr": ("S", "Salut")}
    assert edited.revision == 2
    assert (edited.next_at, edited.late) == (job.next_at, job.late)
    for name in ("id", "owner", "client_id", "fingerprint", "created_at", "planned"):
        assert getattr(edited, name) == getattr(job, name)
    assert world.get(job.id) == edited
    assert (
        world.schedule(
            bodies=(("en", "Hi"), ("de", "Hallo")),
            subjects=(("", "S"),),
            late_policy="hold",
            client_id=job.client_id,
        )
        == edited
    )


def test_subjects_go_with_their_bodies(world: World) -> None:
    """Subjects of languages that are there no longer go; new subjects replace all."""
    job = world.schedule(
        bodies=(("en", "Hi"), ("de", "Hallo")), subjects=(("en", "E"), ("de", "D"))
    )
    assert texts(world.edit(job, bodies=(("en", "Ho"),))) == {"en": ("E", "Ho")}
    assert texts(world.edit(job, subjects=(("", "All"),))) == {"en": ("All", "Ho")}


def test_from_text_to_template_and_back(world: World) -> None:
    """A template replaces the texts, one of its values the old one, a body all that."""
    job = world.schedule()
    values = {"start": {"": "2026-03-05T22:00:00Z"}, "summary": {"en": "Disks"}}
    edited = world.edit(job, template="maintenance", values=values)
    assert edited.content == TemplateContent(template="maintenance", values=values)
    edited = world.edit(job, values={"summary": {"en": "Fans"}})
    assert isinstance(edited.content, TemplateContent)
    assert edited.content.values == {**values, "summary": {"en": "Fans"}}
    assert texts(world.edit(job, bodies=(("en", "Hi"),))) == {"en": (None, "Hi")}


def test_metadata_stays_true(world: World) -> None:
    """Elements of equal names are replaced, others stay; what another door changed is
    said no longer.
    """
    given = META.format(TAG + LATE.format("skip"))
    job = world.schedule(late_policy="skip", metadata=given)
    edited = world.edit(
        job, late_policy="hold", metadata=META.format(LATE.format("hold"))
    )
    assert edited.late == Late(LatePolicy.HOLD)
    assert edited.metadata is not None
    assert "hold" in edited.metadata
    assert "weekly" in edited.metadata
    assert "skip" not in edited.metadata
    edited = world.edit(job, late_policy="skip")
    assert edited.metadata is not None
    assert "late" not in edited.metadata
    assert "weekly" in edited.metadata


def test_urgent_is_kept_and_taken_away(world: World) -> None:
    """An edit of something else leaves it; what is urgent no more says so no more."""
    given = META.format(TAG + "<urgent xmlns='urn:x-carillon:announce:0'/>")
    job = world.schedule(urgent=True, metadata=given)
    assert world.edit(job, bodies=(("en", "Hello again"),)).urgent
    edited = world.edit(job, urgent=False)
    assert not edited.urgent
    assert edited.metadata is not None
    assert "urgent" not in edited.metadata
    assert "weekly" in edited.metadata


@pytest.mark.parametrize(
    ("limit", "more"),
    [
        ("size", f"<a{{n}} xmlns='urn:a'>{'x' * 30_000}</a{{n}}>"),
        ("size", f"<a{{n}} xmlns='urn:a'/>{'x' * 30_000}"),
        ("elements", f"<a{{n}} xmlns='urn:a'>{'<x/>' * 700}</a{{n}}>"),
        ("namespaces", "<a xmlns='urn:{n}'/>"),
    ],
)
def test_metadata_do_not_grow_without_end(world: World, limit: str, more: str) -> None:
    """Edit upon edit, a job has no more metadata than one request may have."""
    job = world.schedule()

    def grow() -> None:
        for n in range(101):
            world.edit(job, metadata=META.format(more.format(n=n)))

    with pytest.raises(PolicyViolation) as refused:
        grow()
    assert refused.value.limit == limit


def test_revisions(world: World) -> None:
    """A stale revision is a conflict that names the present one; a repeat of the
    latest edit gives its answer again, even when it is over.
    """
    job = world.schedule()
    first: dict[str, Any] = {"bodies": (("en", "first"),), "revision": 1}
    edited = world.edit(job, **first)
    assert world.edit(job, **first) == edited
    with pytest.raises(Conflict, match="revision 2"):
        world.edit(job, bodies=(("en", "other"),), revision=1)
    later: dict[str, Any] = {"delay_seconds": "60"}
    moved = world.edit(job, **later)
    world.clock.advance(seconds=30)
    assert world.edit(job, **later) == moved
    with pytest.raises(Conflict, match="revision 3"):
        world.edit(job, **first)
    assert world.edit(job, bodies=(("en", "first"),), revision=3).revision == 3
    world.clock.advance(seconds=31)
    world.plan_all()
    assert world.edit(job, **later).state is ScheduleState.SENT
    with pytest.raises(Finished, match="sent"):
        world.edit(job, bodies=(("en", "x"),))


def test_what_goes_out_is_not_touched(world: World) -> None:
    """Readers of a broadcast under way are told what it began with; the next one has
    the new text.
    """
    world.subscribe(READER)
    job = world.schedule(recurrence="FREQ=DAILY")
    world.clock.set(AT_ONE)
    world.plan_all()
    world.edit(job, bodies=(("en", "second"),))
    world.edit(job, bodies=(("en", "third"),))
    assert told(world) == ["Hello"]
    world.clock.advance(days=1)
    world.plan_all()
    assert told(world) == ["third"]


def test_what_is_reported_of_it(world: World) -> None:
    """The report of what went out during an edit names the list that it went to, and
    its headline the occurrence, since the job is not over.
    """
    world.do(lambda unit: unit.lists.declare([a_list(), a_list("other")]))
    world.subscribe(READER)
    job = world.due(recurrence="FREQ=DAILY")
    claimed = world.do(world.chunk_progress.claim, "w")
    assert claimed is not None
    world.edit(job, list_name="other", recurrence="")
    fault = Deviation(READER, ExceptionKind.FAILED, "content")
    step = Step(
        chunk_id=claimed.chunk.id,
        through=claimed.chunk.last,
        done=1,
        exceptions=(fault,),
    )
    world.do(world.chunk_progress.record, "w", [step], [])
    headline, words = (one.said for one in world.notices() if one.to == ADMIN)
    due = world.moments(job)[0].due_at
    assert headline == Update(job=job.client_id, status=WireState.FAILED, due_at=due)
    assert isinstance(words, Text)
    assert f"to news, due {due:%F %T} UTC" in words.body


@pytest.mark.parametrize(
    ("hours", "repeated"), [(0, ["Hello"]), (23, ["Hello"]), (25, [])]
)
def test_a_late_bounce(world: World, hours: int, repeated: list[str]) -> None:
    """A message that bounces after its broadcast ended is repeated as it was sent,
    whatever is edited since; after a day it is repeated no more.
    """
    world.subscribe(READER)
    job = world.due(recurrence="FREQ=WEEKLY")
    assert told(world) == ["Hello"]
    bounce = Bounce(
        broadcast_key=world.broadcast(job).key,
        jid=READER,
        condition="remote-server-timeout",
        error_type="wait",
    )
    world.edit(job, bodies=(("en", "second"),))
    world.clock.advance(hours=hours)
    world.do(world.chunk_progress.record, "w", [], [bounce])
    world.edit(job, bodies=(("en", "third"),))
    world.clock.advance(minutes=1)
    due = world.do(world.outcomes.retries, 10)
    again = world.do(world.outcomes.repeats, due)
    assert [text.body for one in again for text in one.announcement.texts] == repeated
    kinds = [one.kind for one in world.exceptions(job)]
    assert kinds == [ExceptionKind.RETRYING if repeated else ExceptionKind.FAILED]


def told(world: World) -> list[str]:
    claimed = world.do(world.chunk_progress.claim, "w")
    assert claimed is not None
    chunk = claimed.chunk
    people = world.do(world.chunk_progress.recipients, claimed, chunk.through, 9)
    said = [world.do(world.renditions.announcement, claimed, one) for one in people]
    step = Step(chunk_id=chunk.id, through=chunk.last, done=chunk.count)
    world.do(world.chunk_progress.record, "w", [step], [])
    return [text.body for one in said for text in one.texts]


def test_a_single_one_that_is_going_out(world: World) -> None:
    """There is nothing left to edit of it."""
    world.subscribe(READER)
    job = world.due()
    with pytest.raises(Finished, match="nothing left to edit"):
        world.edit(job, bodies=(("en", "x"),))


def test_what_is_held(world: World) -> None:
    """A held occurrence goes out as edited; when, is for resume and skip to say."""
    world.subscribe(READER)
    job = world.schedule(late_policy="hold")
    world.clock.set(AT_ONE + HOUR)
    world.plan_all()
    edited = world.edit(job, bodies=(("en", "late news"),))
    assert edited.state is ScheduleState.PENDING
    with pytest.raises(Conflict, match="held"):
        world.edit(job, delay_seconds="60")
    world.steer("resume", job)
    assert told(world) == ["late news"]


REFUSALS: list[tuple[dict[str, Any], type[CarillonError]]] = [
    ({"deliver_at": "2026-03-01T11:00:00Z"}, Invalid),
    ({"deliver_at": "2026-03-01T15:00:00Z", "delay_seconds": "9"}, Invalid),
    ({"delay_seconds": "0"}, Invalid),
    ({"deliver_at": "2028-03-01T11:00:00Z"}, PolicyViolation),
    ({"recurrence": "FREQ=HOURLY"}, Invalid),
    ({"timezone": "Mars/Olympus"}, Invalid),
    ({"timezone": "Pacific/Kiritimati"}, Invalid),
    ({"expires": "2026-03-01T12:30:00Z"}, Invalid),
    ({"deliver_at": "2026-03-09T12:00:00Z"}, Invalid),  # after it expires
    ({"bodies": (("en", "x" * 101),)}, PolicyViolation),
    ({"bodies": (("en", " "),)}, Invalid),
    ({"subjects": (("fr", "x"),)}, Invalid),
    ({"template": "nothing"}, Invalid),
    ({"values": {"start": {"": "x"}}}, Invalid),
    ({"late_policy": "maybe"}, Invalid),
    ({"list_name": "nothing"}, NotFound),
    ({"list_name": "weather"}, NotAllowed),
    ({"people": (READER,)}, NotAllowed),
]


@pytest.mark.parametrize(("change", "error"), REFUSALS)
def test_what_is_refused_changes_nothing(
    world: World, change: dict[str, Any], error: type[CarillonError]
) -> None:
    """The rules of a first request, by the owner's rights, whoever edits."""
    lists = [a_list(), a_list("weather", publishers=frozenset())]
    world.do(lambda unit: unit.lists.declare(lists))
    job = world.schedule(PUBLISHER, expires="2026-03-08T12:00:00Z")
    for jid in (PUBLISHER, ADMIN):
        with pytest.raises(error) as raised:
            world.edit(job, jid, **change)
        assert type(raised.value) is error
    assert world.get(job.id) == job


def test_another_target(world: World) -> None:
    """A job may be given to another list that its owner may announce to."""
    world.do(lambda unit: unit.lists.declare([a_list(), a_list("other")]))
    job = world.schedule()
    assert world.edit(job, list_name="other").audience.list_name == "other"
    edited = world.edit(job, people=(READER,))
    assert edited.audience == PeopleAudience(jids=(READER,))


def test_who_may_edit(world: World) -> None:
    """Its owner and admins, but nobody another's to single people."""
    job = world.schedule(PUBLISHER)
    with pytest.raises(NotFound):
        world.edit(job, USER, bodies=(("en", "x"),))
    assert world.edit(job, bodies=(("en", "x"),)).owner == PUBLISHER


def test_a_full_day(world: World) -> None:
    """A job cannot be moved to a day that has no room; on its own day it may move."""
    limits = {
        role: replace(limits, deliveries_per_day=1)
        for role, limits in world.policy.limits.items()
    }
    world = World(world.url, clock=world.clock, policy=a_policy(limits=limits))
    world.schedule(PUBLISHER, deliver_at="2026-03-02T13:00:00Z")
    job = world.schedule(PUBLISHER)
    with pytest.raises(PolicyViolation, match="choose another day"):
        world.edit(job, PUBLISHER, deliver_at="2026-03-02T15:00:00Z")
    assert world.edit(job, PUBLISHER, deliver_at="2026-03-01T15:00:00Z").revision == 2
    world.close()


def test_a_draft_stores_nothing(world: World) -> None:
    """A draft tells each field that changes, before and after."""
    job = world.schedule(recurrence="FREQ=DAILY", subjects=(("en", "S"),))
    found = draft(
        world,
        job,
        bodies=(("en", "Ho"), ("de", "Hallo")),
        deliver_at="2026-03-02T09:00:00Z",
        recurrence="",
    )
    assert found.differences == (
        Difference(field="body.en", old="Hello", new="Ho"),
        Difference(field="subject.de", old=None, new="S"),
        Difference(field="body.de", old=None, new="Hallo"),
        Difference(field="at", old=AT_ONE, new=AT_ONE + 20 * HOUR),
        Difference(field="begin", old=AT_ONE, new=None),
        Difference(field="every", old="FREQ=DAILY", new=None),
    )
    assert found.after.content == TextContent(
        texts=(
            Text(language="en", body="Ho", subject="S"),
            Text(language="de", body="Hallo", subject="S"),
        )
    )
    assert world.get(job.id) == job


@pytest.mark.parametrize(
    "given",
    [
        {"recurrence": "FREQ=WEEKLY;BYDAY=MO,FR;COUNT=5", "timezone": "Europe/Warsaw"},
        {"deliver_at": "2026-03-29T01:30:00Z", "timezone": "Europe/Warsaw"},
        {"recurrence": "FREQ=MONTHLY", "deliver_at": "2026-03-31T13:00:00Z"},
        {"recurrence": "FREQ=DAILY;UNTIL=20260309", "expires": "2026-03-08T00:00:00Z"},
    ],
)
def test_what_is_written_back_is_what_was_asked(
    world: World, given: dict[str, Any]
) -> None:
    """An edit that says what is so already changes nothing, in whatever form it says
    it, and makes no revision.
    """
    job = world.schedule(**given, late_policy="run", late_within="30")
    job = world.steer("skip", job) if job.recurrence else job
    same: dict[str, Any] = {
        "bodies": (("en", "Hello"),),
        "list_name": "news",
        "late_policy": "run",
        "late_within": "30",
        "updates": True,
        "metadata": META.format(""),
        **{name: given[name] for name in ("recurrence", "timezone") if name in given},
    }
    assert world.edit(job, **same) == job
    assert draft(world, job, **same).differences == ()
