"""What strangers wrote reaches a terminal as harmless text."""

import json
import re

import pytest

from bot.cli import output
from bot.domain.phrase import Phrase
from bot.service.ports.pulses import Pulse
from bot.texts import said
from tests.cli.workplace import Workplace, plan

#: CSI in C1, bidi override, and Rich's markup; all of it legal in XML
HOSTILE = "\x9b31m \u202egnirts [bold red]markup[/] :bomb: \x7f"
MARKUP = "[bold red]markup[/] :bomb:"
#: what Rich itself may write: colours and the like, and the cursor for a bar
OURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture
def hostile(place: Workplace) -> Workplace:
    """With hostile text in a body, a subject and an id; in a list's title, as far as
    one may have it.
    """
    with place.config.open("a") as file:
        file.write(f"title = {json.dumps(MARKUP)}\n")
    place.done(
        *("announce", "news", "--body", f"{HOSTILE}\n\tsecond line"),
        *("--subject", f"{HOSTILE}\n"),
        *("--in", "1d", "--id", HOSTILE, "--yes"),
    )
    return place


@pytest.mark.parametrize("command", ["schedules list", "schedules show 1", "status"])
def test_tables_are_harmless(hostile: Workplace, command: str) -> None:
    """Tables show control characters as escapes, and markup as it stands."""
    out = hostile(*command.split()).out
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", out)
    assert "[bold red]markup[/]" in out
    assert ":bomb:" in out
    assert "\\x9b31m" in out
    assert "\\u202e" in out


def test_markup_in_a_title(hostile: Workplace) -> None:
    """It stands there as it was written."""
    assert MARKUP in hostile("lists").out


def test_on_a_terminal_only_our_own_sequences(hostile: Workplace) -> None:
    """On a terminal nothing but Rich's own sequences remains."""
    code, seen = hostile.terminal("schedules", "show", "1")
    assert code == 0
    left = OURS.sub("", seen)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", left)
    assert "\\x9b31m" in left


@pytest.mark.parametrize("command", ["schedules list", "schedules show 1"])
def test_json_is_ascii_and_true(hostile: Workplace, command: str) -> None:
    """JSON has no character beyond printable ASCII, and gives back the very text."""
    out = hostile.done(*command.split(), "--json")
    assert re.fullmatch("[\n\x20-\x7e]+", out)
    assert any(HOSTILE in text for text in _texts(json.loads(out)))


def _texts(value: object) -> list[str]:
    match value:
        case str():
            return [value]
        case dict():
            return [text for one in value.values() for text in _texts(one)]
        case list():
            return [text for one in value for text in _texts(one)]
    return []


def test_a_body_keeps_its_lines(hostile: Workplace) -> None:
    """Lines of a body stay lines; a line break in a subject does not."""
    lines = hostile.done("schedules", "show", "1").splitlines()
    subject = next(line for line in lines if line.startswith("[any language]"))
    assert subject.endswith("\\n")
    assert any(line.strip() == "second line" for line in lines)


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_terminal_of_80_columns(
    place: Workplace, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    """No word of a table is broken: what a pipe gets, only on more lines."""
    for name, value in (
        ("LANGUAGE", ""),
        ("LC_ALL", ""),
        ("LANG", f"{language}.UTF-8"),
    ):
        monkeypatch.setenv(name, value)
    long = "x" * 90
    place.done("subscribers", "add", "news", f"{long[:60]}@example.org", "--no-welcome")
    place.done("announce", "news", "--body", "Hi", "--id", long, "--yes")
    place.done("announce", "maintenance", "--body", "Hi", "--in", "1d", "--yes")
    with place.use_cases() as service:
        now = service.clock.now()
        pulse = Pulse(
            worker="worker",
            service="announce.example.org",
            version="1",
            connected=True,
            started_at=now,
            seen_at=now,
        )
        service.database.call(lambda unit: unit.facts.beat(pulse))
        plan(service)
    for command in (
        *("status", "broadcasts list", "broadcasts show 1", "audit", "check"),
        *("schedules list", "schedules show 1", "subscribers list news"),
    ):
        wide = place.program(*command.split())
        code, seen = place.terminal(*command.split())
        assert code == wide.code
        words = set(OURS.sub("", seen).split())
        lost = set(wide.out.split()) - words - empty(language)
        if command == "check":  # the room on disk is another each time
            lost = {word for word in lost if not word.isdigit()}
        assert lost == set(), command


def empty(language: str) -> set[str]:
    """Headings over nothing: a paragraph leaves out what is empty."""
    return {said(Phrase(name), language) for name in ("language", "zone")}


def test_sentences_in_tables_wrap(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table is no wider than the terminal. Where words have no room beside each
    other each row is a paragraph, and only a word longer than a line makes one longer.
    """
    monkeypatch.setenv("COLUMNS", "40")
    columns = (Phrase("jid"), Phrase("text"))
    for width, length in ((40, 14), (40, 30), (40, 39), (50, 50)):
        output.table(columns, [("x" * length, "of many words " * 9), ("y", "z")])
        rows = capsys.readouterr().out.splitlines()
        assert len(rows) > 4
        assert width - 12 < max(len(row.rstrip()) for row in rows) <= width
        assert any("x" * length in row for row in rows)


def test_a_pipe_is_not_folded(place: Workplace) -> None:
    """Without a terminal each thing has one line, however long."""
    long = "x" * 250
    place.done(
        *("announce", "news", "--body", "Hi", "--in", "1d", "--id", long, "--yes")
    )
    ran = place.program("schedules", "list")
    assert len(ran.out.splitlines()) == 2
    assert long in ran.out
