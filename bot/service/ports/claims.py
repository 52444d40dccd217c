"""What those who claim rows pass over, since somebody holds them."""

from datetime import datetime
from typing import Protocol

#: what it is, and its key
Row = tuple[str, *tuple[int | str, ...]]


class Claims(Protocol):
    """Claims pass over what is held (SKIP LOCKED): another process of ours has it, for
    a moment. Somebody else may have it for hours, and nobody would wait for him.
    """

    def waiting(self, now: datetime, shared: datetime) -> set[Row]:
        """The first of each kind that could be claimed now, held or not; `shared` is
        the database's time, by which leases go.
        """
        ...

    def wait_for(self, row: Row) -> bool:
        """Until nobody else holds it, as long as anything is waited for; who that is,
        is told as of any wait. Whether it is there.
        """
        ...
