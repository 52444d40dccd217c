"""Files that people write."""

import codecs

import pytest

from bot.domain.reading import Misread, decoded, toml


@pytest.mark.parametrize(
    "content",
    [
        "a\nä\n".encode(),
        codecs.BOM_UTF8 + "a\nä\n".encode(),
        "a\r\nä\r\n".encode(),
        codecs.BOM_UTF8 + "a\rä\r".encode(),
    ],
)
def test_text(content: bytes) -> None:
    """A byte order mark and the kind of line breaks make no difference."""
    assert decoded(content) == "a\nä\n"


@pytest.mark.parametrize(
    ("content", "line", "why"),
    [
        ("a\nb\nGrüße".encode("latin-1"), 3, "the line is not UTF-8; save the file as"),
        ("a".encode("utf-16"), 1, "it is UTF-16; save the file as UTF-8"),
        (codecs.BOM_UTF16_BE + "a".encode("utf-16-be"), 1, "it is UTF-16"),
    ],
)
def test_no_text(content: bytes, line: int, why: str) -> None:
    """What is written in anything else is told with its line."""
    with pytest.raises(Misread) as misread:
        decoded(content)
    assert misread.value.line == line
    assert str(misread.value.phrase).startswith(why)


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("a = 1\nb = 2\na = 3\n", 3, "a is given twice, first in line 1"),
        ("a = 1\n# a\na = '''\n3\n'''\n", 3, "a is given twice, first in line 1"),
        ('[x]\nb.c = 1\n"b".c = 2\n', 3, '"b".c is given twice, first in line 2'),
        ("[x]\na = 1\n[y]\na = 1\na = 2", 5, "a is given twice, first in line 4"),
        ("[x.y]\na = 1\n\n[x.y] # again\n", 4, "[x.y] is given twice, first in line 1"),
        ("[x]\ny = 1\n[x.y]\nz = 1\n", 3, "[x.y] is given twice, first in line 2"),
        ("[[x]]\na = 1\n[[x]]\na = 1\na = 2", 5, "a is given twice"),
        ("a = {b = 1, b = 2}\n", 1, "b is given twice"),
        ("a = \n", 1, "not TOML: Invalid value"),
        ("a = '''", 1, "not TOML"),
        ("a = " + "[" * 100_000, 1, "it is nested too deeply"),
    ],
)
def test_no_toml(text: str, line: int, why: str) -> None:
    """What is given twice is named with both lines, the rest as the parser has it."""
    with pytest.raises(Misread) as misread:
        toml(text)
    assert (misread.value.line, str(misread.value.phrase)[: len(why)]) == (line, why)
