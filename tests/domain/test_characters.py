"""The XML 1.0 character check against a real XML parser."""

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.characters import illegal


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
