"""The audit trail: a page of it, a walk through it, and an end of what is old."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.desk.verb import Read, Steps, Verb, Write
from bot.domain.access import Caller
from bot.domain.audit import Action, AuditEntry
from bot.domain.fields import Field, FieldType
from bot.domain.phrase import Phrase
from bot.service.ports.paging import Page, Paging
from bot.service.ports.trail import AuditFilter
from bot.service.rules.rights import Right
from bot.service.use_cases import UseCases


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditWish:
    """Entries that match, a page of them."""

    wanted: AuditFilter
    paging: Paging

    @property
    def about(self) -> str:
        return "audit"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditWalk:
    """The next slice of all that match, with ids above `after`."""

    wanted: AuditFilter
    after: int

    @property
    def about(self) -> str:
        return "audit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Purge:
    before: datetime
    #: as it was asked for, say 90d
    age: str

    @property
    def about(self) -> str:
        return self.age


def _list(
    use_cases: UseCases, caller: Caller, wish: AuditWish
) -> Steps[Page[AuditEntry]]:
    found: Page[AuditEntry] = yield Read(
        use_cases.audit.page, caller, wish.wanted, wish.paging
    )
    return found


def _following(
    use_cases: UseCases, caller: Caller, walk: AuditWalk
) -> Steps[Sequence[AuditEntry]]:
    found: Sequence[AuditEntry] = yield Read(
        use_cases.audit.following, caller, walk.wanted, walk.after
    )
    return found


def _purge(use_cases: UseCases, _caller: Caller, purge: Purge) -> Steps[int]:
    """Slice by slice: no transaction is long, however much there is."""
    purged = 0
    while some := (yield Write(use_cases.audit.purge, purge.before)):
        purged += some
    return purged


_FILTER = (
    Field(
        name="since",
        type=FieldType.MOMENT,
        label=Phrase("Since"),
        help=Phrase("From then on."),
    ),
    Field(
        name="until",
        type=FieldType.MOMENT,
        label=Phrase("Until"),
        help=Phrase("Before then."),
    ),
    Field(
        name="caller",
        type=FieldType.LINE,
        label=Phrase("Who asked"),
        help=Phrase("Who asked; or role:admin."),
    ),
    Field(
        name="action",
        type=FieldType.CHOICE,
        label=Phrase("Action"),
        help=Phrase("What was asked."),
        choices=tuple(Action),
    ),
    Field(
        name="result",
        type=FieldType.LINE,
        label=Phrase("Result"),
        help=Phrase("done, or an error such as not-allowed."),
    ),
)

LIST = Verb(
    name="audit",
    action=Action.QUERY,
    right=Right.SEES_ALL,
    fields=_FILTER,
    steps=_list,
)
EXPORT = Verb(
    name="audit --export",
    action=Action.QUERY,
    right=Right.SEES_ALL,
    fields=_FILTER,
    steps=_following,
)
PURGE = Verb(
    name="audit --purge",
    action=Action.PURGE,
    right=Right.ADMIN,
    fields=(
        Field(
            name="age",
            type=FieldType.DURATION,
            label=Phrase("Age"),
            help=Phrase("Drop what is older, say 90d."),
            required=True,
        ),
    ),
    steps=_purge,
)
VERBS = (LIST, EXPORT, PURGE)
