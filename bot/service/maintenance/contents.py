"""What notices of maintenance say: the object's template with its fields, and with
those of the window and of the phase as far as the template has them.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from bot.domain import timestamps, wallclock
from bot.domain.errors import CarillonError, Invalid
from bot.domain.fields import Template
from bot.domain.maintenance import Maintenance, Phase, Window
from bot.domain.message import Text
from bot.domain.phrase import Phrase
from bot.domain.relative import Anchor
from bot.domain.schedule import Content, TemplateContent
from bot.domain.voice import Voice
from bot.service.delivery.specimens import specimens
from bot.service.ports.outside import Templates
from bot.service.requests import contents
from bot.service.requests.request import ScheduleRequest
from bot.service.rules.policy import Limits

START, END, PHASE, FORMER = "start", "end", "phase", "former_start"
#: what each notice has of its window
_OWN = frozenset({START, END, "duration", PHASE, FORMER})


def content(
    templates: Templates,
    maintenance: Maintenance,
    window: Window,
    phase: Phase,
    former: datetime | None = None,
) -> TemplateContent:
    """What a notice of the window says in that phase; `former`: when it was to begin
    before somebody moved it.
    """
    told = {START: timestamps.format(window.starts_at), PHASE: str(phase)}
    if window.ends_at is not None:
        told[END] = timestamps.format(window.ends_at)
    if former is not None:
        told[FORMER] = timestamps.format(former)
    try:
        takes = _taken(templates.get(maintenance.template), phase)
    except CarillonError:
        takes = frozenset(told)  # it is gone, as whoever sends this is told then
    own = {name: {"": text} for name, text in told.items() if name in takes}
    return TemplateContent(
        template=maintenance.template, values={**maintenance.values, **own}
    )


def former_start(content: Content) -> str | None:
    """As a notice that was made has it."""
    if not isinstance(content, TemplateContent):
        return None
    return content.values.get(FORMER, {}).get("")


def judge(
    templates: Templates,
    maintenance: Maintenance,
    window: Window,
    limits: Limits,
    voice: Voice,
) -> None:
    """Raises what a request for an announcement would, in whichever phase it is told;
    and Invalid where a field is given that each notice has of its window.
    """
    for name in maintenance.values:
        if name in _OWN:
            raise Invalid(
                Phrase(
                    "each notice says that of its own accord: leave the field out, and"
                    " give start, end and duration beside the fields"
                ),
                field=f"set.{name}",
            )
    due = Anchor(window.starts_at, wallclock.zone(maintenance.zone))
    for phase in _phases(templates, maintenance):
        said = content(templates, maintenance, window, phase, window.starts_at)
        request = ScheduleRequest(
            origin=maintenance.origin,
            template=said.template,
            values=said.values,
            timezone=maintenance.timezone or None,
        )
        contents.read(templates, request, limits, voice, due)


def texts(
    templates: Templates,
    maintenance: Maintenance,
    voice: Voice,
    said: TemplateContent,
    at: datetime,
) -> tuple[Text, ...]:
    """In each language of the template; raises a CarillonError where it is gone."""
    due = Anchor(at, wallclock.zone_or_utc(maintenance.zone))
    zone = maintenance.timezone or voice.timezone
    return tuple(specimens(templates, said, voice, zone, due))


def _phases(templates: Templates, maintenance: Maintenance) -> Iterator[Phase]:
    """Those that the template has words for; one where it knows none."""
    yield Phase.ANNOUNCED
    try:
        template = templates.get(maintenance.template)
    except CarillonError:
        return  # as the first one says
    declared = _choices(template)
    yield from (one for one in Phase if one in declared and one is not Phase.ANNOUNCED)


def _taken(template: Template, phase: Phase) -> frozenset[str]:
    """The names of its fields; `phase` only where it has that one."""
    names = frozenset(field.name for field in template.fields)
    return names if phase in _choices(template) else names - {PHASE}


def _choices(template: Template) -> Mapping[str, None]:
    field = next((one for one in template.fields if one.name == PHASE), None)
    return dict.fromkeys(field.choices) if field is not None else {}
