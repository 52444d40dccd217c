"""What is or was sent: looked at, and stopped."""

from dataclasses import dataclass

from bot.desk.verb import Plain, Read, Steps, Verb, Write
from bot.domain.access import Caller
from bot.domain.audit import Action
from bot.domain.broadcast import BroadcastName, DeliveryException
from bot.domain.fields import Field, FieldType
from bot.domain.phrase import Phrase
from bot.service.delivery.broadcasts import Account
from bot.service.ports.paging import Order, Page, Paging
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.rights import Right
from bot.service.use_cases import UseCases

NAME = Field(
    name="name",
    type=FieldType.LINE,
    label=Phrase("Broadcast"),
    help=Phrase("An announcement's latest (12), or one of several (12/3)."),
    required=True,
)


@dataclass(frozen=True, slots=True)
class OneBroadcast:
    """The one that is named so."""

    name: BroadcastName

    @property
    def about(self) -> str:
        return self.name.shown


@dataclass(frozen=True, slots=True, kw_only=True)
class BroadcastWish:
    """A page of them, the latest first."""

    limit: int = 50
    #: go on after this one
    after: BroadcastName | None = None
    #: only what is under way
    sending: bool = False
    #: only those of one schedule, by its reference
    schedule: int | None = None

    @property
    def about(self) -> str:
        return "broadcasts"


@dataclass(frozen=True, slots=True, kw_only=True)
class FailuresWish:
    """Whoever one broadcast did not reach, a page of them by JID."""

    name: BroadcastName
    #: go on after this JID
    after: str = ""
    limit: int = 100
    #: only over this one, a term
    condition: str | None = None

    @property
    def about(self) -> str:
        return self.name.shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Retried:
    """A broadcast, and how many of those whom it did not reach are tried once more."""

    account: Account
    count: int


def _list(
    use_cases: UseCases, caller: Caller, wish: BroadcastWish
) -> Steps[Page[Account]]:
    found: Page[Account] = yield Read(_page, use_cases, caller, wish)
    return found


def _page(
    uow: UnitOfWork, use_cases: UseCases, caller: Caller, wish: BroadcastWish
) -> Page[Account]:
    broadcasts, after = use_cases.broadcasts, None
    if wish.after is not None:
        after = broadcasts.named(uow, caller, wish.after).id
    return broadcasts.page(
        uow,
        caller,
        Paging(limit=wish.limit, after=after, order=Order.LATEST),
        wish.schedule,
        sending=wish.sending,
    )


def _show(use_cases: UseCases, caller: Caller, one: OneBroadcast) -> Steps[Account]:
    found: Account = yield Read(use_cases.broadcasts.named, caller, one.name)
    return found


def _failures(
    use_cases: UseCases, caller: Caller, wish: FailuresWish
) -> Steps[list[DeliveryException]]:
    named: Account = yield Read(use_cases.broadcasts.named, caller, wish.name)
    found: list[DeliveryException] = yield Read(
        use_cases.broadcasts.failures,
        caller,
        named.id,
        wish.after,
        wish.limit,
        wish.condition,
    )
    return found


def _conditions(
    use_cases: UseCases, caller: Caller, one: OneBroadcast
) -> Steps[list[tuple[str, int]]]:
    named: Account = yield Read(use_cases.broadcasts.named, caller, one.name)
    found: list[tuple[str, int]] = yield Read(
        use_cases.broadcasts.conditions, caller, named.id
    )
    return found


def _stop(use_cases: UseCases, caller: Caller, one: OneBroadcast) -> Steps[Account]:
    named: Account = yield Read(use_cases.broadcasts.named, caller, one.name)
    yield Write(use_cases.broadcasts.stop, caller, named.id, about=named.name.shown)
    stopped: Account = yield Read(use_cases.broadcasts.get, caller, named.id)
    return stopped


def _stop_all(use_cases: UseCases, caller: Caller, _: Plain) -> Steps[list[Account]]:
    """A few in each transaction, so that none lasts long."""
    stopped: list[int] = []
    while some := (yield Write(use_cases.broadcasts.stop_some, caller)):
        stopped += some
    found: list[Account] = yield Read(_all, use_cases, caller, stopped)
    return found


def _retry(use_cases: UseCases, caller: Caller, one: OneBroadcast) -> Steps[Retried]:
    """A slice in each transaction; cut off between two, the rest stays failed until
    somebody asks again.
    """
    named: Account = yield Read(use_cases.broadcasts.named, caller, one.name)
    retrying, about = use_cases.retrying, named.name.shown
    yield Write(retrying.begin, caller, named.id, about=about)
    count, after = 0, ""
    while True:
        some, last = yield Write(retrying.some, caller, named.id, after)
        count += some
        if last is None:
            break
        after = last
    found: Account = yield Read(use_cases.broadcasts.get, caller, named.id)
    return Retried(account=found, count=count)


def _all(
    uow: UnitOfWork, use_cases: UseCases, caller: Caller, which: list[int]
) -> list[Account]:
    return [use_cases.broadcasts.get(uow, caller, one) for one in which]


LIST = Verb(
    name="broadcasts list",
    action=Action.QUERY,
    right=Right.KNOWN,
    fields=(
        Field(
            name="sending",
            type=FieldType.BOOLEAN,
            label=Phrase("Under way"),
            help=Phrase("Only what is under way."),
        ),
    ),
    steps=_list,
)
SHOW = Verb(
    name="broadcasts show",
    action=Action.QUERY,
    right=Right.KNOWN,
    fields=(NAME,),
    steps=_show,
)
FAILURES = Verb(
    name="broadcasts failures",
    action=Action.QUERY,
    right=Right.KNOWN,
    fields=(NAME,),
    steps=_failures,
)
#: how many were not told, for each condition, the most first
CONDITIONS = Verb(
    name="broadcasts failures --conditions",
    action=Action.QUERY,
    right=Right.KNOWN,
    fields=(NAME,),
    steps=_conditions,
)
STOP = Verb(
    name="broadcasts stop",
    action=Action.STOP,
    right=Right.KNOWN,
    fields=(NAME,),
    steps=_stop,
)
STOP_ALL = Verb(
    name="broadcasts stop --all",
    action=Action.STOP,
    right=Right.ADMIN,
    steps=_stop_all,
)
#: whom one that is over did not reach, and could
RETRY = Verb(
    name="broadcasts retry",
    action=Action.RETRY,
    right=Right.KNOWN,
    fields=(NAME,),
    steps=_retry,
)
VERBS = (LIST, SHOW, FAILURES, CONDITIONS, STOP, STOP_ALL, RETRY)
