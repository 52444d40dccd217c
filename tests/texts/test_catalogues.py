"""Every text of Carillon stands in every catalogue, translated and with its values."""

import ast
import re
from collections import Counter
from pathlib import Path
from string import Formatter
from typing import Any, TypeGuard

import pytest
from babel.messages import Catalog
from babel.messages.pofile import read_po

from bot.texts import ENGLISH, LANGUAGES
from contrib.catalogues import ROOT, path_of, template

TRANSLATED = [language for language in LANGUAGES if language != ENGLISH]
#: what is typed or stands in a file: code, options, elements, variables, sections
LITERAL = re.compile(r"`[^`]*`|(?<!\w)--?[a-z][a-z-]*|<[^>]*>|\$[A-Z_]+|\[[a-z.]+\]")


@pytest.fixture(scope="module")
def texts() -> Catalog:
    return template()


@pytest.fixture(scope="module", params=TRANSLATED)
def catalog(request: pytest.FixtureRequest) -> Catalog:
    with path_of(request.param).open("rb") as file:
        return read_po(file, locale=request.param)


def _messages(catalog: Catalog) -> dict[Any, Any]:
    """{msgid, or both of a plural: message}, without the header."""
    return {message.id: message for message in catalog if message.id}


def _forms(message: Any) -> list[tuple[str, str]]:
    """(English, translated) of each form; a plural's are compared with its plural."""
    if not message.pluralizable:
        return [(message.id, message.string)]
    return [(message.id[1], form) for form in message.string]


def _values(text: str) -> set[tuple[str, str | None, str | None]]:
    """The values that go into it, with how they are shown."""
    return {
        (name, shown, conversion)
        for _, name, shown, conversion in Formatter().parse(text)
        if name is not None
    }


def test_catalogues_hold_the_programs_texts(texts: Catalog, catalog: Catalog) -> None:
    """No text is missing and none is left over; `make catalogues` brings them in."""
    assert _messages(catalog).keys() == _messages(texts).keys()


def test_everything_is_translated(catalog: Catalog) -> None:
    """Each text has a translation, each plural all its forms, and none is a guess."""
    for message in _messages(catalog).values():
        assert not message.fuzzy, message.id
        forms = _forms(message)
        assert all(translated.strip() for _, translated in forms), message.id
        assert not message.pluralizable or len(forms) == catalog.num_plurals


def test_values_are_put_in(catalog: Catalog) -> None:
    """A translation shows the values of the English text, in the same way."""
    for message in _messages(catalog).values():
        for english, translated in _forms(message):
            missing = _values(english) ^ _values(translated)
            # "ein Eintrag" need not say 1
            allowed = {"count"} if message.pluralizable else set()
            assert {name for name, *_ in missing} <= allowed, (english, translated)
            # 65,536 is less than 66 to whoever reads a comma as a decimal sign
            assert ":," not in translated, translated


def test_what_is_typed_stays(catalog: Catalog) -> None:
    """Commands, options, elements and keys are the same in every language."""
    for message in _messages(catalog).values():
        for english, translated in _forms(message):
            typed = Counter(LITERAL.findall(english))
            assert Counter(LITERAL.findall(translated)) == typed, translated


def test_shape_is_kept(catalog: Catalog) -> None:
    """A translation has the lines of the English text, and its space around."""
    for message in _messages(catalog).values():
        for english, translated in _forms(message):
            assert translated.count("\n\n") == english.count("\n\n"), translated
            for side in (str.lstrip, str.rstrip):
                stripped = side(english) != english
                assert (side(translated) != translated) == stripped, translated
            ends = (".", ":", "?")
            if english.endswith(ends):
                assert translated.endswith(ends), translated


def test_no_language_speaks_another() -> None:
    """What is more than a word or two differs in each: nobody reads his neighbour's."""
    whose: dict[tuple[Any, str], str] = {}
    for language in TRANSLATED:
        with path_of(language).open("rb") as file:
            catalog = read_po(file, locale=language)
        for message in _messages(catalog).values():
            for _, translated in _forms(message):
                words = re.findall(r"[^\W\d_]+", re.sub(r"\{[^}]*\}", "", translated))
                if len(words) > 2:
                    other = whose.setdefault((message.id, translated), language)
                    assert other == language, (other, translated)


def test_french_stops_stay_with_their_word() -> None:
    """No line begins with a stop: the space before it is a no-break space."""
    with path_of("fr").open("rb") as file:
        catalog = read_po(file, locale="fr")
    for message in _messages(catalog).values():
        for _, translated in _forms(message):
            assert not re.search(r" [:;?!»]|« ", translated), translated


def _nodes() -> list[tuple[Path, ast.AST]]:
    return [
        (file, node)
        for file in (ROOT / "bot").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
    ]


def _calls() -> list[tuple[Path, ast.Call]]:
    return [(file, node) for file, node in _nodes() if _is_phrase(node)]


def _is_phrase(node: ast.AST) -> TypeGuard[ast.Call]:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"Phrase", "Counted"}
    )


def test_texts_can_be_extracted() -> None:
    """Each phrase begins with a literal: only that can be found by the tool."""
    calls = _calls()
    assert calls
    for file, call in calls:
        assert isinstance(call.func, ast.Name)
        texts = call.args[: 2 if call.func.id == "Counted" else 1]
        for text in texts:
            literal = isinstance(text, ast.Constant) and isinstance(text.value, str)
            assert literal, f"{file}:{call.lineno}"
    for file, node in _nodes():
        if isinstance(node, ast.JoinedStr):
            # up to Python 3.11 an f-string is one token: nothing in it is found
            assert not any(map(_is_phrase, ast.walk(node))), f"{file}:{node.lineno}"


def test_values_fit_their_text() -> None:
    """Each phrase gets exactly the values that its text shows."""
    for file, call in _calls():
        assert isinstance(call.func, ast.Name)
        counted = call.func.id == "Counted"
        shown: set[str] = set()
        for text in call.args[: 2 if counted else 1]:
            assert isinstance(text, ast.Constant)
            shown |= {name for name, *_ in _values(str(text.value))}
        if any(keyword.arg is None for keyword in call.keywords):
            continue  # **values
        given = {keyword.arg for keyword in call.keywords}
        assert given | ({"count"} if counted else set()) >= shown, (
            f"{file}:{call.lineno}"
        )
        assert given <= shown, f"{file}:{call.lineno}"
