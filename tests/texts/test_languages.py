"""Which languages there are, and which may be meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import Invalid
from bot.texts.languages import is_language, language_tag


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
