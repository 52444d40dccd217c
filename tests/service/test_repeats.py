"""What readers may do to a broadcast by letting its messages bounce."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.domain.broadcast import BroadcastState, ExceptionKind
from bot.domain.consent import Standing
from bot.domain.schedule import Schedule
from bot.domain.verdict import MAX_ATTEMPTS, RETRY_FOR
from bot.service.delivery.jobs import Step
from bot.service.delivery.outcomes import SETTLING_TIME, Bounce
from bot.service.rules.policy import People
from tests.world import ADMIN, USER, World, a_policy, copy_of

A, B, C = (f"{name}@elsewhere.example" for name in "abc")


@pytest.fixture
def job(world: World) -> Schedule:
    """All that is acknowledged went to three readers."""
    world.subscribe(A, B, C)
    job = world.due()
    claimed = world.do(world.chunk_progress.claim, "w")
    assert claimed is not None
    bounce(world, job, C, "forbidden")  # so that it is not over with the last step
    bounce(world, job, A)
    chunk = claimed.chunk
    step = Step(chunk_id=chunk.id, through=chunk.last, done=chunk.count)
    world.do(world.chunk_progress.record, "w", [step], [])
    return job


def bounce(
    world: World, job: Schedule, jid: str, condition: str = "remote-server-timeout"
) -> None:
    found = Bounce(
        broadcast_key=world.broadcast(job).key,
        jid=jid,
        condition=condition,
        error_type="wait",
    )
    world.do(world.chunk_progress.record, "w", [], [found])


def repeat(world: World) -> list[str]:
    """What the retrier does in one round; who was told again."""
    told = []
    for one in world.do(world.outcomes.retries, 100):
        for again in world.do(world.outcomes.repeats, [one]):
            told.append(again.exception.jid)
            world.do(world.outcomes.repeated, [one])
    return told


def is_over(world: World, job: Schedule) -> bool:
    return world.broadcast(job).state is not BroadcastState.SENDING


def test_two_colluding_readers(world: World, job: Schedule) -> None:
    """Two who let their repeats be accepted and bounce by turns have five each at
    most, and the broadcast is over within a day.
    """
    began = world.clock.now()
    world.clock.advance(minutes=1)
    told = repeat(world)
    world.clock.advance(minutes=5)  # so that they are never accepted both at once
    bounce(world, job, B)
    while not is_over(world, job):
        for jid, other in ((A, B), (B, A)):
            awaited = {one.jid for one in world.exceptions(job) if not one.is_final}
            if jid not in awaited and other in awaited:
                bounce(world, job, jid)
        world.clock.advance(minutes=1)
        told += repeat(world)
    assert len(told) > 2
    assert max(told.count(A), told.count(B)) <= MAX_ATTEMPTS
    assert world.clock.now() - began <= RETRY_FOR + SETTLING_TIME


def test_attempts_are_never_counted_anew(world: World, job: Schedule) -> None:
    """Whose repeat was accepted counts as told, and keeps the attempts he had."""
    told = []
    for number in range(2 * MAX_ATTEMPTS):
        for _ in range(24 * 60):
            told += repeat(world)
            if not [one for one in world.exceptions(job) if one.jid == A]:
                break
            world.clock.advance(minutes=1)
        if number < MAX_ATTEMPTS:
            assert world.progress(job).sent == 2
        bounce(world, job, A)
    assert told == [A] * MAX_ATTEMPTS
    assert world.progress(job).failed == 2


@pytest.mark.parametrize("after", ["forbidden", "remote-server-timeout"])
def test_permanent_and_temporary_by_turns(
    world: World, job: Schedule, after: str
) -> None:
    """What has failed stays failed, whatever bounces after it."""
    bounce(world, job, A, "forbidden")
    bounce(world, job, A, after)
    assert {one.kind for one in world.exceptions(job)} == {ExceptionKind.FAILED}
    assert is_over(world, job)


def test_the_age_counts_not_the_first_bounce(world: World, job: Schedule) -> None:
    """A message that bounces first when its broadcast is a day old is not repeated."""
    world.clock.advance(seconds=(RETRY_FOR - timedelta(seconds=30)).total_seconds())
    bounce(world, job, B)
    kinds = {one.jid: one.kind for one in world.exceptions(job)}
    assert kinds[B] is ExceptionKind.FAILED
    repeat(world)
    world.clock.advance(minutes=15)
    assert repeat(world) == []
    assert is_over(world, job)


def test_what_is_claimed_and_too_old(world: World, job: Schedule) -> None:
    """Nothing is repeated of a broadcast that is a day old, when claimed before."""
    world.clock.advance(minutes=1)
    claimed = world.do(world.outcomes.retries, 100)
    assert [one.jid for one in claimed] == [A]
    world.clock.advance(hours=24)
    assert world.do(world.outcomes.repeats, claimed) == []
    assert is_over(world, job)


def test_what_is_claimed_and_stopped(world: World, job: Schedule) -> None:
    """Nothing is repeated of a broadcast that was stopped, when claimed before."""
    world.clock.advance(minutes=1)
    claimed = world.do(world.outcomes.retries, 100)
    world.do(world.broadcasts.stop, world.caller(ADMIN), world.broadcast(job).id)
    assert world.do(world.outcomes.repeats, claimed) == []
    assert {one.kind for one in world.exceptions(job)} == {ExceptionKind.FAILED}


def test_what_is_claimed_and_expired(world: World) -> None:
    """Nothing is repeated after the expiry, when claimed before."""
    world.subscribe(A)
    job = world.due(expires="2026-03-01T12:30:00Z")
    bounce(world, job, A)
    world.clock.advance(minutes=29)
    claimed = world.do(world.outcomes.retries, 100)
    world.clock.advance(minutes=1)
    assert world.do(world.outcomes.repeats, claimed) == []
    [found] = world.exceptions(job)
    assert found.kind is ExceptionKind.FAILED


def test_what_is_given_back(world: World, job: Schedule) -> None:
    """It is due at once; only what may have been written counts as an attempt."""
    bounce(world, job, B)
    world.clock.advance(minutes=1)
    first, second = world.do(world.outcomes.retries, 100)
    world.do(world.outcomes.give_back, [first], [second])
    again = world.do(world.outcomes.retries, 100)
    assert sorted(again, key=lambda one: one.jid) == sorted(
        (first, replace(second, attempts=second.attempts + 1)), key=lambda one: one.jid
    )


@pytest.mark.parametrize(
    ("recipient", "state"),
    [("bob@example.org", BroadcastState.SENT), (A, BroadcastState.SENDING)],
)
def test_a_persons_message(
    blank: Path, tmp_path: Path, recipient: str, state: BroadcastState
) -> None:
    """Repeated to somebody of the server that takes it, it is delivered once that has
    answered; of others a bounce may follow.
    """
    people = People(servers=frozenset({"example.org"}))
    world = World(copy_of(blank, tmp_path), policy=a_policy(people=people))
    request = world.request(to=recipient, list_name=None, delay_seconds="1")
    standing = Standing(exists=True, subscription="both")
    write, caller = world.schedules.write, world.caller(USER)
    [report, _] = world.do(write, caller, request, standing)
    world.clock.advance(seconds=2)
    world.plan_all()
    job = report.schedule
    claimed = world.do(partial(world.chunk_progress.claim, in_owners_name=True), "w")
    assert claimed is not None
    bounce(world, job, recipient)
    step = Step(chunk_id=claimed.chunk.id, through=1, done=1)
    world.do(world.chunk_progress.record, "w", [step], [])
    world.clock.advance(minutes=1)
    assert repeat(world) == [recipient]
    assert world.broadcast(job).state is state
    assert not world.progress(job).failed
    world.close()
