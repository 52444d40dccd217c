"""How what people wrote is kept: by which keys, and for how long."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

#: stands among the names of keys for what is not encrypted
CLEAR = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resealed:
    """What one slice of rows has come to."""

    #: where the next one begins; None: there is none
    following: Any
    #: rows that are stored otherwise now
    changed: int = 0
    #: texts that no key here opens
    unreadable: int = 0


class StorageKeys(Protocol):
    """By which keys content is encrypted here: by their names, CLEAR for by none."""

    def noted(self) -> set[str]:
        """Of all that something may be encrypted by."""
        ...

    def note(self, name: str) -> None:
        """Something may be encrypted by that one from now on; what is stored already
        where none is noted is in the clear.
        """
        ...

    def settle(self, name: str) -> None:
        """Nothing is encrypted by any other; CLEAR: nothing is."""
        ...

    def reseal(self, since: Any, limit: int, *, lost: bool) -> Resealed:
        """Encrypt some rows anew, by what counts now; `since` None: from the first on.
        `lost`: what no key opens is given up.
        """
        ...


class KeptContent(Protocol):
    """What was written, once what it was written for is over."""

    def purge_schedules(
        self, before: datetime, now: datetime, limit: int, *, personal: bool
    ) -> int:
        """Forget what some that ended before said; how many."""
        ...

    def purge_broadcasts(
        self, before: datetime, now: datetime, limit: int, *, personal: bool
    ) -> int:
        """Forget what some that ended before told, and why their readers' servers
        refused it; how many, or how many texts of one of them.
        """
        ...

    def purge_maintenances(self, before: datetime, now: datetime, limit: int) -> int:
        """Forget the fields of some that ended before; how many."""
        ...


#: what a purge and a change of keys deal with in one transaction, which on SQLite is to
#: last 50 ms at most
ROWS_PER_TRANSACTION = 200
