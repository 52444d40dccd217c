"""Typed fields, declared once: for IQ, command line, forms, web page and docs.

Both a template and a verb of the desk declare what they are given as fields. They
differ in who wrote the words beside them: a template's author, in languages of his
own choice (`TemplateField`), or this program, as a `Phrase`.

A `Template` declares its fields; a door hands over the raw text that a person or a
program gave for them (`FieldValues`); `check` turns that into typed values or
raises one `Invalid` that names the field and what to do.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Generic, TypeAlias, TypeVar

from bot.domain import lengths, relative, timestamps
from bot.domain.characters import illegal
from bot.domain.errors import Invalid
from bot.domain.jid import bare
from bot.domain.language import is_tag
from bot.domain.phrase import Counted, Listed, Phrase
from bot.domain.relative import Relative
from bot.domain.schedule import FieldValues

MAX_TEXT = 16_000  #: characters
MAX_LINE = 1_024  #: characters, of anything but a text
MAX_DIGITS = 15  #: of a number, those behind the point too


class FieldType(StrEnum):
    """What a field takes, and the Python type that `check` makes of it."""

    TEXT = "text"  #: str, any number of lines
    LINE = "line"  #: str without line breaks
    MOMENT = "moment"  #: aware UTC datetime, or Relative to who tells it
    DURATION = "duration"  #: Length over zero
    JID = "jid"  #: str, a normalised bare JID
    CHOICE = "choice"  #: str, one of the field's choices
    NUMBER = "number"  #: int, or Decimal where there is a fraction
    BOOLEAN = "boolean"  #: bool


W = TypeVar("W")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field(Generic[W]):
    """One value that is asked for; `W` is what its words are kept as."""

    #: a lower-case identifier
    name: str
    type: FieldType
    #: what a form shows beside the field
    label: W
    #: a sentence on what to write
    help: W
    required: bool = False
    #: raw text, used where no value is given
    default: str | None = None
    #: what a choice chooses among; empty for every other type
    choices: tuple[str, ...] = ()
    #: choice -> what a form shows for it
    choice_labels: Mapping[str, W] = dataclasses.field(default_factory=dict)
    #: several may be given
    many: bool = False
    #: a moment that as a rule is over when it is told, such as since when it rains
    past: bool = False


#: its words by language tag
TemplateField: TypeAlias = Field[Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """What a template is and asks for; its wording stays with the renderer."""

    name: str
    #: language tag -> what a menu shows
    title: Mapping[str, str]
    #: language tag -> a sentence on what it is for
    description: Mapping[str, str]
    fields: tuple[TemplateField, ...]
    #: those it has subject and body in, the preferred first
    languages: tuple[str, ...]
    #: clients are to show its text as it is
    unstyled: bool = False


def check(template: Template, values: FieldValues) -> dict[str, dict[str, Any]]:
    """Typed values, field -> language tag or '' -> value; raises Invalid.

    A blank value counts as none. An optional field without value or default is
    absent from the result.
    """
    known = {field.name: field for field in template.fields}
    for name in values:
        if name not in known:
            raise Invalid(_unknown(template, name), field=f"set.{name[:80]}")
    checked: dict[str, dict[str, Any]] = {}
    missing: list[TemplateField] = []
    for field in template.fields:
        given = {
            tag: text
            for tag, text in values.get(field.name, {}).items()
            if text and not text.isspace()
        }
        if not given and field.default is not None:
            given = {"": field.default}
        if given:
            checked[field.name] = {
                tag: typed(field, text, tag) for tag, text in given.items()
            }
        elif field.required:
            missing.append(field)
    if missing:
        raise Invalid(_missing(template, missing), field="template")
    return checked


def typed(field: Field[Any], text: str, language: str = "") -> Any:
    """The value that `text` stands for; raises Invalid naming the field."""
    if language and not is_tag(language):
        raise _refusal(
            field, Phrase("{tag!r} is no language tag such as 'en'", tag=language[:40])
        )
    limit = MAX_TEXT if field.type is FieldType.TEXT else MAX_LINE
    if len(text) > limit:
        raise _refusal(
            field,
            Counted(
                "{count} character; at most {limit} are taken",
                "{count} characters; at most {limit} are taken",
                len(text),
                limit=limit,
            ),
        )
    if found := illegal(text):
        raise _refusal(
            field,
            Phrase(
                "the character {character} cannot be sent; leave it out",
                character=found,
            ),
        )
    if field.type is FieldType.CHOICE:
        if text.strip() not in field.choices:
            raise _refusal(
                field,
                Phrase(
                    "{text!r} is not one of {choices}",
                    text=text[:40],
                    choices=", ".join(field.choices),
                ),
            )
        return text.strip()
    try:
        return _READERS[field.type](text)
    except Invalid as error:
        raise _refusal(field, error.phrase) from None


def _refusal(field: Field[Any], reason: Phrase) -> Invalid:
    return Invalid(reason, field=f"set.{field.name}")


def _missing(template: Template, missing: Sequence[TemplateField]) -> Phrase:
    """All of them, each with what it wants."""
    wanted = [
        Phrase("{field!r} ({wanted})", field=field.name, wanted=WANTED[field.type])
        for field in missing
    ]
    return Counted(
        "template {template!r} lacks {count} field: {fields}",
        "template {template!r} lacks {count} fields: {fields}",
        len(missing),
        template=template.name,
        fields=Listed(*wanted),
    )


def _unknown(template: Template, name: str) -> Phrase:
    if not template.fields:
        return Phrase(
            "template {template!r} has no field {field!r}; it takes none",
            template=template.name,
            field=name[:80],
        )
    return Phrase(
        "template {template!r} has no field {field!r}; it has {fields}",
        template=template.name,
        field=name[:80],
        fields=", ".join(field.name for field in template.fields),
    )


def _text(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")


def _line(text: str) -> str:
    if len(text.strip().splitlines()) != 1:
        raise Invalid(Phrase("give one line, without line breaks"))
    return text.strip()


def _number(text: str) -> int | Decimal:
    whole, dot, fraction = text.strip().partition(".")
    digits = whole.removeprefix("-") + fraction
    if not (digits.isascii() and digits.isdigit()):
        raise Invalid(Phrase("{text!r} is no number such as 3 or 2.5", text=text[:40]))
    if len(digits) > MAX_DIGITS:
        raise Invalid(
            Counted(
                "{text!r} is too long for a number; at most {count} digit is taken",
                "{text!r} is too long for a number; at most {count} digits are taken",
                MAX_DIGITS,
                text=text[:40],
            )
        )
    return Decimal(text.strip()) if dot else int(whole)


def _boolean(text: str) -> bool:
    # XML Schema's lexical forms, as XEP-0004 boolean fields carry them
    match text.strip().lower():
        case "1" | "true":
            return True
        case "0" | "false":
            return False
    raise Invalid(Phrase("{text!r} is neither true (1) nor false (0)", text=text[:40]))


def _moment(text: str) -> datetime | Relative:
    return relative.parse(text) or timestamps.parse(text.strip())


_READERS: Mapping[FieldType, Callable[[str], Any]] = {
    FieldType.TEXT: _text,
    FieldType.LINE: _line,
    FieldType.MOMENT: _moment,
    FieldType.DURATION: lengths.parse,
    FieldType.JID: lambda text: bare(text.strip()),
    FieldType.NUMBER: _number,
    FieldType.BOOLEAN: _boolean,
}

#: what each type wants, for messages, help texts and docs
WANTED: Mapping[FieldType, Phrase] = {
    FieldType.TEXT: Phrase("text"),
    FieldType.LINE: Phrase("one line of text"),
    FieldType.MOMENT: Phrase(
        "a moment such as 2026-12-01T09:00:00Z, or +PT28H after the announcement"
    ),
    FieldType.DURATION: Phrase("a length of time such as 90m, 2h or PT1H30M"),
    FieldType.JID: Phrase("an address such as user@example.org"),
    FieldType.CHOICE: Phrase("one of its choices"),
    FieldType.NUMBER: Phrase("a number such as 3 or 2.5"),
    FieldType.BOOLEAN: Phrase("true or false"),
}
