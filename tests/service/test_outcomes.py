"""What comes back: verdicts, retries, scores, and the end of a broadcast."""

import itertools
from datetime import timedelta

import pytest

from bot.domain.broadcast import BroadcastState, DeliveryException, ExceptionKind
from bot.domain.schedule import Schedule, ScheduleState
from bot.service.delivery.jobs import Step
from bot.service.delivery.outcomes import SETTLING_TIME, Bounce
from tests.world import ADMIN, NOON, World

READERS = ("a@example.org", "b@example.org", "far@elsewhere.example")
A, B, FAR = READERS


@pytest.fixture
def job(world: World) -> Schedule:
    """Under way to three readers, nothing acknowledged yet."""
    world.subscribe(*READERS)
    return world.due()


def deliver(world: World) -> None:
    """Everything was acknowledged."""
    claimed = world.do(world.chunk_progress.claim, "w")
    assert claimed is not None
    chunk = claimed.chunk
    step = Step(chunk_id=chunk.id, through=chunk.last, done=chunk.count)
    world.do(world.chunk_progress.record, "w", [step], [])


def bounce(
    world: World, job: Schedule, jid: str, condition: str, error_type: str = "cancel"
) -> None:
    found = Bounce(
        broadcast_key=world.broadcast(job).key,
        jid=jid,
        condition=condition,
        error_type=error_type,
        text="why",
    )
    world.do(world.outcomes.bounced, found)


def exception(world: World, job: Schedule) -> DeliveryException:
    [found] = world.exceptions(job)
    return found


def repeat(world: World) -> list[str]:
    """What the retrier does in one round; who was told again."""
    claimed = world.do(world.outcomes.retries, 100)
    repeats = world.do(world.outcomes.repeats, claimed)
    for one in repeats:
        world.do(world.outcomes.repeated, [one.exception])
    return [one.exception.jid for one in repeats]


def stands(world: World, jid: str) -> bool:
    page = world.do(world.subscribers.page, world.caller(ADMIN), "news", 0, 100)
    return any(subscriber.jid == jid for _, subscriber in page)


def score(world: World, jid: str) -> int:
    found = world.do(lambda unit: unit.subscribers.get(jid))
    assert found is not None
    return found.score.value


@pytest.mark.parametrize(
    ("jid", "condition", "error_type", "kind", "stays", "scored"),
    [
        (A, "item-not-found", "cancel", "failed", False, 0),
        (A, "gone", "modify", "failed", False, 0),
        (FAR, "item-not-found", "cancel", "failed", True, 1),
        (FAR, "gone", "modify", "failed", True, 1),
        (A, "service-unavailable", "cancel", "failed", True, 1),
        (A, "recipient-unavailable", "wait", "failed", True, 1),
        (FAR, "remote-server-not-found", "cancel", "retrying", True, 0),
        (FAR, "remote-server-timeout", "wait", "retrying", True, 0),
        (A, "resource-constraint", "wait", "retrying", True, 0),
        (A, "internal-server-error", "wait", "retrying", True, 0),
        (A, "internal-server-error", "cancel", "failed", True, 0),
        (A, "forbidden", "auth", "failed", True, 0),
        (A, "not-allowed", "cancel", "failed", True, 0),
        (A, "policy-violation", "wait", "failed", True, 0),
        (A, "not-acceptable", "modify", "failed", True, 0),
        (A, "undefined-condition", "cancel", "failed", True, 0),
    ],
)
def test_verdicts(  # noqa: PLR0917 - a row of the table
    world: World,
    job: Schedule,
    jid: str,
    condition: str,
    error_type: str,
    kind: str,
    stays: bool,
    scored: int,
) -> None:
    """Each condition has its verdict on the delivery and on the subscription."""
    bounce(world, job, jid, condition, error_type)
    found = exception(world, job)
    assert (found.jid, found.kind, found.condition) == (jid, kind, condition)
    assert found.text == "why"
    assert (stands(world, jid), score(world, jid)) == (stays, scored)


def test_an_unknown_broadcast_is_ignored(world: World, job: Schedule) -> None:
    """A bounce of what we never sent leaves no trace."""
    forged = Bounce(
        broadcast_key="nothing", jid=A, condition="gone", error_type="cancel"
    )
    world.do(world.outcomes.bounced, forged)
    assert world.exceptions(job) == []
    assert stands(world, A)


