"""A newer notice of a topic takes the place of the older ones, wherever they are."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.domain.broadcast import Broadcast, BroadcastState, ExceptionKind
from bot.domain.incident import Incident, UpdateKind
from bot.domain.schedule import ListAudience, Origin, Schedule, ToldAudience
from bot.service.delivery.jobs import Deviation, Job, Step
from bot.service.delivery.outcomes import Bounce
from bot.service.incidents.request import IncidentName, OpenIncident, UpdateIncident
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.readers.preferring import PreferencesRequest
from tests.world import ADMIN, PUBLISHER, World, a_policy, copy_of

A, B, C = (f"{name}@elsewhere.example" for name in "abc")
SECOND = timedelta(seconds=1)


@pytest.fixture
def world(blank: Path, tmp_path: Path) -> Iterator[World]:
    policy = a_policy()
    limits = {role: replace(one, body=1000) for role, one in policy.limits.items()}
    policy = replace(policy, limits=limits)
    with closing(World(copy_of(blank, tmp_path), policy=policy)) as found:
        found.subscribe(A, B, C)
        yield found


def opened(world: World, jid: str = ADMIN) -> Incident:
    request = OpenIncident(
        origin=Origin.COMMAND, list_name="news", values={"summary": {"": "It is slow"}}
    )
    return world.do(world.use_cases.incidents.open, world.caller(jid), request)


def updated(
    world: World, incident: Incident, status: str = "identified", jid: str = ADMIN
) -> None:
    resolves = status == "resolved"
    change = UpdateIncident(
        origin=Origin.COMMAND,
        name=IncidentName(number=incident.id),
        kind=UpdateKind.RESOLVED if resolves else UpdateKind.UPDATED,
        values={} if resolves else {"status": {"": status}},
    )
    world.do(world.use_cases.incidents.update, world.caller(jid), change)


def notices(world: World, incident: Incident) -> list[Schedule]:
    """The announcements that say something of it."""
    show = world.use_cases.incidents.show
    name = IncidentName(number=incident.id)
    thread = world.do(show, world.caller(ADMIN), name)
    return [one.schedule for one in thread.notices]


def claimed(world: World) -> Job | None:
    return world.do(world.chunk_progress.claim, "w")


def send(world: World, *waiting: str) -> list[str]:
    """All that there is to be sent; the summaries of who is told what, by position."""
    told = []
    while job := claimed(world):
        told += sent(world, job, *waiting)
    return told


def sent(world: World, job: Job, *waiting: str) -> list[str]:
    readers = world.do(world.chunk_progress.recipients, job, 0, 100)
    later = world.clock.now() + timedelta(hours=8)
    waits = tuple(
        Deviation(one.jid, ExceptionKind.WAITING, "quiet", next_at=later)
        for one in readers
        if one.jid in waiting
    )
    step = Step(
        chunk_id=job.chunk.id,
        through=job.chunk.last,
        done=len(readers),
        exceptions=waits,
    )
    world.do(world.chunk_progress.record, "w", [step], ())
    return [f"{job.schedule.id} {one.jid}" for one in readers if one.jid not in waiting]


def heard_later(world: World) -> list[str]:
    """What the retrier tells in one round."""
    told = []
    for one in world.do(world.outcomes.retries, 100):
        for again in world.do(world.outcomes.repeats, [one]):
            broadcast = again.exception.broadcast_id
            found = world.do(partial(_broadcast, which=broadcast))
            assert found is not None
            told.append(f"{found.schedule_id} {again.exception.jid}")
            world.do(world.outcomes.repeated, [one])
    return told


def _broadcast(unit: UnitOfWork, which: int) -> Broadcast | None:
    return unit.broadcasts.get(which)


def test_what_was_not_planned_yet(world: World) -> None:
    """Of several that fall due together, whoever said them, the newest goes out."""
    incident = opened(world, PUBLISHER)
    updated(world, incident, "monitoring")
    world.clock.advance(seconds=5)
    world.plan_all()
    first, second = notices(world, incident)
    assert world.states(first) == [("missed", "superseded")]
    assert send(world) == [f"{second.id} {jid}" for jid in (A, B, C)]


def test_what_still_goes_out(world: World) -> None:
    """It ends, and the newer one waits until its worker writes nothing of it any more;
    who was told so far counts, and everybody is told the newer one.
    """
    incident = opened(world)
    world.plan_all()
    job = claimed(world)
    assert job is not None
    step = Step(chunk_id=job.chunk.id, through=job.chunk.after + 1, done=1, more=True)
    world.do(world.chunk_progress.record, "w", [step], ())
    world.clock.advance(seconds=1)
    updated(world, incident)
    world.plan()
    first, second = notices(world, incident)
    ended = world.broadcast(first)
    assert (ended.state, ended.reason) == (BroadcastState.SENT, "superseded")
    assert not world.broadcasts_of(second)
    # it hears of it with its next record, and gives the chunk back
    step = Step(chunk_id=job.chunk.id, through=job.chunk.after + 2, done=1)
    assert world.do(world.chunk_progress.record, "w", [step], ()) == set()
    world.clock.advance(seconds=2)
    world.plan_all()
    assert not world.broadcasts_of(second)
    assert world.do(world.chunk_progress.refresh, "w", job.chunk.id) is None
    world.clock.advance(seconds=2)
    world.plan_all()
    assert world.progress(first).sent == 2
    assert send(world) == [f"{second.id} {jid}" for jid in (A, B, C)]


def test_a_worker_that_is_gone(world: World) -> None:
    """Its lease runs out, and the newer one is told."""
    incident = opened(world)
    world.plan_all()
    assert claimed(world) is not None
    world.clock.advance(seconds=1)
    updated(world, incident)
    world.plan()
    world.clock.advance(seconds=60)
    world.plan_all()
    first, second = notices(world, incident)
    assert world.broadcast(first).state is BroadcastState.FAILED
    assert len(send(world)) == 3
    assert world.progress(second).sent == 3


def test_who_waits(world: World) -> None:
    """In quiet hours somebody hears only the last of what was said in them."""
    incident = opened(world)
    world.plan_all()
    send(world, A, B)
    for status in ("identified", "resolved"):
        world.clock.advance(seconds=60)
        updated(world, incident, status)
        world.plan_all()
        send(world, A)
    first, second, third = notices(world, incident)
    world.clock.advance(hours=9)
    assert heard_later(world) == [f"{third.id} {A}"]
    kinds = [
        [one.condition for one in world.exceptions(job)] for job in (first, second)
    ]
    assert kinds == [["superseded", "superseded"], ["superseded"]]


def test_who_is_on_a_pause(world: World) -> None:
    """He hears what is true when it ends, and nothing of what was true before."""
    chosen = PreferencesRequest(paused_until="2026-03-01T20:00:00Z", jid=A)
    world.do(world.use_cases.preferring.set, world.caller(ADMIN), chosen)
    incident = opened(world)
    world.plan_all()
    send(world, A)
    world.clock.advance(seconds=60)
    updated(world, incident, "resolved")
    world.plan_all()
    send(world, A)
    world.clock.advance(hours=9)
    [_, last] = notices(world, incident)
    assert heard_later(world) == [f"{last.id} {A}"]


def test_who_is_told_again(world: World) -> None:
    """What came back from somebody is not repeated once there is something newer."""
    incident = opened(world)
    world.plan_all()
    send(world)
    [first] = notices(world, incident)
    came_back = Bounce(
        broadcast_key=world.broadcast(first).key,
        jid=A,
        condition="remote-server-timeout",
        error_type="wait",
    )
    world.do(world.chunk_progress.record, "w", [], [came_back])
    world.clock.advance(seconds=1)
    updated(world, incident, "resolved")
    world.plan_all()
    send(world)
    world.clock.advance(hours=2)
    assert heard_later(world) == []
    [exception] = world.exceptions(first)
    assert exception.condition == "superseded"


def test_a_word_to_some_ends_nothing(world: World) -> None:
    """Others would hear neither it nor what it takes the place of."""
    incident = opened(world)
    world.plan_all()
    [first] = notices(world, incident)
    job = claimed(world)
    assert job is not None

    told = ToldAudience(
        broadcast_id=job.broadcast.id, list_name="news", latest_only=True
    )
    tell = world.use_cases.amending.tell
    world.do(
        lambda unit: tell(
            unit,
            ADMIN,
            first.content,
            told,
            topic=incident.topic,
            timezone="UTC",
            at=world.clock.now(),
            expires_at=None,
            client_id="word",
            origin=Origin.COMMAND,
        )
    )
    world.plan()
    assert world.broadcast(first).state is BroadcastState.SENDING
    assert len(sent(world, job)) == 3


def test_what_will_not_go_out_ends_nothing(world: World) -> None:
    """A notice of somebody who may announce no more takes nobody's place."""
    incident = opened(world)
    world.plan_all()
    [first] = notices(world, incident)
    world.do(
        lambda unit: world.use_cases.amending.tell(
            unit,
            "gone@example.org",
            first.content,
            ListAudience(list_name="news"),
            topic=incident.topic,
            timezone="UTC",
            at=world.clock.now(),
            expires_at=None,
            client_id="x",
            origin=Origin.COMMAND,
        )
    )
    world.plan()
    assert world.broadcast(first).state is BroadcastState.SENDING
