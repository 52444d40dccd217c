"""What README.md tells people to write works as it stands."""

import re
import shlex
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app.snippets import Kind, snippet
from bot.cli import questions
from bot.clock import SystemClock
from bot.settings import load
from tests.cli.workplace import Workplace

#: the examples are of December 2026
DAY = re.compile(r"2026-12-(\d\d)")
README = (Path(__file__).parents[2] / "README.md").read_text()
BLOCKS = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def _blocks(language: str) -> list[str]:
    return [text for kind, text in BLOCKS.findall(README) if kind == language]


def _commands() -> list[list[str]]:
    lines = "\n".join(_blocks("sh")).replace("\\\n", " ").splitlines()
    words = [shlex.split(line, comments=True) for line in lines]
    return [line[1:] for line in words if line[:1] == ["carillon"]]


ANNOUNCE = [words for words in _commands() if words[0] == "announce"]
OTHERS = [words for words in _commands() if words[0] != "announce"]


@pytest.mark.parametrize("words", ANNOUNCE, ids=" ".join)
def test_announcements(place: Workplace, words: list[str]) -> None:
    """Each announcement of the README would be accepted, its days being ahead."""
    today = SystemClock().now().date()
    ahead = [
        DAY.sub(lambda day: str(today + timedelta(days=int(day[1]))), word)
        for word in words
    ]
    assert "readers now" in place.done(*ahead, "--dry-run")


@pytest.mark.parametrize("words", OTHERS, ids=" ".join)
def test_commands(place: Workplace, words: list[str]) -> None:
    """Each other command of the README exists."""
    assert place(*words, "--help").code == 0


@pytest.mark.parametrize("text", _blocks("toml"), ids=["component", "account"])
def test_configurations(tmp_path: Path, text: str) -> None:
    """Each configuration of the README is one."""
    path = tmp_path / "carillon.toml"
    path.write_text(text)
    assert load(path).xmpp.jid.endswith("example.org")


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("mode", questions.MODES)
def test_snippets(kind: Kind, mode: questions.Mode) -> None:
    """What the README has pasted by hand is what `init` shows."""
    jid = {"component": "announce.example.org", "account": "announce@example.org"}[mode]
    found = snippet(kind, mode, jid, "a long secret")
    assert found.text in README
