"""`template.toml`: what a template is and the fields it asks for.

languages = ["en", "de"]            # the preferred first
title = { en = "Maintenance", de = "Wartung" }
description = { en = "…", de = "…" }
unstyled = true                     # where clients are to show the text as it is

[fields.start]
type = "moment"                     # see bot.domain.fields.FieldType
required = true
label = { en = "Start", de = "Beginn" }
help = { en = "…", de = "…" }       # `default`, `choices`, `past`: where wanted

[fields.kind]
type = "choice"
choices = { planned = { en = "Planned", de = "Geplant" } }   # or ["planned"]
"""

import re
from pathlib import Path
from typing import Annotated, Any

import pydantic
from pydantic import BaseModel, ConfigDict, StringConstraints

from bot.domain.characters import illegal
from bot.domain.errors import Invalid
from bot.domain.fields import Field, FieldType, Template, TemplateField, typed
from bot.domain.phrase import Phrase
from bot.domain.reading import Misread, toml
from bot.rendering.faults import Fault, Unreadable, text_of, unsendable
from bot.texts.languages import language_tag
from bot.texts.validation import reason

FILE = "template.toml"
#: what wording may name beside the fields
CONTEXT = frozenset({"list_address", "list_name", "list_title", "recipient", "service"})
_KEYWORDS = frozenset(
    {"and", "or", "not", "in", "is", "if", "else", "elif", "endif", "for"}
    | {"true", "false", "none"}
)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


def _field_name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise Invalid(Phrase("a field's name has the form 'lower_case'"))
    if text in CONTEXT | _KEYWORDS:
        raise Invalid(
            Phrase("{name!r} has a meaning of its own; choose another name", name=text)
        )
    return text


def _legal(text: str) -> str:
    if found := illegal(text):
        raise Invalid(unsendable(found))
    return text


Tag = Annotated[str, pydantic.AfterValidator(language_tag)]
FieldName = Annotated[str, pydantic.AfterValidator(_field_name)]
Words = Annotated[
    str,
    StringConstraints(min_length=1, max_length=1_024),
    pydantic.AfterValidator(_legal),
]


class FieldTable(BaseModel):
    """`[fields.NAME]`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: FieldType
    label: Annotated[dict[Tag, Words], pydantic.Field(min_length=1)]
    help: dict[Tag, Words] = {}
    required: bool = False
    default: Words | None = None
    past: bool = False
    #: names alone, or name -> language tag -> label
    choices: tuple[Words, ...] | dict[Words, dict[Tag, Words]] = ()


class TemplateTable(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    languages: Annotated[tuple[Tag, ...], pydantic.Field(min_length=1)]
    title: Annotated[dict[Tag, Words], pydantic.Field(min_length=1)]
    description: dict[Tag, Words] = {}
    unstyled: bool = False
    fields: dict[FieldName, FieldTable] = {}


def read(folder: Path) -> tuple[Template | None, str, list[Fault]]:
    """What the folder's `template.toml` declares, its source, and its faults."""
    path = folder / FILE
    try:
        source = text_of(path)
    except Unreadable as error:
        return None, "", [error.fault]
    try:
        table = TemplateTable(**toml(source))
    except Misread as error:
        return None, source, [Fault(path, error.line, error.phrase)]
    except pydantic.ValidationError as error:
        return None, source, [_fault(path, source, entry) for entry in error.errors()]
    template = _template(folder.name, table)
    faults = [
        Fault(path, line_of(source, "fields", field.name), why)
        for field in template.fields
        for why in _contradictions(field)
    ]
    return template, source, faults


def line_of(source: str, *keys: str) -> int:
    """The line that declares `keys`, as near as can be told; 1 where nowhere."""
    lines = source.split("\n")
    best = 0
    for depth in range(1, len(keys) + 1):
        path = r"\s*\.\s*".join(map(re.escape, keys[:depth]))
        header = re.compile(rf"\s*\[\s*{path}\s*[\].]|\s*{path}\s*[=.]")
        inner = re.compile(rf"\s*{re.escape(keys[depth - 1])}\s*[=.]")
        for number, line in enumerate(lines[best:], start=best):
            if header.match(line) or (depth > 1 and inner.match(line)):
                best = number
                break
    return best + 1


def _template(name: str, table: TemplateTable) -> Template:
    return Template(
        name=name,
        title=table.title,
        description=table.description,
        languages=table.languages,
        unstyled=table.unstyled,
        fields=tuple(
            Field(
                name=field_name,
                type=entry.type,
                label=entry.label,
                help=entry.help,
                required=entry.required,
                default=entry.default,
                past=entry.past,
                choices=tuple(entry.choices),
                choice_labels=(
                    entry.choices if isinstance(entry.choices, dict) else {}
                ),
            )
            for field_name, entry in table.fields.items()
        ),
    )


def _contradictions(field: TemplateField) -> list[Phrase]:
    """What is wrong between the parts of one field."""
    found = []
    if (field.type is FieldType.CHOICE) != bool(field.choices):
        found.append(Phrase("`choices` are for the type 'choice', which needs some"))
    if field.required and field.default is not None:
        found.append(Phrase("a field with a default is never missing; drop `required`"))
    if field.past and field.type is not FieldType.MOMENT:
        found.append(Phrase("`past` is for the type 'moment'"))
    if field.default is not None:
        try:
            typed(field, field.default)
        except Invalid as error:
            found.append(Phrase("`default`: {why}", why=error.phrase))
    return found


def _fault(path: Path, source: str, entry: Any) -> Fault:
    keys = [str(part) for part in entry["loc"] if part != "[key]"]
    line = line_of(source, *keys) if keys else 1
    why = Phrase("{key}: {text}", key=".".join(keys), text=reason(entry))
    return Fault(path, line, why)
