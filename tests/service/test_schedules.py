"""Asking, asking again, looking, changing and cancelling."""

from typing import Any

import pytest

from bot.domain.errors import (
    CarillonError,
    Conflict,
    Finished,
    Forbidden,
    Invalid,
    NotAllowed,
    NotFound,
    PolicyViolation,
)
from bot.domain.schedule import ScheduleState, TextContent
from bot.service.ports.paging import Paging
from bot.service.ports.schedules import ScheduleFilter
from bot.service.requests.request import ScheduleName
from tests.world import ADMIN, NOON, PUBLISHER, STRANGER, USER, World, numbered

READER = "reader@example.org"
DAILY = {"recurrence": "FREQ=DAILY", "deliver_at": "2026-03-01T13:00:00Z"}


def stored(world: World) -> int:
    return world.do(lambda unit: unit.schedules.count(ScheduleFilter(welcomes=True)))


def test_a_request_is_stored_as_asked(world: World) -> None:
    """A request becomes a pending schedule at its moment, counted in the quota."""
    request = world.request(
        client_id="job", bodies=(("en", "Hi"), ("de", "Hallo")), subjects=(("", "S"),)
    )
    admin = world.caller(ADMIN)
    report, quota = world.do(world.schedules.create, admin, request)
    schedule = report.schedule
    assert schedule == world.get(schedule.id)
    assert schedule.state is ScheduleState.PENDING
    assert schedule.next_at == NOON.replace(hour=13)
    assert isinstance(schedule.content, TextContent)
    assert [text.subject for text in schedule.content.texts] == ["S", "S"]
    assert (quota.used, quota.limit) == (1, 0)


def test_a_repeat_is_the_same_job(world: World) -> None:
    """The same id with the same content gives the same job, however much later."""
    first = world.schedule(client_id="job", delay_seconds="60")
    world.clock.advance(seconds=30)
    assert world.schedule(client_id="job", delay_seconds="60") == first
    assert stored(world) == 1


def test_another_content_under_the_same_id_is_a_conflict(world: World) -> None:
    """The same id with other content is refused and changes nothing."""
    first = world.schedule(client_id="job")
    with pytest.raises(Conflict):
        world.schedule(client_id="job", bodies=(("en", "Other"),))
    assert world.get(first.id) == first
    assert stored(world) == 1


def test_two_owners_may_use_one_id(world: World) -> None:
    """An id is unique for its owner only."""
    assert world.schedule(client_id="job").id != (
        world.schedule(PUBLISHER, client_id="job").id
    )


def test_ids_are_made_where_none_is_given(world: World) -> None:
    """Two requests without an id are two jobs."""
    first, second = world.schedule(), world.schedule()
    assert first.client_id != second.client_id


REFUSALS: list[tuple[str, dict[str, Any], type[CarillonError]]] = [
    (ADMIN, {"deliver_at": None}, Invalid),
    (ADMIN, {"deliver_at": "tomorrow"}, Invalid),
    (ADMIN, {"deliver_at": "2026-03-01T13:00:00"}, Invalid),
    (ADMIN, {"deliver_at": "2026-03-01T11:58:59Z"}, Invalid),
    (ADMIN, {"delay_seconds": "0"}, Invalid),
    (ADMIN, {"delay_seconds": "-5"}, Invalid),
    (ADMIN, {"delay_seconds": "99999999"}, PolicyViolation),
    (PUBLISHER, {"deliver_at": "2027-03-03T12:00:00Z"}, PolicyViolation),
    (ADMIN, {"timezone": "Mars/Olympus"}, Invalid),
    (ADMIN, {"recurrence": "FREQ=HOURLY"}, Invalid),
    (ADMIN, {"recurrence": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}, Invalid),
    (ADMIN, {"expires": "2026-03-01T13:00:00Z"}, Invalid),
    (ADMIN, {"bodies": ()}, Invalid),
    (ADMIN, {"bodies": (("en", "  "),)}, Invalid),
    (ADMIN, {"bodies": (("en", "a"), ("en", "b"))}, Invalid),
    (ADMIN, {"bodies": (("en", "a\x07b"),)}, Invalid),
    (ADMIN, {"subjects": (("fr", "Bonjour"),)}, Invalid),
    (PUBLISHER, {"bodies": (("en", "x" * 101),)}, PolicyViolation),
    (PUBLISHER, {"subjects": (("en", "x" * 21),)}, PolicyViolation),
    (ADMIN, {"payloads": ("<x xmlns='y'>" + "z" * 70_000 + "</x>",)}, PolicyViolation),
    (ADMIN, {"template": "nothing", "bodies": ()}, Invalid),
    (ADMIN, {"template": "maintenance", "bodies": ()}, Invalid),
    (ADMIN, {"values": {"start": {"": "x"}}}, Invalid),
    (ADMIN, {"client_id": "x" * 256}, Invalid),
    (ADMIN, {"client_id": " "}, Invalid),
    (ADMIN, {"late_policy": "maybe"}, Invalid),
    (ADMIN, {"late_policy": "skip", "late_within": "5"}, Invalid),
    (ADMIN, {"list_name": None}, Invalid),
    (ADMIN, {"to": "news@announce.example.org", "list_name": "other"}, Invalid),
    (ADMIN, {"list_name": "other"}, NotFound),
    (ADMIN, {"to": READER, "list_name": None}, NotAllowed),
    (ADMIN, {"people": ("announce.example.org",)}, NotAllowed),
    (ADMIN, {"people": ("a@b@c",)}, Invalid),
    (PUBLISHER, {"people": (READER,)}, NotAllowed),
    (USER, {}, NotAllowed),
    (USER, {"list_name": "other"}, NotFound),
    (STRANGER, {}, Forbidden),
]


