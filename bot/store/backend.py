"""What differs between SQLite and PostgreSQL, chosen once for each database."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from enum import Enum, auto
from typing import Protocol

import sqlalchemy as sa

from bot.domain.errors import Invalid, Unavailable
from bot.domain.phrase import Phrase
from bot.store.changes import Changes
from bot.store.holders import Holder


def parse_url(url: str) -> sa.URL:
    """Raises Invalid, without the URL, which may hold a password."""
    try:
        return sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        raise Invalid(
            Phrase(
                "The database's URL cannot be read: write {sqlite} or {postgresql}.",
                sqlite="sqlite:///FILE",
                postgresql="postgresql+psycopg://user:password@host:5432/name",
            )
        ) from None


def unusable(error: BaseException | None) -> Unavailable:
    """`error` is the driver's."""
    return Unavailable(
        Phrase("The database cannot be used now: {error}", error=str(error).strip())
    )


class Fault(Enum):
    """What a database error means for the transaction that met it."""

    #: others were in the way; it was rolled back and may run again
    RETRY = auto()
    #: the database cannot be reached or used
    AWAY = auto()
    #: a table or column is not there
    SCHEMA = auto()
    #: a mistake in this program
    BUG = auto()


class Backend(Protocol):
    """Engines and their number of threads, and what only one of them does."""

    writing: sa.Engine
    reading: sa.Engine
    writers: int
    readers: int

    def fault(self, error: sa.exc.DBAPIError) -> Fault: ...

    def holder(self, *, waited: bool) -> Holder | None:
        """Who keeps transactions of ours from going on; `waited`: one has waited for
        some seconds already. Else that is looked for first, where it does not show.
        """
        ...

    def notify(self, connection: sa.Connection) -> None:
        """Wake other processes once the transaction is committed."""
        ...

    def watch(self, changes: Changes, stop: threading.Event) -> None:
        """Bump `changes` at each commit worth waking for, until `stop` is set."""
        ...

    def exclusive(
        self, service: str, waiting: Callable[[], None] = lambda: None
    ) -> AbstractContextManager[None]:
        """Hold what only one process may hold; raises Conflict, or waits for it.

        `service` is the bare JID of the service that the process is of; `waiting`
        is called every few seconds that it waits.
        """
        ...

    def still_exclusive(self) -> None:
        """Raises Conflict where another process holds it by now."""
        ...
