"""What announcements can be made of, and how it reads with samples in its fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.desk.verb import Plain, Read, Steps, Verb
from bot.domain import timestamps, wallclock
from bot.domain.access import Caller
from bot.domain.audit import Action
from bot.domain.errors import CarillonError
from bot.domain.fields import Field, FieldType, Template, TemplateField
from bot.domain.language import choose
from bot.domain.message import Text
from bot.domain.phrase import Phrase
from bot.domain.relative import Anchor
from bot.domain.schedule import FieldValues, TemplateContent
from bot.service.delivery.specimens import specimen
from bot.service.ports.outside import TemplateFault, Templates
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.rights import Right
from bot.service.use_cases import UseCases

#: what stands in a field of each type; words have their own label in it
_SAMPLES: Mapping[FieldType, str] = {
    FieldType.MOMENT: "+P1D",
    FieldType.DURATION: "PT1H30M",
    FieldType.JID: "user@example.org",
    FieldType.NUMBER: "3",
    FieldType.BOOLEAN: "true",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateLook:
    """One template as readers would get it: in that language, in the voice of that
    list, on those clocks; without a list in the voice of the default one.
    """

    name: str
    #: '' for the template's first
    language: str = ""
    list_name: str | None = None

    @property
    def about(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Specimen:
    #: None: it is broken
    template: Template | None
    #: None likewise, and where it cannot be said with samples: `why` says it
    text: Text | None
    why: Phrase | None
    #: what its author should put right
    faults: Sequence[TemplateFault]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A template that there is; None: it is broken."""

    name: str
    template: Template | None


def _list(use_cases: UseCases, _caller: Caller, _: Plain) -> Steps[Sequence[Known]]:
    found: Sequence[Known] = yield Read(_known, use_cases.templates)
    return found


def _known(_uow: UnitOfWork, templates: Templates) -> Sequence[Known]:
    """In the thread of a transaction: files are read for it."""
    return [
        Known(name=name, template=_usable(templates, name))
        for name in templates.names()
    ]


def _usable(templates: Templates, name: str) -> Template | None:
    try:
        return templates.get(name)
    except CarillonError:
        return None


def _show(use_cases: UseCases, _caller: Caller, look: TemplateLook) -> Steps[Specimen]:
    found: Specimen = yield Read(_tried, use_cases, look)
    return found


def _tried(uow: UnitOfWork, use_cases: UseCases, look: TemplateLook) -> Specimen:
    templates = use_cases.templates
    faults = templates.check(look.name)
    template = _usable(templates, look.name)
    if template is None:
        return Specimen(template=None, text=None, why=None, faults=faults)
    lists = uow.lists.all()
    wanted = (one for one in lists if one.name == look.list_name)
    default = (one for one in lists if one.is_default)
    voice = use_cases.policy.voice_of(next(wanted, None) or next(default, None))
    zone = wallclock.zone(voice.timezone)
    text: Text | None = None
    why: Phrase | None = None
    try:
        text = specimen(
            templates,
            TemplateContent(
                template=look.name, values=_samples(template, look.language)
            ),
            voice,
            language=look.language,
            fallback=template.languages[0],
            zone=zone.key,
            due=Anchor(timestamps.round_up(use_cases.clock.now()), zone),
        )
    except CarillonError as error:
        why = error.phrase
    return Specimen(template=template, text=text, why=why, faults=faults)


def _samples(template: Template, language: str) -> FieldValues:
    return {one.name: {"": _sample(one, language)} for one in template.fields}


def _sample(field: TemplateField, language: str) -> str:
    """Its default, its first choice, or what a value of its type looks like."""
    if field.default is not None:
        return field.default
    if field.choices:
        return field.choices[0]
    label = field.label
    words = label[choose(label, language)] if label else field.name
    return _SAMPLES.get(field.type, f"[{words}]")


_NAME = Field(
    name="name",
    type=FieldType.LINE,
    label=Phrase("Template"),
    help=Phrase("The template's name."),
    required=True,
)

#: all there are, broken ones too
LIST = Verb(name="templates", action=Action.QUERY, right=Right.ADMIN, steps=_list)
#: one as readers would get it, and what is wrong with it
SHOW = Verb(
    name="templates show",
    action=Action.QUERY,
    right=Right.ADMIN,
    fields=(
        _NAME,
        Field(
            name="language",
            type=FieldType.LINE,
            label=Phrase("Language"),
            help=Phrase("Otherwise the template's first."),
        ),
        Field(
            name="list_name",
            type=FieldType.LINE,
            label=Phrase("List"),
            help=Phrase("As this list would say it; otherwise the default one."),
        ),
    ),
    steps=_show,
)
VERBS = (LIST, SHOW)
