"""What is or was sent: looked at, and stopped."""

from dataclasses import dataclass
from functools import partial

from bot.desk.verb import Plain, Read, Steps, Verb, Write
from bot.domain.access import Caller
from bot.domain.audit import Action
from bot.domain.broadcast import Broadcast, DeliveryException, Progress
from bot.domain.fields import Field, FieldType
from bot.domain.phrase import Phrase
from bot.service.ports.paging import Page, Paging
from bot.service.rules.rights import Right
from bot.service.use_cases import UseCases

Counted = tuple[Broadcast, Progress]

NUMBER = Field(
    name="number",
    type=FieldType.NUMBER,
    label=Phrase("Broadcast"),
    help=Phrase("The broadcast."),
    required=True,
)


@dataclass(frozen=True, slots=True)
class Number:
    """One broadcast."""

    number: int

    @property
    def about(self) -> str:
        return str(self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class BroadcastWish:
    """A page of them."""

    paging: Paging
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

    number: int
    #: go on after this JID
    after: str = ""
    limit: int = 100

    @property
    def about(self) -> str:
        return str(self.number)


def _list(
    use_cases: UseCases, caller: Caller, wish: BroadcastWish
) -> Steps[Page[Counted]]:
    page = partial(use_cases.broadcasts.page, sending=wish.sending)
    found: Page[Counted] = yield Read(page, caller, wish.paging, wish.schedule)
    return found


def _show(use_cases: UseCases, caller: Caller, one: Number) -> Steps[Counted]:
    found: Counted = yield Read(use_cases.broadcasts.get, caller, one.number)
    return found


def _failures(
    use_cases: UseCases, caller: Caller, wish: FailuresWish
) -> Steps[list[DeliveryException]]:
    found: list[DeliveryException] = yield Read(
        use_cases.broadcasts.failures, caller, wish.number, wish.after, wish.limit
    )
    return found


def _stop(use_cases: UseCases, caller: Caller, one: Number) -> Steps[Broadcast]:
    found: Broadcast = yield Write(use_cases.broadcasts.stop, caller, one.number)
    return found


def _stop_all(use_cases: UseCases, caller: Caller, _: Plain) -> Steps[list[int]]:
    """A few in each transaction, so that none lasts long."""
    stopped: list[int] = []
    while some := (yield Write(use_cases.broadcasts.stop_some, caller)):
        stopped += some
    return stopped


LIST = Verb(
    name="broadcasts list",
    action=Action.QUERY,
    right=Right.SEES_ALL,
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
    right=Right.SEES_ALL,
    fields=(NUMBER,),
    steps=_show,
)
FAILURES = Verb(
    name="broadcasts failures",
    action=Action.QUERY,
    right=Right.SEES_ALL,
    fields=(NUMBER,),
    steps=_failures,
)
STOP = Verb(
    name="broadcasts stop",
    action=Action.STOP,
    right=Right.ADMIN,
    fields=(NUMBER,),
    steps=_stop,
)
STOP_ALL = Verb(
    name="broadcasts stop --all",
    action=Action.STOP,
    right=Right.ADMIN,
    steps=_stop_all,
)
VERBS = (LIST, SHOW, FAILURES, STOP, STOP_ALL)
