"""How long what people wrote is kept, once what it was written for is over.

An announcement is forgotten as a whole when it is over, and what a single broadcast of
one told when that is, though the announcement may go on. To whom, when and how it ended
stays, and so does the digest that tells a repeated request from another one.

docs/conformance.md, Limits and rights: content at rest
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.service.ports.storage import ROWS_PER_TRANSACTION
from bot.service.ports.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long what is stored is kept; None: for ever."""

    #: entries of the audit trail
    audit: timedelta | None = None
    #: what is told to lists
    announcements: timedelta | None = None
    #: what is told to single people
    personal: timedelta | None = None


def purge(uow: UnitOfWork, retention: Retention, now: datetime) -> int:
    """Forget some of what is old enough; how much, 0 once there is nothing."""
    purged = 0
    for personal, kept in (
        (True, retention.personal),
        (False, retention.announcements),
    ):
        if kept is not None:
            which = (now - kept, now, ROWS_PER_TRANSACTION)
            purged += uow.content.purge_broadcasts(*which, personal=personal)
            purged += uow.content.purge_schedules(*which, personal=personal)
    if retention.announcements is not None:
        which = (now - retention.announcements, now, ROWS_PER_TRANSACTION)
        purged += uow.content.purge_maintenances(*which)
        purged += uow.incidents.purge(*which)
    return purged
