"""An occurrence that is held for an admin holds up nothing but itself."""

from datetime import timedelta

import pytest

from bot.domain.errors import Finished, NotAllowed
from bot.domain.message import Text
from bot.domain.schedule import Schedule, ScheduleState
from bot.domain.updates import WireState
from bot.service.ports.paging import Paging
from tests.world import ADMIN, NOON, OPS, PUBLISHER, World

READER = "reader@example.org"
AT_ONE = NOON.replace(hour=13)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def job(world: World) -> Schedule:
    """Daily; the first of its moments is held: the service was down for an hour."""
    job = world.schedule(PUBLISHER, recurrence="FREQ=DAILY;COUNT=4", late_policy="hold")
    world.plan_all()
    world.clock.set(AT_ONE + HOUR)
    world.plan_all()
    return job


def texts(world: World, to: str = OPS) -> list[str]:
    return [
        one.said.body
        for one in world.notices()
        if one.to == to and isinstance(one.said, Text)
    ]


def test_the_schedule_goes_on(world: World, job: Schedule) -> None:
    """The next moment, on time, is sent; it takes the place of what is held, and both
    its owner and the admins read that.
    """
    found = world.get(job.id)
    assert (found.state, found.next_at) == (ScheduleState.PENDING, AT_ONE + DAY)
    assert "An admin can let it go (resume)" in texts(world)[0]
    world.clock.set(AT_ONE + DAY)
    world.plan_all()
    assert world.states(job) == [("missed", "superseded"), ("sent", None)]
    [text] = texts(world)
    assert "due 2026-03-01 13:00 UTC, was not sent: a newer one" in text


def test_a_newer_one_is_held(world: World, job: Schedule) -> None:
    """Of several that are late only the newest is held, and all is told at once."""
    world.notices()
    world.clock.set(AT_ONE + 2 * DAY + HOUR)
    world.plan_all()
    assert world.states(job) == [
        ("missed", "superseded"),
        ("missed", "superseded"),
        ("held", "late"),
    ]
    [text] = texts(world)
    assert "2 occurrences" in text
    assert "is held" in text


@pytest.mark.parametrize("verb", ["resume", "send_now"])
def test_an_admin_lets_it_go(world: World, job: Schedule, verb: str) -> None:
    """It goes out once, and the next moment comes as if nothing had been."""
    world.subscribe(READER)
    with pytest.raises(NotAllowed):
        world.steer(verb, job, PUBLISHER)
    after = world.steer(verb, job)
    assert (after.state, after.next_at) == (ScheduleState.RUNNING, AT_ONE + DAY)
    if verb == "resume":
        assert world.steer(verb, job) == after
    else:
        with pytest.raises(Finished):
            world.steer(verb, job)
    assert world.broadcasts_of(job) == 1


def test_cancelling_ends_it_too(world: World, job: Schedule) -> None:
    """Of a cancelled job nothing is left to be let go."""
    assert world.cancel(job).state is ScheduleState.CANCELLED
    assert world.states(job) == [("skipped", "cancelled")]
    with pytest.raises(Finished):
        world.steer("resume", job)


def test_the_last_one_is_held(world: World) -> None:
    """A job of which nothing else is left is scheduled, and over once it is decided."""
    world.subscribe(READER)
    job = world.schedule(late_policy="hold")
    world.plan_all()
    world.clock.set(AT_ONE + HOUR)
    world.plan_all()
    found = world.get(job.id)
    assert (found.wire_state, found.next_at) == (WireState.SCHEDULED, None)
    assert world.steer("skip", job).state is ScheduleState.CANCELLED


def test_paused_and_held(world: World, job: Schedule) -> None:
    """A pause leaves what is held as it is. Its owner may end the pause; an admin who
    does lets go what is held with it.
    """
    world.steer("pause", job, PUBLISHER)
    resumed = world.steer("resume", job, PUBLISHER)
    assert resumed.state is ScheduleState.PENDING
    assert world.states(job) == [("held", "late")]
    world.steer("pause", job)
    world.clock.set(AT_ONE + DAY + HOUR)
    after = world.steer("resume", job)
    assert after.next_at == AT_ONE + 2 * DAY
    assert world.states(job) == [("sent", None), ("skipped", "paused")]


def test_let_go_after_its_expiry(world: World) -> None:
    """No message leaves after the expiry, whoever lets it go."""
    world.subscribe(READER)
    job = world.schedule(late_policy="hold", expires="2026-03-01T16:00:00Z")
    world.plan_all()
    world.clock.set(AT_ONE + HOUR)
    world.plan_all()
    world.notices()
    world.clock.set(AT_ONE + 4 * HOUR)
    assert world.steer("resume", job).state is ScheduleState.FAILED
    assert world.states(job) == [("failed", "expired")]
    assert "it expired" in texts(world, ADMIN)[0]


def test_which_are_held(world: World, job: Schedule) -> None:
    """Whoever looks for what is held finds it, until it is decided."""
    other = world.schedule(delay_seconds="60")
    admin = world.caller(ADMIN)

    def held() -> list[int]:
        page = world.database.call(
            lambda unit: world.schedules.page(unit, admin, Paging(), held=True)
        )
        return [one.id for one in page.items]

    assert held() == [job.id]
    assert other.id not in held()
    world.steer("skip", job)
    assert held() == []
