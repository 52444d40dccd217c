"""The parts of the reference that are written by program, from the code.

A page holds each between `<!-- NAME -->` and `<!-- end -->`.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Le
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from typer.testing import CliRunner

from bot.cli.program import app, whole
from bot.desk.verbs.everything import ALL
from bot.dialogues.everything import COMMANDS, MENU
from bot.dialogues.talk import Command
from bot.domain.access import Caller, Role
from bot.domain.fields import Field
from bot.domain.pictures import Picture
from bot.settings import HolidaySettings, ListSettings, Settings

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
_SPAN = re.compile(r"<!-- (\w+) -->\n.*?<!-- end -->", re.DOTALL)
#: `key = value`, offered (`#key`) or set, and `[section]`
_KEY = re.compile(r"#?(?P<key>[a-z_]+) = (?P<value>.*)")
_SECTION = re.compile(r"#?\[(?P<name>[\w.]+)\]")
#: of which there may be several, each under its name: how the annotated file calls one
_NAMED = {"lists": ("maintenance", ListSettings), "holidays": ("pl", HolidaySettings)}
_NAMES = {
    str: "text",
    int: "number",
    bool: "`true` or `false`",
    Path: "path",
    Picture: "path",
    SecretStr: "text",
}


def rewritten(page: str) -> str:
    """A page with its tables as they should be."""

    def table(found: re.Match[str]) -> str:
        name = found[1]
        return f"<!-- {name} -->\n\n{TABLES[name]()}\n<!-- end -->"

    return _SPAN.sub(table, page)


# --- the configuration ------------------------------------------------------------


def configuration() -> str:
    """A table for each section."""
    explained, parts = explanations(), []
    for section, model in sections():
        parts += [f"### `[{section}]`\n", "| key | type | default | means |"]
        parts += ["|---|---|---|---|"]
        for name, field in model.model_fields.items():
            means = (
                explained.get(f"{section}.{name}") or explained[f"limits.user.{name}"]
            )
            cells = (f"`{name}`", _kind(field), _default(field), means)
            parts.append(f"| {' | '.join(cells)} |")
        parts.append("")
    return "\n".join(parts)


def sections() -> Iterator[tuple[str, type[BaseModel]]]:
    """Each section with its keys; lists stand for all of them."""

    def walk(model: type[BaseModel], before: str) -> Iterator[Any]:
        keys = False
        for name, field in model.model_fields.items():
            kind = field.annotation
            if name in _NAMED and not before:
                yield f"{name}.NAME", _NAMED[name][1]
            elif isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from walk(kind, f"{before}{name}.")
            else:
                keys = True
        if keys:
            yield before.removesuffix("."), model

    return walk(Settings, "")


def explanations() -> Mapping[str, str]:
    """`section.key` and what the annotated file says of it, as one line."""
    found: dict[str, str] = {}
    section, comment = "", ""
    for line in (ROOT / "config" / "carillon.toml").read_text().splitlines():
        if match := _SECTION.fullmatch(line):
            section = match["name"]
            for kind, (name, _) in _NAMED.items():
                section = section.replace(f"{kind}.{name}", f"{kind}.NAME")
        elif match := _KEY.fullmatch(line):
            found[f"{section}.{match['key']}"] = comment
        elif line.startswith("# "):
            comment = f"{comment} {line[2:]}".strip()
            continue
        comment = ""
    return {
        name: text.replace("|", r"\|").replace("<", "&lt;")
        for name, text in found.items()
        if text
    }


def _kind(field: FieldInfo) -> str:
    kind = field.annotation
    if get_origin(kind) is Literal:
        return " or ".join(f'`"{one}"`' for one in get_args(kind))
    if list in {get_origin(one) for one in (kind, *get_args(kind))}:
        return "list of text"
    [kind] = [one for one in (get_args(kind) or (kind,)) if one is not type(None)]
    if issubclass(kind, StrEnum):
        return " or ".join(f'`"{one}"`' for one in kind)
    name = _NAMES[kind]
    limits = {type(one): one for one in field.metadata}
    least, most = limits.get(Ge), limits.get(Le)
    if isinstance(least, Ge) and isinstance(most, Le):
        return f"{name}, {least.ge} to {most.le}"
    return f"{name}, at least {least.ge}" if isinstance(least, Ge) else name


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "has to be given"
    value = field.default
    if value is None:
        return ""
    return f"`{_toml(value)}`"


def _toml(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value) if isinstance(value, int) else f'"{value}"'
    assert tomllib.loads(f"x = {text}")
    return text


# --- the command line -------------------------------------------------------------


def options() -> str:
    """What `--help` shows of each command."""
    parts = []
    for name, _ in commands():
        words = [*name.split()[1:], "--help"]
        shown = CliRunner().invoke(app, words, prog_name="carillon", terminal_width=88)
        said = "\n".join(line.rstrip() for line in shown.stdout.strip().splitlines())
        parts += [f"## {name}\n", f"```text\n{said}\n```\n"]
    return "\n".join(parts)


def commands() -> list[tuple[str, Any]]:
    """Every command with its full name."""

    def walk(command: Any, before: str) -> Iterator[tuple[str, Any]]:
        inner = getattr(command, "commands", None)
        if inner is None:
            yield before, command
        for name, child in (inner or {}).items():
            yield from walk(child, f"{before} {name}")

    return list(walk(whole(), "carillon"))


# --- what can be asked --------------------------------------------------------------


def verbs() -> str:
    """A line for each verb of the desk."""
    parts = ["| verb | for | in the audit trail | is given |", "|---|---|---|---|"]
    for verb in ALL:
        given = ", ".join(_given(field) for field in verb.fields) or "nothing"
        cells = (f"`{verb.name}`", verb.right.value, f"`{verb.action}`", given)
        parts.append(f"| {' | '.join(cells)} |")
    return "\n".join(parts) + "\n"


def _given(field: Field[Any]) -> str:
    kind = f"{field.type}, several" if field.many else str(field.type)
    name = f"**`{field.name}`**" if field.required else f"`{field.name}`"
    return f"{name} ({kind})"


# --- ad-hoc commands --------------------------------------------------------------


def tasks() -> str:
    """The commands that are listed, the most used first."""
    rows = ["| node | is called | for |", "|---|---|---|"]
    rows += [
        f"| `{one.node}` | {one.name} | {_whom(one)} |" for one in (*COMMANDS, MENU)
    ]
    return "\n".join(rows) + "\n"


def _whom(command: Command) -> str:
    """By who of these may run it."""
    people = {
        "users": Caller(owner="a@b.example", role=Role.USER),
        "publishers": Caller(owner="a@b.example", role=Role.PUBLISHER),
        "auditors": Caller(owner="a@b.example", role=Role.USER, is_auditor=True),
        "admins": Caller(owner="a@b.example", role=Role.ADMIN),
    }
    found = [name for name, caller in people.items() if command.may(caller)]
    if "users" in found:
        return "everybody"
    *others, last = found
    return f"{', '.join(others)} and {last}" if others else last


TABLES: Mapping[str, Callable[[], str]] = {
    "configuration": configuration,
    "options": options,
    "verbs": verbs,
    "tasks": tasks,
}
