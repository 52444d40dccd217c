"""A clock that was years ahead was put right: nothing stays as it was for years."""

from contextlib import closing
from datetime import timedelta

import pytest

from bot.domain.events import Ended
from bot.domain.schedule import Schedule, ScheduleState
from bot.domain.verdict import Score
from bot.engine.reporter import CLAIM_TIME
from bot.service.ports.pulses import Pulse
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.records.health import health
from bot.store.database import SqlDatabase
from tests.service.test_lock_order import bounce, claimed, last_step
from tests.store.test_events import Told
from tests.world import ADMIN, NOON, SERVICE, USER, World

AHEAD = timedelta(days=3_000)
A, B, C = "a@example.org", "b@example.org", "c@example.org"


def put_right(world: World) -> None:
    world.clock.advance(days=-AHEAD.days)


@pytest.fixture
def ahead(world: World) -> World:
    """Whose clock is wrong."""
    world.subscribe(A)
    world.clock.advance(days=AHEAD.days)
    return world


def test_who_joined_is_told(ahead: World) -> None:
    """Whoever joined while the clock was ahead is told, and who left then is not."""
    ahead.subscribe(B, C)
    ahead.do(ahead.enrolling.remove, ahead.caller(ADMIN), "news", C)
    put_right(ahead)
    job = ahead.due()
    chunk = claimed(ahead)
    told = ahead.do(ahead.chunk_progress.recipients, chunk, 0, 10)
    assert [(one.jid, one.left) for one in told] == [(A, False), (B, False)]
    assert ahead.broadcast(job).total == 2


def test_who_leaves_under_a_wrong_clock(world: World) -> None:
    """Whoever leaves while the clock is behind is told no more by what goes out."""
    world.subscribe(A, B)
    world.due()
    job = claimed(world)
    put_right(world)  # and so far behind
    world.do(world.enrolling.remove, world.caller(ADMIN), "news", A)
    told = world.do(world.chunk_progress.recipients, job, 0, 10)
    assert [(one.jid, one.left) for one in told] == [(A, True), (B, False)]


def test_a_lease_is_void(ahead: World) -> None:
    """A chunk that was leased, or its lease renewed, far ahead is given to another."""
    ahead.due()
    job = claimed(ahead)
    ahead.do(ahead.chunk_progress.renew, "w", [job.chunk.id])
    assert ahead.do(ahead.chunk_progress.claim, "other") is None
    put_right(ahead)
    found = ahead.do(ahead.chunk_progress.claim, "other")
    assert found is not None
    assert found.chunk.id == job.chunk.id


def test_a_claim_of_a_notice_is_void(ahead: World) -> None:
    """What was claimed to be told, far ahead, is told by whoever looks next."""
    ahead.due()
    ahead.do(ahead.chunk_progress.record, "w", [last_step(claimed(ahead))], [])

    def claim(unit: UnitOfWork) -> int:
        now = unit.now()
        return len(unit.notices.claim(now, now + CLAIM_TIME, 100))

    assert ahead.do(claim)
    assert not ahead.do(claim)
    put_right(ahead)
    assert ahead.do(claim)


def test_a_repeat_comes(ahead: World) -> None:
    """What is to be repeated far ahead is repeated now."""
    ahead.due()
    job = claimed(ahead)
    again = bounce(job, "resource-constraint")
    ahead.do(ahead.chunk_progress.record, "w", [last_step(job)], [again])
    assert ahead.do(ahead.outcomes.retries, 10) == []
    put_right(ahead)
    [repeat] = ahead.do(ahead.outcomes.retries, 10)
    assert repeat.jid == A


def test_counts_of_requests_are_forgotten(ahead: World) -> None:
    """A minute that began far ahead neither counts nor stays."""
    minute = timedelta(minutes=1)
    add = ahead.do(lambda unit: unit.requests.add(USER, unit.now(), minute))
    assert add[0] == 1
    ahead.do(lambda unit: unit.requests.add(ADMIN, unit.now(), minute))
    put_right(ahead)
    add = ahead.do(lambda unit: unit.requests.add(USER, unit.now(), minute))
    assert add == (1, ahead.clock.now())
    assert ahead.do(lambda unit: unit.requests.forget(unit.now() - minute, 9)) == 1


def test_a_score_starts_anew(ahead: World) -> None:
    """Bounces that were counted far ahead do not add up with those of today."""
    then = Score().raised(ahead.clock.now()).raised(ahead.clock.now())
    put_right(ahead)
    assert then.value == 2
    assert then.raised(ahead.clock.now()) == Score(1, ahead.clock.now())


