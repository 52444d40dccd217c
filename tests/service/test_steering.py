"""A recurring job that is paused, held or skipped while its last moment goes out."""

from datetime import timedelta

import pytest

from bot.domain.schedule import Schedule, ScheduleState
from bot.domain.updates import WireState
from bot.service.delivery.jobs import Step
from tests.world import ADMIN, NOON, World, a_list

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


def steer(world: World, verb: str, job: Schedule) -> Schedule:
    return world.do(getattr(world.steering, verb), world.caller(ADMIN), job.id)


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
    assert steer(world, "pause", job).state is ScheduleState.PAUSED
    resumed = steer(world, "resume", job)
    assert (resumed.state, resumed.wire_state) == (
        ScheduleState.RUNNING,
        WireState.QUEUED,
    )
    deliver(world)
    assert world.get(job.id).state is ScheduleState.PENDING


def test_resumed_after_it_was_sent(world: World, job: Schedule) -> None:
    """It waits for the next moment."""
    steer(world, "pause", job)
    deliver(world)
    assert steer(world, "resume", job).state is ScheduleState.PENDING


@pytest.mark.parametrize("way", ["paused", "held"])
def test_the_last_is_skipped_while_it_is_sending(
    world: World, job: Schedule, way: str
) -> None:
    """What goes out decides how it ends, not what was skipped."""
    if way == "paused":
        steer(world, "pause", job)
    else:
        hold(world)
    assert steer(world, "skip", job).state is ScheduleState.RUNNING
    deliver(world)
    assert world.get(job.id).state is ScheduleState.SENT


def test_the_held_one_is_refused_while_it_is_sending(
    world: World, job: Schedule
) -> None:
    """A held moment that can no longer be sent does not fail what goes out."""
    hold(world)
    assert world.get(job.id).state is ScheduleState.HELD
    world.do(lambda unit: unit.lists.declare([a_list("other", is_default=True)]))
    assert steer(world, "resume", job).state is ScheduleState.RUNNING
    assert world.states(job) == [("sending", None), ("failed", "list-gone")]
