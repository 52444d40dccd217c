"""Filters for text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import Invalid
from bot.rendering.letters import truncated
from tests.rendering.conftest import Say

FIELDS = """
[fields.x]
type = "line"
label.en = "X"

[fields.start]
type = "moment"
default = "2026-12-05T22:00:00Z"
label.en = "S"

[fields.n]
type = "number"
default = "1234.50"
label.en = "N"
"""
FAMILY = "👨‍👩‍👧‍👦"
FLAGS = "🇵🇱🇩🇪🇫🇷"


@pytest.mark.parametrize(
    ("language", "wording", "given", "said"),
    [
        (
            "en",
            "{{ x | capitalize }}",
            "xmpp.Example.org (TLS)",
            "Xmpp.Example.org (TLS)",
        ),
        ("en", "{{ x | capitalize }}", "émile McCoy", "Émile McCoy"),
        ("pl", "{{ start | date | capitalize }}", "-", "Sobota, 5 grudnia 2026"),
        ("nl", "{{ x | capitalize }}", "ijsland", "IJsland"),
        ("tr", "{{ x | capitalize }}", "istanbul", "İstanbul"),
        ("hr", "{{ x | capitalize }}", "ǆep", "ǅep"),
        ("tr", "{{ x | upper }}", "ilgi \u0131ş\u0131k", "İLGİ IŞIK"),
        ("tr", "{{ x | lower }}", "İLGİ IŞIK", "ilgi \u0131ş\u0131k"),
        ("de", "{{ x | upper }}", "Straße", "STRASSE"),
        ("el", "{{ x | upper }}", "Αθήνα, ρολόι, προϊόν", "ΑΘΗΝΑ, ΡΟΛΟΙ, ΠΡΟΪΟΝ"),
        ("el", "{{ x | upper }}", "café", "CAFÉ"),
        ("el", "{{ x | lower }}", "ΟΔΟΣ", "οδος"),
        ("en", "{{ n | upper }} {{ n | trim }}", "-", "1,234.50 1,234.50"),
        ("de", "{{ n | bullets }}", "-", "- 1.234,50"),
        ("fr", "{{ start | upper }}", "-", "SAMEDI 5 DÉCEMBRE 2026, 22:00 UTC"),
    ],
)
def test_letters(say: Say, language: str, wording: str, given: str, said: str) -> None:
    """Letters change as their language has it; what is no text is written first."""
    found = say(
        wording, FIELDS, given={"x": given}, language=language, languages=[language]
    )
    assert found == said


@pytest.mark.parametrize(
    ("wording", "given", "said"),
    [
        ("truncate(7, true, '…', 0)", "The new server", "The ne…"),
        ("truncate(9, false, '…', 0)", "The new server", "The new…"),
        ("truncate(9)", "The new server", "The new server"),
        ("truncate(8)", "The new server", "The…"),
        ("truncate(255)", "x" * 300, "x" * 254 + "…"),
        ("truncate(3, true, '', 0)", FAMILY * 4, FAMILY * 3),
        ("truncate(2, true, '', 0)", FLAGS, "🇵🇱🇩🇪"),
        ("truncate(2, true, '…', 0)", "👍🏽👍🏽👍🏽", "👍🏽…"),
        ("truncate(1, true, '', 0)", "e\u0301e\u0301", "e\u0301"),
        ("truncate(1, true, '', 0)", "1\ufe0f\u20e32\ufe0f\u20e3", "1\ufe0f\u20e3"),
        ("truncate(1, true, '', 0)", "🏴󠁧󠁢󠁳󠁣󠁴󠁿🏴󠁧󠁢󠁳󠁣󠁴󠁿", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"),
        (
            "truncate(1, true, '', 0)",
            "\u1112\u1161\u11ab\u1100\u1173",
            "\u1112\u1161\u11ab",
        ),
        ("truncate(1, true, '', 0)", "क्षत्रिय", "क्ष"),
        ("truncate(0, true, '…', 0)", "abc", "…"),
        ("truncate(2, true, '......', 0)", "abc", "......"),
        ("truncate(3, true, '…', 0)", "abc", "abc"),
    ],
)
def test_truncated(say: Say, wording: str, given: str, said: str) -> None:
    """What people take for one character is counted as one and never cut."""
    assert say(f"{{{{ x | {wording} }}}}", FIELDS, given={"x": given}) == said


@given(st.text(max_size=30), st.integers(0, 30))
def test_truncated_is_a_beginning(text: str, length: int) -> None:
    """Whatever the text, what is left is its beginning and no longer than was asked."""
    kept = truncated(text, length, whole=False, end="", leeway=0)
    assert text.startswith(kept)
    rest = text[len(kept) :]
    assert truncated(kept, length, whole=False, end="", leeway=0) == kept
    assert not rest or length == 0 or kept


@pytest.mark.parametrize("wording", ["truncate('x')", "truncate(3, true, 5)"])
def test_refused(say: Say, wording: str) -> None:
    """A length that is none is refused."""
    with pytest.raises(Invalid, match=r"write {{ topic . truncate"):
        say(f"{{{{ x | {wording} }}}}", FIELDS, given={"x": "x"})
