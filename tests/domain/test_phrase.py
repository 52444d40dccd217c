"""Texts that are not said yet: in English, and through a catalogue."""

from gettext import NullTranslations
from typing import ClassVar

import pytest

from bot.domain.phrase import Counted, Listed, Phrase, Quoted


class German(NullTranslations):
    """A catalogue of a few texts; its plural of 1 is its own."""

    TEXTS: ClassVar = {
        "There is no list {name!r}; the lists: {known}.": (
            "Die Listen sind {known}; {name!r} ist nicht dabei."
        ),
        "{count} line": "{count} Zeile",
        "{count} lines": "{count} Zeilen",
        "field {field!r}: {reason}": "Feld {field!r}: {reason}",
        "March": "März",
        "{text}": "nobody looks this up",
        "late": "spät",
    }

    def gettext(self, message: str) -> str:
        return self.TEXTS.get(message, message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


def no_list() -> Phrase:
    return Phrase(
        "There is no list {name!r}; the lists: {known}.", name="x", known="a, b"
    )


def in_german(phrase: Phrase) -> str:
    return phrase.through(German())


def test_english_is_what_str_gives() -> None:
    """Without a catalogue the template itself is said, with its values."""
    assert str(no_list()) == "There is no list 'x'; the lists: a, b."
    assert f"{no_list()}" == str(no_list())


def test_values_go_where_the_translation_wants_them() -> None:
    """Another language has its own order of the same values."""
    assert in_german(no_list()) == "Die Listen sind a, b; 'x' ist nicht dabei."


def test_what_is_in_no_catalogue_is_english() -> None:
    """A text without a translation is said as it is."""
    assert in_german(Phrase("{count} dogs", count=2)) == "2 dogs"


def test_values_may_be_phrases() -> None:
    """A phrase inside a phrase is said in the same language."""
    outer = Phrase("field {field!r}: {reason}", field="when", reason=Phrase("late"))
    assert (str(outer), in_german(outer)) == ("field 'when': late", "Feld 'when': spät")


def test_values_are_no_templates() -> None:
    """Braces in what others wrote are only braces."""
    assert str(Quoted("{x}")) == "{x}"
    assert str(Phrase("{text!r} is no JID", text="{0}{x.y}")) == "'{0}{x.y}' is no JID"


@pytest.mark.parametrize(
    ("count", "english", "german"),
    [(0, "0 lines", "0 Zeilen"), (1, "1 line", "1 Zeile"), (2, "2 lines", "2 Zeilen")],
)
def test_a_number_chooses_the_form(count: int, english: str, german: str) -> None:
    """The catalogue's plural is asked, and the number is shown."""
    phrase = Counted("{count} line", "{count} lines", count)
    assert (str(phrase), in_german(phrase)) == (english, german)


def test_words_of_others_are_not_translated() -> None:
    """What is quoted is never looked up, not even its template."""
    assert in_german(Quoted("March")) == "March"


def test_a_list_of_phrases() -> None:
    """Each is said in the language, with what is between them as it is."""
    phrases = (Phrase("March"), Quoted("May"))
    assert in_german(Listed(*phrases)) == "März, May"
    assert in_german(Listed(*phrases, separator="\n")) == "März\nMay"


def test_equal_phrases() -> None:
    """The same text with the same values, of the same kind, is one phrase."""
    assert len({no_list(), no_list()}) == 1
    assert Phrase("{a}", a=1) != Phrase("{a}", a=2)
    assert Phrase("{text}", text="a") != Quoted("a")
    one, two = (Counted("{count} a", "{count} b", count) for count in (1, 2))
    assert one != two
    assert Phrase("March") != "March"
