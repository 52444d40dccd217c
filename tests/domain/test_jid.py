"""Which texts are bare JIDs."""

import pytest

from bot.domain.jid import JIDError, bare


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
