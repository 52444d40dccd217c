"""From options as they are given to the request, or the change, that a verb takes."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from zoneinfo import ZoneInfo

from bot.cli import naming, output
from bot.cli.given import Options
from bot.domain import (
    durations,
    errors,
    moments,
    recurrence,
    wallclock,
    zones,
)
from bot.domain.errors import CarillonError, Invalid
from bot.domain.fields import FieldType
from bot.domain.message import UNSTYLED
from bot.domain.phrase import Phrase
from bot.domain.preview import Caution
from bot.domain.schedule import (
    Content,
    FieldValues,
    Origin,
    Schedule,
    TemplateContent,
)
from bot.service.ports.outside import Templates
from bot.service.requests.request import ScheduleChange, ScheduleRequest
from bot.texts.languages import language_tag

_SETTING = re.compile(
    r"(?P<name>[^=:]+)(?::(?P<language>[^=:]*))?=(?P<value>.*)", re.DOTALL
)


@contextmanager
def named(options: Options) -> Iterator[None]:
    """What is refused within is called by the option that was typed for it."""
    try:
        yield
    except CarillonError as error:
        if error.field == "body" and options.body is None:
            error.field = "--body-in"
        if error.field == "subject" and options.subject is None:
            error.field = "--subject-in"
        raise


def about(options: Options) -> str:
    """What the audit trail says of the request, also where it cannot be read."""
    known = ScheduleRequest(
        origin=Origin.CLI,
        list_name=options.list_name,
        only=tuple(options.only),
        client_id=options.client_id,
    )
    return known.about


def request_of(
    options: Options, zone_name: str, templates: Templates
) -> ScheduleRequest:
    """The request, in the zone `zone_name`, also moments without offset.

    Raises Invalid. Without --at and --in it is due in a second: an offset and not
    a moment, so that repeating the command with the same --id is a repeat, and
    pondering the question costs nothing.
    """
    zone_name = zones.spelt(zone_name)
    zone = wallclock.zone(zone_name)
    late, within = _late(options.late)
    return ScheduleRequest(
        origin=Origin.CLI,
        list_name=options.list_name,
        only=tuple(options.only),
        only_told=None
        if options.only_told is None
        else naming.broadcast_name(options.only_told, "only_told"),
        template=options.template,
        values=_values(options, zone, templates),
        bodies=_texts(options.body, options.bodies, "--body-in"),
        subjects=_texts(options.subject, options.subjects, "--subject-in"),
        payloads=_payloads(options),
        deliver_at=_moment(options.at, zone, "deliver-at"),
        delay_seconds=None if options.at is not None else _delay(options.within),
        timezone=zone_name,
        recurrence=options.every and recurrence.spelt(options.every),
        expires=_moment(options.expires, zone, "expires"),
        on_the_wall=True,
        client_id=options.client_id,
        late_policy=late,
        late_within=within,
        urgent=bool(options.urgent),
        holidays=options.holidays,
        on_holiday=options.on_holiday,
    )


def change_of(
    options: Options, schedule: Schedule, templates: Templates
) -> ScheduleChange:
    """The change to `schedule`: what is not named stays; raises Invalid.

    An empty --expires, --every, --holidays or --tz takes it away. Ends with exit code 2
    where --set has no template to go with.
    """
    # '' takes it away
    timezone = options.timezone and zones.spelt(options.timezone)
    zone = wallclock.zone(schedule.zone if timezone is None else timezone or "UTC")
    late, within = _late(options.late)
    template = options.template or _template_of(schedule)
    if options.settings and template is None:
        output.fail(Phrase("--set goes with --template NAME"), 2)
    return ScheduleChange(
        list_name=options.list_name,
        template=options.template,
        values=_with_languages(
            _values(replace(options, template=template), zone, templates),
            None if options.template else schedule.content,
        ),
        bodies=_texts(options.body, options.bodies, "--body-in"),
        subjects=_texts(options.subject, options.subjects, "--subject-in"),
        payloads=_payloads(options),
        deliver_at=_moment(options.at, zone, "deliver-at"),
        delay_seconds=None if options.within is None else _delay(options.within),
        timezone=timezone,
        recurrence=options.every and recurrence.spelt(options.every),
        # '' takes it away
        expires=options.expires and _moment(options.expires, zone, "expires"),
        on_the_wall=True,
        late_policy=late,
        late_within=within,
        urgent=options.urgent,
        holidays=options.holidays,
        on_holiday=options.on_holiday,
    )


def _with_languages(values: FieldValues, before: Content | None) -> FieldValues:
    """A field that is given in some languages alone keeps its others."""
    if not isinstance(before, TemplateContent):
        return values
    return {
        name: given if "" in given else {**before.values.get(name, {}), **given}
        for name, given in values.items()
    }


def oddities(
    options: Options, schedule: Schedule, templates: Templates
) -> Iterator[Caution]:
    """What the clocks make of the wall times that were typed for `schedule`. Where a
    rule begins is left to the preview of its moments: it may be none of them.
    """
    typed = [options.expires]
    if schedule.recurrence is None:
        typed.insert(0, options.at)
    template = _template_of(schedule)
    if template is not None:
        given = settings(options.settings)
        for field in templates.get(template).fields:
            if field.type is FieldType.MOMENT:
                typed += given.get(field.name, {}).values()
    zone = wallclock.zone(schedule.zone)
    for text in typed:
        if text and (found := moments.oddity(text, zone)):
            yield found


def _template_of(schedule: Schedule) -> str | None:
    content = schedule.content
    return content.template if isinstance(content, TemplateContent) else None


def settings(given: Sequence[str]) -> dict[str, dict[str, str]]:
    """`K=V` and `K:lang=V` as {K: {lang or '': V}}; ends with 2 on any other form."""
    values: dict[str, dict[str, str]] = {}
    for text in given:
        found = _SETTING.fullmatch(text)
        if found is None:
            output.fail(
                Phrase("--set {text!r}: write K=V, or K:lang=V", text=text[:80]), 2
            )
        languages = values.setdefault(found["name"].strip(), {})
        language = (found["language"] or "").strip()
        if language in languages:
            output.fail(
                Phrase("--set {text!r}: this is given twice", text=text[:80]), 2
            )
        languages[language] = found["value"]
    return values


def with_moments(
    values: dict[str, dict[str, str]], template: str, zone: ZoneInfo, known: Templates
) -> dict[str, dict[str, str]]:
    """Wall times in fields that take a moment become UTC, and what is relative to the
    announcement takes one form; raises Invalid.
    """
    return moments.in_fields(known.get(template), values, zone)


def _values(
    options: Options, zone: ZoneInfo, templates: Templates
) -> dict[str, dict[str, str]]:
    if options.template is None:
        return {}
    with errors.about("template"):
        templates.get(options.template)
    values = settings(options.settings)
    return with_moments(values, options.template, zone, templates)


def _texts(
    plain: str | None, tagged: Sequence[str], option: str
) -> tuple[tuple[str, str], ...]:
    texts = [("", plain)] if plain is not None else []
    for text in tagged:
        language, equals, content = text.partition("=")
        language = language.strip()
        if not equals or not language:
            output.fail(
                Phrase(
                    "{option} {text!r}: write LANG=TEXT, say de=Hallo",
                    option=option,
                    text=text[:80],
                ),
                2,
            )
        if any(tag == language for tag, _ in texts):
            output.fail(
                Phrase(
                    "{option} {text!r}: this is given twice",
                    option=option,
                    text=language,
                ),
                2,
            )
        with errors.about(f"{option} {language[:40]}"):
            language_tag(language)
        texts.append((language, content))
    return tuple(texts)


def _payloads(options: Options) -> tuple[str, ...]:
    return (UNSTYLED,) if options.unstyled else ()


def _moment(text: str | None, zone: ZoneInfo, field: str) -> str | None:
    if text is None:
        return None
    return moments.as_typed(text, zone, field)


def _delay(text: str | None) -> str:
    return "1" if text is None else str(_seconds(text, "delay-seconds"))


def _late(text: str | None) -> tuple[str | None, str | None]:
    """`run`, `skip`, `hold` or `run:30m`."""
    if text is None:
        return None, None
    policy, colon, within = text.partition(":")
    if not policy:  # which a request takes for none given
        raise Invalid(Phrase("the policy is run, skip or hold."), field="late")
    return policy, str(_seconds(within, "late")) if colon else None


def _seconds(text: str, field: str) -> int:
    with errors.about(field):
        return int(durations.parse(text).total_seconds())
