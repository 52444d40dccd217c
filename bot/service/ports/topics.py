"""What is said of one thing, as whoever sees to its order asks for it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.schedule import Schedule


class Topics(Protocol):
    """Of the notices of the schedule's topic; of none that amends."""

    def is_overtaken(self, schedule: Schedule, until: datetime) -> bool:
        """A later one to the whole list is due, or was launched."""
        ...

    def under_way(self, schedule: Schedule) -> Sequence[int]:
        """Broadcasts of earlier ones that still go out."""
        ...

    def is_held(self, schedule: Schedule, now: datetime) -> bool:
        """Whether a worker may still write something of an earlier one."""
        ...
