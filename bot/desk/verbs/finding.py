"""One person: where he stands, what he was told; and those who are suspended."""

from dataclasses import dataclass

from bot.desk.verb import Read, Steps, Verb, Write
from bot.desk.verbs.subscribers import PersonName
from bot.domain.access import Caller
from bot.domain.audit import Action
from bot.domain.broadcast import BroadcastName
from bot.domain.fields import Field, FieldType
from bot.domain.phrase import Phrase
from bot.service.delivery.broadcasts import Account
from bot.service.readers.finding import Found, Place, Told
from bot.service.rules.rights import Right
from bot.service.use_cases import UseCases


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonWish:
    """One person, and a page of what concerned him, the latest first."""

    jid: str
    #: go on after this one
    after: BroadcastName | None = None
    limit: int = 10

    @property
    def about(self) -> str:
        return self.jid


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    found: Found
    told: list[Told]


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspendedWish:
    """A page of those who are suspended from some list, by places above `after`."""

    after: int = 0
    limit: int = 50

    @property
    def about(self) -> str:
        return "suspended"


def _show(use_cases: UseCases, caller: Caller, wish: PersonWish) -> Steps[Shown]:
    finding, before = use_cases.finding, None
    if wish.after is not None:
        last: Account = yield Read(use_cases.broadcasts.named, caller, wish.after)
        before = last.id
    found: Found = yield Read(finding.person, caller, wish.jid)
    told: list[Told] = yield Read(finding.told, caller, found.jid, before, wish.limit)
    return Shown(found=found, told=told)


def _suspended(
    use_cases: UseCases, caller: Caller, wish: SuspendedWish
) -> Steps[list[Place]]:
    found: list[Place] = yield Read(
        use_cases.finding.suspended, caller, wish.after, wish.limit
    )
    return found


def _restore(use_cases: UseCases, caller: Caller, one: PersonName) -> Steps[list[str]]:
    names: list[str] = yield Write(use_cases.finding.restore, caller, one.jid)
    return names


JID: Field[Phrase] = Field(
    name="jid",
    type=FieldType.JID,
    label=Phrase("Address"),
    help=Phrase("A bare JID."),
    required=True,
)

SHOW = Verb(
    name="people show",
    action=Action.QUERY,
    right=Right.SEES_ALL,
    fields=(JID,),
    steps=_show,
)
SUSPENDED = Verb(
    name="people suspended",
    action=Action.QUERY,
    right=Right.SEES_ALL,
    steps=_suspended,
)
RESTORE = Verb(
    name="people restore",
    action=Action.RESTORE,
    right=Right.ADMIN,
    fields=(JID,),
    steps=_restore,
)
VERBS = (SHOW, SUSPENDED, RESTORE)
