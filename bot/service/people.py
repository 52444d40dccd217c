"""Many people at once: what imports and exports need of the store."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import NamedTuple, Protocol

from bot.domain.lists import Subscriber, SubscriptionOrigin
from bot.domain.people_files import Fault, Person, Record


class People(Protocol):
    """A repository of one transaction, beside those of single people."""

    def put(
        self,
        list_id: int,
        people: Sequence[Person],
        origin: SubscriptionOrigin,
        now: datetime,
    ) -> list[int]:
        """Open intervals in the order given; the ids of subscribers that had none.

        `people` have distinct JIDs; a preference that is None stays as it was, and
        so does a language seen here before.
        """
        ...

    def named(self, subscriber_ids: Sequence[int]) -> list[Subscriber]: ...

    def differing(self, people: Sequence[Person]) -> int:
        """How many are known, and would prefer something else after `put`."""
        ...

    def standing(self, list_id: int, people: Sequence[Person]) -> int:
        """How many of them stand on the list."""
        ...

    def page(self, list_id: int, *, after: int, limit: int) -> list[tuple[int, Person]]:
        """Those on the list with subscription ids > `after`, in order."""
        ...


class Counts(NamedTuple):
    """What became of people who are put on a list, or would become of them."""

    added: int = 0
    #: those whose language or zone was another before
    changed: int = 0

    def plus(self, other: "Counts") -> "Counts":
        return Counts(self.added + other.added, self.changed + other.changed)


class Duplicate(NamedTuple):
    """A line that names somebody whom an earlier one has named."""

    line: int
    jid: str
    first: int


class BadLine(NamedTuple):
    """A line that names nobody, and why, for whoever imports it."""

    line: int
    value: str
    why: str


class Staging(Protocol):
    """What a file says, kept aside until all of it is read; it holds no memory."""

    def add(self, records: Sequence[Record]) -> None:
        """The first line that names a JID counts; later ones are duplicates."""
        ...

    def refuse(self, bad: BadLine) -> None: ...

    @property
    def people(self) -> int: ...
    @property
    def duplicates(self) -> int: ...
    @property
    def faults(self) -> int: ...

    def page(self, after: str, limit: int) -> list[Person]:
        """Those with JIDs > `after`, by JID."""
        ...

    def all_duplicates(self) -> Iterator[Duplicate]:
        """In the order of lines."""
        ...

    def all_faults(self) -> Iterator[BadLine]:
        """In the order of lines."""
        ...


class NewStaging(Protocol):
    """Makes one that is gone when left."""

    def __call__(self) -> AbstractContextManager[Staging]: ...


#: what a file says, line by line
Records = Iterable[Record | Fault]
