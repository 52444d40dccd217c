"""What is broken, as somebody begins to tell of it in a client."""

import shutil
from contextlib import closing
from pathlib import Path

from bot.rendering.folder import shipped
from tests.dialogues.talking import Person
from tests.world import ADMIN, World, copy_of


def at_beginning(world: World) -> Person:
    person = Person(world, ADMIN)
    person.runs("incidents")
    person.fills(incident="new")
    return person


def test_where_one_template_has_words_for_it(world: World) -> None:
    """None is asked for."""
    person = at_beginning(world)
    assert [one.name for one in person.asked.form.fields] == ["list"]
    person.fills(list="news")
    assert "set.summary" in {one.name for one in person.asked.form.fields}


def test_templates_with_words_for_it(blank: Path, tmp_path: Path) -> None:
    """Those that have some for the end of one, too; the shipped one first."""
    templates = tmp_path / "templates"
    for name in ("failure", "failure-resolved"):
        shutil.copytree(shipped() / "news", templates / name)
    with closing(World(copy_of(blank, tmp_path), templates=templates)) as world:
        person = at_beginning(world)
        [_, template] = person.asked.form.fields
        assert template.choices == ("incident", "failure")
