"""How an announcement made of a template reads, what it asks for, what is wrong."""

from collections.abc import Iterator, Mapping, Sequence

from bot.desk.verb import Plain
from bot.desk.verbs.templates import LIST, SHOW, Known, Specimen, TemplateLook
from bot.dialogues.forms import Form, Words
from bot.dialogues.talk import Command, Dialogue, Part, Shown, Talk, admins
from bot.dialogues.wording import by_author
from bot.domain.fields import WANTED, Field, FieldType
from bot.domain.language import choose
from bot.domain.phrase import Phrase
from bot.texts import ENGLISH
from bot.texts.languages import native


async def _templates(talk: Talk) -> Dialogue:
    known = await talk.look(LIST(Plain("templates")))
    given = yield Form(
        heading=(Phrase("Which one, in which language? It is shown with samples."),),
        fields=(_template(known, talk), _language(known, talk)),
        is_last=True,
    )
    name = given.text("template")
    wish = TemplateLook(
        name=name, language=given.text("language"), list_name=talk.list_name
    )
    found = await talk.ask(SHOW(wish))
    yield Shown(tuple(_parts(found, name, talk)))


def _template(known: Sequence[Known], talk: Talk) -> Field[Words]:
    return Field(
        name="template",
        type=FieldType.CHOICE,
        label=Phrase("Template"),
        help=Phrase("What announcements of its kind are made of."),
        choices=tuple(one.name for one in known),
        choice_labels={one.name: _title(one, talk) for one in known},
    )


def _title(one: Known, talk: Talk) -> Words:
    if one.template is None:
        return Phrase("{name} (broken)", name=one.name)
    return by_author(one.template.title, talk.language) or one.name


def _language(known: Sequence[Known], talk: Talk) -> Field[Words]:
    """His own first; else English, which the most have."""
    spoken = [one.template.languages for one in known if one.template is not None]
    tags = sorted({tag for each in spoken for tag in each}) or [ENGLISH]
    usual = choose(tags, talk.language, ENGLISH)
    return Field(
        name="language",
        type=FieldType.CHOICE,
        label=Phrase("Language"),
        help=Phrase("As readers of this language get it."),
        choices=(usual, *(tag for tag in tags if tag != usual)),
        choice_labels={tag: native(tag) for tag in tags},
    )


def _parts(found: Specimen, name: str, talk: Talk) -> Iterator[Part]:
    if found.text is not None:
        text = found.text
        yield Part(
            Phrase("Text ({language})", language=native(text.language)),
            (*((text.subject, "") if text.subject else ()), text.body),
        )
    if found.template is not None:
        fields = [_asked(one, talk) for one in found.template.fields]
        yield Part(Phrase("It asks for"), fields or (Phrase("nothing"),))
    wrong: list[Words] = [found.why] if found.why is not None else []
    for fault in found.faults:
        wrong += (f"{fault.file.name}:{fault.line}:", fault.phrase)
    yield Part(
        Phrase("To put right in {name}", name=name),
        wrong or (Phrase("nothing: it is in order"),),
    )


def _asked(field: Field[Mapping[str, str]], talk: Talk) -> Words:
    label = by_author(field.label, talk.language) or field.name
    choices = [
        by_author(field.choice_labels.get(one, {}), talk.language) or one
        for one in field.choices
    ]
    kind = ", ".join(choices) or WANTED[field.type]
    if field.required:
        return Phrase("{label} (needed): {kind}", label=label, kind=kind)
    return Phrase("{label}: {kind}", label=label, kind=kind)


COMMAND = Command(
    node="templates",
    name=Phrase("Templates"),
    for_whom=admins,
    dialogue=_templates,
)
