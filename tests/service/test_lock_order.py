"""Recording, cancelling and stopping at once, on PostgreSQL."""

import contextlib
import logging
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import time as time_of_day
from typing import Any

import pytest
import sqlalchemy as sa

from bot.domain.broadcast import ExceptionKind
from bot.domain.errors import CarillonError, Finished, NotAllowed
from bot.domain.lists import Preferences
from bot.domain.quiet import QuietHours
from bot.domain.schedule import Schedule, ScheduleState
from bot.service.delivery.jobs import Deviation, Job, Step
from bot.service.delivery.outcomes import Bounce
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.readers.preferring import PreferencesRequest
from bot.service.requests.request import ScheduleChange
from bot.store.tables import schedule
from tests.servers.postgresql import PostgreSQL
from tests.store.copies import migrated
from tests.world import ADMIN, NOON, World, numbered

ROUNDS = 15
WAITS = ExceptionKind.WAITING
A, B = "a@example.org", "b@example.org"
WAITING = sa.text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)

Case = tuple[Callable[..., Any], *tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Deadlocks:
    """Transactions that PostgreSQL undid since each waited for the other."""

    caplog: pytest.LogCaptureFixture

    @property
    def found(self) -> list[str]:
        return [
            str(record.__dict__["error"])
            for record in self.caplog.records
            if record.message == "transaction runs again"
        ]


@pytest.fixture
def deadlocks(caplog: pytest.LogCaptureFixture) -> Deadlocks:
    caplog.set_level(logging.DEBUG, logger="bot.store.database")
    return Deadlocks(caplog)


@pytest.fixture
def world(postgresql: PostgreSQL, request: pytest.FixtureRequest) -> Iterator[World]:
    """On PostgreSQL, with two readers."""
    url = postgresql.database(re.sub(r"\W", "_", request.node.name))
    migrated(url)
    found = World(url)
    found.subscribe(A, B)
    yield found
    found.close()


def start(
    world: World,
    failed: list[CarillonError],
    case: Case,
    gate: threading.Barrier | None = None,
) -> threading.Thread:
    def go(use_case: Callable[..., Any], *arguments: Any) -> None:
        if gate is not None:
            gate.wait(30)
        try:
            world.do(use_case, *arguments)
        except Finished:
            pass  # another was first
        except CarillonError as error:
            failed.append(error)

    thread = threading.Thread(target=go, args=case)
    thread.start()
    return thread


def at_once(world: World, *cases: Case) -> None:
    failed: list[CarillonError] = []
    gate = threading.Barrier(len(cases))
    threads = [start(world, failed, case, gate) for case in cases]
    for thread in threads:
        thread.join(60)
    assert failed == []


@contextlib.contextmanager
def held(world: World, job: Schedule) -> Iterator[Callable[[int], None]]:
    """Hold a schedule's row; gives what waits until so many wait for rows."""
    engine = sa.create_engine(world.url)

    def waiting(count: int) -> None:
        deadline = time.monotonic() + 30
        with engine.connect() as looking:
            while looking.execute(WAITING).scalar_one() < count:
                looking.rollback()
                assert time.monotonic() < deadline
                time.sleep(0.01)

    with engine.begin() as connection:
        row = sa.select(schedule.c.id).where(schedule.c.id == job.id)
        connection.execute(row.with_for_update())
        yield waiting
    engine.dispose()


def in_turn(world: World, job: Schedule, *cases: Case) -> list[CarillonError]:
    """All at once: each begins when those before it wait for the schedule's row; gives
    what was refused.
    """
    failed: list[CarillonError] = []
    threads: list[threading.Thread] = []
    with held(world, job) as waiting:
        for case in cases:
            threads.append(start(world, failed, case))
            waiting(len(threads))
    for thread in threads:
        thread.join(60)
    return failed


def claimed(world: World) -> Job:
    found = world.do(world.chunk_progress.claim, "w")
    assert found is not None
    return found


def last_step(job: Job, *skipped: str) -> Step:
    left = [Deviation(jid, ExceptionKind.SKIPPED, "left") for jid in skipped]
    chunk = job.chunk
    return Step(
        chunk_id=chunk.id, through=chunk.last, done=chunk.count, exceptions=left
    )


def bounce(job: Job, condition: str) -> Bounce:
    return Bounce(
        broadcast_key=job.broadcast.key,
        jid=A,
        condition=condition,
        error_type="wait",
    )


def bounced(world: World) -> Job:
    """Everybody is told; one message bounced and is to be repeated."""
    found = claimed(world)
    again = bounce(found, "resource-constraint")
    world.do(world.chunk_progress.record, "w", [last_step(found)], [again])
    return found


def the_last_step(world: World) -> Case:
    """Ends the broadcast, and passes somebody over."""
    step = last_step(claimed(world), A)
    return world.chunk_progress.record, "w", [step], []


def a_last_bounce(world: World) -> Case:
    """Ends the broadcast: the repeat bounced for good."""
    found = bounced(world)
    return world.chunk_progress.record, "w", [], [bounce(found, "forbidden")]


def a_repeat_that_is_accepted(world: World) -> Case:
    """Ends the broadcast: the repeat did not bounce for long enough."""
    bounced(world)
    world.clock.advance(hours=1)
    world.do(world.outcomes.repeated, world.do(world.outcomes.retries, 10))
    world.clock.advance(hours=1)
    return world.outcomes.retries, 10


def a_repeat_that_is_over(world: World) -> Case:
    """Ends the broadcast: who was to be told again has left."""
    bounced(world)
    world.clock.advance(hours=1)
    due = world.do(world.outcomes.retries, 10)
    world.do(world.enrolling.remove, world.caller(ADMIN), "news", A)
    return world.outcomes.repeats, due


@pytest.mark.postgres
def test_nobody_waits_for_each_other(world: World, deadlocks: Deadlocks) -> None:
    """The last record, a cancel and a stop of one broadcast never deadlock."""
    admin = world.caller(ADMIN)
    for _ in range(ROUNDS):
        job = world.due()
        found = claimed(world)
        at_once(
            world,
            (world.chunk_progress.record, "w", [last_step(found)], []),
            (world.schedules.cancel, admin, numbered(job)),
            (world.broadcasts.stop, admin, found.broadcast.id),
        )
        assert world.get(job.id).is_final
    assert deadlocks.found == []


@pytest.mark.postgres
@pytest.mark.parametrize(
    "ending",
    [the_last_step, a_last_bounce, a_repeat_that_is_accepted, a_repeat_that_is_over],
)
def test_a_cancel_during_the_end(
    world: World, deadlocks: Deadlocks, ending: Callable[[World], Case]
) -> None:
    """Whatever ends a broadcast waits with nothing in hand for who cancels it."""
    job = world.due()
    case = ending(world)
    cancel = world.schedules.cancel, world.caller(ADMIN), numbered(job)
    assert in_turn(world, job, cancel, case) == []
    assert world.get(job.id).is_final
    assert deadlocks.found == []


@pytest.mark.postgres
@pytest.mark.parametrize("first", [0, 1])
def test_several_end_at_once(world: World, deadlocks: Deadlocks, first: int) -> None:
    """Who ends several broadcasts holds them in the order that everybody does."""
    jobs = [world.schedule(delay_seconds=str(delay)) for delay in (1 + 2 * first, 2)]
    for _ in range(3):
        world.clock.advance(seconds=1)
        world.plan_all()
    steps = [last_step(claimed(world)) for _ in jobs]
    refused = in_turn(
        world,
        jobs[0],
        (world.broadcasts.stop_some, world.caller(ADMIN)),
        (world.chunk_progress.record, "w", steps[::-1], []),
    )
    assert refused == []
    assert [world.get(job.id).is_final for job in jobs] == [True, True]
    assert deadlocks.found == []


@pytest.mark.postgres
def test_what_ends_by_itself_keeps_nothing_from_being_stopped(world: World) -> None:
    """A broadcast that ends while everything is stopped is left as it ended, and the
    others are stopped.
    """
    first, second = world.due(), world.due()
    step = last_step(claimed(world))
    world.clock.advance(seconds=1)
    stopped: list[int] = []

    def stop_some() -> None:
        some = world.do(world.broadcasts.stop_some, world.caller(ADMIN))
        stopped.append(len(some))

    stopping = threading.Thread(target=stop_some)
    with held(world, first) as waiting:
        ending = start(world, [], (world.chunk_progress.record, "w", [step], []))
        waiting(1)
        stopping.start()
        waiting(2)
    for thread in (ending, stopping):
        thread.join(60)
    assert stopped == [2]
    states = [world.get(job.id).state for job in (first, second)]
    assert states == [ScheduleState.SENT, ScheduleState.CANCELLED]


@pytest.mark.postgres
def test_who_waits_is_superseded_and_woken_at_once(
    world: World, deadlocks: Deadlocks
) -> None:
    """What is recorded for who waits, a cancel, his new preferences and the retrier
    never deadlock; nothing of what is cancelled waits then.
    """
    world.do(_nap)
    for _ in range(ROUNDS):
        job = world.due(recurrence="FREQ=DAILY")
        first = claimed(world)
        later = [Deviation(jid, WAITS, "quiet", next_at=None) for jid in (A, B)]
        at = [one._replace(next_at=world.clock.now()) for one in later]
        step = replace(last_step(first), exceptions=at)
        world.do(world.chunk_progress.record, "w", [step], [])
        world.clock.advance(days=1)
        world.plan_all()
        step = replace(last_step(claimed(world)), exceptions=at[::-1])
        prefer = world.use_cases.preferring.set
        at_once(
            world,
            (world.chunk_progress.record, "w", [step], []),
            (world.outcomes.retries, 10),
            (prefer, world.caller(A), PreferencesRequest(language="de")),
            (prefer, world.caller(A), PreferencesRequest(language="fr")),
            (world.schedules.cancel, world.caller(ADMIN), numbered(job)),
        )
        world.do(world.outcomes.retries, 10)
        assert {one.kind for one in world.exceptions(job)} <= {"skipped"}
    assert deadlocks.found == []


def _nap(unit: UnitOfWork) -> None:
    """Both have quiet hours at this time."""
    for jid in (A, B):
        person = unit.subscribers.ensure(jid, NOON)
        quiet = QuietHours(time_of_day(11), time_of_day(15))
        unit.subscribers.prefer(person.id, Preferences(quiet=quiet))


@pytest.mark.postgres
def test_who_may_is_judged_of_what_is_locked(world: World) -> None:
    """Whoever waited for an edit that made a job another's to single people may no
    longer word it.
    """
    job = world.schedule()
    to_one = ScheduleChange(people=(A,))
    words = ScheduleChange(bodies=(("en", "Mine"),))
    operator = world.policy.access.operator()
    refused = in_turn(
        world,
        job,
        (world.editing.edit, world.caller(ADMIN), numbered(job), to_one, None),
        (world.editing.edit, operator, numbered(job), words, None),
    )
    assert [type(error) for error in refused] == [NotAllowed]
    assert world.get(job.id).content == job.content


@pytest.mark.postgres
def test_an_edit_and_a_skip_during_the_end(world: World, deadlocks: Deadlocks) -> None:
    """The last record, an edit and a skip never deadlock, and none of them is lost."""
    admin = world.caller(ADMIN)
    change = ScheduleChange(bodies=(("en", "Hello again"),))
    for _ in range(ROUNDS):
        job = world.due(recurrence="FREQ=DAILY")
        found = claimed(world)
        at_once(
            world,
            (world.chunk_progress.record, "w", [last_step(found)], []),
            (world.editing.edit, admin, numbered(job), change, None),
            (world.steering.skip, admin, numbered(job)),
        )
        after = world.get(job.id)
        assert (after.state, after.revision) == (ScheduleState.PENDING, 2)
        assert after.planned == job.planned + 1
        world.cancel(after)
    assert deadlocks.found == []
