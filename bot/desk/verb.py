"""What can be asked: a verb, told once, and a request that asks for one.

    PAUSE = Verb(action=Action.PAUSE, right=Right.KNOWN, fields=…, steps=_pause)

    def _pause(use_cases, caller, name):
        return (yield Write(_steered, use_cases.steering.pause, caller, name))

    desk.ask(asked, lambda: PAUSE(ScheduleName(number=12)))

The steps of a verb are a generator that yields one transaction after the other and
gets the result of each. So a rule such as "the audience is frozen in a transaction
that only reads, before the one that writes" is told once, for doors that wait in an
event loop and for those that do not. Between two of them a server may be asked, or
the running service be looked at. A
transaction that fails ends the verb: the steps hear no more of it, so they have
nothing to undo.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from bot.domain.access import Caller
from bot.domain.audit import Action
from bot.domain.fields import Field
from bot.domain.phrase import Phrase
from bot.service.rules.rights import Right
from bot.service.use_cases import UseCases

V = TypeVar("V", bound="Values")
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Transaction:
    """A use case and what it is given beside its unit of work."""

    __slots__ = ("args", "use_case")

    def __init__(self, use_case: Callable[..., Any], *args: Any) -> None:
        self.use_case = use_case
        self.args = args


class Read(Transaction):
    """A transaction that only reads, however long it takes."""

    __slots__ = ()


class Write(Transaction):
    """A transaction that changes something; on SQLite nobody else writes meanwhile.

    The first one of a verb bears the entry in the audit trail, both or neither; so
    what goes on in several, and is cut off between two, has left its trace. `about`
    replaces what the values say of themselves, where the steps know it better.
    """

    __slots__ = ("about",)

    def __init__(
        self, use_case: Callable[..., Any], *args: Any, about: str | None = None
    ) -> None:
        super().__init__(use_case, *args)
        self.about = about


@dataclass(frozen=True, slots=True)
class Pause:
    """Others go first for so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Inquire:
    """The recipient's server says how he stands to the sender (`Standing`); both are
    bare JIDs. No transaction is open meanwhile.
    """

    sender: str
    recipient: str


@dataclass(frozen=True, slots=True)
class Inspect:
    """The running service looks at itself, for that person. No transaction is open
    meanwhile.
    """

    person: str


Steps: TypeAlias = Generator[Read | Write | Pause | Inquire | Inspect, Any, T]


class Values(Protocol):
    """What a verb is given, as a door has understood it, not yet judged."""

    @property
    def about(self) -> str:
        """What the audit trail says of it: which and whose, never its content."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb(Generic[V, T]):
    """One thing that can be asked; each stands in `bot.desk.verbs`, once."""

    #: what a door of names and values calls it, a command or a form say
    name: str
    #: what the audit trail calls it; QUERY: it changes nothing
    action: Action
    #: the change that it looks at beforehand: who is refused here asks no further,
    #: so the trail tells of that change
    drafts: Action | None = None
    #: whom it is for at all; the use cases judge what is whose
    right: Right
    #: what it is given, by the names of its values: for forms, help and docs
    fields: tuple[Field[Phrase], ...] = ()
    steps: Callable[[UseCases, Caller, V], Steps[T]]

    @property
    def changes(self) -> bool:
        return self.action is not Action.QUERY

    def __call__(self, values: V) -> "Wanted[T]":
        """Ask for it with these values."""
        return Wanted(self, values)


@dataclass(frozen=True, slots=True)
class Wanted(Generic[T_co]):
    """A verb with its values, ready to be carried out."""

    verb: Verb[Any, T_co]
    values: Values


@dataclass(frozen=True, slots=True)
class Plain:
    """The values of a verb that is given nothing, or nothing worth a type."""

    about: str = ""
