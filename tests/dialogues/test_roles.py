"""Roles looked at, given and taken from any client."""

import pytest

from bot.dialogues.play import Asking
from bot.domain.roles import HeldRole, RoleName
from tests.dialogues.looking import declared
from tests.dialogues.talking import Person
from tests.world import ADMIN, AUDITOR, PUBLISHER, USER, World, a_list

ANNA = "anna@elsewhere.example"


def roles(world: World) -> list[str]:
    """Those that admins gave."""
    return [str(one) for one in world.do(lambda unit: unit.roles.all())]


def at(world: World, task: str, jid: str = ADMIN) -> Person:
    person = Person(world, jid)
    person.runs("roles")
    person.fills(do=task)
    return person


def given(world: World, jid: str, role: RoleName = RoleName.ADMIN) -> None:
    held = HeldRole(jid=jid, role=role, by=ADMIN, at=world.clock.now())
    world.do(lambda unit: unit.roles.put(held))
    world.policy.give(world.do(lambda unit: unit.roles.all()))


def test_who_has_which(world: World) -> None:
    """What is taken for granted shows them, with who gave which."""
    given(world, ANNA)
    person = Person(world, ADMIN)
    person.runs("roles")
    person.fills()
    assert f"{ADMIN}: by the configuration" in person.shown
    assert f"{PUBLISHER}, news: by the configuration" in person.shown
    assert f"{ANNA}: by {ADMIN}, 2026-03-01 12:00 UTC" in person.shown


def test_an_admin_is_made(world: World) -> None:
    """After a look at what he may then; he is one in the same breath."""
    person = at(world, "add")
    person.fills(jid=ANNA.upper(), role="admin")
    assert f"{ANNA} may then do everything here" in person.told
    person.fills(sure="yes")
    assert person.said == f"{ANNA} is an admin now."
    assert world.caller(ANNA).is_admin
    at(world, "show", ANNA)


def test_a_publisher_is_made(world: World) -> None:
    """Of one list, which is chosen among those there are."""
    declared(world, a_list(), a_list("weather"))
    person = at(world, "add")
    person.fills(jid=USER, role="publisher")
    assert person.asked.form.fields[0].choices == ("news", "weather")
    person.fills(list="weather")
    assert f"{USER} may then announce to weather" in person.told.replace("'", "")
    person.fills(sure="yes")
    assert roles(world) == [f"{USER}: publisher weather"]


@pytest.mark.parametrize("task", ["add", "remove"])
def test_without_a_yes(world: World, task: str) -> None:
    """Nothing is changed: no is what is taken for granted."""
    given(world, ANNA, RoleName.AUDITOR)
    person = at(world, task)
    if task == "add":
        person.fills(jid=USER)
    else:
        person.fills(role=f"auditor/{ANNA}")
    person.fills()
    assert person.said == "Nothing was changed."
    assert roles(world) == [f"{ANNA}: auditor"]


def test_taken(world: World) -> None:
    """What an admin gave can be taken by any; what becomes of it is told before."""
    given(world, ANNA)
    person = at(world, "remove", ANNA)
    assert person.asked.form.fields[0].choices[0] == f"admin/{ANNA}"
    person.fills(role=f"admin/{ANNA}")
    assert "your own role" in person.told
    assert "does not go out" in person.told
    person.fills(sure="yes")
    assert person.said == f"{ANNA} is no admin any more."
    assert roles(world) == []


def test_the_configurations(world: World) -> None:
    """It says by which key, and the form stands as it was."""
    person = at(world, "remove")
    person.fills(role=f"auditor/{AUDITOR}")
    person.fills(sure="yes")
    assert "[access] auditors" in person.reason


def test_in_pages(world: World) -> None:
    """Nine at a time, and the way on."""
    for number in range(10):
        given(world, f"p{number}@elsewhere.example", RoleName.AUDITOR)
    person = at(world, "remove")
    person.fills(role="+")
    assert person.asked.form.fields[0].choices[0] == "auditor/p9@elsewhere.example"


def test_in_the_words_of_whoever_reads(world: World) -> None:
    person = Person(world, ADMIN, language="de")
    person.runs("roles")
    person.fills(do="remove")
    [field] = person.asked.form.fields
    assert field.choice_labels[f"auditor/{AUDITOR}"] == f"{AUDITOR} Prüfer"


def test_a_right_that_is_lost_between_two_steps(world: World) -> None:
    """Who is no admin any more at the last step gives nothing."""
    given(world, ANNA)
    person = at(world, "add", ANNA)
    person.fills(jid=USER, role="admin")
    assert isinstance(person.turn, Asking)
    other = at(world, "remove")
    other.fills(role=f"admin/{ANNA}")
    other.fills(sure="yes")
    person.fills(sure="yes")
    assert person.refused == "You may not do this here."
    assert roles(world) == []


def test_what_cannot_be_given(world: World) -> None:
    """A word that is no address comes back with the reason, and what was typed."""
    person = at(world, "add")
    person.fills(jid="anna", role="admin")
    person.fills(sure="yes")
    assert "no @" in person.reason


def test_no_list_to_publish_to(world: World) -> None:
    """Who makes somebody a publisher of none is told where lists are made."""
    world.do(lambda unit: unit.lists.declare([]))
    person = at(world, "add")
    person.fills(jid=ANNA, role="publisher")
    assert person.said == "There is no list yet: make one under Manage lists."
