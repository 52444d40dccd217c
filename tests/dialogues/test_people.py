"""A person found from any client, and taken up again."""

import pytest

from tests.dialogues.talking import Person
from tests.world import ADMIN, AUDITOR, PUBLISHER, World

BERT = "bert@elsewhere.example"


def at(world: World, jid: str = "") -> Person:
    person = Person(world, ADMIN)
    person.runs("people")
    person.fills(jid=jid)
    return person


def test_whom_nobody_knows(world: World) -> None:
    """There is nothing, and it says so."""
    assert at(world, BERT).shown.splitlines() == [
        *(BERT, "none", "Lists", "none", "Was told", "none"),
    ]


def test_what_he_was_told(world: World) -> None:
    """Where he stands, and each broadcast with what became of it."""
    world.subscribe(BERT)
    world.bounce(BERT, "gone")
    shown = at(world, BERT.upper()).shown
    assert "news: since 2026-03-01 12:00 UTC" in shown
    assert "#1/1 2026-03-01 12:00:02 UTC, news: failed" in shown
    assert "the address no longer exists (gone)" in shown


def test_his_roles(world: World) -> None:
    """In the words of whoever reads."""
    person = Person(world, ADMIN, language="de")
    person.runs("people")
    person.fills(jid=PUBLISHER)
    assert "darf an news schreiben" in person.shown


def test_a_typing_error(world: World) -> None:
    """No address: the form again, with the reason."""
    assert at(world, "bert@").reason.startswith("Address: ")


def test_suspended(world: World) -> None:
    """He is offered to be taken up again; to look comes first."""
    world.subscribe(BERT)
    world.suspend(BERT)
    assert f"{BERT}, news: there is no such address" in at(world).shown
    person = at(world, BERT)
    assert "told nothing" in person.told
    assert person.asked.form.fields[0].choices[0] == "show"
    person.fills(do="restore")
    person.fills()
    assert person.said == "Nothing was changed."
    again = at(world, BERT)
    again.fills(do="restore")
    again.fills(sure="yes")
    assert again.said == f"{BERT} is told again: news."
    assert at(world).shown.splitlines() == ["Suspended", "none"]


def test_more_than_is_shown(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody takes a part for all of it."""
    monkeypatch.setattr("bot.dialogues.people.TOLD", 2)
    monkeypatch.setattr("bot.dialogues.people.SUSPENDED", 1)
    world.subscribe(BERT, "carl@elsewhere.example")
    for _ in range(2):
        world.bounce(BERT, "gone")
    assert "and more" not in at(world, BERT).shown
    world.suspend("carl@elsewhere.example")
    assert "and more" not in at(world).shown
    assert at(world, BERT).shown.endswith("and more")
    world.suspend(BERT)
    assert at(world).shown.endswith("and more")


def test_for_admins(world: World) -> None:
    person = Person(world, AUDITOR)
    person.runs("people")
    assert person.refused == "You may not do this here."
