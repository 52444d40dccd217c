"""What an editor would look for in the shipped templates, in each language."""

import re
from collections.abc import Iterator

import pytest

from bot.domain.fields import MAX_LINE, MAX_TEXT, Field, FieldType
from bot.domain.message import Text
from bot.rendering.templates import JinjaTemplates
from tests.rendering.conftest import render

SHIPPED = JinjaTemplates()
LANGUAGES = ("en", "de", "fr", "es", "pl")
NBSP = "\u00a0"
#: traces of Jinja and of missing values, gaps, spaces that should not be there
_UNTIDY = re.compile(
    r"[{}%]|None|\bnone\b"
    r"|[ \u00a0]{2}|[ \u00a0]$|^[ \u00a0]|\n{3}|\(\)|: *\n\n|: *\Z",
    re.MULTILINE,
)
CONTEXT = {"list_title": "Titel", "list_name": "w", "service": "announce.example.org"}


def sample(field: Field) -> str:
    """Words without punctuation, known again by the field's name."""
    match field.type:
        case FieldType.TEXT:
            return f"Erste {field.name}\nZweite {field.name}"
        case FieldType.LINE:
            return f"Zeile {field.name}"
        case FieldType.DURATION:
            return "90m"
        case FieldType.CHOICE:
            return field.choices[0]
    raise AssertionError(field)


def cases(name: str) -> Iterator[tuple[str, dict[str, str]]]:
    """All fields, the required ones alone, each optional one more, each choice."""
    fields = SHIPPED.get(name).fields
    days = iter(range(1, 29))
    full = {
        field.name: f"2026-12-{next(days):02}T22:00:00Z"
        if field.type is FieldType.MOMENT
        else sample(field)
        for field in fields
    }
    short = {field.name: full[field.name] for field in fields if field.required}
    yield "all", full
    yield "required", short
    for field in fields:
        yield f"with {field.name}", {**short, field.name: full[field.name]}
        less = {key: text for key, text in full.items() if key != field.name}
        if not field.required:
            yield f"without {field.name}", less
        for choice in field.choices:
            yield choice, {**short, field.name: choice}


LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)
NAME = pytest.mark.parametrize("name", SHIPPED.names())


def rendered(name: str, language: str) -> Iterator[tuple[str, Text, dict[str, str]]]:
    for case, given in cases(name):
        text = render(
            SHIPPED,
            name,
            given=given,
            language=language,
            zone="Europe/Warsaw",
            context=CONTEXT,
        )
        yield case, text, given


@LANGUAGE
@NAME
def test_layout(name: str, language: str) -> None:
    """No gaps, no stray spaces, no traces of what is missing, well within limits."""
    for case, text, _ in rendered(name, language):
        assert text.language == language, case
        assert text.subject, case
        assert len(text.subject) < MAX_LINE / 4, case
        assert len(text.body) < MAX_TEXT / 8, case
        assert text.body == text.body.strip(), case
        for part in (text.subject, text.body):
            assert not _UNTIDY.search(part), case


@LANGUAGE
@NAME
def test_body_says_it_all(name: str, language: str) -> None:
    """Each line and text that is given stands in the body, once.

    Clients hide subjects.
    """
    for case, text, given in rendered(name, language):
        for field in SHIPPED.get(name).fields:
            if field.name in given and field.type in (FieldType.TEXT, FieldType.LINE):
                for line in given[field.name].splitlines():
                    assert text.body.count(line) == 1, case


def untypographic(text: str, language: str) -> list[str]:
    """What a proof-reader of the language would mark."""
    faults = re.findall(r"""["']|\.\.\.| [,.;]""", text)
    marks = "«»“”„"
    used = {mark for mark in marks if mark in text}
    quotes = {"en": "“”", "de": "„“", "fr": "«»", "es": "«»", "pl": "„”"}[language]
    faults += sorted(used - set(quotes))
    if language == "fr":
        faults += re.findall(rf"[^{NBSP}](?:[;!?»]|:(?!\S))|«[^{NBSP}]", text)
    else:
        faults += re.findall(r"\s[:!?]", text)
    if language == "es":
        for opening, closing in ("¿?", "¡!"):
            if text.count(opening) != text.count(closing):
                faults.append(closing)
    return faults


@LANGUAGE
@NAME
def test_typography(name: str, language: str) -> None:
    """Quotation marks, apostrophes and spaces are those of the language."""
    for case, text, _ in rendered(name, language):
        assert untypographic(f"{text.subject}\n{text.body}", language) == [], case


@LANGUAGE
@NAME
def test_typography_of_forms(name: str, language: str) -> None:
    """So are those of titles, labels and help; labels are short, help is no label."""
    template = SHIPPED.get(name)
    shown = [template.title[language], template.description[language]]
    for field in template.fields:
        label = field.label[language]
        assert len(label) <= 40
        assert field.help[language] != label
        shown += [label, field.help[language]]
        shown += [labels[language] for labels in field.choice_labels.values()]
        assert set(field.choice_labels) == set(field.choices)
    for text in shown:
        assert untypographic(text, language) == []
        assert text[0].isupper()


@pytest.mark.parametrize(
    ("language", "text", "fault"),
    [
        ("fr", "Incident : x", " :"),
        ("fr", "Merci!", "i!"),
        ("fr", "« x »", "« "),
        ("es", "Gracias!", "!"),
        ("pl", "“Prace”", "“"),
        ("en", "it's", "'"),
        ("de", "Wartung : x", " :"),
    ],
)
def test_proof_reading(language: str, text: str, fault: str) -> None:
    """The proof-reader of these tests marks what is wrong."""
    assert fault in untypographic(text, language)
