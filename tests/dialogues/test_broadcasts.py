"""What was sent: how far it is, who was not told and why; stopped."""

from dataclasses import replace

import pytest

from bot.domain.broadcast import BroadcastState, DeliveryException, ExceptionKind
from bot.domain.schedule import Schedule
from tests.dialogues.looking import declared
from tests.dialogues.talking import Person
from tests.world import ADMIN, AUDITOR, PUBLISHER, USER, World, a_list

GONE, FULL = "item-not-found", "service-unavailable"


@pytest.fixture
def job(world: World) -> Schedule:
    """A publisher's, which is being sent to four; three of them bounced."""
    people = [f"{name}@example.org" for name in ("ann", "bob", "cid", "dan")]
    world.subscribe(*people)
    found = world.due(jid=PUBLISHER)
    key = world.broadcast(found).key
    for jid, condition in zip(people, (GONE, GONE, FULL), strict=False):
        world.came_back(key, jid, condition)
    return found


def offered(person: Person) -> tuple[str, ...]:
    """What he may choose among."""
    return person.asked.form.fields[0].choices


def at_task(world: World, job: Schedule, task: str, jid: str = PUBLISHER) -> Person:
    person = Person(world, jid)
    person.runs("broadcasts")
    person.fills(broadcast=f"{job.id}/1")
    person.fills(do=task)
    return person


def test_nothing_sent(world: World) -> None:
    person = Person(world, PUBLISHER)
    person.runs("broadcasts")
    assert person.said == "Nothing was sent yet."


def test_how_far_it_is(world: World, job: Schedule) -> None:
    person = at_task(world, job, "show")
    for said in (f"#{job.id}/1 ", "readers: 4", "not reached: 3", "sending"):
        assert said in person.shown


def test_why_not_and_who(world: World, job: Schedule) -> None:
    """Grouped by condition in words, the most first; then the names."""
    person = at_task(world, job, "failures")
    assert "2: there is no such address (item-not-found)" in person.told
    assert "1: there is no such address, or it stores no more messages" in (person.told)
    person.fills(why=GONE)
    assert person.shown == "Not told\nann@example.org: failed\nbob@example.org: failed"
    person = at_task(world, job, "failures")
    person.fills()
    assert "cid@example.org: failed, there is no such address, or" in person.shown


def test_names_in_pages(
    world: World, job: Schedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.dialogues.broadcasts.NAMES", 2)
    person = at_task(world, job, "failures")
    person.fills()
    assert "ann@example.org" in person.told
    assert "cid@example.org" not in person.told
    person.fills(more="yes")
    assert "cid@example.org" in person.shown
    assert "ann@example.org" not in person.shown


def test_everybody_was_told(world: World) -> None:
    """Nobody is offered whom there is none of."""
    job = world.due(jid=PUBLISHER)
    person = Person(world, PUBLISHER)
    person.runs("broadcasts")
    person.fills(broadcast=f"{job.id}/1")
    assert "failures" not in offered(person)


def test_stopped(world: World, job: Schedule) -> None:
    person = at_task(world, job, "stop")
    assert "Nothing more of it leaves" in person.told
    person.fills()
    assert person.said == "Nothing was stopped."
    person = at_task(world, job, "stop")
    person.fills(sure="yes")
    assert person.said == f"#{job.id}/1 is stopped; 0 of 4 were told."
    assert world.broadcast(job).state is BroadcastState.STOPPED
    # what is over is not stopped, and what was stopped is not tried again
    person = Person(world, PUBLISHER)
    person.runs("broadcasts")
    person.fills(broadcast=f"{job.id}/1")
    assert offered(person) == ("show", "failures", "correct", "retract")


def test_tried_once_more(world: World) -> None:
    """By its owner or an admin, of what is over: those who were not reached and could
    be.
    """
    world.subscribe("ann@example.org", "bob@example.org")
    job = world.due(jid=PUBLISHER)
    broadcast = world.broadcast(job)
    [chunk] = world.chunks(job)
    lost = DeliveryException(
        broadcast_id=broadcast.id,
        jid="ann@example.org",
        kind=ExceptionKind.FAILED,
        condition="remote-server-timeout",
        first_at=world.clock.now(),
    )
    over = replace(broadcast, state=BroadcastState.SENT, finished_at=world.clock.now())
    world.do(lambda unit: unit.exceptions.put([lost]))
    world.do(lambda unit: unit.chunks.save(replace(chunk, finished=True, done=2)))
    world.do(lambda unit: unit.broadcasts.save(over))
    own = Person(world, PUBLISHER)
    own.runs("broadcasts")
    own.fills(broadcast=f"{job.id}/1")
    assert offered(own) == ("show", "failures", "correct", "retract", "retry")
    person = at_task(world, job, "retry", ADMIN)
    assert "1 was not reached." in person.told
    person.fills()
    assert person.said == "Nobody is tried again."
    person = at_task(world, job, "retry", ADMIN)
    person.fills(sure="yes")
    assert person.said.startswith(f"#{job.id}/1: 1 is tried once more")
    [tried] = world.exceptions(job)
    assert tried.kind is ExceptionKind.RETRYING


def test_over_before_the_yes(world: World, job: Schedule) -> None:
    person = at_task(world, job, "stop")
    world.cancel(job, PUBLISHER)
    person.fills(sure="yes")
    assert "4 were told" in person.said


def test_those_of_his_lists(world: World, job: Schedule) -> None:
    """A publisher sees what was told to his lists, whoever asked for it, and stops
    his own alone; not what others told single people.
    """
    other = "other@example.org"
    declared(
        world, a_list("news", publishers=frozenset({PUBLISHER, other})), a_list("club")
    )
    policy = world.use_cases.policy
    policy.access = replace(
        policy.access, publishers=frozenset({PUBLISHER, other}), auditors=frozenset()
    )
    elsewhere = world.due(jid=PUBLISHER, list_name="club")
    tried = world.due(jid=PUBLISHER, only=(PUBLISHER,))
    person = Person(world, other)
    person.runs("broadcasts")
    assert offered(person) == (f"{job.id}/1",)
    for hidden in (elsewhere, tried):
        person.fills(broadcast=f"{hidden.id}/1")
        assert person.reason.startswith("Broadcast: ")
    person.fills(broadcast=f"{job.id}/1")
    assert offered(person) == ("show", "failures")
    boss = Person(world, ADMIN)
    boss.runs("broadcasts")
    assert len(offered(boss)) == 3
    for jid in (USER, AUDITOR):
        nobody = Person(world, jid)
        nobody.runs("broadcasts")
        assert nobody.refused == "You may not do this here."


def test_in_pages(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The latest first."""
    monkeypatch.setattr("bot.dialogues.broadcasts.PAGE", 2)
    found = [world.due(client_id=f"job-{number}") for number in range(3)]
    person = Person(world, ADMIN)
    person.runs("broadcasts")
    choices = offered(person)
    assert choices == (f"{found[2].id}/1", f"{found[1].id}/1", "more")
    person.fills(broadcast="more")
    [last] = offered(person)
    assert last == f"{found[0].id}/1"
