"""What an import keeps aside until all of a file is read."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

from bot.domain.people import Person
from bot.domain.people_files import Record, Rejected


class Enrolment(NamedTuple):
    """What became of people who are put on a list, or would become of them."""

    added: int = 0
    #: those whose language or zone was another before
    changed: int = 0
    #: those who had left the list: they are added only where that was asked for
    left: int = 0
    #: those whose messages had come back too often: likewise
    suspended: int = 0
    #: those who asked to be forgotten: likewise
    forgotten: int = 0

    def plus(self, other: "Enrolment") -> "Enrolment":
        return Enrolment(*map(sum, zip(self, other, strict=True)))


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


#: what a file says, line by line
Records = Iterable[Record | Rejected]
