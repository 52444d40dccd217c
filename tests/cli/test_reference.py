"""The annotated configuration and the reference page leave nothing out."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from bot.cli.program import whole
from bot.domain.audit import Action
from bot.settings import ListSettings, Settings, load
from bot.settings.sections import HolidaySettings

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "config" / "carillon.toml"
#: `#key = value`, `#[section]`; prose has a space after the `#`
OFFERED = re.compile(r"^#(?=[a-z_]+ = |\[)", re.MULTILINE)


def _keys(model: type[BaseModel], section: str = "") -> list[tuple[str, Any]]:
    """Every `section.key` with its default."""
    found: list[tuple[str, Any]] = []
    for name, field in model.model_fields.items():
        path = f"{section}{name}"
        kind = field.annotation
        if name == "lists" and not section:
            found += _keys(ListSettings, "lists.maintenance.")
        elif name == "holidays" and not section:
            found += _keys(HolidaySettings, "holidays.pl.")
        elif isinstance(kind, type) and issubclass(kind, BaseModel):
            found += _keys(kind, f"{path}.")
        else:
            found.append((path, None if field.is_required() else field.default))
    return found


KEYS = _keys(Settings)


def _offered() -> dict[str, Any]:
    """The file with every offered key taken up."""
    return tomllib.loads(OFFERED.sub("", CONFIG.read_text()))


def test_the_annotated_file_loads() -> None:
    """config/carillon.toml is a configuration that works as it stands."""
    assert load(CONFIG).xmpp.mode == "component"


@pytest.mark.parametrize(("path", "default"), KEYS, ids=[path for path, _ in KEYS])
def test_every_key_is_annotated(path: str, default: object) -> None:
    """Each key of bot/settings.py stands in the file; offered ones at their default."""
    value: Any = _offered()
    for part in path.split("."):
        value = value[part]
    key = re.escape(path.rpartition(".")[2])
    offered = re.search(rf"^#{key} = ", CONFIG.read_text(), re.MULTILINE)
    if offered and default is not None:
        assert value == default


def test_the_file_names_no_key_that_is_not_there() -> None:
    """What the file offers exists."""
    known = {path for path, _ in KEYS}

    def paths(value: object, before: str = "") -> list[str]:
        if not isinstance(value, dict):
            return [before.removesuffix(".")]
        return [
            path
            for name, inner in value.items()
            for path in paths(inner, f"{before}{name}.")
        ]

    assert set(paths(_offered())) == known


def _commands(command: Any, before: str = "carillon") -> list[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        return [(before, command)]
    return [
        found
        for name, child in inner.items()
        for found in _commands(child, f"{before} {name}")
    ]


COMMANDS = _commands(whole())


@pytest.mark.parametrize("name", [name for name, _ in COMMANDS])
def test_every_command_is_in_the_reference(name: str) -> None:
    """docs/reference/cli.md has a line for each command."""
    page = (ROOT / "docs" / "reference" / "cli.md").read_text()
    assert re.search(rf"`{name}[ `]", page)


def test_every_option_of_announce_is_in_the_reference() -> None:
    """docs/reference/cli.md explains each option of announce."""
    page = (ROOT / "docs" / "reference" / "cli.md").read_text()
    announce = dict(COMMANDS)["carillon announce"]
    options = {
        option
        for parameter in announce.params
        for option in parameter.opts
        if option.startswith("--")
    }
    assert [option for option in sorted(options) if option not in page] == []


def test_every_action_is_in_the_reference() -> None:
    """docs/reference/cli.md names what --action of audit takes, in its order."""
    page = (ROOT / "docs" / "reference" / "cli.md").read_text()
    [row] = re.findall(r"^\| `--action ACTION` \| (.*) \|$", page, re.MULTILINE)
    assert row == ", ".join(f"`{action}`" for action in Action)


@pytest.mark.parametrize(
    ("name", "command"), COMMANDS, ids=[name for name, _ in COMMANDS]
)
def test_every_command_speaks_json(name: str, command: Any) -> None:
    """Each command that tells something has --json, and all a sentence of help."""
    options = {option for parameter in command.params for option in parameter.opts}
    assert name in {"carillon run", "carillon completion"} or "--json" in options
    assert command.help
