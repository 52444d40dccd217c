"""What comes back of messages between people, and what their owners are told."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.consent import Standing, Who
from bot.domain.message import MessageType, Text
from bot.domain.schedule import Origin, Original, Schedule, ScheduleState
from bot.domain.updates import Update, WireState
from bot.service.delivery.jobs import Step
from bot.service.delivery.outcomes import Bounce
from bot.service.ports.notices import Notice
from bot.service.rules.policy import People
from tests.store.conftest import ENGINES
from tests.store.copies import migrated
from tests.world import ADMIN, OPS, USER, World, a_policy, copy_of

BOB = "bob@elsewhere.example"
FRIEND = Standing(exists=True, subscription="both")
PEOPLE = People(servers=frozenset({"example.org"}), consent=Who.EVERYONE)


@pytest.fixture
def world(
    request: pytest.FixtureRequest, blank: Path, tmp_path: Path
) -> Iterator[World]:
    """On SQLite, unless the test names an engine."""
    if getattr(request, "param", "sqlite") == "postgresql":
        url = request.getfixturevalue("postgresql").database("returned")
        migrated(url)
    else:
        url = copy_of(blank, tmp_path)
    found = World(url, policy=a_policy(people=PEOPLE))
    yield found
    found.close()


def asked(world: World, **changes: Any) -> Schedule:
    """A message that came in whole, from one person to another."""
    values = {
        "origin": Origin.INLINE,
        "list_name": None,
        "to": BOB,
        "client_id": "job",
        "original": Original(id="m1", type=MessageType.CHAT),
        "deliver_at": None,
        "delay_seconds": "1",
    }
    request = world.request(**values | changes)
    write = world.schedules.write
    return world.do(write, world.caller(USER), request, FRIEND)[0].schedule


def due(world: World, **changes: Any) -> Schedule:
    """On its way."""
    job = asked(world, **changes)
    world.notices()  # it waits until its sender knows that it is kept
    world.clock.advance(seconds=2)
    world.plan_all()
    return world.get(job.id)


def deliver(world: World, *bounces: Bounce) -> None:
    """Handed over, with what the server says of it at once."""
    claimed = world.do(world.chunk_progress.claim, "w", (), True)
    assert claimed is not None
    chunk = claimed.chunk
    step = Step(
        chunk_id=chunk.id,
        broadcast_key=claimed.broadcast.key,
        through=chunk.last,
        done=chunk.count,
    )
    world.do(world.chunk_progress.record, "w", [step], list(bounces))


def bounce(
    key: str = "", condition: str = "gone", kind: str = "cancel", **more: Any
) -> Bounce:
    return Bounce(
        broadcast_key=key, jid=BOB, condition=condition, error_type=kind, **more
    )


def words(found: list[Notice]) -> dict[str, list[str]]:
    """What is told in words, by whom it is told."""
    told: dict[str, list[str]] = {}
    for one in found:
        if isinstance(one.said, Text):
            told.setdefault(one.to, []).append(one.said.body)
    return told


def states(found: list[Notice]) -> list[WireState]:
    return [one.said.status for one in found if isinstance(one.said, Update)]


def test_stored(world: World) -> None:
    """Its owner alone hears that it is stored, by its id, once; not where he wants no
    headlines; and of a request by IQ its answer says so.
    """
    asked(world)
    [told] = world.notices()
    assert (told.to, told.said) == (
        *(USER,),
        replace(_update(told), job="job", status=WireState.SCHEDULED),
    )
    assert asked(world).client_id == "job"
    asked(world, client_id="quiet", updates=False)
    asked(world, client_id="iq", origin=Origin.IQ, original=None)
    assert world.notices() == []


def _update(notice: Notice) -> Update:
    assert isinstance(notice.said, Update)
    return notice.said


@pytest.mark.parametrize("world", ENGINES, indirect=True)
def test_known_by_its_id(world: World) -> None:
    """By the one that its sender gave it, for these two people alone; what nobody sent
    is nothing.
    """
    job = due(world)
    deliver(world)
    returned = world.outcomes.returned
    assert not world.do(returned, bounce(), ADMIN, "m1")
    assert not world.do(returned, bounce(), USER, "m2")
    other = replace(bounce(), jid="other@elsewhere.example")
    assert not world.do(returned, other, USER, "m1")
    assert world.exceptions(job) == []
    assert world.do(returned, bounce(), USER, "m1")
    assert [one.condition for one in world.exceptions(job)] == ["gone"]


def test_known_by_ours(world: World) -> None:
    """By the service's own id, where it is a message in that person's name."""
    job = due(world, original=None)
    deliver(world)
    key = world.broadcast(job).key
    returned = world.outcomes.returned
    assert not world.do(returned, bounce(key), ADMIN, "whatever")
    assert world.do(returned, bounce(key), USER, "whatever")
    world.subscribe(BOB)
    announced = world.broadcast(world.due()).key
    assert not world.do(returned, bounce(announced), ADMIN, "whatever")


def test_it_came_back_late(world: World) -> None:
    """After it was taken for delivered: counts change, the state does not, and why is
    told in words that name the recipient to the owner alone; once, however often it
    comes.
    """
    job = due(world)
    deliver(world)
    assert states(world.notices()) == [WireState.SENT]
    for _ in range(2):
        world.do(world.outcomes.returned, bounce(), USER, "m1")
    found = world.notices()
    assert states(found) == []
    told = words(found)
    assert set(told) == {USER, OPS}
    for reader, [said] in told.items():
        assert f"(job) to {BOB if reader == USER else 'one person'}, due" in said
        assert "was not delivered: the address no longer exists (gone)." in said
        assert (BOB in said) == (reader == USER)
        assert "Hello" not in said
    assert world.get(job.id).state is ScheduleState.SENT
    assert world.progress(job).failed == 1


def test_refused_at_once(world: World) -> None:
    """It has failed, and why is told."""
    job = due(world)
    refused = bounce(world.broadcast(job).key, "not-allowed")
    deliver(world, refused)
    found = world.notices()
    assert states(found) == [WireState.FAILED]
    [said] = words(found)[USER]
    assert said.endswith("nobody, or not this service, may write there (not-allowed).")
    assert world.get(job.id).state is ScheduleState.FAILED


def test_tried_again(world: World) -> None:
    """Its owner hears at once that it is repeated, nobody else does; then, once, how
    it ended.
    """
    job = due(world)
    later = bounce(world.broadcast(job).key, "remote-server-timeout", "wait")
    deliver(world, later)
    found = world.notices()
    assert states(found) == []
    assert set(words(found)) == {USER}
    [said] = words(found)[USER]
    assert "could not be delivered yet, and is tried again" in said
    for _ in range(5):
        world.clock.advance(seconds=timedelta(hours=4.5).total_seconds())
        claimed = world.do(world.outcomes.retries, 100)
        world.do(world.outcomes.repeated, claimed)
        world.do(world.outcomes.returned, later, USER, "m1")
    found = world.notices()
    assert states(found) == [WireState.FAILED]
    assert "was not delivered" in words(found)[USER][0]
    assert len(words(found)[USER]) == 1
    assert world.get(job.id).state is ScheduleState.FAILED


def test_its_sender_is_gone(world: World) -> None:
    """Nothing more of it goes out: the next of that name is somebody else."""
    job = due(world, recurrence="FREQ=DAILY;COUNT=9")
    key = world.broadcast(job).key
    deliver(world, bounce(key, "sender-gone", sender_gone=True))
    after = world.get(job.id)
    assert (after.state, after.next_at) == (ScheduleState.FAILED, None)
    [said] = words(world.notices())[OPS]
    assert "its sender's account no longer exists (sender-gone)" in said


def test_after_an_edit(world: World) -> None:
    """What is told of a message is told of whom it was for."""
    job = due(world, recurrence="FREQ=DAILY;COUNT=9")
    deliver(world, bounce(world.broadcast(job).key, "not-allowed"))
    [said] = words(world.notices())[USER]
    assert f"to {BOB}, due" in said
