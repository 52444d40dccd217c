"""docs/reference/json.md tells every key that a command prints, and no other."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bot.cli.program import whole
from tests.cli.documents import of
from tests.cli.workplace import Workplace

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "json.md"
_HEADING = re.compile(r"^### (?:carillon )?(.*)$", re.MULTILINE)
_ALL_OF = re.compile(r"^All of (.*)$", re.MULTILINE)
_LINK = re.compile(r"\[(\w+)\]\(#\1\)")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


class Row(NamedTuple):
    type: str
    example: str


def _rows(section: str) -> dict[str, Row]:
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]
    return {
        key.strip("`"): Row(kind, example.strip("`")) for key, kind, _, example in cells
    }


def _sections() -> dict[str, str]:
    """By what stands in the heading."""
    parts = _HEADING.split(PAGE.read_text())[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def _whole(section: str, sections: Mapping[str, str]) -> dict[str, Row]:
    """Its keys, with those of the parts that it names."""
    found: dict[str, Row] = {}
    for line in _ALL_OF.findall(section):
        for part in _LINK.findall(line.split(", and:")[0]):
            found |= _whole(sections[part], sections)
    for key, row in _rows(section).items():
        if named := _LINK.match(row.type):
            for inner, one in _whole(sections[named[1]], sections).items():
                found[f"{key}.{inner}"] = one
        else:
            found[key] = row
    return found


def _described() -> dict[str, dict[str, Row]]:
    """By command; a heading may name several: `broadcasts show, watch`."""
    sections = _sections()
    found = {}
    for heading, section in sections.items():
        first, *others = heading.split(", ")
        group = first.rpartition(" ")[0]
        for name in (first, *(f"{group} {other}" for other in others)):
            found[name] = _whole(section, sections)
    return found


DESCRIBED = _described()
PARTS = {
    *("schedule", "coming", "skip", "ahead", "text", "broadcast", "amendment"),
    *("reading", "list", "maintenance", "notice", "incident"),
}
#: what nobody has amended yet, as it has only just been sent
_NOT_YET = {"announce": "broadcast.amendments[]."}


def _commands(command: Any, name: str = "") -> Iterator[str]:
    if any("--json" in one.opts for one in command.params):
        yield name
    for inner, found in getattr(command, "commands", {}).items():
        yield from _commands(found, f"{name} {inner}".strip())


COMMANDS = list(_commands(whole()))


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[Any]]:
    return of(Workplace(tmp_path_factory.mktemp("json")))


#: what a value of each type may be
_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "boolean": lambda one: isinstance(one, bool),
    "number": lambda one: isinstance(one, int) and not isinstance(one, bool),
    "moment": lambda one: isinstance(one, str) and bool(_MOMENT.fullmatch(one)),
    "text": lambda one: isinstance(one, str),
    "words": lambda one: all(isinstance(each, str) for each in dict(one).values()),
    "object": lambda one: isinstance(one, dict),
}


def _fits(value: Any, kind: str) -> bool:
    if kind.endswith(" or null"):
        return value is None or _fits(value, kind.removesuffix(" or null"))
    if kind.startswith("list of "):
        inner = kind.removeprefix("list of ")
        return isinstance(value, list) and all(_fits(one, inner) for one in value)
    return _TYPES[kind](value)


def _leaves(
    value: Any, rows: Mapping[str, Row], key: str = ""
) -> Iterator[tuple[str, Any]]:
    """(key as the page writes it, value) of all, as deep as the page goes."""
    if key in rows:
        yield key, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, rows, f"{key}.{name}".lstrip("."))
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, rows, f"{key}[]")
    elif value is not None or not any(row.startswith(f"{key}.") for row in rows):
        yield key, value


def test_every_command_is_described() -> None:
    """The page has a section for each command with `--json`, and none else."""
    assert set(DESCRIBED) - PARTS == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_keys(printed: Mapping[str, list[Any]], command: str) -> None:
    """What is printed is described, and what is described is printed."""
    rows = DESCRIBED[command]
    leaves = [leaf for one in printed[command] for leaf in _leaves(one, rows)]
    keys = {key for key, _ in leaves}
    assert sorted(keys - set(rows)) == [], "printed and not on the page"
    never = {key for key in rows if key.startswith(_NOT_YET.get(command, "-"))}
    assert sorted(set(rows) - keys - never) == [], "on the page and never printed"
    wrong = [leaf for leaf in leaves if not _fits(leaf[1], rows[leaf[0]].type)]
    assert wrong == []


@pytest.mark.parametrize("name", DESCRIBED)
def test_examples(name: str) -> None:
    """Each is JSON, and of the type that stands beside it."""
    for key, row in DESCRIBED[name].items():
        assert _fits(json.loads(row.example), row.type), (key, row)
