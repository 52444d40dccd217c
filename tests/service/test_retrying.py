"""Those whom a broadcast did not reach are tried once more, where somebody asks."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.desk.desk import Desk
from bot.desk.verbs import broadcasts as verbs
from bot.domain.audit import Action, Asked
from bot.domain.broadcast import BroadcastName, ExceptionKind
from bot.domain.errors import CarillonError, Conflict, Finished, NotAllowed
from bot.domain.schedule import Origin, Schedule
from bot.service.delivery import retrying
from bot.service.delivery.jobs import Deviation, Step
from bot.service.delivery.outcomes import SETTLING_TIME, Bounce
from tests.world import ADMIN, PUBLISHER, USER, World, a_list, a_policy

A, B, C, D, E = (f"{name}@elsewhere.example" for name in "abcde")
#: why each was not reached, but B who was
WHY = {
    A: "remote-server-timeout",
    C: "not-acceptable",
    D: "service-unavailable",
    E: "stream-error",
}


@pytest.fixture
def job(world: World) -> Schedule:
    """Of five one was told."""
    world.subscribe(A, B, C, D, E)
    return sent(world, world.due())


def sent(world: World, job: Schedule) -> Schedule:
    claimed = world.do(world.chunk_progress.claim, "w")
    assert claimed is not None
    failed = [Deviation(jid, ExceptionKind.FAILED, why) for jid, why in WHY.items()]
    chunk = claimed.chunk
    step = Step(
        chunk_id=chunk.id, through=chunk.last, done=chunk.count, exceptions=failed
    )
    world.do(world.chunk_progress.record, "w", [step], [])
    world.notices()
    return world.get(job.id)


def ask(world: World, job: Schedule, jid: str = ADMIN) -> verbs.Retried:
    desk, caller = Desk(world.use_cases), world.caller(jid)
    seems = Asked(caller=caller, door=Origin.COMMAND, action=Action.QUERY)
    one = verbs.OneBroadcast(BroadcastName(job.id))
    return asyncio.run(desk.ask(seems, lambda: verbs.RETRY(one)))


def repeat(world: World) -> list[str]:
    """What the retrier does in one round; who was told again, under which key."""
    told = []
    for one in world.do(world.outcomes.retries, 100):
        for again in world.do(world.outcomes.repeats, [one]):
            told.append(f"{again.broadcast_key} {again.exception.jid}")
            world.do(world.outcomes.repeated, [one])
    return told


def bounce(world: World, job: Schedule, jid: str) -> None:
    found = Bounce(
        broadcast_key=world.broadcast(job).key,
        jid=jid,
        condition="remote-server-timeout",
        error_type="wait",
    )
    world.do(world.chunk_progress.record, "w", [], [found])


def texts(world: World) -> list[tuple[str, str]]:
    return [(one.to, getattr(one.said, "body", "")) for one in world.notices()]


def test_cancelled_meanwhile(world: World) -> None:
    """Of an announcement that is cancelled nobody is told any more; who has them tried
    all the same knows what he does.
    """
    world.subscribe(A, B, C, D, E)
    job = sent(world, world.due(recurrence="FREQ=DAILY"))
    assert ask(world, job).count == len((A, D))
    world.cancel(job)
    assert repeat(world) == []
    assert world.broadcast(job).retried_by is None
    assert world.progress(job).deferred == 0
    world.clock.advance(seconds=1)
    assert ask(world, job).count == len((A, D))
    assert len(repeat(world)) == len((A, D))


def test_once_more_with_the_same_ids(world: World, job: Schedule) -> None:
    """Whoever could be reached now is tried, once and under the broadcast's key; the
    broadcast stays as it was, its counts change, and owner and notified are told.
    """
    before = world.broadcast(job)
    world.clock.advance(days=3)  # longer than anything is repeated by itself
    assert ask(world, job).count == len((A, D))
    assert sorted(repeat(world)) == [f"{before.key} {jid}" for jid in (A, D)]
    bounce(world, job, D)
    assert world.progress(job).failed == len((C, D, E))
    assert world.notices() == []  # A's may bounce yet
    world.clock.advance(seconds=SETTLING_TIME.total_seconds())
    assert repeat(world) == []
    progress = world.progress(job)
    assert (progress.sent, progress.failed, progress.deferred) == (2, 3, 0)
    after = world.broadcast(job)
    assert (after.state, after.finished_at) == (before.state, before.finished_at)
    assert after.retried_by is None
    told = dict(texts(world))
    assert set(told) == {ADMIN, "ops@example.org"}
    assert "tried once more: 2 of 5 have been told by now, 3 failed" in told[ADMIN]
    world.clock.advance(days=2)
    assert repeat(world) == []


def test_it_may_be_asked_again(world: World, job: Schedule) -> None:
    """Who failed once more is tried once more, where it is asked for again."""
    ask(world, job)
    repeat(world)
    bounce(world, job, A)
    assert ask(world, job).count == 1
    [again] = repeat(world)
    assert again.endswith(A)


def test_who_is_gone_is_left_alone(world: World, job: Schedule) -> None:
    """Neither who left nor who is suspended by now is tried, whatever he failed of."""
    admin = world.caller(ADMIN)
    world.do(world.enrolling.remove, admin, "news", D)
    world.suspend(A)
    assert ask(world, job).count == 0
    assert repeat(world) == []
    assert world.broadcast(job).retried_by is None


def test_in_slices(
    world: World, job: Schedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many there are, each transaction is short; cut off between two, the next
    wish goes on.
    """
    monkeypatch.setattr(retrying, "LOOKED_THROUGH_AT_ONCE", 1)
    use, admin, broadcast = world.use_cases.retrying, world.caller(ADMIN), 1
    world.do(use.begin, admin, broadcast)
    assert world.do(use.some, admin, broadcast, "") == (1, A)
    assert ask(world, job).count == 1
    assert len(repeat(world)) == len((A, D))


