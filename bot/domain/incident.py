"""An incident: a thread of notices to one list, each of which says what is true now.

    open ─► resolved

It is opened, updated as often as there is something new, and resolved. Each step is an
announcement of its own. What it says begins with what the one before said
(`filled_on`), so that nobody types again what has not changed. The notices of an
incident have one topic: a later one takes the place of what somebody has not heard yet
([decision 55](../../docs/decisions/0055-incidents.md)).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain import timestamps
from bot.domain.errors import Invalid
from bot.domain.fields import FieldType, Template, TemplateField, typed
from bot.domain.schedule import Content, FieldValues, TemplateContent

#: said first where nobody names another
TEMPLATE = "incident"
#: of a template's name, that which says that it is over
RESOLVED = "-resolved"
#: a choice that a template may have: which of the thread it is
PHASE = "phase"
#: by which people know it
SUMMARY = "summary"
#: since when it is broken, in what says so and in what says that it was
SINCE, START, END = "since", "start", "end"


class IncidentState(StrEnum):
    OPEN = "open"
    #: final
    RESOLVED = "resolved"


class UpdateKind(StrEnum):
    """What a notice of it does."""

    OPENED = "opened"
    UPDATED = "updated"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """A thread, as it stands."""

    #: the service-wide reference, shown as I12; 0 until stored
    id: int = 0
    #: who opened it: a bare JID, or `role:admin` for the operator
    owner: str
    #: unique for its owner while it is open
    client_id: str
    #: a digest of the request that opened it, to tell a repeat from a conflict
    fingerprint: str
    #: the number of its latest notice
    revision: int = 1
    #: a digest of the latest update as given, to tell its repeat
    edit_fingerprint: str | None = None
    list_name: str
    #: what was said last
    content: Content
    #: IANA name: where moments that are typed are wall time
    timezone: str
    #: neither quiet hours nor pauses hold its notices back
    urgent: bool = False
    state: IncidentState = IncidentState.OPEN
    created_at: datetime
    changed_at: datetime
    ended_at: datetime | None = None
    #: since when it is not known any more what it was about
    purged_at: datetime | None = None

    @property
    def shown(self) -> str:
        """As people name it."""
        return f"I{self.id}"

    @property
    def summary(self) -> str:
        """What was said last, in a line; '' where there is no such field."""
        if not isinstance(self.content, TemplateContent):
            return ""
        told = self.content.values.get(SUMMARY, {})
        return told.get("") or next(iter(told.values()), "")

    @property
    def topic(self) -> str:
        """What its notices have in common."""
        return f"incident/{self.id}"

    @property
    def is_over(self) -> bool:
        return self.state is IncidentState.RESOLVED


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """One notice of an incident."""

    incident_id: int
    #: from 1
    number: int
    kind: UpdateKind
    #: the announcement that says it
    schedule_id: int
    at: datetime


def filled_on(
    before: FieldValues,
    given: FieldValues,
    template: Template,
    kind: UpdateKind,
    now: datetime,
) -> dict[str, dict[str, str]]:
    """The fields of the next notice: what is given, and of the rest what was said.

    A field that is given in some languages alone keeps its others; one that is given
    empty says nothing any more. Left out is what the template
    does not know or take, and a moment that was to come and has passed: nobody
    promises news for an hour ago. Where the template that says that it is over asks
    for a start, that is since when it was broken; its end is now, to the minute both.
    """
    known = {one.name: one for one in template.fields}
    found = {
        name: kept
        for name, told in before.items()
        if name in known and (kept := _carried(known[name], told, now))
    }
    if kind is UpdateKind.RESOLVED:
        found = {**_ending(before, known, now), **found}
    phase = known.get(PHASE)
    if phase is not None:
        found[PHASE] = {"": kind.value} if kind in phase.choices else {}
    for name, told in given.items():
        found[name] = dict(told) if "" in told else {**found.get(name, {}), **told}
    return {
        name: told
        for name, by_language in found.items()
        if (told := {tag: text for tag, text in by_language.items() if text.strip()})
        or name not in known
    }


def minute(moment: datetime) -> datetime:
    """The minute that clocks show then: nobody times a repair by the second."""
    return moment.replace(second=0, microsecond=0)


def _to_the_minute(text: str) -> str:
    """A moment as the end is told, or it would lie after that within its minute."""
    try:
        return timestamps.format(minute(timestamps.parse(text)))
    except Invalid:  # relative, or of a template that has changed since
        return text


def can_end(template: Template) -> bool:
    """It has words for what is over."""
    phases = (one.choices for one in template.fields if one.name == PHASE)
    return any(UpdateKind.RESOLVED in choices for choices in phases)


def is_nothing_new(before: Content, after: Content) -> bool:
    """What would be said has been said, but for which of the thread it is."""
    if not (isinstance(before, TemplateContent) and isinstance(after, TemplateContent)):
        return False
    same = before.template == after.template
    return same and _but_phase(before.values) == _but_phase(after.values)


def _but_phase(values: FieldValues) -> dict[str, dict[str, str]]:
    return {name: dict(told) for name, told in values.items() if name != PHASE}


def _carried(
    field: TemplateField, told: Mapping[str, str], now: datetime
) -> dict[str, str]:
    """What of it is still true, and understood by that field."""
    kept = {}
    for tag, text in told.items():
        try:
            value = typed(field, text, tag)
        except Invalid:
            continue
        is_moment = field.type is FieldType.MOMENT and not field.past
        if not (is_moment and isinstance(value, datetime) and value <= now):
            kept[tag] = text
    return kept


def _ending(
    before: FieldValues, known: Mapping[str, TemplateField], now: datetime
) -> dict[str, dict[str, str]]:
    def takes(name: str) -> bool:
        return name in known and known[name].type is FieldType.MOMENT

    found = {}
    if takes(START) and before.get(SINCE):
        found[START] = {tag: _to_the_minute(one) for tag, one in before[SINCE].items()}
    if takes(END):
        found[END] = {"": timestamps.format(minute(now))}
    return found