def test_a_bounce_before_the_acknowledgement(world: World, job: Schedule) -> None:
    """Counts are right at any time, though the bounce comes first."""
    bounce(world, job, A, "forbidden")
    before = world.progress(job)
    assert (before.sent, before.failed) == (0, 1)
    deliver(world)
    after = world.progress(job)
    assert (after.sent, after.failed, after.total) == (2, 1, 3)
    assert world.get(job.id).state is ScheduleState.SENT


def test_a_late_bounce_changes_counts_not_states(world: World, job: Schedule) -> None:
    """A bounce after the end is counted; the job stays sent."""
    deliver(world)
    world.notices()
    for jid in READERS:
        bounce(world, job, jid, "forbidden")
    progress = world.progress(job)
    assert (progress.sent, progress.failed) == (0, 3)
    assert world.get(job.id).state is ScheduleState.SENT
    assert world.broadcast(job).state is BroadcastState.SENT
    assert world.notices() == []


def test_a_late_bounce_is_retried(world: World, job: Schedule) -> None:
    """Also after the end a message is repeated, and accepted in the end."""
    deliver(world)
    bounce(world, job, FAR, "remote-server-timeout", "wait")
    assert world.progress(job).deferred == 1
    world.clock.advance(minutes=1)
    assert repeat(world) == [FAR]
    world.clock.advance(seconds=SETTLING_TIME.total_seconds())
    assert repeat(world) == []
    assert world.progress(job).sent == 3
    assert world.get(job.id).state is ScheduleState.SENT


def test_a_broadcast_waits_for_its_retries(world: World, job: Schedule) -> None:
    """While a message is repeated the job is queued; accepted, it is sent."""
    bounce(world, job, FAR, "remote-server-timeout", "wait")
    deliver(world)
    assert world.get(job.id).wire_state == "queued"
    world.clock.advance(minutes=1)
    assert repeat(world) == [FAR]
    assert exception(world, job).kind is ExceptionKind.DEFERRED
    assert world.get(job.id).wire_state == "queued"
    world.clock.advance(seconds=SETTLING_TIME.total_seconds())
    assert repeat(world) == []
    assert world.exceptions(job) == []
    assert world.get(job.id).wire_state == "sent"


def test_five_times_within_a_day(world: World, job: Schedule) -> None:
    """A message that always bounces is repeated five times, ever later, then failed."""
    bounce(world, job, FAR, "remote-server-timeout", "wait")
    deliver(world)
    first = world.clock.now()
    at = []
    for _ in range(24 * 60):
        world.clock.advance(minutes=1)
        if repeat(world):
            at.append(world.clock.now() - first)
            world.clock.advance(seconds=30)
            bounce(world, job, FAR, "remote-server-timeout", "wait")
        if exception(world, job).kind is ExceptionKind.FAILED:
            break
    assert len(at) == 5
    pauses = [later - earlier for earlier, later in itertools.pairwise(at)]
    assert pauses == sorted(pauses)
    assert at[-1] < timedelta(hours=24)
    assert world.get(job.id).state is ScheduleState.SENT
    assert world.progress(job).failed == 1


def test_a_bounce_of_the_repeat_before_its_acknowledgement(
    world: World, job: Schedule
) -> None:
    """A repeat that bounced already is not taken for one that waits."""
    bounce(world, job, FAR, "remote-server-timeout", "wait")
    world.clock.advance(minutes=1)
    claimed = world.do(world.outcomes.retries, 100)
    bounce(world, job, FAR, "forbidden")
    world.do(world.outcomes.repeated, claimed)
    assert exception(world, job).kind is ExceptionKind.FAILED


def test_a_claim_that_was_not_followed_up(world: World, job: Schedule) -> None:
    """A crash between claim and write loses no retry, and none goes on for ever."""
    bounce(world, job, FAR, "remote-server-timeout", "wait")
    deliver(world)
    claims = 0
    for _ in range(20):
        world.clock.advance(minutes=16)
        claims += len(world.do(world.outcomes.retries, 100))
    assert claims == 5
    assert exception(world, job).kind is ExceptionKind.FAILED
    assert world.get(job.id).state is ScheduleState.SENT


def test_no_retry_after_the_expiry(world: World) -> None:
    """What expired while the service was away is not repeated."""
    world.subscribe(*READERS)
    job = world.due(expires="2026-03-01T12:30:00Z")
    bounce(world, job, FAR, "remote-server-timeout", "wait")
    deliver(world)
    world.clock.set(NOON + timedelta(minutes=30))
    assert repeat(world) == []
    assert exception(world, job).kind is ExceptionKind.FAILED
    assert world.get(job.id).state is ScheduleState.SENT