@pytest.mark.parametrize(("jid", "changes", "error"), REFUSALS)
def test_what_is_refused_leaves_nothing(
    world: World, jid: str, changes: dict[str, Any], error: type[CarillonError]
) -> None:
    """Each fault has its error, and nothing of the request stays."""
    with pytest.raises(error) as raised:
        world.schedule(jid, **changes)
    assert type(raised.value) is error
    assert stored(world) == 0
    assert world.notices() == []


def test_a_list_by_its_address_or_as_the_default(world: World) -> None:
    """A list's address and the service's own name the list and the default one."""
    for to in ("news@announce.example.org", "announce.example.org"):
        schedule = world.schedule(to=to, list_name=None)
        assert schedule.audience.list_name == "news"


def test_the_quota_counts_what_is_live(world: World) -> None:
    """At the limit a request is refused, to wait; a cancelled job makes room."""
    jobs = [world.schedule(PUBLISHER) for _ in range(3)]
    with pytest.raises(PolicyViolation) as refused:
        world.schedule(PUBLISHER)
    assert (refused.value.limit, refused.value.wait) == ("pending", True)
    publisher = world.caller(PUBLISHER)
    world.do(world.schedules.cancel, publisher, ScheduleName(id=jobs[0].client_id))
    world.schedule(PUBLISHER)


def test_a_repeat_counts_no_quota(world: World) -> None:
    """At the limit a repeat still gets the present state of its job."""
    jobs = [world.schedule(PUBLISHER, client_id=name) for name in "abc"]
    assert world.schedule(PUBLISHER, client_id="a") == jobs[0]


def test_a_draft_is_not_stored(world: World) -> None:
    """A draft tells what would be, and how many would hear it."""
    world.subscribe(READER)
    draft, readers = world.do(
        world.schedules.draft, world.caller(ADMIN), world.request()
    )
    assert (draft.next_at, readers) == (NOON.replace(hour=13), 1)
    assert stored(world) == 0


def test_anothers_job_looks_like_none(world: World) -> None:
    """Another's job and one that does not exist are refused with the same words."""
    job = world.schedule(client_id="secret")
    user = world.caller(USER)
    schedules = world.schedules
    texts = []
    for client_id, owner in (("secret", ADMIN), ("nothing", ADMIN)):
        with pytest.raises(NotFound) as refused:
            world.do(schedules.named, user, ScheduleName(id=client_id, owner=owner))
        texts.append(refused.value.text.replace(client_id, "…"))
    with pytest.raises(NotFound):
        world.do(schedules.named, user, numbered(job))
    for verb in ("pause", "resume", "skip"):
        with pytest.raises(NotFound):
            world.steer(verb, job, USER)
    assert texts[0] == texts[1]
    assert world.get(job.id) == job


def test_an_admin_finds_anothers_job(world: World) -> None:
    """An admin who names the owner finds the job."""
    job = world.schedule(PUBLISHER, client_id="theirs")
    found = world.do(
        world.schedules.named,
        world.caller(ADMIN),
        ScheduleName(id="theirs", owner=PUBLISHER),
    )
    assert found == job


def test_pages_hold_ones_own(world: World) -> None:
    """A publisher's page has the own jobs only, an admin's all, in pages."""
    for jid in (ADMIN, PUBLISHER, ADMIN):
        world.schedule(jid)
    page = world.do(world.schedules.page, world.caller(PUBLISHER), Paging())
    assert [one.owner for one in page.items] == [PUBLISHER]
    admin = world.caller(ADMIN)
    first = world.do(world.schedules.page, admin, Paging(limit=2))
    after = Paging(limit=2, after=first.items[-1].id)
    second = world.do(world.schedules.page, admin, after)
    assert (first.count, len(first.items), len(second.items)) == (3, 2, 1)
    assert second.index == 2


