"""What something says, worded anew: a form that begins with it, and the change that
comes of what was typed.

Of own words each language has its fields, a template all of its own; what was not
typed anew stays.
"""

from collections.abc import Mapping
from dataclasses import replace

from bot.dialogues import wording
from bot.dialogues.forms import Answers, Form, Words
from bot.dialogues.talk import Talk
from bot.domain.fields import Field, TemplateField
from bot.domain.phrase import Phrase
from bot.domain.schedule import Content, TemplateContent, TextContent
from bot.service.requests.request import ScheduleChange

_WHAT = Phrase("What is it to say?")


def form(content: Content, talk: Talk, about: Words) -> Form:
    """`about`: what it is that says it."""
    if isinstance(content, TextContent):
        return Form(
            heading=(about, _WHAT),
            fields=tuple(wording.fields_of_texts(content.texts)),
            values=wording.of_texts(content.texts),
        )
    template = talk.desk.templates.get(content.template)
    apart = {f"set.{name}" for name, given in content.values.items() if "" not in given}
    return Form(
        heading=(about, *wording.about(template, talk)),
        fields=(
            *(_as_told(one, apart) for one in wording.fields_of(template, talk)),
            *(
                one
                for tag in _tags(content)
                for one in wording.worded(template, talk, tag)
            ),
        ),
        values=wording.as_typed(template, content.values, talk),
    )


def _tags(content: TemplateContent) -> list[str]:
    """The languages that have words of their own."""
    return sorted({tag for given in content.values.values() for tag in given if tag})


def _as_told(one: Field[Words], apart: set[str]) -> Field[Words]:
    """What is told in single languages alone needs nothing for all."""
    return replace(one, required=False, default=None) if one.name in apart else one


def change(content: Content, given: Answers, talk: Talk) -> ScheduleChange | None:
    """None where nothing was typed anew."""
    if isinstance(content, TextContent):
        before = wording.of_texts(content.texts)
        if all(given.text(name) == text for name, text in before.items()):
            return None
        return wording.worded_anew(content.texts, given)
    template = talk.desk.templates.get(content.template)
    told = [wording.values(template, given, tag) for tag in ("", *_tags(content))]
    after = wording.joined(*told)
    changed = {
        one.name: after.get(one.name, {"": ""})
        for one in template.fields
        if after.get(one.name, {}) != _shown(one, content)
    }
    return ScheduleChange(values=changed) if changed else None


def _shown(one: TemplateField, content: TemplateContent) -> Mapping[str, str]:
    """What the form begins with; where nothing was given that is the default."""
    given = content.values.get(one.name, {})
    if given or one.default is None:
        return given
    return {"": one.default}
