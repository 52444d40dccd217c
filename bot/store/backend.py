"""What differs between SQLite and PostgreSQL, chosen once for each database."""

import threading
from typing import Protocol

import sqlalchemy as sa

from bot.domain.errors import Invalid
from bot.domain.phrase import Phrase
from bot.store.changes import Changes
from bot.store.faults import Diagnosis
from bot.store.hold import Hold
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


class Backend(Protocol):
    """Engines and their number of threads, and what only one of them does."""

    writing: sa.Engine
    reading: sa.Engine
    writers: int
    readers: int

    def diagnose(self, error: BaseException | None) -> Diagnosis:
        """What the driver's error means."""
        ...

    def holder(self, *, waited: bool) -> Holder | None:
        """Who keeps transactions of ours from going on; `waited`: one has waited for
        some seconds already. Else that is looked for first, where it does not show.
        """
        ...

    def has_written(self, connection: sa.Connection) -> bool:
        """Whether the transaction that is to be committed changes anything; asked of
        each that may write. One that had nothing to write says little of the disk.
        """
        ...

    def notify(self, connection: sa.Connection) -> None:
        """Wake other processes once the transaction is committed."""
        ...

    def watch(self, changes: Changes, stop: threading.Event) -> None:
        """Bump `changes` at each commit worth waking for, until `stop` is set."""
        ...

    def scrub(self) -> None:
        """Have what was overwritten leave the files, as far as that is ours to do."""
        ...

    def hold(self, service: str) -> Hold:
        """What only one process of the service may hold; it is not taken yet.

        `service` is the service's bare JID.
        """
        ...

    def abandon(self) -> None:
        """End every wait for the database's answer, with an error."""
        ...
