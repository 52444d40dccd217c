"""What is public, as whoever makes feeds of it sees it stored."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from bot.domain.maintenance import Window


class Announced(NamedTuple):
    """A broadcast to everybody on a list that belongs to nothing else."""

    broadcast_id: int
    #: how often it was worded
    edition: int
    created_at: datetime
    #: when those who were told were last told otherwise
    amended_at: datetime | None
    #: since when it holds no more
    retracted_at: datetime | None


class Opened(NamedTuple):
    """A window, and of what it is one."""

    window: Window
    list_name: str
    created_at: datetime
    #: nobody can tell any more what it is about
    is_purged: bool


class PublicRows(Protocol):
    def announced(self, list_id: int, limit: int) -> Sequence[Announced]:
        """What the list was told, and not in vain, or what was withdrawn; the latest
        first.
        """
        ...

    def windows(
        self, lists: Collection[str], since: datetime, limit: int
    ) -> Sequence[Opened]:
        """Those of lists of these names that are not over, and those that were to end
        after `since`, or were over then where nobody knew: of each the latest.
        """
        ...
