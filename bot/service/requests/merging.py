"""A stored schedule and a change, put together to the request that would ask for it.

So that intake judges what was edited by the very rules of a first request. Values are
as given again: what a schedule was read into is written back.
"""

from collections.abc import Mapping
from xml.etree import ElementTree as ET

from bot.domain.message import Text
from bot.domain.schedule import (
    PersonAudience,
    Schedule,
    TemplateContent,
    TextContent,
)
from bot.service.requests.bounds import check_request
from bot.service.requests.request import (
    ScheduleChange,
    ScheduleRequest,
    canonical_metadata,
)

#: of what Carillon itself adds to <metadata/>
_OURS = "{urn:x-carillon:announce:0}"
#: names in <metadata/> that say what a change may say otherwise, by whatever door
_CONTENT, _TARGET = ("announce",), ("list", "audience")
_EMPTY = "<metadata xmlns='urn:xmpp:scheduling:0'/>"

Texts = tuple[tuple[str, str], ...]
Values = Mapping[str, Mapping[str, str]]


def merged(schedule: Schedule, change: ScheduleChange) -> ScheduleRequest:
    """But for moment, rule and expiry, which only a change or the schedule has."""
    bodies, subjects, payloads = _texts(schedule, change)
    template, values = _template(schedule, change)
    named = change.changes_target
    audience = schedule.audience
    late = schedule.late
    person = audience.jid if isinstance(audience, PersonAudience) else None
    people = () if person else audience.jids
    content = schedule.content
    return ScheduleRequest(
        origin=schedule.origin,
        to=change.to if named else person,
        list_name=change.list_name if named else audience.list_name,
        people=change.people if named else people,
        bodies=bodies,
        subjects=subjects,
        payloads=payloads,
        original=content.original if isinstance(content, TextContent) else None,
        # what was stored has its own language, or none
        language=change.language if change.bodies else "",
        template=template,
        values=values,
        timezone=zone_name(schedule, change),
        late_policy=change.late_policy if change.changes_late else late.policy,
        late_within=change.late_within if change.changes_late else None,
        urgent=schedule.urgent if change.urgent is None else change.urgent,
        updates=schedule.updates if change.updates is None else change.updates,
        metadata=metadata(schedule, change),
    )


def zone_name(schedule: Schedule, change: ScheduleChange) -> str:
    """IANA name, '' where none is given any more."""
    return schedule.timezone if change.timezone is None else change.timezone


def _texts(
    schedule: Schedule, change: ScheduleChange
) -> tuple[Texts, Texts, tuple[str, ...]]:
    """Bodies, subjects and payloads."""
    content = schedule.content
    if not isinstance(content, TextContent) or change.template is not None:
        return change.bodies, change.subjects, change.payloads
    bodies = change.bodies or tuple(
        (text.language, text.body) for text in content.texts
    )
    subjects = change.subjects or _subjects(content.texts, change)
    return bodies, subjects, change.payloads or content.payloads


def _subjects(texts: tuple[Text, ...], change: ScheduleChange) -> Texts:
    """One that all languages share is for new ones, too; others go with their body."""
    given = {text.subject for text in texts}
    if len(given) == 1:
        (subject,) = given
        return () if subject is None else (("", subject),)
    kept = {tag or change.language for tag, _ in change.bodies}
    return tuple(
        (text.language, text.subject)
        for text in texts
        if text.subject is not None and (not change.bodies or text.language in kept)
    )


def _template(schedule: Schedule, change: ScheduleChange) -> tuple[str | None, Values]:
    content = schedule.content
    if change.template is not None:
        return change.template, change.values
    if isinstance(content, TemplateContent) and not change.bodies:
        return content.template, {**content.values, **change.values}
    return None, change.values


def metadata(schedule: Schedule, change: ScheduleChange) -> str | None:
    """As given first, with the elements of the change in place of those of equal
    names, and without ours that are no longer true. Raises PolicyViolation where
    edit upon edit made more of it than one request may hold.
    """
    before = ET.fromstring(schedule.metadata or _EMPTY)  # noqa: S314 - a door wrote it
    new = list(ET.fromstring(change.metadata or _EMPTY))  # noqa: S314 - a door wrote it
    gone = {element.tag for element in new}
    untrue = [
        *(_CONTENT if change.changes_content else ()),
        *(_TARGET if change.changes_target else ()),
        *(("late",) if change.changes_late else ()),
        *(("holidays",) if change.changes_holidays else ()),
        *(("urgent",) if change.urgent is not None else ()),
        *(("updates",) if change.updates is not None else ()),
    ]
    gone |= {f"{_OURS}{name}" for name in untrue}
    for element in [element for element in before if element.tag in gone]:
        before.remove(element)
    before.extend(new)
    text = ET.tostring(before, encoding="unicode")
    if canonical_metadata(text) == canonical_metadata(schedule.metadata):
        return schedule.metadata
    whole = ET.Element("schedule")
    whole.append(before)
    check_request(whole, frozenset())
    return text
