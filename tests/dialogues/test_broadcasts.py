"""What was sent: how far it is, who was not told and why; stopped."""

from dataclasses import replace

import pytest

from bot.domain.broadcast import BroadcastState
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
    assert "1. 2: there is no such address (item-not-found)" in person.told
    assert "2. 1: there is no such address, or it stores no more messages" in (
        person.told
    )
    person.fills(why="1")
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
    assert "failures" not in person.asked.form.fields[0].choices


def test_stopped(world: World, job: Schedule) -> None:
    person = at_task(world, job, "stop")
    assert "Nothing more of it leaves" in person.told
    person.fills()
    assert person.said == "Nothing was stopped."
    person = at_task(world, job, "stop")
    person.fills(sure="yes")
    assert person.said == f"#{job.id}/1 is stopped; 0 of 4 were told."
    assert world.broadcast(job).state is BroadcastState.STOPPED
    # what is over is not stopped
    person = Person(world, PUBLISHER)
    person.runs("broadcasts")
    person.fills(broadcast=f"{job.id}/1")
    assert "stop" not in person.asked.form.fields[0].choices


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
    assert person.asked.form.fields[0].choices == (f"{job.id}/1",)
    for hidden in (elsewhere, tried):
        person.fills(broadcast=f"{hidden.id}/1")
        assert person.reason.startswith("Broadcast: ")
    person.fills(broadcast=f"{job.id}/1")
    assert person.asked.form.fields[0].choices == ("show", "failures")
    boss = Person(world, ADMIN)
    boss.runs("broadcasts")
    assert len(boss.asked.form.fields[0].choices) == 3
    for jid in (USER, AUDITOR):
        nobody = Person(world, jid)
        nobody.runs("broadcasts")
        assert nobody.refused == "You may not do this here."


def test_in_pages(world: World) -> None:
    """Nine at a time, the latest first."""
    found = [world.due(client_id=f"job-{number}") for number in range(11)]
    person = Person(world, ADMIN)
    person.runs("broadcasts")
    choices = person.asked.form.fields[0].choices
    assert choices[0] == f"{found[-1].id}/1"
    assert choices[-1] == "more"
    person.fills(broadcast="more")
    assert person.asked.form.fields[0].choices == tuple(
        f"{one.id}/1" for one in found[1::-1]
    )
