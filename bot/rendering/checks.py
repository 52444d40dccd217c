"""What a template's author should put right though the template can be read.

Wording is tried out with everything given, with nothing optional given, with
each optional field alone left out and alone given, with every choice, and with
numbers of every plural category of its language.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.fields import FieldType, Template, TemplateField, typed
from bot.domain.phrase import Phrase
from bot.domain.relative import Anchor, Relative
from bot.rendering import declaration
from bot.rendering.breaks import glued
from bot.rendering.faults import Fault, text_of
from bot.rendering.filters import FORMATS
from bot.rendering.folder import Source, signature
from bot.rendering.formats import Formats, locale_for
from bot.rendering.plurals import TRIED, examples
from bot.rendering.sandbox import Sandbox
from bot.rendering.shared import FOLDER as SHARED
from bot.rendering.shared import SUFFIX
from bot.rendering.wording import Unwritable

_DUE = Anchor(datetime(2026, 12, 1, 9, tzinfo=UTC), ZoneInfo("UTC"))
_SAMPLES: Mapping[FieldType, Any] = {
    FieldType.TEXT: "Sample text",
    FieldType.LINE: "Sample line",
    FieldType.MOMENT: datetime(2026, 12, 5, 22, tzinfo=UTC),
    FieldType.DURATION: timedelta(minutes=90),
    FieldType.JID: "user@example.org",
    FieldType.NUMBER: 3,
    FieldType.BOOLEAN: True,
}


_EMPTY = {
    "subject": Phrase("the subject can come out empty"),
    "body": Phrase("the body can come out empty"),
}


def advice(
    source: Source, limits: Mapping[str, int], sandbox: Sandbox
) -> Iterator[Fault]:
    """The faults beside those of reading; `limits` are subject's and body's."""
    template = source.template
    if template is None:
        return
    yield from _untranslated(source, template)
    yield from _strays(source, template)
    if source.faults:
        return  # what cannot be compiled can neither be measured nor tried
    yield from _glued(source, sandbox)
    yield from _unused(source, template)
    yield from _unchosen(source, template)
    yield from _tried(source, template, limits)


def unshared(roots: Sequence[Path], sources: Collection[Source]) -> Iterator[Fault]:
    """Shared files that no template includes or extends: often a misspelt name.

    The shipped ones, in the last of `roots`, may stand behind the operator's.
    """
    used = frozenset(file for source in sources for file in source.files)
    if any(source.faults for source in sources):
        return  # what is broken may have wanted to use them
    for root in roots[:-1]:
        for name, *_ in signature(root / SHARED):
            if name.endswith(SUFFIX) and (file := root / SHARED / name) not in used:
                why = Phrase("no template includes or extends this file")
                yield Fault(file, 1, why)


def _untranslated(source: Source, template: Template) -> Iterator[Fault]:
    texts: dict[tuple[str, ...], Mapping[str, str]] = {
        ("title",): template.title,
        ("description",): template.description,
    }
    for field in template.fields:
        texts["fields", field.name, "label"] = field.label
        texts["fields", field.name, "help"] = field.help
        for choice, labels in field.choice_labels.items():
            texts["fields", field.name, "choices", choice] = labels
    for keys, words in texts.items():
        for language in template.languages:
            if words and language not in words:
                yield Fault(
                    source.folder / declaration.FILE,
                    declaration.line_of(source.toml, *keys),
                    Phrase(
                        "{key}: the language {language!r} is missing",
                        key=".".join(keys),
                        language=language,
                    ),
                )


def _strays(source: Source, template: Template) -> Iterator[Fault]:
    for name, *_ in source.state[0]:
        part, _, rest = name.partition(".")
        language = rest.removesuffix(SUFFIX)
        if (
            part in ("subject", "body")
            and language != rest
            and language not in template.languages
        ):
            yield Fault(
                source.folder / name,
                1,
                Phrase(
                    "the language {language!r} is not among the declared `languages`",
                    language=language,
                ),
            )


def _glued(source: Source, sandbox: Sandbox) -> Iterator[Fault]:
    for file in source.files:
        included = file.parent != source.folder
        for line, why in glued(sandbox, text_of(file), included=included):
            yield Fault(file, line, why)


def _unused(source: Source, template: Template) -> Iterator[Fault]:
    for field in template.fields:
        lacking = [
            language
            for language, pair in source.pairs.items()
            if field.name not in pair.names
        ]
        if len(lacking) == len(source.pairs):
            yield Fault(
                source.folder / declaration.FILE,
                declaration.line_of(source.toml, "fields", field.name),
                Phrase("the field {name!r} is never used", name=field.name),
            )
            continue
        for language in lacking:
            yield Fault(
                source.pairs[language].body.path,
                1,
                Phrase(
                    "the field {name!r} is not used in the language {language!r}",
                    name=field.name,
                    language=language,
                ),
            )


def _unchosen(source: Source, template: Template) -> Iterator[Fault]:
    choices = {field.name: field.choices for field in template.fields if field.choices}
    for pair in source.pairs.values():
        for wording in (pair.subject, pair.body):
            for name, text, path, line in wording.compared:
                if name in choices and text not in choices[name]:
                    why = Phrase(
                        "{name!r} is never {text!r}; its choices are {choices}",
                        name=name,
                        text=text,
                        choices=", ".join(choices[name]),
                    )
                    yield Fault(path, line, why)


def _tried(
    source: Source, template: Template, limits: Mapping[str, int]
) -> Iterator[Fault]:
    context = dict.fromkeys(declaration.CONTEXT, "sample")
    for language, pair in source.pairs.items():
        formats = Formats(locale_for(language, language), ZoneInfo("UTC"))
        numbers = (*TRIED, *examples(formats.locale).values())
        for values in _combinations(template, numbers):
            variables = {**values, **context, FORMATS: formats}
            for part, wording in (("subject", pair.subject), ("body", pair.body)):
                try:
                    text = wording.write(variables, limit=limits[part])
                except Unwritable as error:
                    yield error.fault
                else:
                    if not text:
                        yield Fault(wording.path, 1, _EMPTY[part])


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
