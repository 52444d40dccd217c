"""What went out, corrected or withdrawn: looked at before it is, and done."""

from dataclasses import dataclass

from bot.desk.verb import Read, Steps, Verb, Write
from bot.desk.verbs.announcing import REQUEST
from bot.desk.verbs.broadcasts import NAME
from bot.desk.verbs.steering import ScheduleOccurrence
from bot.domain.access import Caller
from bot.domain.audit import Action
from bot.domain.broadcast import BroadcastName
from bot.domain.schedule import Origin
from bot.service.delivery.broadcasts import Account
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.requests.correcting import Amended, Correction, Retraction
from bot.service.requests.request import ScheduleChange
from bot.service.rules.rights import Right
from bot.service.use_cases import UseCases


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What went out: one as people name it, or an occurrence of a job (without a
    moment: the only one that went out).
    """

    name: BroadcastName | ScheduleOccurrence
    #: the door
    origin: Origin

    @property
    def about(self) -> str:
        name = self.name
        return name.shown if isinstance(name, BroadcastName) else name.about


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected(Sent):
    """And what it is to say; what the change does not name stays."""

    change: ScheduleChange


def _look(use_cases: UseCases, caller: Caller, sent: Sent) -> Steps[Account]:
    found: Account = yield Read(_found, use_cases, caller, sent)
    original: Account = yield Read(use_cases.correcting.look, caller, found.id)
    return original


def _draft(use_cases: UseCases, caller: Caller, wish: Corrected) -> Steps[Correction]:
    found: Account = yield Read(_found, use_cases, caller, wish)
    draft: Correction = yield Read(
        use_cases.correcting.draft, caller, found.id, wish.change
    )
    return draft


def _correct(use_cases: UseCases, caller: Caller, wish: Corrected) -> Steps[Amended]:
    found: Account = yield Read(_found, use_cases, caller, wish)
    done: Amended = yield Write(
        use_cases.correcting.correct,
        *(caller, found.id, wish.change, wish.origin),
        about=found.name.shown,
    )
    return done


def _draft_retraction(
    use_cases: UseCases, caller: Caller, sent: Sent
) -> Steps[Retraction]:
    found: Account = yield Read(_found, use_cases, caller, sent)
    draft: Retraction = yield Read(
        use_cases.correcting.draft_retraction, caller, found.id
    )
    return draft


def _retract(use_cases: UseCases, caller: Caller, sent: Sent) -> Steps[Amended]:
    found: Account = yield Read(_found, use_cases, caller, sent)
    done: Amended = yield Write(
        use_cases.correcting.retract,
        *(caller, found.id, sent.origin),
        about=found.name.shown,
    )
    return done


def _found(uow: UnitOfWork, use_cases: UseCases, caller: Caller, sent: Sent) -> Account:
    name = sent.name
    if isinstance(name, BroadcastName):
        return use_cases.broadcasts.named(uow, caller, name)
    return use_cases.correcting.sent(uow, caller, name.name, name.due)


FIELDS = (
    NAME,
    *(field for field in REQUEST if field.name in {"template", "subjects", "bodies"}),
)
#: the original, with what its readers have now
LOOK = Verb(
    name="broadcasts correct --look",
    action=Action.QUERY,
    drafts=Action.CORRECT,
    right=Right.KNOWN,
    fields=(NAME,),
    steps=_look,
)
DRAFT = Verb(
    name="broadcasts correct --dry-run",
    action=Action.QUERY,
    drafts=Action.CORRECT,
    right=Right.KNOWN,
    fields=FIELDS,
    steps=_draft,
)
CORRECT = Verb(
    name="broadcasts correct",
    action=Action.CORRECT,
    right=Right.KNOWN,
    fields=FIELDS,
    steps=_correct,
)
DRAFT_RETRACTION = Verb(
    name="broadcasts retract --dry-run",
    action=Action.QUERY,
    drafts=Action.RETRACT,
    right=Right.KNOWN,
    fields=(NAME,),
    steps=_draft_retraction,
)
RETRACT = Verb(
    name="broadcasts retract",
    action=Action.RETRACT,
    right=Right.KNOWN,
    fields=(NAME,),
    steps=_retract,
)
VERBS = (LOOK, DRAFT, CORRECT, DRAFT_RETRACTION, RETRACT)
