"""From chunk to cursor: what is recorded, and when sending ends."""

import pytest

from bot.domain.broadcast import BroadcastState, ExceptionKind
from bot.domain.errors import Finished
from bot.domain.schedule import Schedule, ScheduleState
from bot.service.delivery.jobs import Deviation, Job, Step
from bot.service.delivery.progress import LEASE_TIME
from bot.service.requests.request import ScheduleName
from tests.world import ADMIN, World

READERS = [f"r{number}@example.org" for number in range(4)]
FAILED = ExceptionKind.FAILED


@pytest.fixture
def job(world: World) -> Schedule:
    """Due, to four readers."""
    world.subscribe(*READERS)
    return world.due(client_id="job")


def claim(world: World, worker: str = "w") -> Job:
    found = world.do(world.chunk_progress.claim, worker)
    assert found is not None
    return found


def positions(world: World, claimed: Job) -> list[int]:
    page = world.do(world.chunk_progress.recipients, claimed, claimed.chunk.after, 100)
    return [one.position for one in page]


def record(world: World, *steps: Step, worker: str = "w") -> set[int]:
    return world.do(world.chunk_progress.record, worker, steps, ())


def test_the_cursor_moves_with_what_was_done(world: World, job: Schedule) -> None:
    """A step moves the cursor, adds to what is done, and keeps the chunk going."""
    claimed = claim(world)
    at = positions(world, claimed)
    going = record(world, Step(chunk_id=claimed.chunk.id, through=at[1], done=2))
    assert going == {claimed.chunk.id}
    [chunk] = world.chunks(job)
    assert (chunk.through, chunk.done, chunk.finished) == (at[1], 2, False)
    assert world.progress(job).sent == 2


def test_a_step_never_goes_back(world: World, job: Schedule) -> None:
    """A step behind the cursor changes neither cursor nor count."""
    claimed = claim(world)
    at = positions(world, claimed)
    record(world, Step(chunk_id=claimed.chunk.id, through=at[2], done=3))
    record(world, Step(chunk_id=claimed.chunk.id, through=at[0], done=1))
    [chunk] = world.chunks(job)
    assert (chunk.through, chunk.done) == (at[2], 3)


def test_exceptions_come_with_the_cursor(world: World, job: Schedule) -> None:
    """Whoever was passed over is recorded, and is not counted as sent."""
    claimed = claim(world)
    at = positions(world, claimed)
    passed = (
        Deviation(READERS[0], ExceptionKind.SKIPPED, "left"),
        Deviation(READERS[1], FAILED, "content", "no"),
    )
    record(
        world,
        Step(chunk_id=claimed.chunk.id, through=at[2], done=3, exceptions=passed),
    )
    progress = world.progress(job)
    assert (progress.sent, progress.skipped, progress.failed) == (1, 1, 1)
    found = {one.jid: (one.condition, one.text) for one in world.exceptions(job)}
    assert found == {READERS[0]: ("left", None), READERS[1]: ("content", "no")}


def test_the_end(world: World, job: Schedule) -> None:
    """The step that reaches the last one ends chunk, broadcast and job."""
    claimed = claim(world)
    at = positions(world, claimed)
    assert not record(world, Step(chunk_id=claimed.chunk.id, through=at[-1], done=4))
    [chunk] = world.chunks(job)
    assert (chunk.finished, chunk.worker) == (True, None)
    broadcast = world.broadcast(job)
    assert (broadcast.state, broadcast.total) == (BroadcastState.SENT, 4)
    assert world.states(job) == [("sent", None)]
    assert world.get(job.id).state is ScheduleState.SENT


def test_all_failed(world: World, job: Schedule) -> None:
    """A broadcast that nobody accepted has failed."""
    claimed = claim(world)
    at = positions(world, claimed)
    all_of_them = tuple(Deviation(jid, FAILED, "content") for jid in READERS)
    record(
        world,
        Step(chunk_id=claimed.chunk.id, through=at[-1], done=4, exceptions=all_of_them),
    )
    assert world.get(job.id).state is ScheduleState.FAILED