def stopped(world: World) -> Schedule:
    other = world.due(client_id="other")
    world.do(world.broadcasts.stop, world.caller(ADMIN), world.broadcast(other).id)
    return other


def expired(world: World) -> Schedule:
    other = world.due(client_id="other", expires="2026-03-01T14:00:00Z")
    sent(world, other)
    world.clock.advance(hours=3)
    return other


def forgotten(world: World) -> Schedule:
    world.clock.advance(days=100)
    now = world.clock.now()
    world.do(
        lambda unit: unit.content.purge_schedules(
            now - timedelta(days=90), now, 9, personal=False
        )
    )
    world.do(
        lambda unit: unit.content.purge_broadcasts(
            now - timedelta(days=90), now, 9, personal=False
        )
    )
    return world.get(1)


def still_going(world: World) -> Schedule:
    return world.due(client_id="other")


@pytest.mark.usefixtures("job")
@pytest.mark.parametrize(
    ("made", "error", "says"),
    [
        (stopped, Finished, "stopped"),
        (expired, Finished, "expired"),
        (forgotten, Finished, "not stored"),
        (still_going, Conflict, "still being sent"),
    ],
)
def test_what_is_not_tried(
    world: World,
    made: Callable[[World], Schedule],
    error: type[CarillonError],
    says: str,
) -> None:
    """What somebody stopped, what is past, and what is not over: it says so, and
    nothing is changed.
    """
    wanted = made(world)
    before = world.exceptions(wanted)
    with pytest.raises(error, match=says):
        ask(world, wanted)
    assert world.exceptions(wanted) == before


def test_a_publishers_own(world: World) -> None:
    """He has his own tried again, as long as he may announce there; nobody else's."""
    world.subscribe(A)
    own = sent(world, world.due(jid=PUBLISHER, client_id="own"))
    others = sent(world, world.due(client_id="others"))
    assert ask(world, own, PUBLISHER).count == 1
    with pytest.raises(NotAllowed):
        ask(world, others, PUBLISHER)
    world.do(lambda unit: unit.lists.declare([a_list(publishers=frozenset())]))
    with pytest.raises(NotAllowed, match="may not announce"):
        ask(world, own, PUBLISHER)


def test_another_admins_people(world: World) -> None:
    """What was told to single people is tried again by whoever told them alone."""
    job = world.due(people=(A,))
    claimed = world.do(world.chunk_progress.claim, "w")
    assert claimed is not None
    step = Step(
        chunk_id=claimed.chunk.id,
        through=claimed.chunk.last,
        done=1,
        exceptions=[Deviation(A, ExceptionKind.FAILED, "remote-server-timeout")],
    )
    world.do(world.chunk_progress.record, "w", [step], [])
    access = replace(world.policy.access, admins=frozenset({ADMIN, USER}))
    world.policy.become(a_policy(access=access))
    with pytest.raises(NotAllowed, match="pause or cancel"):
        ask(world, job, USER)
    assert ask(world, job, ADMIN).count == 1
