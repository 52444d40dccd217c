"""What docs/reference/templates.md tells people to write works as it stands."""

import re
import shlex
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.domain.fields import MAX_LINE, MAX_TEXT, FieldType
from bot.domain.relative import Anchor
from bot.rendering import filters
from bot.rendering.assembly import MAX_DEPTH, MAX_PARTS
from bot.rendering.declaration import CONTEXT, FieldTable, TemplateTable
from bot.rendering.faults import MAX_FILE
from bot.rendering.templates import JinjaTemplates
from tests.cli.workplace import Workplace

DUE = Anchor(datetime(2026, 12, 1, 9, tzinfo=UTC), ZoneInfo("Europe/Warsaw"))
PAGE = (Path(__file__).parents[2] / "docs/reference/templates.md").read_text()
FILES = re.compile(r"^`([\w./-]+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: a command and what it prints
TRIALS = re.compile(r"^```sh\n([^`]*)^```\n\n```\n([^`]*)^```$", re.MULTILINE)
COMMANDS = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: `wording` and what it comes to, in the table of filters
FILTERS = re.compile(r"^\| `(\{\{[^`]*\}\})` \| ([^`]*?) \|$", re.MULTILINE)
FIELDS = """
languages = ["en"]
title = { en = "Trial" }
[fields]
topic = { type = "line", label = { en = "x" } }
start = { type = "moment", label = { en = "x" } }
length = { type = "duration", label = { en = "x" } }
agenda = { type = "text", label = { en = "x" } }
price = { type = "number", label = { en = "x" } }
seats = { type = "number", label = { en = "x" } }
missing = { type = "text", label = { en = "x" } }
"""
VALUES = {
    "topic": "The new server",
    "start": "2026-12-05T22:00:00Z",
    "length": "90m",
    "agenda": "Backups",
    "price": "1234.50",
    "seats": "20",
}


def _words(text: str) -> list[list[str]]:
    lines = text.replace("\\\n", " ").splitlines()
    return [shlex.split(line)[1:] for line in lines]


@pytest.fixture
def written(bare_place: Workplace) -> Workplace:
    """The page's files, where it says that they stand."""
    for name, text in FILES.findall(PAGE):
        path = bare_place.folder / "templates" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return bare_place


def test_the_page_has_examples() -> None:
    """The expressions of these tests find what they are to find."""
    assert len(FILES.findall(PAGE)) == 12
    assert len(TRIALS.findall(PAGE)) == 2
    assert len(FILTERS.findall(PAGE)) == 28


def test_files(written: Workplace) -> None:
    """The page's templates are without fault, beside the shipped ones."""
    [*checks, _, _] = [line for text in COMMANDS.findall(PAGE) for line in _words(text)]
    assert [written(*words).out for words in checks] == [
        "9 templates are in order.\n",
        "1 template is in order.\n",
    ]


@pytest.mark.parametrize(("command", "said"), TRIALS.findall(PAGE), ids=["1", "2"])
def test_trials(written: Workplace, command: str, said: str) -> None:
    """What the page shows of a rendered template is what the program prints."""
    [words] = _words(command)
    printed = [line.rstrip() for line in written.done(*words).strip().splitlines()]
    assert printed == said.splitlines()


@pytest.mark.parametrize(("wording", "said"), FILTERS.findall(PAGE))
def test_filters(written: Workplace, wording: str, said: str) -> None:
    """Each line of the table of filters is true."""
    folder = written.folder / "templates"
    written.add_template("trial", wording.replace(r"\|", "|"), FIELDS)
    text = JinjaTemplates(folder).render(
        "trial",
        {name: {"": value} for name, value in VALUES.items()},
        language="en",
        fallback="en",
        zone="Europe/Warsaw",
        due=DUE,
        context={},
    )
    assert text.body == said


def test_nothing_is_left_out() -> None:
    """Every filter, field type, key, name and limit stands on the page."""
    for name in filters.FILTERS:
        assert rf"\| {name}" in PAGE
    for kind in FieldType:
        assert re.search(rf"^\| `{kind}` \|", PAGE, re.MULTILINE)
        assert f'type = "{kind}"' in PAGE
    for key in FieldTable.model_fields.keys() | TemplateTable.model_fields.keys():
        assert re.search(rf"\b{key}\b`", PAGE) or key == "fields"
    for name in CONTEXT:
        assert f"`{name}`" in PAGE
    for name in JinjaTemplates().names():
        assert f"`{name}`" in PAGE
    for limit in (MAX_FILE, MAX_TEXT, MAX_LINE):
        assert f"{limit:,}" in PAGE
    assert f"from {MAX_PARTS} files, {MAX_DEPTH} in one another" in PAGE
