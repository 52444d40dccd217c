"""Tries a template's wording out: with everything given, with nothing optional given,
with each optional field alone left out and alone given, with every choice, and with
numbers of every plural category of its language.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.fields import FieldType, Template, TemplateField, typed
from bot.domain.lengths import Length
from bot.domain.phrase import Phrase
from bot.domain.relative import Anchor, Relative
from bot.rendering import declaration
from bot.rendering.faults import Fault
from bot.rendering.filters import FORMATS
from bot.rendering.folder import Source
from bot.rendering.formats import Formats, locale_for
from bot.rendering.plurals import TRIED, examples
from bot.rendering.seams import seams
from bot.rendering.wording import Unwritable, Wording

_DUE = Anchor(datetime(2026, 12, 1, 9, tzinfo=UTC), ZoneInfo("UTC"))
_SAMPLES: Mapping[FieldType, Any] = {
    FieldType.TEXT: "Sample text",
    FieldType.LINE: "Sample line",
    FieldType.MOMENT: datetime(2026, 12, 5, 22, tzinfo=UTC),
    FieldType.DURATION: Length(exact_seconds=5_400),
    FieldType.JID: "user@example.org",
    FieldType.NUMBER: 3,
    FieldType.BOOLEAN: True,
}
_EMPTY = {
    "subject": Phrase("the subject can come out empty"),
    "body": Phrase("the body can come out empty"),
}


def tried(
    source: Source, template: Template, limits: Mapping[str, int]
) -> Iterator[Fault]:
    """What does not come out well; `limits` are subject's and body's."""
    context = dict.fromkeys(declaration.CONTEXT, "sample")
    for language, pair in source.pairs.items():
        formats = Formats(locale_for(language, language), _DUE.zone, _DUE.zone)
        numbers = (*TRIED, *examples(formats.locale).values())
        for values in _combinations(template, numbers):
            variables = {**values, **context, FORMATS: formats}
            for part, wording in (("subject", pair.subject), ("body", pair.body)):
                try:
                    text = wording.write(variables, limit=limits[part])
                except Unwritable as error:
                    yield error.fault
                    continue
                if not text:
                    yield Fault(wording.path, 1, _EMPTY[part])
                yield from _spaced(wording, variables, part)


def _spaced(
    wording: Wording, variables: Mapping[str, Any], part: str
) -> Iterator[Fault]:
    # a subject has one space wherever there are several
    for line, why in seams(wording.pieces(variables), double=part == "body"):
        yield wording.origins.fault(line, why)


def _combinations(
    template: Template, numbers: Iterable[int | Decimal]
) -> Iterator[dict[str, Any]]:
    everything = {field.name: _sample(field) for field in template.fields}
    absent = [
        field.name
        for field in template.fields
        if not field.required and field.default is None
    ]
    nothing = {**everything, **dict.fromkeys(absent)}
    yield everything
    yield nothing
    for name in absent:
        yield {**everything, name: None}
        yield {**nothing, name: everything[name]}
    for field in template.fields:
        for choice in field.choices:
            yield {**everything, field.name: choice}
        if field.type is FieldType.BOOLEAN:
            yield {**everything, field.name: False}
    counting = [
        field.name for field in template.fields if field.type is FieldType.NUMBER
    ]
    for number in dict.fromkeys(numbers) if counting else ():
        yield {**everything, **dict.fromkeys(counting, number)}


def _sample(field: TemplateField) -> Any:
    if field.choices:
        return field.choices[0]
    if field.default is not None:
        value = typed(field, field.default)
        return value.at(_DUE) if isinstance(value, Relative) else value
    return _SAMPLES[field.type]