def test_stopped_in_the_middle(world: World, job: Schedule) -> None:
    """What was on its way is still recorded; the chunk goes no further."""
    claimed = claim(world)
    at = positions(world, claimed)
    record(world, Step(chunk_id=claimed.chunk.id, through=at[0], done=1))
    admin = world.caller(ADMIN)
    broadcast = world.broadcast(job)
    world.do(world.broadcasts.stop, admin, broadcast.id)
    assert not record(world, Step(chunk_id=claimed.chunk.id, through=at[1], done=1))
    assert world.progress(job).sent == 2
    assert world.broadcast(job).state is BroadcastState.STOPPED
    assert world.get(job.id).state is ScheduleState.CANCELLED
    assert world.do(world.chunk_progress.refresh, "w", claimed.chunk.id) is None
    world.do(world.chunk_progress.release, "w")
    assert world.do(world.chunk_progress.claim, "other") is None
    world.do(world.broadcasts.stop, admin, broadcast.id)


def test_cancelled_in_the_middle(world: World, job: Schedule) -> None:
    """Cancelling a job under way stops its broadcast."""
    claimed = claim(world)
    world.do(world.schedules.cancel, world.caller(ADMIN), ScheduleName(id="job"))
    at = positions(world, claimed)
    assert not record(world, Step(chunk_id=claimed.chunk.id, through=at[1], done=2))
    assert world.states(job) == [("stopped", None)]
    assert world.get(job.id).state is ScheduleState.CANCELLED


def test_stopping_one_of_a_recurring_job(world: World) -> None:
    """Stopping a broadcast leaves the later occurrences as they are."""
    world.subscribe(*READERS)
    job = world.due(recurrence="FREQ=DAILY")
    admin = world.caller(ADMIN)
    assert len(world.do(world.broadcasts.stop_some, admin)) == 1
    after = world.get(job.id)
    assert after.state is ScheduleState.PENDING
    assert after.next_at is not None


def test_what_is_over_cannot_be_stopped(world: World) -> None:
    """A broadcast that ended by itself refuses to be stopped."""
    over = world.broadcast(world.due())
    with pytest.raises(Finished):
        world.do(world.broadcasts.stop, world.caller(ADMIN), over.id)


@pytest.mark.parametrize(("done", "state"), [(2, "sent"), (0, "failed")])
def test_expired_in_the_middle(world: World, done: int, state: str) -> None:
    """At its expiry a broadcast ends: sent if anybody was told, else failed."""
    world.subscribe(*READERS)
    job = world.due(expires="2026-03-01T12:10:00Z")
    claimed = claim(world)
    at = positions(world, claimed)
    world.clock.advance(minutes=10)
    through = at[done - 1] if done else 0
    assert not record(
        world, Step(chunk_id=claimed.chunk.id, through=through, done=done)
    )
    assert world.states(job) == [(state, "expired")]
    assert world.get(job.id).wire_state == state
    world.do(world.chunk_progress.release, "w")
    assert world.do(world.chunk_progress.claim, "other") is None


def test_a_lost_lease(world: World, job: Schedule) -> None:
    """A worker whose lease another one holds records nothing and stops."""
    claimed = claim(world, "slow")
    at = positions(world, claimed)
    world.clock.advance(seconds=LEASE_TIME.total_seconds() + 1)
    assert world.do(world.chunk_progress.claim, "slow", {claimed.chunk.id}) is None
    other = claim(world, "other")
    assert other.chunk.id == claimed.chunk.id
    step = Step(chunk_id=claimed.chunk.id, through=at[1], done=2)
    assert not record(world, step, worker="slow")
    assert world.chunks(job)[0].through == claimed.chunk.through
    assert record(world, step, worker="other")


@pytest.mark.usefixtures("job")
def test_a_renewed_lease(world: World) -> None:
    """A renewed lease is nobody else's."""
    mine = claim(world).chunk.id
    world.clock.advance(seconds=LEASE_TIME.total_seconds() - 1)
    world.do(world.chunk_progress.renew, "w", {mine})
    world.clock.advance(seconds=2)
    assert world.do(world.chunk_progress.claim, "other") is None