def test_a_sign_of_life_is_no_sign(ahead: World) -> None:
    """A service that died under a clock far ahead does not count as up."""
    pulse = Pulse(
        worker="w", service=SERVICE, version="1", connected=True,
        started_at=NOON, seen_at=ahead.clock.now(),
    )  # fmt: skip
    ahead.do(lambda unit: unit.facts.beat(pulse))
    assert ahead.do(health).up == (pulse,)
    put_right(ahead)
    found = ahead.do(health)
    assert (found.up, found.silent) == ((), (pulse,))


def test_sent_now_again(ahead: World) -> None:
    """What was sent now, far ahead, is no reason to refuse it now."""
    job = ahead.schedule(
        recurrence="FREQ=DAILY",
        deliver_at=f"{ahead.clock.now() + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}",
    )
    ahead.steer("send_now", job)
    ahead.do(ahead.chunk_progress.record, "w", [last_step(claimed(ahead))], [])
    put_right(ahead)
    assert ahead.steer("send_now", job).state is ScheduleState.RUNNING


def lived(world: World, job: Schedule) -> list[tuple[str, str]]:
    """What becomes of a job until it is over: the days, with their states."""
    while (following := world.get(job.id).next_at) is not None:
        world.clock.set(max(following, world.clock.now()))
        world.plan_all()
    return [(f"{one.due_at:%d}", one.state) for one in world.moments(job)]


def rearmed(world: World) -> None:
    """As the housekeeper does when the service starts, or its clock was put back."""
    after: int | None = 0
    while after is not None:
        after = world.do(world.use_cases.rearming.some, after)


def test_what_was_passed_over_is_yet_to_come(world: World) -> None:
    """What recurs goes on where it was when a clock far ahead passed it over: what lies
    ahead is sent, nothing twice, and counted once; what was left out stays so.
    """
    job = world.schedule(recurrence="FREQ=DAILY;COUNT=9", late_policy="skip")
    world.steer("skip", job, ADMIN, "2026-03-08T13:00:00Z")
    world.clock.set(NOON + timedelta(days=1))
    world.plan_all()  # that of the first day was missed
    for day in (2, 5):  # one that is sent in the time that is wrong, too
        world.clock.set(NOON + timedelta(days=day, hours=1))
        world.plan_all()
    world.clock.set(NOON + timedelta(days=1, minutes=1))
    rearmed(world)
    assert world.get(job.id).next_at == NOON + timedelta(days=3, hours=1)
    assert lived(world, job) == [
        *(("01", "missed"), ("02", "missed"), ("03", "sent"), ("04", "sent")),
        *(("05", "sent"), ("06", "sent"), ("07", "sent"), ("08", "skipped")),
        ("09", "sent"),
    ]
    assert world.get(job.id).planned == 9


def test_all_was_passed_over_and_the_last_is_held(world: World) -> None:
    """What is held for an admin long before it is due is not held when it is."""
    job = world.schedule(recurrence="FREQ=DAILY;COUNT=3", late_policy="hold")
    world.clock.advance(days=30)
    world.plan_all()
    assert [state for state, _ in world.states(job)][-1] == "held"
    world.clock.set(NOON)
    rearmed(world)
    assert lived(world, job) == [("01", "missed"), ("02", "sent"), ("03", "sent")]


def test_a_pause_under_a_wrong_clock(world: World) -> None:
    """What passed in a pause that was never is yet to come."""
    job = world.schedule(recurrence="FREQ=DAILY;COUNT=5")
    world.steer("pause", job)
    world.clock.advance(days=4)
    world.steer("resume", job)
    world.clock.set(NOON)
    rearmed(world)
    states = [state for _, state in lived(world, job)]
    assert states == ["skipped", *["sent"] * 4]


def test_what_took_less_than_no_time(ahead: World) -> None:
    """A broadcast that the clock was put back in took no time, and not less."""
    ahead.due()
    job = claimed(ahead)
    put_right(ahead)
    told = Told()
    with closing(SqlDatabase(ahead.url, SERVICE, told, now=ahead.clock.now)) as other:
        other.call(ahead.chunk_progress.record, "w", [last_step(job)], [])
    [seconds] = [one.seconds for one in told.events if isinstance(one, Ended)]
    assert seconds == 0
