"""Templates looked at by command."""

from contextlib import closing
from pathlib import Path

from bot.dialogues.everything import BY_NODE
from tests.dialogues.talking import Person
from tests.world import ADMIN, AUDITOR, PUBLISHER, USER, World, copy_of


def test_shown_with_samples(world: World) -> None:
    """Titles to choose from, his own language first; then text, fields, no fault."""
    person = Person(world, ADMIN, language="de")
    person.runs("templates")
    template, language = person.asked.form.fields
    assert "maintenance" in template.choices
    assert person.talk.said(template.choice_labels["maintenance"]) == "Wartung"
    assert language.choices[0] == "de"
    assert person.talk.said(language.choice_labels["de"]) == "Deutsch"
    person.fills(template="maintenance", language="en")
    _, subject, *_ = person.shown.splitlines()
    assert subject == "Maintenance on Monday, March 2, 2026"
    assert "[What is done]" in person.shown
    assert "Was gemacht wird" in person.shown
    person.runs("templates")
    person.fills(template="incident")
    assert "investigating" not in person.shown


def test_a_broken_one(blank: Path, tmp_path: Path) -> None:
    """It stands among the others, and what is wrong is said."""
    folder = tmp_path / "own"
    (folder / "party").mkdir(parents=True)
    (folder / "party" / "template.toml").write_text("title = ")
    (tmp_path / "b").mkdir()
    with closing(World(copy_of(blank, tmp_path / "b"), templates=folder)) as broken:
        person = Person(broken, ADMIN)
        person.runs("templates")
        template, _ = person.asked.form.fields
        label = template.choice_labels["party"]
        assert person.talk.said(label) == "party (broken)"
        person.fills(template="party")
        assert "template.toml:1:" in person.shown


def test_for_admins(world: World) -> None:
    command = BY_NODE["templates"]
    for jid in (PUBLISHER, AUDITOR, USER):
        assert not command.may(world.caller(jid))
