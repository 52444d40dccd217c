"""What is to be announced, looked at: a page of it, or one and what became of it."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from bot.desk.verb import Read, Steps, Verb
from bot.domain.access import Caller
from bot.domain.audit import Action
from bot.domain.broadcast import Occurrence
from bot.domain.errors import CarillonError
from bot.domain.fields import Field, FieldType
from bot.domain.message import Text
from bot.domain.phrase import Phrase
from bot.domain.schedule import Schedule, ScheduleState, TextContent
from bot.service.delivery.broadcasts import Account
from bot.service.ports.paging import Order, Page, Paging
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.requests.request import ScheduleName
from bot.service.requests.schedules import Report
from bot.service.rules.rights import Right, sees_content
from bot.service.use_cases import UseCases

#: occurrences and broadcasts that are shown of one, the latest
HISTORY = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleWish:
    """A page of them: the caller's, or everybody's for who sees all."""

    paging: Paging
    #: a word of the draft (§9)
    status: str | None = None
    #: our own, where no word of the draft is given
    states: Collection[ScheduleState] | None = None
    #: with an occurrence that is held for an admin only
    held: bool = False
    #: welcomes too, of which there may be thousands
    welcomes: bool = False
    #: the caller's alone
    own: bool = False
    #: to single people alone, or to others
    personal: bool | None = None

    @property
    def about(self) -> str:
        return "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A job, what it says, and what became of it so far, the latest first."""

    report: Report
    #: who would hear it now
    readers: int
    #: why they cannot be shown, where the template has changed since
    texts: tuple[Text, ...] | Phrase
    occurrences: list[Occurrence]
    broadcasts: list[Account]

    @property
    def schedule(self) -> Schedule:
        return self.report.schedule


def _list(
    use_cases: UseCases, caller: Caller, wish: ScheduleWish
) -> Steps[Page[Report]]:
    found: Page[Report] = yield Read(page, use_cases, caller, wish)
    return found


def page(
    uow: UnitOfWork, use_cases: UseCases, caller: Caller, wish: ScheduleWish
) -> Page[Report]:
    found = use_cases.schedules.page(
        uow,
        caller,
        wish.paging,
        wish.status,
        states=wish.states,
        held=wish.held,
        everything=wish.welcomes,
        own=wish.own,
        personal=wish.personal,
    )
    items = [
        use_cases.schedules.standing(uow, as_seen(caller, one)) for one in found.items
    ]
    return Page(items, found.count, found.index)


def _query(use_cases: UseCases, caller: Caller, name: ScheduleName) -> Steps[Report]:
    found: Report = yield Read(_one, use_cases, caller, name)
    return found


def _one(
    uow: UnitOfWork, use_cases: UseCases, caller: Caller, name: ScheduleName
) -> Report:
    found = use_cases.schedules.named(uow, caller, name)
    return use_cases.schedules.report(uow, as_seen(caller, found))


def _show(use_cases: UseCases, caller: Caller, name: ScheduleName) -> Steps[Shown]:
    found: Shown = yield Read(_shown, use_cases, caller, name)
    return found


def _shown(
    uow: UnitOfWork, use_cases: UseCases, caller: Caller, name: ScheduleName
) -> Shown:
    found = as_seen(caller, use_cases.schedules.named(uow, caller, name))
    try:
        texts: tuple[Text, ...] | Phrase = use_cases.schedules.texts(uow, found)
    except CarillonError as error:
        texts = error.phrase
    latest = Paging(limit=HISTORY, order=Order.LATEST)
    return Shown(
        report=use_cases.schedules.warned(uow, found),
        readers=use_cases.schedules.readers(uow, found),
        texts=texts,
        occurrences=use_cases.schedules.occurrences(uow, caller, found.id, HISTORY),
        broadcasts=list(use_cases.broadcasts.page(uow, caller, latest, found.id).items),
    )


def as_seen(caller: Caller, schedule: Schedule) -> Schedule:
    """Doors get nothing that they would have to keep to themselves."""
    if sees_content(caller, schedule):
        return schedule
    return replace(schedule, content=TextContent(texts=()), metadata=None)


NAME = (
    Field(
        name="id",
        type=FieldType.LINE,
        label=Phrase("Announcement"),
        help=Phrase("#N or N, or the id it was given."),
        required=True,
    ),
    Field(
        name="owner",
        type=FieldType.LINE,
        label=Phrase("Owner"),
        help=Phrase("Whose id it is; otherwise the caller's."),
    ),
)
LIST = Verb(
    name="schedules list",
    action=Action.QUERY,
    right=Right.KNOWN,
    fields=(
        Field(
            name="status",
            type=FieldType.LINE,
            label=Phrase("Status"),
            help=Phrase("scheduled, queued, sent, failed or cancelled only."),
        ),
    ),
    steps=_list,
)
QUERY = Verb(
    name="query",
    action=Action.QUERY,
    right=Right.KNOWN,
    fields=NAME,
    steps=_query,
)
SHOW = Verb(
    name="schedules show",
    action=Action.QUERY,
    right=Right.KNOWN,
    fields=NAME,
    steps=_show,
)
VERBS = (LIST, QUERY, SHOW)
