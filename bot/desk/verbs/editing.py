"""A pending schedule worded anew, or only looked at before it is."""

from dataclasses import dataclass

from bot.desk.verb import Inquire, Read, Steps, Verb, Write
from bot.desk.verbs.announcing import REQUEST
from bot.desk.verbs.schedules import NAME
from bot.domain.access import Caller
from bot.domain.audit import Action
from bot.domain.consent import Standing
from bot.domain.fields import Field, FieldType
from bot.domain.message import Text
from bot.domain.phrase import Phrase
from bot.domain.preview import Caution
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.requests.editing import Edited
from bot.service.requests.request import ScheduleChange, ScheduleName
from bot.service.requests.schedules import Report, changed
from bot.service.rules.rights import Right
from bot.service.use_cases import UseCases


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What is to become of a job; what the change does not name stays."""

    name: ScheduleName
    change: ScheduleChange
    #: the one that the caller has seen, where he says so
    revision: int | None = None

    @property
    def about(self) -> str:
        return self.name.about


@dataclass(frozen=True, slots=True, kw_only=True)
class EditDraft:
    """What an edit would make of a job, for whoever decides on it."""

    edited: Edited
    #: what it would say
    texts: tuple[Text, ...]
    #: who would hear it now
    readers: int
    #: beside those of a preview of its moments
    cautions: tuple[Caution, ...]


def _edit(use_cases: UseCases, caller: Caller, edit: Edit) -> Steps[Report]:
    people: tuple[str, str] | None = yield Read(
        use_cases.editing.recipient, caller, edit.name, edit.change, edit.revision
    )
    standing: Standing | None = None
    if people is not None:
        standing = yield Inquire(*people)
    found: Report = yield Write(_edited, use_cases, caller, edit, people, standing)
    return found


def _edited(
    uow: UnitOfWork,
    use_cases: UseCases,
    caller: Caller,
    edit: Edit,
    people: tuple[str, str] | None,
    standing: Standing | None,
) -> Report:
    after = use_cases.editing.edit(
        uow, caller, edit.name, edit.change, edit.revision, standing
    )
    if people is not None and after.audience.jids != people[1:]:
        # another edit came in while the server was asked, about somebody else
        raise changed(after)
    return use_cases.schedules.warned(uow, after)


def _draft(use_cases: UseCases, caller: Caller, edit: Edit) -> Steps[EditDraft]:
    found: EditDraft = yield Read(_drafted, use_cases, caller, edit)
    return found


def _drafted(
    uow: UnitOfWork, use_cases: UseCases, caller: Caller, edit: Edit
) -> EditDraft:
    edited = use_cases.editing.draft(uow, caller, edit.name, edit.change, edit.revision)
    return EditDraft(
        edited=edited,
        texts=use_cases.schedules.texts(uow, edited.after),
        readers=use_cases.schedules.readers(uow, edited.after),
        cautions=use_cases.schedules.cautions(uow, edited.after, edited.skipped),
    )


FIELDS = (
    *NAME,
    Field(
        name="revision",
        type=FieldType.NUMBER,
        label=Phrase("Revision"),
        help=Phrase("The revision that the edit is of; another is refused."),
    ),
    *(
        field
        for field in REQUEST
        if field.name not in {"client_id", "only", "only_told"}
    ),
)

EDIT = Verb(
    name="schedules edit",
    action=Action.EDIT,
    right=Right.KNOWN,
    fields=FIELDS,
    steps=_edit,
)
DRAFT = Verb(
    name="schedules edit --dry-run",
    action=Action.QUERY,
    drafts=Action.EDIT,
    right=Right.KNOWN,
    fields=FIELDS,
    steps=_draft,
)
VERBS = (EDIT, DRAFT)
