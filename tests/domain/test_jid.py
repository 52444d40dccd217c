"""Which texts are bare JIDs."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.jid import JIDError, _bare, bare


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("User@Example.ORG.", "user@example.org"),
        ("example.org", "example.org"),
        ("jürgen@münchen.example", "jürgen@münchen.example"),
        ("[2001:DB8::1]", "[2001:db8::1]"),
    ],
)
def test_normalised(text: str, expected: str) -> None:
    """Case and a last dot are no difference; doing it again changes nothing."""
    assert bare(text) == expected
    assert bare(expected) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@example.org",
        "a@",
        "a@example.org/x",
        "a@example.org\n",
        "a\n@example.org",
        "example.org\r",
        "a\x00@example.org",
        "a\x9b@example.org",
        "a@exam\x9bple.org",
        "a\u202eb@example.org",
        "a@\u2066example.org",
        "a\ue000@example.org",
        "a\ufffe@example.org",
        "a\ud800@example.org",
        "\u2100@example.org",  # a/c, when compatibility is undone
        "a@example\u2024\u2024org",  # two dots, likewise
        "x" * 1024 + "@example.org",
    ],
)
def test_refused(text: str) -> None:
    """Control characters, turned writing and what falls apart are no JIDs."""
    with pytest.raises(JIDError):
        bare(text)


#: what the short way takes, and what is next to it
NEAR = st.text(alphabet="aZ09._+-@@..İſß/ \u00ad\ud800", max_size=40)


@given(NEAR | st.text(max_size=20) | st.emails())
@example("A.B+c_d-9@Sub-1.Example.ORG")
@example("a@b..c")
@example("a@b.")
@example("a@b\n")
@example("a" * 256 + "@b")
@example("a@" + "b" * 64)
@example("a@" + ".".join(["b"] * 10))
def test_the_short_way_is_no_other_way(text: str) -> None:
    """Plain ASCII JIDs come out just as the long way has them, or are refused."""
    try:
        wanted = _bare(text)
    except JIDError:
        with pytest.raises(JIDError):
            bare(text)
    else:
        assert bare(text) == wanted
