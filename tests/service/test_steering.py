"""A recurring job that is paused, held or skipped while its last moment goes out."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.access import Access
from bot.domain.errors import Conflict, Finished, NotAllowed
from bot.domain.schedule import Schedule, ScheduleState
from bot.domain.updates import WireState
from bot.service.delivery.jobs import Step
from tests.world import ADMIN, AUDITOR, NOON, World, a_list, numbered

READER = "reader@example.org"
AT_ONE = NOON.replace(hour=13)


@pytest.fixture
def job(world: World) -> Schedule:
    """The first of two moments goes out."""
    world.subscribe(READER)
    job = world.schedule(recurrence="FREQ=DAILY;COUNT=2", late_policy="hold")
    world.clock.set(AT_ONE)
    world.plan_all()
    assert world.get(job.id).state is ScheduleState.RUNNING
    return job


def deliver(world: World) -> None:
    claimed = world.do(world.chunk_progress.claim, "w")
    assert claimed is not None
    last, count = claimed.chunk.last, claimed.chunk.count
    step = Step(chunk_id=claimed.chunk.id, through=last, done=count)
    world.do(world.chunk_progress.record, "w", [step], [])


def hold(world: World) -> None:
    """The second moment passes while nobody plans."""
    world.clock.set(AT_ONE + timedelta(days=1, hours=1))
    world.plan_all()


def test_resumed_while_it_is_sending(world: World, job: Schedule) -> None:
    """It is queued again, and scheduled once the sending is over."""
    assert world.steer("pause", job).state is ScheduleState.PAUSED
    resumed = world.steer("resume", job)
    assert (resumed.state, resumed.wire_state) == (
        ScheduleState.RUNNING,
        WireState.QUEUED,
    )
    deliver(world)
    assert world.get(job.id).state is ScheduleState.PENDING


def test_resumed_after_it_was_sent(world: World, job: Schedule) -> None:
    """It waits for the next moment."""
    world.steer("pause", job)
    deliver(world)
    assert world.steer("resume", job).state is ScheduleState.PENDING


@pytest.mark.parametrize("way", ["paused", "held"])
def test_the_last_is_skipped_while_it_is_sending(
    world: World, job: Schedule, way: str
) -> None:
    """What goes out decides how it ends, not what was skipped."""
    if way == "paused":
        world.steer("pause", job)
    else:
        hold(world)
    assert world.steer("skip", job).state is ScheduleState.RUNNING
    deliver(world)
    assert world.get(job.id).state is ScheduleState.SENT


def test_the_held_one_is_refused_while_it_is_sending(
    world: World, job: Schedule
) -> None:
    """A held moment that can no longer be sent does not fail what goes out."""
    hold(world)
    assert world.states(job)[-1] == ("held", "late")
    world.do(lambda unit: unit.lists.declare([a_list("other", is_default=True)]))
    assert world.steer("resume", job).state is ScheduleState.RUNNING
    assert world.states(job) == [("sending", None), ("failed", "list-gone")]


def test_sent_now_twice(world: World) -> None:
    """Sent now again while it goes out, or just after, it would be sent twice: that is
    refused, and later it is not.
    """
    world.subscribe(READER)
    job = world.schedule(recurrence="FREQ=DAILY")
    assert world.steer("send_now", job).state is ScheduleState.RUNNING
    world.clock.advance(seconds=9)
    with pytest.raises(Finished, match="going out already"):
        world.steer("send_now", job)
    deliver(world)
    with pytest.raises(Finished, match="taken for a repeat"):
        world.steer("send_now", job)
    world.clock.advance(minutes=10)
    assert world.steer("send_now", job).state is ScheduleState.RUNNING
    assert [one.state for one in world.moments(job)] == ["sent", "sending"]


def test_a_single_one_sent_now_twice(world: World) -> None:
    """Asked again before it goes out the answer is the same; then it is refused."""
    world.subscribe(READER)
    job = world.schedule()
    first = world.steer("send_now", job)
    world.clock.advance(seconds=9)
    assert world.steer("send_now", job) == first
    world.plan_all()
    with pytest.raises(Finished, match="going out already"):
        world.steer("send_now", job)


def test_what_is_held_is_sent_now_once(world: World) -> None:
    """A held occurrence that is sent now is not followed by an extra one."""
    world.subscribe(READER)
    job = world.schedule(recurrence="FREQ=DAILY;COUNT=2", late_policy="hold")
    world.clock.set(AT_ONE + timedelta(hours=1))
    world.plan_all()
    assert world.steer("send_now", job).state is ScheduleState.RUNNING
    with pytest.raises(Finished):
        world.steer("send_now", job)
    assert world.states(job) == [("sending", "send-now")]
    deliver(world)
    assert world.states(job) == [("sent", "send-now")]
    with pytest.raises(Finished):
        world.steer("send_now", job)


def test_others_are_not_told_in_its_place(world: World) -> None:
    """An audience counted before the job was given to another list is not used."""
    world.do(lambda unit: unit.lists.declare([a_list(), a_list("other")]))
    world.subscribe(READER)
    admin, name = world.caller(ADMIN), numbered(world.schedule())
    frozen = world.do(world.steering.freeze, admin, name)
    job = world.schedule(recurrence="FREQ=DAILY", list_name="other")
    with pytest.raises(Conflict, match="ask again"):
        world.do(world.steering.send_now, admin, numbered(job), frozen)
    with pytest.raises(Conflict, match="ask again"):
        world.do(world.steering.send_now, admin, numbered(job), None)
    assert world.moments(job) == []


def test_another_admins_job_to_single_people(world: World) -> None:
    """An admin may keep it from going out, and nothing else."""
    job = world.schedule(people=(READER,), recurrence="FREQ=DAILY")
    operator = Access.operator()
    name = numbered(job)
    for verb, given in (
        ("skip", ()),
        ("unskip", ()),
        ("resume", (None,)),
        ("send_now", (None,)),
    ):
        with pytest.raises(NotAllowed, match="pause or cancel"):
            world.do(getattr(world.steering, verb), operator, name, *given)
    assert world.get(job.id) == job
    paused = world.do(world.steering.pause, operator, name)
    assert paused.state is ScheduleState.PAUSED
    assert world.do(world.schedules.cancel, operator, name).is_final


def test_whose_audience_is_counted(world: World, job: Schedule) -> None:
    """Counting takes long, so whoever may only look has nothing counted."""
    with pytest.raises(NotAllowed):
        world.do(world.steering.freeze, world.caller(AUDITOR), numbered(job))


@pytest.mark.parametrize(
    "verb", ["pause", "resume", "skip", "unskip", "send_now", "cancel"]
)
def test_another_revision_than_was_seen(world: World, verb: str) -> None:
    """Whoever names the revision that he has seen steers no other, and whoever names
    none steers it as it is; of what is over its own answer is given.
    """
    job = world.schedule(recurrence="FREQ=DAILY")
    seen = replace(numbered(job), revision=job.revision)
    world.edit(job, recurrence="FREQ=WEEKLY")
    admin = world.caller(ADMIN)
    use_cases = world.schedules if verb == "cancel" else world.steering
    given = (None,) if verb in {"resume", "send_now"} else ()
    steer = getattr(use_cases, verb)
    with pytest.raises(Conflict, match="changed meanwhile; look at it again"):
        world.do(steer, admin, seen, *given)
    world.do(world.schedules.cancel, admin, replace(seen, revision=None))
    if verb == "cancel":
        world.do(steer, admin, seen)
        return
    with pytest.raises(Finished):
        world.do(steer, admin, seen, *given)
