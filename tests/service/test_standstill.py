"""Everything is stopped at once, and goes on."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bot.desk.desk import Desk
from bot.desk.verb import Plain, Verb
from bot.desk.verbs import stopping as verbs
from bot.domain.audit import Action, Asked
from bot.domain.broadcast import ExceptionKind
from bot.domain.errors import Conflict
from bot.domain.lateness import LatePolicy
from bot.domain.schedule import Origin, Schedule
from bot.service.delivery.jobs import Step
from bot.service.delivery.outcomes import Bounce
from tests.world import ADMIN, OPS, World

A, B = "a@elsewhere.example", "b@elsewhere.example"
ALL = Plain("everything")


def ask(world: World, verb: Verb[Plain, Any], jid: str = ADMIN) -> Any:
    desk = Desk(world.use_cases)
    seems = Asked(caller=world.caller(jid), door=Origin.COMMAND, action=Action.QUERY)
    return asyncio.run(desk.ask(seems, lambda: verb(ALL)))


def carried(world: World) -> int:
    """What a worker does with one chunk, if it gets any: the steps that it took."""
    job = world.do(world.chunk_progress.claim, "w")
    if job is None:
        return 0
    chunk = job.chunk
    step = Step(chunk_id=chunk.id, through=chunk.last, done=chunk.count)
    world.do(world.chunk_progress.record, "w", [step], [])
    return 1


def bounced(world: World, job: Schedule, jid: str) -> None:
    found = Bounce(
        broadcast_key=world.broadcast(job).key,
        jid=jid,
        condition="remote-server-timeout",
        error_type="wait",
    )
    world.do(world.chunk_progress.record, "w", [], [found])


def round_of_the_planner(world: World) -> None:
    """As the planner does it: a standstill is no shift."""
    if world.do(lambda unit: unit.standstills.get()) is None:
        world.plan_all()
    else:
        world.shift = None
        assert world.plan() == 0
        world.shift = None


def test_nothing_more_leaves(world: World) -> None:
    """What goes out is stopped, what waits for its repeat is given up, nothing is
    claimed, and nothing is planned, however it was asked for and when.
    """
    world.subscribe(A, B)
    told = world.due(client_id="told")
    assert carried(world)
    bounced(world, told, A)
    waiting = world.due(client_id="going-out")
    coming = world.schedule(client_id="coming")
    done = ask(world, verbs.STOP)
    assert (done.stopped, done.given_up, done.before.pending) == (1, 1, 1)
    assert world.broadcast(waiting).state == "stopped"
    assert [one.kind for one in world.exceptions(told)] == [ExceptionKind.FAILED]
    later = world.schedule(client_id="later", delay_seconds="60")
    world.clock.advance(hours=3)
    round_of_the_planner(world)
    assert world.do(world.outcomes.retries, 100) == []
    assert carried(world) == 0
    assert [world.get(one.id).state for one in (coming, later)] == ["pending"] * 2
    warned = world.do(world.schedules.cautions, later, ())
    assert "everything-stopped" in [one.kind for one in warned]


def test_it_goes_on(world: World) -> None:
    """What had not begun goes on as after an outage: what is late as long as it may be
    goes out, the rest as it was asked for; what was stopped stays so.
    """
    world.subscribe(A)
    stopped = world.due(client_id="stopped")
    short = world.schedule(client_id="short", deliver_at="2026-03-01T13:58:00Z")
    long = world.schedule(client_id="long", deliver_at="2026-03-01T12:30:00Z")
    held = world.schedule(
        client_id="held",
        deliver_at="2026-03-01T12:30:00Z",
        late_policy=LatePolicy.HOLD.value,
    )
    coming = world.schedule("pub@example.org", deliver_at="2026-03-01T15:00:00Z")
    round_of_the_planner(world)
    ask(world, verbs.STOP)
    world.clock.set(short.deliver_at.replace(hour=14, minute=0))
    round_of_the_planner(world)
    assert ask(world, verbs.RESUME).standstill is None
    round_of_the_planner(world)
    assert carried(world) == 1
    assert world.states(short) == [("sent", None)]
    assert world.states(long) == [("missed", "late")]
    assert world.states(held) == [("held", "late")]
    assert world.states(stopped) == [("stopped", None)]
    assert world.get(coming.id).state == "pending"


def test_what_was_cut_off(world: World) -> None:
    """A stop that died behind its first transaction holds all the same; who lets all
    go on, ends first what was going out.
    """
    world.subscribe(A)
    going_out = world.due()
    world.do(world.use_cases.stopping.begin, world.caller(ADMIN))
    assert world.broadcast(going_out).state == "sending"
    assert carried(world) == 0
    ask(world, verbs.RESUME)
    assert world.broadcast(going_out).state == "stopped"
    assert carried(world) == 0


def test_a_worker_under_way(world: World) -> None:
    """Who has a chunk in hand records what was acknowledged, and goes on with
    nothing.
    """
    world.subscribe(A, B)
    job = world.due()
    claimed = world.do(world.chunk_progress.claim, "w")
    assert claimed is not None
    world.do(world.use_cases.stopping.begin, world.caller(ADMIN))
    chunk = claimed.chunk
    step = Step(chunk_id=chunk.id, through=chunk.last - 1, done=1, more=True)
    assert world.do(world.chunk_progress.record, "w", [step], []) == set()
    assert world.progress(job).sent == 1
    ask(world, verbs.STOP)
    assert (world.progress(job).sent, world.broadcast(job).state) == (1, "stopped")


def test_what_would_begin_at_once(world: World) -> None:
    """To send now, to let go what is held, and to try again is refused meanwhile; to
    pause and to cancel is not.
    """
    world.subscribe(A)
    job = world.schedule(recurrence="FREQ=DAILY")
    ask(world, verbs.STOP)
    with pytest.raises(Conflict, match="Everything is stopped"):
        world.steer("send_now", job)
    assert world.steer("pause", job).state == "paused"
    assert world.steer("resume", job).state == "pending"
    assert world.cancel(job).state == "cancelled"


def test_asked_twice(world: World) -> None:
    """It stands since the first time, by whom that was; what is not stopped cannot be
    let go.
    """
    with pytest.raises(Conflict, match="Nothing is stopped"):
        ask(world, verbs.RESUME)
    ask(world, verbs.STOP)
    first = ask(world, verbs.LOOK).standstill
    world.clock.advance(hours=1)
    ask(world, verbs.STOP)
    assert ask(world, verbs.LOOK).standstill == first
    assert ADMIN in str(first.in_words("UTC"))


def test_the_trail_and_the_owners(world: World) -> None:
    """An entry for each wish; whoever owned what was stopped is told."""
    world.subscribe(A)
    world.due(jid="pub@example.org")
    latest = world.latest_entry()
    ask(world, verbs.STOP)
    ask(world, verbs.RESUME)
    entries = world.entries_after(latest)
    assert [(one.action, one.caller) for one in entries] == [
        ("stop-all", ADMIN),
        ("resume-all", ADMIN),
    ]
    told = {one.to: str(getattr(one.said, "body", "")) for one in world.notices()}
    assert "stopped" in told["pub@example.org"]
    assert OPS in told


def test_however_much_is_pending(world: World) -> None:
    """None of it is written to: it is counted, and as it was."""
    first = world.schedule()
    more = [replace(first, client_id=f"n{number}") for number in range(50)]
    world.do(lambda unit: [unit.schedules.add(one) for one in more])
    before = world.get(first.id)
    assert ask(world, verbs.STOP).before.pending == 1 + len(more)
    assert world.get(first.id) == before