def test_pages_by_status(world: World) -> None:
    """The draft's status filters, and an unknown one is refused."""
    world.schedule()
    gone = world.schedule(client_id="gone")
    admin = world.caller(ADMIN)
    world.do(world.schedules.cancel, admin, ScheduleName(id="gone"))
    page = world.do(world.schedules.page, admin, Paging(), "cancelled")
    assert [one.id for one in page.items] == [gone.id]
    with pytest.raises(Invalid):
        world.do(world.schedules.page, admin, Paging(), "lost")


def test_cancel_twice(world: World) -> None:
    """A cancelled job becomes due no more, and cancelling again is no error."""
    job = world.schedule(client_id="job")
    admin = world.caller(ADMIN)
    for _ in range(2):
        cancelled = world.do(world.schedules.cancel, admin, ScheduleName(id="job"))
        assert cancelled.state is ScheduleState.CANCELLED
    world.clock.advance(hours=2)
    assert world.plan() == 0
    assert world.moments(job) == []


def test_cancel_what_is_over(world: World) -> None:
    """A finished job cannot be cancelled; the text names its state."""
    job = world.due(client_id="job")
    assert job.state is ScheduleState.SENT
    with pytest.raises(Finished, match="sent"):
        world.do(world.schedules.cancel, world.caller(ADMIN), ScheduleName(id="job"))


def test_pause_and_resume(world: World) -> None:
    """A paused job does not become due; resumed in time, it goes out."""
    job = world.schedule()
    for _ in range(2):
        world.steer("pause", job)
    world.clock.advance(minutes=65)
    assert world.plan() == 0
    world.steer("resume", job)
    world.plan_all()
    assert world.states(job) == [("sent", None)]


def test_resumed_too_late(world: World) -> None:
    """What was paused past its lateness is over when it is resumed, for that reason."""
    job = world.schedule()
    world.steer("pause", job)
    world.clock.advance(hours=2)
    over = world.steer("resume", job)
    assert (over.state, over.reason) == (ScheduleState.CANCELLED, "paused")
    assert world.steer("resume", job) == over
    assert world.plan() == 0
    assert world.states(job) == [("skipped", "paused")]
    told = [one for one in world.notices() if one.to == ADMIN]
    assert len(told) == 1
    assert "was not sent: it was paused then" in str(told[0].said)


def test_what_goes_out_cannot_be_paused(world: World) -> None:
    """A job with nothing to come but what goes out now refuses to pause."""
    world.subscribe(READER)
    job = world.due()
    assert job.state is ScheduleState.RUNNING
    with pytest.raises(Conflict):
        world.steer("pause", job)


def test_skip_leaves_one_out(world: World) -> None:
    """A skipped occurrence counts for COUNT and the following one stays."""
    job = world.schedule(recurrence="FREQ=DAILY;COUNT=2")
    skipped = world.steer("skip", job)
    assert skipped.next_at == NOON.replace(day=2, hour=13)
    world.clock.set(NOON.replace(day=5))
    world.clock.set(NOON.replace(day=2, hour=13))
    world.plan_all()
    assert world.states(job) == [("skipped", None), ("sent", None)]
    assert world.get(job.id).state is ScheduleState.SENT


def test_skip_the_last(world: World) -> None:
    """A job whose last occurrence is skipped is over; one without others refuses."""
    job = world.schedule(recurrence="FREQ=DAILY;COUNT=1")
    over = world.steer("skip", job)
    assert (over.state, over.reason) == (ScheduleState.CANCELLED, "skipped")
    once = world.schedule()
    with pytest.raises(Conflict):
        world.steer("skip", once)


def test_send_now_once(world: World) -> None:
    """A single announcement sent now is not sent again at its moment."""
    job = world.schedule()
    world.steer("send_now", job)
    world.plan_all()
    world.clock.advance(hours=2)
    world.plan_all()
    assert world.states(job) == [("sent", None)]


def test_send_now_is_extra_for_a_recurring_job(world: World) -> None:
    """A recurring announcement sent now keeps its rule, its count included."""
    world.subscribe(READER)
    job = world.schedule(recurrence="FREQ=DAILY;COUNT=2")
    sent = world.steer("send_now", job)
    assert (sent.next_at, sent.planned) == (NOON.replace(hour=13), 0)
    assert [one.due_at for one in world.moments(job)] == [NOON]
    assert world.broadcast(job).total == 1


def test_send_now_a_paused_recurring_job(world: World) -> None:
    """A paused recurring job is resumed before it is sent."""
    job = world.schedule(**DAILY)
    world.steer("pause", job)
    with pytest.raises(Conflict):
        world.steer("send_now", job)
