"""What owners are still to be told."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.message import Text
from bot.domain.updates import Update


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something to tell an owner, kept until the server has it."""

    id: int = 0
    to: str
    #: goes as a headline, or in words as an ordinary message
    said: Update | Text
    created_at: datetime
    #: the reference of the schedule that it is about, for the log
    announcement: int | None = None


class Notices(Protocol):
    def add(self, notice: Notice) -> None: ...

    def claim(self, now: datetime, until: datetime, limit: int) -> list[Notice]:
        """The oldest that nobody has claimed beyond `now`, claimed until `until`;
        nobody can have claimed one for longer.
        """
        ...

    def release(self) -> None:
        """Nobody has claimed any."""
        ...

    def done(self, notice_ids: Collection[int]) -> None: ...

    def waiting(self) -> int:
        """How many the server does not have yet."""
        ...