@pytest.mark.usefixtures("job")
def test_a_lease_nobody_carries(world: World) -> None:
    """A chunk that was leased and lost sight of is free again after the lease."""
    lost = claim(world).chunk.id
    world.clock.advance(seconds=LEASE_TIME.total_seconds() - 1)
    world.do(world.chunk_progress.renew, "w", set())
    world.clock.advance(seconds=2)
    assert claim(world).chunk.id == lost


@pytest.mark.usefixtures("job")
def test_the_smallest_goes_first(world: World) -> None:
    """One reader never waits for a large audience."""
    single = world.due(people=("one@example.org",))
    assert claim(world).schedule.id == single.id


def test_a_culprit_starts_afresh(world: World, job: Schedule) -> None:
    """Strikes add up until the cursor has passed what was suspected."""
    claimed = claim(world)
    at = positions(world, claimed)
    chunk_id = claimed.chunk.id
    for _ in range(2):
        world.do(world.chunk_progress.strike, "w", chunk_id, at[2])
    record(world, Step(chunk_id=chunk_id, through=at[1], done=2))
    assert world.chunks(job)[0].strikes == 2
    record(world, Step(chunk_id=chunk_id, through=at[2], done=1))
    assert world.chunks(job)[0].strikes == 0
    world.do(world.chunk_progress.strike, "w", chunk_id, at[3])
    record(world, Step(chunk_id=chunk_id, through=at[3], done=1, condemned=True))
    assert world.chunks(job)[0].strikes == 0


def test_nothing_on_its_way_is_no_suspect(world: World, job: Schedule) -> None:
    """A stream that ends over a chunk that is all acknowledged is no strike for it."""
    claimed = claim(world)
    at = positions(world, claimed)
    chunk_id = claimed.chunk.id
    record(world, Step(chunk_id=chunk_id, through=at[1], done=2))
    world.do(world.chunk_progress.strike, "w", chunk_id, at[1])
    assert world.chunks(job)[0].strikes == 0
    world.do(world.chunk_progress.strike, "w", chunk_id, at[2])
    assert world.chunks(job)[0].strikes == 1


def test_given_up(world: World, job: Schedule) -> None:
    """A broadcast that is given up with nobody told has failed, with its reason."""
    world.do(world.chunk_progress.give_up, world.broadcast(job).id, "stream-error")
    assert world.states(job) == [("failed", "stream-error")]
    assert world.get(job.id).state is ScheduleState.FAILED


def test_each_reader_in_the_own_language(world: World) -> None:
    """The wished language, else its base, else the list's, else the first."""
    wishes = {"a": "de", "b": "de-AT", "c": "fr", "d": None, "e": "pl"}
    admin = world.caller(ADMIN)
    for name, wish in wishes.items():
        jid = f"{name}@example.org"
        world.do(world.enrolling.add, admin, "news", jid, wish, None)
    world.due(bodies=(("pl", "Cześć"), ("de", "Hallo"), ("en", "Hello")))
    claimed = claim(world)
    said = {}
    for reader in world.do(world.chunk_progress.recipients, claimed, 0, 10):
        message = world.do(world.renditions.announcement, claimed, reader)
        said[reader.jid[0]] = [text.body for text in message.texts]
    assert said == {
        "a": ["Hallo"],
        "b": ["Hallo"],
        "c": ["Hello"],
        "d": ["Hello"],
        "e": ["Cześć"],
    }


@pytest.mark.usefixtures("job")
def test_an_announcement_says_whose_it_is(world: World) -> None:
    """The list speaks, and the message names service and job."""
    claimed = claim(world)
    [reader, *_] = world.do(world.chunk_progress.recipients, claimed, 0, 10)
    message = world.do(world.renditions.announcement, claimed, reader)
    assert message.sender == "news@announce.example.org"
    assert (message.scheduler, message.job) == ("announce.example.org", "job")