def test_no_retry_is_planned_past_the_expiry(world: World) -> None:
    """A retry that would come after the expiry is not waited for."""
    world.subscribe(*READERS)
    job = world.due(expires="2026-03-01T12:00:30Z")
    bounce(world, job, FAR, "remote-server-timeout", "wait")
    assert exception(world, job).kind is ExceptionKind.FAILED


def test_who_left_is_not_told_again(world: World, job: Schedule) -> None:
    """A message to somebody who left meanwhile is not repeated."""
    bounce(world, job, FAR, "remote-server-timeout", "wait")
    deliver(world)
    world.do(world.enrolling.remove, world.caller(ADMIN), "news", FAR)
    world.clock.advance(minutes=1)
    assert repeat(world) == []
    assert world.get(job.id).state is ScheduleState.SENT


def test_nothing_of_a_stopped_broadcast_is_repeated(
    world: World, job: Schedule
) -> None:
    """Stopping ends the retries, too."""
    bounce(world, job, FAR, "remote-server-timeout", "wait")
    broadcast = world.broadcast(job)
    world.do(world.broadcasts.stop, world.caller(ADMIN), broadcast.id)
    world.clock.advance(minutes=1)
    assert repeat(world) == []
    bounce(world, job, A, "remote-server-timeout", "wait")
    assert {one.kind for one in world.exceptions(job) if one.jid == A} == {"failed"}


def test_a_retry_that_escaped_the_stop(world: World, job: Schedule) -> None:
    """A bounce recorded beside the stop, by another process, is not repeated."""
    bounce(world, job, FAR, "remote-server-timeout", "wait")
    [waiting] = world.exceptions(job)
    broadcast = world.broadcast(job)
    world.do(world.broadcasts.stop, world.caller(ADMIN), broadcast.id)
    world.do(lambda unit: unit.exceptions.put([waiting]))
    world.clock.advance(minutes=1)
    assert repeat(world) == []
    assert {one.kind for one in world.exceptions(job)} == {"failed"}


def test_a_repeat_says_the_same(world: World, job: Schedule) -> None:
    """A repeated message is the announcement as it went out first."""
    claimed = world.do(world.chunk_progress.claim, "w")
    assert claimed is not None
    reader = next(
        one
        for one in world.do(world.chunk_progress.recipients, claimed, 0, 10)
        if one.jid == FAR
    )
    first = world.do(world.renditions.announcement, claimed, reader)
    bounce(world, job, FAR, "remote-server-timeout", "wait")
    world.clock.advance(minutes=1)
    [again] = world.do(world.outcomes.repeats, world.do(world.outcomes.retries, 100))
    assert again.announcement == first
    assert again.broadcast_key == world.broadcast(job).key


def test_five_points_suspend(world: World) -> None:
    """The fifth bounce within 30 days suspends; the audience shrinks by one."""
    world.subscribe(A, B)
    for number in range(1, 6):
        job = world.due()
        bounce(world, job, A, "service-unavailable")
        deliver(world)
        assert score(world, A) == number
        assert stands(world, A) is (number < 5)
        world.clock.advance(days=5)
    assert world.broadcast(world.due()).total == 1


def test_old_points_lapse(world: World) -> None:
    """Bounces more than 30 days apart never suspend."""
    world.subscribe(A)
    for _ in range(6):
        bounce(world, world.due(), A, "service-unavailable")
        world.clock.advance(days=31)
    assert score(world, A) == 1
    assert stands(world, A)


def test_one_point_a_broadcast(world: World, job: Schedule) -> None:
    """However often one message bounces (repeats of a crash), it scores once."""
    for _ in range(3):
        bounce(world, job, A, "service-unavailable")
    assert score(world, A) == 1


def test_a_sign_of_life(world: World, job: Schedule) -> None:
    """Presence forgets the bounces and takes up what they suspended."""
    bounce(world, job, A, "gone", "cancel")
    assert not stands(world, A)
    world.clock.advance(days=1)
    world.do(world.subscribers.alive, A, "de")
    assert stands(world, A)
    bounce(world, job, B, "service-unavailable")
    world.do(world.subscribers.alive, B, None)
    assert score(world, B) == 0


def test_a_sign_of_life_of_who_left(world: World, job: Schedule) -> None:
    """Who left by wish is not brought back by presence."""
    bounce(world, job, A, "gone", "cancel")
    world.do(world.subscribers.alive, A, None)
    world.do(world.enrolling.remove, world.caller(ADMIN), "news", A)
    world.do(world.subscribers.alive, A, None)
    assert not stands(world, A)
