"""The XML 1.0 character check against a real XML parser."""

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.characters import block, illegal, line, printable


@given(st.characters(exclude_categories=()))
def test_agrees_with_expat(character: str) -> None:
    """A character is illegal exactly where an XML parser refuses it."""
    try:
        ET.fromstring(f"<a>{character}</a>" if character not in "<&" else "<a/>")
        # expat passes the two noncharacters on, though XML 1.0 names them
        accepted = character not in "\ufffe\uffff"
    except (ET.ParseError, UnicodeEncodeError):
        accepted = False
    assert (illegal(character) is None) == accepted


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("fine\t\r\n\u2028é😀", None),
        ("", None),
        ("a\x00b", "U+0000"),
        ("\x1b[31m", "U+001B"),
        ("\ud800", "U+D800"),
        ("a\uffffb", "U+FFFF"),
    ],
)
def test_names_the_first(text: str, found: str | None) -> None:
    """The first illegal character is named by its code point."""
    assert illegal(text) == found


HOSTILE = "a\x1b[31m\x9bb\x7f\u202ec\u2028\ud800\t\r\nd"


def test_shown_on_one_line() -> None:
    """What would move a cursor, a line or the writing's direction is an escape."""
    shown = r"a\x1b[31m\x9bb\x7f\u202ec\u2028\ud800\t\r\nd"
    assert line(HOSTILE) == shown
    assert block(HOSTILE) == shown.replace(r"\t", "\t").replace(r"\n", "\n")
    assert line("עברית 👩‍👩‍👧 é") == "עברית 👩‍👩‍👧 é"


def test_printed_in_a_sentence() -> None:
    """Quoted input is one short line of characters that can be seen."""
    assert printable(HOSTILE) == "a\ufffd[31m\ufffdb\ufffd\ufffdc \ufffd d"
    assert len(printable("x" * 10_000)) == 500
    assert printable(" vide\u00a0; rien\u202f!\n") == "vide\u00a0; rien\u202f!"
