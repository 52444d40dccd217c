"""Forms: what one step asks, and what is made of the answers.

A form is filled in by clients that we have not written. Some send back all of it, some
only what was changed, some lose empty lines. So what is not sent stays as it was shown,
and a text whose lines but the empty ones are those that were shown is the shown one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from bot.domain import moments, relative, timestamps
from bot.domain.errors import Invalid
from bot.domain.fields import Field, FieldType, typed
from bot.domain.phrase import Phrase

#: a phrase of ours, or words that are in the reader's language or nobody's
Words: TypeAlias = Phrase | str
#: one or more texts for each field, by its name, as they were typed or are shown
Typed: TypeAlias = Mapping[str, tuple[str, ...]]

#: a line that stands for an empty one, where a client leaves empty ones out
EMPTY_LINE = "."


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What one step asks.

    A choice has a harmless default, which stands first, and a label for each of its
    options: a client may show no more than the default, or take the first for chosen.
    """

    fields: tuple[Field[Any], ...] = ()
    #: lines above all: why, what, how far
    heading: tuple[Words, ...] = ()
    #: paragraphs above the fields: what will happen, how something reads
    shows: tuple[Words, ...] = ()
    #: what it begins with, by name of field
    values: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    #: what is answered is carried out; else more is asked
    is_last: bool = False

    def shown(self) -> dict[str, tuple[str, ...]]:
        """What each field begins with: its value here, else its default."""
        found: dict[str, tuple[str, ...]] = {}
        for one in self.fields:
            value = self.values.get(one.name, one.default)
            if value is None:
                value = one.choices[0] if one.choices and not one.many else ()
            found[one.name] = (value,) if isinstance(value, str) else tuple(value)
        return found


class Answers:
    """What was answered, each value as its field's type is written: moments with
    their offset, `true` and `false`, JIDs normalised.
    """

    __slots__ = ("_values",)

    def __init__(self, values: Typed) -> None:
        self._values = values

    def text(self, name: str) -> str:
        """'' where nothing was answered."""
        return next(iter(self._values.get(name, ())), "")

    def given(self, name: str) -> str | None:
        """None where nothing was answered."""
        return self.text(name) or None

    def several(self, name: str) -> tuple[str, ...]:
        return self._values.get(name, ())

    def flag(self, name: str) -> bool:
        return self.text(name) == "true"


def merged(form: Form, shown: Typed, submitted: Typed) -> dict[str, tuple[str, ...]]:
    """What the form now says: what was sent, and for the rest what was shown."""
    found: dict[str, tuple[str, ...]] = {}
    for one in form.fields:
        before = shown.get(one.name, ())
        sent = submitted.get(one.name)
        if sent is None:
            found[one.name] = before
        elif one.type is FieldType.TEXT and not one.many:
            found[one.name] = (_text("\n".join(before), "\n".join(sent)),)
        else:
            found[one.name] = sent
    return found


def read(form: Form, given: Typed, zone: ZoneInfo) -> Answers:
    """Judge what the form says; raises Invalid, which names the field by its label.

    `zone`: where moments without an offset are wall time.
    """
    return Answers({one.name: _read(one, given[one.name], zone) for one in form.fields})


def _read(one: Field[Any], texts: Sequence[str], zone: ZoneInfo) -> tuple[str, ...]:
    if one.many:
        texts = [part for text in texts for part in _parts(one, text)]
    found = [text for text in texts if text and not text.isspace()]
    if not found and one.required:
        raise named(one, Phrase("please fill this in."))
    if not found and one.choices and not one.many and "" not in one.choices:
        raise named(one, Phrase("please choose one."))
    try:
        return tuple(_canonical(one, text, zone) for text in found)
    except Invalid as error:
        raise named(one, error.phrase) from None


def named(one: Field[Any], reason: Phrase) -> Invalid:
    """What is wrong with a field, for whoever sees its label."""
    return Invalid(
        Phrase("{label}: {reason}", label=one.label, reason=reason), field=one.name
    )


def _parts(one: Field[Any], text: str) -> list[str]:
    """A client that has one box for several takes a line, or a comma, between."""
    if one.type in {FieldType.TEXT, FieldType.LINE}:
        return text.splitlines()
    return text.replace(",", " ").split()


def _canonical(one: Field[Any], text: str, zone: ZoneInfo) -> str:
    if one.type is FieldType.MOMENT and relative.parse(text) is None:
        return timestamps.format(moments.read(text, zone, one.name))
    value = typed(one, text)
    if one.type is FieldType.BOOLEAN:
        return "true" if value else "false"
    return value if isinstance(value, str) else text.strip()


def _text(shown: str, sent: str) -> str:
    """COMPAT Converse leaves out empty lines of what was typed, profanity those of
    several values (docs/explanation/clients.md).
    """
    if _lines(shown) == _lines(sent):
        return shown
    return "\n".join(
        "" if line.strip() == EMPTY_LINE else line for line in sent.splitlines()
    )


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines() if line.strip()]
