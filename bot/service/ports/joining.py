"""Who waits to be let in to a list, and what clients are still to hear of one."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from bot.domain.lists import ContactNews, JoinRequest


class JoinRequests(Protocol):
    """Those of lists that are not retired."""

    def add(self, request: JoinRequest) -> bool:
        """False where he waits already; that he asked by presence is noted then."""
        ...

    def of(self, jid: str) -> list[JoinRequest]: ...

    def page(self, list_id: int, *, after: int, limit: int) -> list[JoinRequest]:
        """Those with id > `after`, in order."""
        ...

    def counts(self) -> dict[int, int]:
        """How many wait, by list id."""
        ...

    def take(
        self, jids: Collection[str], list_ids: Collection[int]
    ) -> list[JoinRequest]:
        """Those of these people, who wait no more; who takes them first has them."""
        ...

    def refuse_all(self, list_id: int, now: datetime) -> int:
        """Nobody waits there any more, and clients are to hear so; how many did."""
        ...

    def any_untold(self) -> bool:
        """Whether somebody waits of whom admins were not told."""
        ...

    def tell(self, now: datetime, limit: int) -> list[JoinRequest]:
        """The first of whom admins were not told; all others count as told, too."""
        ...


class StoredContactNews(Protocol):
    def put(self, news: ContactNews) -> None:
        """In place of what that client was to hear of that list."""
        ...

    def drop(self, jid: str, list_ids: Collection[int]) -> None:
        """He has been answered, or wants no answer any more."""
        ...

    def first(self, limit: int) -> list[ContactNews]:
        """The oldest."""
        ...

    def done(self, ids: Collection[int]) -> list[ContactNews]:
        """They are told; those that were still to be told as they are."""
        ...
