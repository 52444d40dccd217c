"""What is public, as whoever makes feeds of it sees it stored."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from bot.domain.maintenance import Window


class Announced(NamedTuple):
    """A broadcast, and what became of what it said."""

    broadcast_id: int
    #: how often it was worded
    edition: int
    created_at: datetime
    #: of its latest amendment that goes out, or did: when that was asked for
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
        """What everybody on the list was told, and not in vain, or what was withdrawn,
        as far as it belongs to nothing else; the latest first.
        """
        ...

    def notices(self, topics: Collection[str]) -> Mapping[str, Announced]:
        """The latest notice of each, where there is one."""
        ...

    def amending(self) -> Mapping[int, datetime]:
        """Broadcasts of which an amendment does not go out yet, and when that was
        asked for.
        """
        ...

    def windows(
        self, lists: Collection[str], since: datetime, limit: int
    ) -> Sequence[Opened]:
        """Those of lists of these names that are not over, and those that were to end
        after `since`, or were over then where nobody knew: of each the latest.
        """
        ...
