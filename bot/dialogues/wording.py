"""What is to be said, as it is asked for: own words, or the fields of a template.

subject, body               own words; of another language: subject.de, body.de
set.NAME, set.NAME.de       a template's field, for all or in that language
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from bot.desk.verbs.announcing import URGENT
from bot.dialogues.choices import one_of, yes_or_no
from bot.dialogues.forms import Answers, Form, Words
from bot.dialogues.talk import Talk
from bot.domain import moments, timestamps
from bot.domain.errors import Invalid
from bot.domain.errors import about as about_field
from bot.domain.fields import WANTED, Field, FieldType, Template, TemplateField
from bot.domain.language import choose
from bot.domain.lists import AnnouncementList
from bot.domain.message import Text
from bot.domain.phrase import Phrase
from bot.domain.schedule import FieldValues
from bot.service.requests.request import ScheduleChange, ScheduleRequest
from bot.service.rules.rights import may_hurry
from bot.texts import ENGLISH
from bot.texts.languages import language_tag, native

SUBJECT: Field[Words] = Field(
    name="subject",
    type=FieldType.LINE,
    label=Phrase("Subject"),
    help=Phrase("Some clients hide it: say it in the text, too."),
)
BODY: Field[Words] = Field(
    name="body",
    type=FieldType.TEXT,
    label=Phrase("Text"),
    help=Phrase("A line with a dot alone becomes an empty line."),
    required=True,
)
LANGUAGE: Field[Words] = Field(
    name="language",
    type=FieldType.LINE,
    label=Phrase("Language"),
    help=Phrase("In short, such as de or pt-BR."),
    required=True,
)
ANOTHER = yes_or_no("another", Phrase("In another language, too?"))
_IN_ANOTHER = Phrase("The same in another language.")
#: own words, once more
TEXT_IN_ANOTHER = Form(
    heading=(_IN_ANOTHER,), fields=(LANGUAGE, SUBJECT, BODY, ANOTHER)
)
#: those that read differently in each language
_WORDED = frozenset({FieldType.TEXT, FieldType.LINE})


def urgency(talk: Talk) -> tuple[Field[Any], ...]:
    """Asked of those who may."""
    return (URGENT,) if may_hurry(talk.caller) else ()


def tag_of(given: Answers, told: Iterable[tuple[str, Answers]]) -> str:
    """The language in which it is said, too; raises Invalid, where it is looked for:
    once more is asked, the form is out of sight.
    """
    with about_field("language"):
        tag = language_tag(given.text("language").strip())
        if tag in {other for other, _ in told}:
            raise Invalid(Phrase("Two have the language {language!r}.", language=tag))
    return tag


def spoken(*lists: AnnouncementList) -> Phrase:
    """What own words count as that say nothing of their language."""
    languages = sorted({native(one.language) for one in lists})
    return Phrase(
        "Its language is that of the list: {languages}.", languages=", ".join(languages)
    )


def said(
    request: ScheduleRequest, told: Iterable[tuple[str, Answers]]
) -> ScheduleRequest:
    """The request with own words, by language; '' is that of the list."""
    given = [(tag, one.text("subject"), one.text("body")) for tag, one in told]
    return replace(
        request,
        subjects=tuple((tag, subject) for tag, subject, _ in given if subject),
        bodies=tuple((tag, body) for tag, _, body in given),
    )


def by_author(words: Mapping[str, str], language: str) -> str:
    """What a template's author wrote, '' where he wrote nothing."""
    return words[choose(words, language, ENGLISH)] if words else ""


def suffix(tag: str) -> str:
    """Of the name of a field that is of one language."""
    return f".{tag}" if tag else ""


def in_language(one: Field[Words], tag: str) -> Field[Words]:
    """The same, of one language; '' is of whoever reads another."""
    if not tag:
        return one
    label = Phrase("{label} ({language})", label=one.label, language=tag)
    return replace(one, name=f"{one.name}{suffix(tag)}", label=label)


def fields_of(template: Template, talk: Talk) -> tuple[Field[Words], ...]:
    return tuple(_field(one, talk) for one in template.fields)


