"""What an error of the database means: for the transaction, and for people.

Each engine has one table of its codes (`postgresql_faults`, `sqlite_faults`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from bot.domain.errors import Unavailable
from bot.domain.phrase import Phrase


class Fault(Enum):
    """What a database error means for the transaction that met it."""

    #: others were in the way; it was rolled back and may run again
    RETRY = auto()
    #: others have all that there is: connections, time
    BUSY = auto()
    #: the database cannot be reached or used
    AWAY = auto()
    #: it can be read only
    READ_ONLY = auto()
    #: its disk has no room
    FULL = auto()
    #: it is there, but its files are not as they should be
    DAMAGED = auto()
    #: it lets us not in, or not do what we have to
    REFUSED = auto()
    #: a table or column is not there
    SCHEMA = auto()
    #: a mistake in this program
    BUG = auto()


#: what waiting does not mend
_LASTING = frozenset({Fault.DAMAGED, Fault.REFUSED, Fault.SCHEMA})
_CROWDED = frozenset({Fault.RETRY, Fault.BUSY})


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Of one error."""

    fault: Fault
    phrase: Phrase

    @property
    def crowded(self) -> bool:
        """Whether it hinders some transactions while others pass."""
        return self.fault in _CROWDED

    @property
    def unavailable(self) -> Unavailable:
        return Unavailable(self.phrase, lasting=self.fault in _LASTING)


#: from the driver's words to what people are told
Says = Callable[[str], Phrase]


def diagnosis(fault: Fault, says: Says, error: BaseException | None) -> Diagnosis:
    """`error` is the driver's."""
    words = " ".join(str(error).split())  # some are of several lines
    return Diagnosis(fault, says(words))


def unusable(error: str) -> Phrase:
    return Phrase("The database cannot be used now: {error}", error=error)


def outdated(_error: str) -> Phrase:
    return Phrase("The database is not up to date: run `carillon db upgrade`.")


def too_busy(_error: str) -> Phrase:
    return Phrase("The database is too busy.")
