"""What strangers wrote reaches a terminal as harmless text."""

import json
import re

import pytest

from tests.cli.workplace import Workplace

#: CSI in C1, bidi override, and Rich's markup; all of it legal in XML
HOSTILE = "\x9b31m \u202egnirts [bold red]markup[/] :bomb: \x7f"
#: what Rich itself may write: colours and the like, and the cursor for a bar
OURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture
def hostile(place: Workplace) -> Workplace:
    """With hostile text in a body, a subject, an id and a list's title."""
    with place.config.open("a") as file:
        file.write(f"title = {json.dumps(HOSTILE)}\n")
    place.done(
        *("announce", "news", "--body", f"{HOSTILE}\n\tsecond line"),
        *("--subject", f"{HOSTILE}\n"),
        *("--in", "1d", "--id", HOSTILE, "--yes"),
    )
    return place


@pytest.mark.parametrize(
    "command", ["schedules list", "schedules show 1", "lists", "status"]
)
def test_tables_are_harmless(hostile: Workplace, command: str) -> None:
    """Tables show control characters as escapes, and markup as it stands."""
    out = hostile(*command.split()).out
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", out)
    assert "[bold red]markup[/]" in out
    assert ":bomb:" in out
    assert "\\x9b31m" in out
    assert "\\u202e" in out


def test_on_a_terminal_only_our_own_sequences(hostile: Workplace) -> None:
    """On a terminal nothing but Rich's own sequences remains."""
    code, seen = hostile.terminal("schedules", "show", "1")
    assert code == 0
    left = OURS.sub("", seen)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", left)
    assert "\\x9b31m" in left


@pytest.mark.parametrize("command", ["schedules list", "schedules show 1", "lists"])
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


def test_a_terminal_of_80_columns(place: Workplace) -> None:
    """No line of a table is wider than the terminal, and nothing is cut off."""
    long = "x" * 150
    person = f"{'y' * 100}@{'z' * 50}.example.org"
    place.done("subscribers", "add", "news", person, "--no-welcome")
    place.done(
        *("announce", "news", "--body", long, "--in", "1d", "--id", long, "--yes")
    )
    for command in ("schedules list", "schedules show 1", "subscribers list news"):
        code, seen = place.terminal(*command.split())
        assert code == 0
        lines = [OURS.sub("", line) for line in seen.splitlines()]
        assert max(len(line) for line in lines) <= 80
        counted = "".join(lines)
        wanted = "y" if "subscribers" in command else "x"
        assert counted.count(wanted) >= 100


def test_a_pipe_is_not_folded(place: Workplace) -> None:
    """Without a terminal each thing has one line, however long."""
    long = "x" * 250
    place.done(
        *("announce", "news", "--body", "Hi", "--in", "1d", "--id", long, "--yes")
    )
    ran = place.program("schedules", "list")
    assert len(ran.out.splitlines()) == 2
    assert long in ran.out