def about(template: Template, talk: Talk) -> tuple[Words, ...]:
    """What a template is for, and how its moments are typed."""
    said = by_author(template.description, talk.language)
    times = [one for one in template.fields if one.type is FieldType.MOMENT]
    how = Phrase(
        "A moment: 2026-12-05 22:00 ({zone}), or +28h after it is told.",
        zone=talk.zone,
    )
    if any(one.past for one in times):
        how = Phrase(
            "A moment: 2026-12-05 22:00 ({zone}), or -20m, +2h: before it is told, or"
            " after.",
            zone=talk.zone,
        )
    return (*((said,) if said else ()), *((how,) if times else ()))


def worded(template: Template, talk: Talk, tag: str) -> tuple[Field[Words], ...]:
    """Those that are said otherwise in that language."""
    return tuple(
        in_language(replace(_field(one, talk), required=False, default=None), tag)
        for one in template.fields
        if one.type in _WORDED
    )


def in_another(template: Template, talk: Talk, tag: str) -> Form:
    """Its words once more, in that language."""
    return Form(
        heading=(_IN_ANOTHER, Phrase("What stays empty is as before.")),
        fields=(*worded(template, talk, tag), ANOTHER),
    )


def further(template: Template) -> tuple[str, ...]:
    """The languages that a template may be told in apart."""
    has_words = any(one.type in _WORDED for one in template.fields)
    return template.languages if has_words and len(template.languages) > 1 else ()


def which_language(tags: Iterable[str]) -> Form:
    """Of what is said in several, which comes next."""
    names: dict[str, Words] = {tag: native(tag) for tag in tags}
    return Form(
        heading=(Phrase("In which language is it said, too?"),),
        fields=(one_of("language", Phrase("Language"), names),),
    )


def _field(one: TemplateField, talk: Talk) -> Field[Words]:
    options: dict[str, Words] = {}
    if one.choices and not one.required and one.default is None:
        options[""] = Phrase(
            "None of them"
        )  # so that none of them is taken for granted
    for choice in one.choices:
        label = by_author(one.choice_labels.get(choice, {}), talk.language)
        options[choice] = label or choice
    return Field(
        name=f"set.{one.name}",
        type=one.type,
        label=by_author(one.label, talk.language) or one.name,
        help=by_author(one.help, talk.language) or WANTED[one.type],
        required=one.required and one.default is None,
        default=one.default,
        choices=tuple(options),
        choice_labels=options,
    )


def values(template: Template, given: Answers, tag: str = "") -> FieldValues:
    """{field: {language or '': what was given}}, '' where nothing was."""
    return {
        one.name: {tag: given.text(f"set.{one.name}{suffix(tag)}")}
        for one in template.fields
        if not tag or one.type in _WORDED
    }


def joined(*several: FieldValues) -> dict[str, dict[str, str]]:
    """What was given in several steps, without what was not."""
    found: dict[str, dict[str, str]] = {}
    for given in several:
        for name, by_language in given.items():
            told = {tag: text for tag, text in by_language.items() if text}
            found.setdefault(name, {}).update(told)
    return {name: by_language for name, by_language in found.items() if by_language}


def as_typed(template: Template, given: FieldValues, talk: Talk) -> dict[str, str]:
    """What a form of these fields begins with: moments on the clocks of whoever
    reads.
    """
    found = {}
    for one in template.fields:
        for tag, text in given.get(one.name, {}).items():
            name = f"set.{one.name}{suffix(tag)}"
            found[name] = text
            if one.type is FieldType.MOMENT:
                with suppress(Invalid):
                    found[name] = moments.local(timestamps.parse(text), talk.zone.key)
    return found


def fields_of_texts(texts: Iterable[Text]) -> Iterator[Field[Words]]:
    for text in texts:
        yield in_language(SUBJECT, text.language)
        yield in_language(BODY, text.language)


def of_texts(texts: Iterable[Text]) -> dict[str, str]:
    """What the fields of these texts begin with."""
    found = {}
    for text in texts:
        found[f"subject{suffix(text.language)}"] = text.subject or ""
        found[f"body{suffix(text.language)}"] = text.body
    return found


def worded_anew(texts: Iterable[Text], given: Answers) -> ScheduleChange:
    """What the fields of these texts say now; an empty subject is taken away."""
    tags = {text.language: suffix(text.language) for text in texts}
    return ScheduleChange(
        bodies=tuple((tag, given.text(f"body{end}")) for tag, end in tags.items()),
        subjects=tuple((tag, given.text(f"subject{end}")) for tag, end in tags.items()),
    )
