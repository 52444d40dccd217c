"""What a template's author should put right though the template can be read."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from jinja2 import nodes

from bot.domain.fields import Template
from bot.domain.phrase import Phrase
from bot.rendering import declaration
from bot.rendering.brackets import unbracketed
from bot.rendering.breaks import broken, glued
from bot.rendering.faults import Fault, text_of
from bot.rendering.folder import Source, signature
from bot.rendering.sandbox import Sandbox
from bot.rendering.shared import FOLDER as SHARED
from bot.rendering.shared import SUFFIX
from bot.rendering.trying import tried
from bot.rendering.uses import misasked


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
    yield from _misread(source, sandbox)
    yield from _unused(source, template)
    yield from _unchosen(source, template)
    uses = (wording.uses for wording in source.wordings)
    for place, why in misasked(template, uses):
        yield Fault(*place, why)
    for wording in source.wordings:
        yield from wording.doubts
    yield from tried(source, template, limits)


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


def _misread(source: Source, sandbox: Sandbox) -> Iterator[Fault]:
    """What Jinja takes otherwise than it looks, file by file."""
    for file in source.files:
        tokens = sandbox.tokens(text_of(file))
        for line, why in (
            *glued(tokens, included=file.parent != source.folder),
            *broken(tokens),
            *unbracketed(tokens),
        ):
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
    for wording in source.wordings:
        for comparison in wording.uses.compared:
            for sides in (comparison.sides, comparison.sides[::-1]):
                match sides:
                    case (nodes.Name(name=name), nodes.Const(value=str(text))) if (
                        name in choices and text not in choices[name]
                    ):
                        why = Phrase(
                            "{name!r} is never {text!r}; its choices are {choices}",
                            name=name,
                            text=text,
                            choices=", ".join(choices[name]),
                        )
                        yield Fault(*comparison.place, why)
