"""The choice of a language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.language import choose, is_tag


@pytest.mark.parametrize(
    ("available", "wanted", "chosen"),
    [
        (["en", "de"], ["de"], "de"),
        (["en", "de"], ["de-AT"], "de"),
        (["en", "de", "de-AT"], ["de-AT"], "de-AT"),
        (["en", "pt-BR"], ["PT-br"], "pt-BR"),
        (["en", "zh-Hant"], ["zh-Hant-TW"], "zh-Hant"),
        (["en", "de-AT"], ["de", "en"], "en"),
        (["en", "de"], ["fr", "de"], "de"),
        (["en", "de"], ["fr", "de-CH"], "de"),
        (["en", "de"], ["", "de"], "de"),
        (["de", "en"], ["fr", "it"], "de"),
        (["de", ""], ["fr", "it"], ""),
        (["de", ""], ["fr", "de"], "de"),
        (["de", "en", "DE"], ["fr"], "de"),
        (["en"], [], "en"),
    ],
)
def test_table(available: list[str], wanted: list[str], chosen: str) -> None:
    """Exact tag, base language, the next wish, no tag, the first: in this order."""
    assert choose(available, *wanted) == chosen


@given(st.lists(st.text(max_size=12), min_size=1), st.lists(st.text(max_size=40)))
def test_chooses_what_there_is(available: list[str], wanted: list[str]) -> None:
    """Whatever a client claims to speak, the choice is one of those available."""
    assert choose(available, *wanted) in available


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("en", True),
        ("zh-Hant-TW", True),
        ("", False),
        ("en_US", False),
        ("../x", False),
    ],
)
def test_tags(text: str, good: bool) -> None:
    """A tag is letters and digits in short groups."""
    assert is_tag(text) == good


def test_what_is_no_tag_is_no_wish() -> None:
    """A wish that is no language tag, however long, is passed over at once."""
    assert choose(["en", "de"], "de-" * 100_000, "de") == "de"
    assert choose(["en", "de"], "de_AT") == "en"
