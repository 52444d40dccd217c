"""Who joins and leaves, kept beside the database until that has it."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol


class Move(NamedTuple):
    """What a person does at one of our addresses: leave, join, or leave and join."""

    #: bare, both
    jid: str
    address: str
    leaves: bool = False
    joins: bool = False
    #: the leave was asked for, so it is answered
    asked: bool = False
    #: of the request to join
    id: str = ""
    language: str | None = None
    #: its place in the spool, once it has one
    place: int = 0
    #: when it came in, if that was in an earlier process's life
    before: datetime | None = None

    def then(self, later: "Move") -> "Move":
        """Both in one. A leave stands whatever the person did first; a join follows
        the leave, since it may be refused.
        """
        if not later.joins:
            return later._replace(asked=self.asked or later.asked)
        return later._replace(
            leaves=self.leaves or later.leaves, asked=self.asked or later.asked
        )


class Spool(Protocol):
    """Moves, one for each person and address, in the order in which they came of each
    domain: those of trusted ones first, the others in turn, so that no flood of
    strangers keeps anybody else waiting.

    It outlives the process. `put` and `done` are quick: they wait for no disk.
    """

    def put(self, moves: Sequence[Move]) -> None:
        """Take them in, each after all that are there; one that is there already and
        the new one become one.
        """
        ...

    def first(self, limit: int) -> list[Move]: ...

    def concerns(self, jid: str) -> bool:
        """Whether anything of this person waits."""
        ...

    def done(self, move: Move) -> None:
        """The database has it; what came in of the same person meanwhile stays."""
        ...

    def secure(self) -> None:
        """Wait until all of it would outlive a power cut; for a thread."""
        ...

    def restore(self) -> None:
        """Be on the disk again, where the file was lost and can be written."""
        ...

    @property
    def waiting(self) -> int: ...

    @property
    def dropped(self) -> tuple[int, int]:
        """Joins and leaves that there was no room for."""
        ...
