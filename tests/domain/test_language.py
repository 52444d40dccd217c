"""The choice of a language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import Invalid
from bot.domain.language import choose, is_language, is_tag, language_tag


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


@pytest.mark.parametrize(
    "tag",
    [
        "de",
        "DE",
        "de-AT",
        "en-GB",
        "en-us",
        "zh-Hant-TW",
        "es-419",
        "sr-Latn-RS",
        "ca-valencia",
        "de-1996",
        "zh-yue",
        "de-u-co-phonebk",
        "de-x-ours",
        "tlh",
        "eo",
        "csb",
        "hsb",
        "gsw",
        "tok",
        "no",
        "tl",
    ],
)
def test_languages_that_exist(tag: str) -> None:
    """Each part of a tag is looked up, in any case of letters."""
    assert language_tag(tag) == tag


@pytest.mark.parametrize(
    ("text", "proposal"),
    [
        ("de_DE", "de-DE"),
        ("de_DE.UTF-8", "de-DE"),
        ("sr_RS@latin", "sr-RS"),
        ("pt_br", "pt-BR"),
        ("zh_hans_CN", "zh-Hans-CN"),
        ("en-UK", "en-GB"),
        ("German", "de"),
        ("german", "de"),
        ("Deutsch", "de"),
        ("Germn", "de"),
        ("polski", "pl"),
        ("Polnisch", "pl"),
        ("français", "fr"),
        ("Francais", "fr"),
        ("中文", "zh"),
        ("deu", "de"),
        ("ger", "de"),
        ("iw", "he"),
        ("cz", "cs"),
        ("jp", "ja"),
        ("de-foobar", "de"),
        ("de-XX", "de"),
    ],
)
def test_proposals(text: str, proposal: str) -> None:
    """What is no language is refused with what may be meant."""
    with pytest.raises(Invalid) as refusal:
        language_tag(text)
    told = f"{text!r} is no language; do you mean {proposal!r}?"
    assert refusal.value.text == told
    assert language_tag(proposal) == proposal


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("xx", "there is no language 'xx'"),
        ("qaa", "there is no language 'qaa'"),
        ("und", "there is no language 'und'"),
        ("xx-DE", "there is no language 'xx-DE'"),
        ("", "'' is no language tag"),
        ("?", "'?' is no language tag"),
        ("de-" * 100_000, "is no language tag"),
    ],
)
def test_what_no_language_is_like(text: str, told: str) -> None:
    """Where nothing is meant, or too much, there is no proposal."""
    with pytest.raises(Invalid) as refusal:
        language_tag(text)
    assert told in refusal.value.text


def test_what_clients_stamp() -> None:
    """Of a client's tag the language alone has to exist."""
    assert is_language("en-Q-1-2")
    assert is_language("en-XX")
    assert not is_language("xx")
    assert not is_language("German")
    assert not is_language("de_DE")


@given(
    st.text(max_size=60) | st.from_regex(r"[a-zA-Z]{2,8}([-_][a-zA-Z0-9]{1,8}){0,3}")
)
def test_every_proposal_exists(text: str) -> None:
    """Whatever is typed, what is proposed is taken."""
    try:
        language_tag(text)
    except Invalid as error:
        _, found, rest = error.text.rpartition("do you mean '")
        if found:
            assert language_tag(rest.removesuffix("'?"))
