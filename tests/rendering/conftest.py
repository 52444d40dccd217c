"""Templates written into a folder of the test's own."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.domain.message import Text
from bot.domain.relative import Anchor
from bot.rendering.templates import JinjaTemplates

#: the occurrence that tells what is relative to it
DUE = Anchor(datetime(2026, 12, 1, 9, tzinfo=UTC), ZoneInfo("Europe/Warsaw"))
TOML = """
languages = ["en", "de"]
title = { en = "Test", de = "Test" }
"""

Write = Callable[..., Path]
Say = Callable[..., str]
Share = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Puts a template into the folder: `write("t", {"body.en": "…"}, toml="…")`.

    By default it is without fault; files given as None are left out. `toml` has to
    declare the `languages`.
    """

    def write(
        name: str,
        files: dict[str, str | None] | None = None,
        toml: str | None = TOML,
        languages: Sequence[str] = ("en", "de"),
    ) -> Path:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        stock: dict[str, str | None] = {
            f"{part}.{language}": f"{part} {language}"
            for part in ("subject", "body")
            for language in languages
        }
        for stem, text in (stock | (files or {})).items():
            if text is not None:
                (folder / f"{stem}.txt.j2").write_text(text, encoding="utf-8")
        if toml is not None:
            (folder / "template.toml").write_text(toml, encoding="utf-8")
        return folder

    return write


@pytest.fixture
def share(tmp_path: Path) -> Share:
    """Puts files into `_shared`: `share({"contact.en": "…"})`."""

    def share(files: dict[str, str]) -> Path:
        folder = tmp_path / "_shared"
        folder.mkdir(exist_ok=True)
        for stem, text in files.items():
            (folder / f"{stem}.txt.j2").write_text(text, encoding="utf-8")
        return folder

    return share


@pytest.fixture
def templates(tmp_path: Path) -> JinjaTemplates:
    return JinjaTemplates(tmp_path)


def render(templates: JinjaTemplates, name: str = "t", **more: Any) -> Text:
    """Render with what a test does not care about filled in."""
    values = {field: {"": text} for field, text in more.pop("given", {}).items()}
    settings: dict[str, Any] = {"language": "en", "zone": "UTC", "fallback": "en"}
    settings |= {"due": DUE, "context": {}}
    return templates.render(name, more.pop("values", values), **(settings | more))


@pytest.fixture
def say(write: Write, templates: JinjaTemplates) -> Say:
    """What a body comes to: `say("{{ x }}", FIELDS, given={"x": "1"})`."""

    def say(body: str, fields: str = "", **more: Any) -> str:
        languages = more.pop("languages", ["en", "de"])
        titles = "".join(f'title.{tag} = "Test"\n' for tag in languages)
        toml = f"languages = {json.dumps(languages)}\n{titles}{fields}"
        bodies = {f"body.{language}": body for language in languages}
        write("t", bodies, toml=toml, languages=languages)
        return render(templates, **more).body

    return say
