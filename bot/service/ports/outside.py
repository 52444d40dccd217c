"""What the use cases need of the outside, written from their side.

The repositories that one transaction gives them are in `unit_of_work`.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeVar, TypeVarTuple

from bot.domain.consent import Standing
from bot.domain.events import Event
from bot.domain.fields import Template
from bot.domain.findings import Inspection
from bot.domain.message import Text
from bot.domain.phrase import Phrase
from bot.domain.relative import Anchor
from bot.domain.schedule import FieldValues
from bot.service.ports.unit_of_work import UnitOfWork

Ts = TypeVarTuple("Ts")
T = TypeVar("T")


class Clock(Protocol):
    def now(self) -> datetime:
        """Aware UTC."""
        ...


class TemplateFault(Protocol):
    """One thing for a template's author to put right."""

    @property
    def file(self) -> Path: ...
    @property
    def line(self) -> int:
        """Counted from 1."""
        ...

    @property
    def phrase(self) -> Phrase: ...


class Templates(Protocol):
    """The announcement templates, shipped and the operator's."""

    def names(self) -> list[str]: ...

    def get(self, name: str) -> Template:
        """Raises Invalid for an unknown name, with the known ones."""
        ...

    def render(
        self,
        name: str,
        values: FieldValues,
        *,
        language: str,
        fallback: str,
        zone: str,
        due: Anchor,
        context: Mapping[str, str],
    ) -> Text:
        """Subject and body, as the occurrence at `due` tells them; raises Invalid
        where the template or a value is bad.
        """
        ...

    def variant(self, languages: Sequence[str], wish: str, fallback: str) -> str:
        """The language among these for a reader, or his own variety of it.

        `en-GB` for who wishes it and is told in `en`: the text is the same, dates
        and times are not. There are as many varieties as CLDR knows.
        """
        ...

    def reads_recipient(self, name: str) -> bool:
        """The template asks for the recipient, so it is rendered for each."""
        ...

    def check(self, name: str) -> Sequence[TemplateFault]:
        """Everything that its author should put right; raises Invalid: unknown."""
        ...


class Neighbours(Protocol):
    """The XMPP servers whose users may have messages sent in their own names."""

    async def standing(self, sender: str, recipient: str) -> Standing:
        """How the recipient stands to the sender, both bare JIDs.

        Raises NotAllowed where nothing can be sent in the sender's name, and says what
        could be done about it; Unavailable where a server does not answer.
        """
        ...


class Inspector(Protocol):
    """Looks at the running service and at what is around it."""

    async def look(self, person: str) -> Inspection | None:
        """What is found; None: it takes longer, and who asks again is told then."""
        ...


class Presences(Protocol):
    """Who is known to be online, by presence that he sent the service."""

    def online(self) -> Collection[str]:
        """Bare JIDs of people with a place on some list; some may be missing."""
        ...


class Observer(Protocol):
    """Told of what the database does, in the thread that did it: so it is quick."""

    def happened(self, event: Event) -> None:
        """Once for each event of a use case, after its commit."""
        ...

    def transacted(self, *, writing: bool, seconds: float) -> None:
        """A transaction ended, well or badly, with all its attempts."""
        ...

    def database_failed(self, fault: str) -> None:
        """An attempt was in vain; `fault` as the store's table of faults calls it."""
        ...


class Watch(Protocol):
    """One waiter's view of what changes; nothing between two waits is lost."""

    async def changed(self, within: float) -> bool:
        """Wait until something may have changed; False after `within` seconds.

        SQLite: a connection committed. PostgreSQL: a use case nudged.
        """
        ...


class Database(Protocol):
    """Runs use cases, each in one transaction; where async meets the core.

    A use case that others were in the way of runs again in a new transaction,
    so it does nothing but use its unit of work. Raises Unavailable where the
    database is away. What a read transaction may not do: write.
    """

    @property
    def held_up(self) -> Phrase | None:
        """Whom transactions of this process wait for since seconds, and what to do."""
        ...

    def look_who_holds(self) -> Phrase | None:
        """Whom those of other processes wait for; it may take some seconds."""
        ...

    async def run(self, use_case: Callable[[UnitOfWork, *Ts], T], *args: *Ts) -> T:
        """In a thread, in a write transaction."""
        ...

    async def read(self, use_case: Callable[[UnitOfWork, *Ts], T], *args: *Ts) -> T:
        """In a thread, in a read transaction."""
        ...

    def call(self, use_case: Callable[[UnitOfWork, *Ts], T], *args: *Ts) -> T:
        """Here and now, in a write transaction: for the command line."""
        ...

    def look(self, use_case: Callable[[UnitOfWork, *Ts], T], *args: *Ts) -> T:
        """Here and now, in a read transaction."""
        ...

    def scrub(self) -> None:
        """Here and now: what was overwritten leaves the database's files, where others
        do not keep it from that.
        """
        ...

    def watch(self) -> Watch:
        """One for each waiter."""
        ...
