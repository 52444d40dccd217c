"""Everything stopped, and let go on, from any client."""

from tests.dialogues.talking import Person
from tests.world import ADMIN, PUBLISHER, World


def at(world: World, jid: str = ADMIN) -> Person:
    person = Person(world, jid)
    person.runs("stop-all")
    return person


def stands_still(world: World) -> bool:
    return world.do(lambda unit: unit.standstills.get()) is not None


def test_stopped_and_let_go_on(world: World) -> None:
    """How many is told before; once all is stopped, the same command lets it go on."""
    world.subscribe("bert@elsewhere.example")
    world.due(client_id="now")
    world.schedule(client_id="later")
    person = at(world)
    assert "1 broadcast is being sent: it stops for good." in person.told
    assert "1 announcement is still to come: it waits." in person.told
    person.fills(sure="yes")
    assert person.said == (
        "Everything is stopped: 1 broadcast was stopped for good, 1 announcement waits."
    )
    assert stands_still(world)
    person = at(world)
    assert f"{ADMIN} stopped everything" in person.told
    # the way on is one that a client has, too
    assert "It goes on with resume-all, in a client with stop-all." in person.told
    person.fills(sure="yes")
    assert person.said == "All goes on: 1 announcement is to come."
    assert not stands_still(world)


def test_without_a_yes(world: World) -> None:
    """No is taken for granted, both ways."""
    person = at(world)
    person.fills()
    assert person.said == "Nothing was stopped."
    assert not stands_still(world)
    at(world).fills(sure="yes")
    person = at(world)
    person.fills()
    assert person.said == "Everything is still stopped."
    assert stands_still(world)


def test_for_admins(world: World) -> None:
    assert at(world, PUBLISHER).refused == "You may not do this here."
