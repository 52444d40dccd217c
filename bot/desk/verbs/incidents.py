"""Incidents: opened, updated, resolved, and looked at; or only what would be said."""

from collections.abc import Collection
from dataclasses import dataclass

from bot.desk.verb import Read, Steps, Verb, Write
from bot.desk.verbs.announcing import URGENT
from bot.domain.access import Caller
from bot.domain.audit import Action
from bot.domain.fields import Field, FieldType
from bot.domain.incident import Incident, IncidentState
from bot.domain.phrase import Phrase
from bot.service.incidents.incidents import Begun, Draft, Thread
from bot.service.incidents.request import IncidentName, OpenIncident, UpdateIncident
from bot.service.ports.paging import Page, Paging
from bot.service.rules.rights import Right
from bot.service.use_cases import UseCases


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentWish:
    """A page of those that the caller may see."""

    paging: Paging
    #: None: whether they are over or not
    states: Collection[IncidentState] | None = None

    @property
    def about(self) -> str:
        return "incidents"


def _list(
    use_cases: UseCases, caller: Caller, wish: IncidentWish
) -> Steps[Page[Incident]]:
    found: Page[Incident] = yield Read(
        use_cases.incidents.page, caller, wish.paging, wish.states
    )
    return found


def _show(use_cases: UseCases, caller: Caller, name: IncidentName) -> Steps[Thread]:
    found: Thread = yield Read(use_cases.incidents.show, caller, name)
    return found


def _open(use_cases: UseCases, caller: Caller, request: OpenIncident) -> Steps[Thread]:
    made: Incident = yield Write(use_cases.incidents.open, caller, request)
    found: Thread = yield Read(
        use_cases.incidents.show, caller, IncidentName(number=made.id)
    )
    return found


def _update(
    use_cases: UseCases, caller: Caller, change: UpdateIncident
) -> Steps[Thread]:
    yield Write(use_cases.incidents.update, caller, change)
    found: Thread = yield Read(use_cases.incidents.show, caller, change.name)
    return found


def _begin(use_cases: UseCases, caller: Caller, change: UpdateIncident) -> Steps[Begun]:
    found: Begun = yield Read(use_cases.incidents.begin, caller, change)
    return found


def _draft_opening(
    use_cases: UseCases, caller: Caller, request: OpenIncident
) -> Steps[Draft]:
    found: Draft = yield Read(use_cases.incidents.draft_opening, caller, request)
    return found


def _draft_update(
    use_cases: UseCases, caller: Caller, change: UpdateIncident
) -> Steps[Draft]:
    found: Draft = yield Read(use_cases.incidents.draft_update, caller, change)
    return found


NAME = Field(
    name="id",
    type=FieldType.LINE,
    label=Phrase("Incident"),
    help=Phrase("I5 or 5, or the id that you gave it."),
    required=True,
)
_TEMPLATE = Field(
    name="template",
    type=FieldType.LINE,
    label=Phrase("Template"),
    help=Phrase("Say it with this template."),
)
#: a template's own fields come beside them
_OPENING = (
    Field(
        name="list_name",
        type=FieldType.LINE,
        label=Phrase("List"),
        help=Phrase("Who is told."),
        required=True,
    ),
    _TEMPLATE,
    Field(
        name="timezone",
        type=FieldType.LINE,
        label=Phrase("Time zone"),
        help=Phrase("Where its times are wall time, say Europe/Warsaw."),
    ),
    URGENT,
    Field(
        name="client_id",
        type=FieldType.LINE,
        label=Phrase("Id"),
        help=Phrase("Your name for it; a repeat changes nothing."),
    ),
)
_UPDATING = (
    NAME,
    _TEMPLATE,
    Field(
        name="revision",
        type=FieldType.NUMBER,
        label=Phrase("Revision"),
        help=Phrase("The revision that was looked at; another is refused."),
    ),
)

LIST = Verb(
    name="incidents list",
    action=Action.QUERY,
    right=Right.KNOWN,
    fields=(
        Field(
            name="states",
            type=FieldType.LINE,
            label=Phrase("State"),
            help=Phrase("open or resolved only."),
            many=True,
        ),
    ),
    steps=_list,
)
SHOW = Verb(
    name="incidents show",
    action=Action.QUERY,
    right=Right.KNOWN,
    fields=(NAME,),
    steps=_show,
)
OPEN = Verb(
    name="incidents open",
    action=Action.OPEN_INCIDENT,
    right=Right.KNOWN,
    fields=_OPENING,
    steps=_open,
)
OPEN_DRAFT = Verb(
    name="incidents open --dry-run",
    action=Action.QUERY,
    drafts=Action.OPEN_INCIDENT,
    right=Right.KNOWN,
    fields=_OPENING,
    steps=_draft_opening,
)
#: what its next notice says where nothing else is given
BEGIN = Verb(
    name="incidents: what is filled in",
    action=Action.QUERY,
    right=Right.KNOWN,
    fields=_UPDATING,
    steps=_begin,
)
UPDATE = Verb(
    name="incidents update",
    action=Action.UPDATE_INCIDENT,
    right=Right.KNOWN,
    fields=_UPDATING,
    steps=_update,
)
UPDATE_DRAFT = Verb(
    name="incidents update --dry-run",
    action=Action.QUERY,
    drafts=Action.UPDATE_INCIDENT,
    right=Right.KNOWN,
    fields=_UPDATING,
    steps=_draft_update,
)
RESOLVE = Verb(
    name="incidents resolve",
    action=Action.RESOLVE_INCIDENT,
    right=Right.KNOWN,
    fields=_UPDATING,
    steps=_update,
)
RESOLVE_DRAFT = Verb(
    name="incidents resolve --dry-run",
    action=Action.QUERY,
    drafts=Action.RESOLVE_INCIDENT,
    right=Right.KNOWN,
    fields=_UPDATING,
    steps=_draft_update,
)
VERBS = (
    *(LIST, SHOW, OPEN, OPEN_DRAFT, BEGIN),
    *(UPDATE, UPDATE_DRAFT, RESOLVE, RESOLVE_DRAFT),
)
