"""Drops what need not be kept any longer, a slice at a time."""

from datetime import timedelta

import structlog

from bot.service.audit import SLICE, Audit
from bot.service.ports import Clock, Database
from bot.service.quotas import MINUTE
from bot.service.repositories import UnitOfWork

log = structlog.get_logger(__name__)

#: seconds between two rounds
EVERY = 3600.0


class Housekeeper:
    """`keep_audit`: how long entries of the audit trail stay; None: for ever."""

    def __init__(
        self,
        database: Database,
        audit: Audit,
        clock: Clock,
        keep_audit: timedelta | None,
    ) -> None:
        self._database = database
        self._audit = audit
        self._clock = clock
        self._keep_audit = keep_audit

    async def step(self) -> float:
        while await self._database.run(_forget_counts, self._clock):
            pass
        if self._keep_audit is not None:
            purged = 0
            while now := await self._database.run(self._audit.purge, self._keep_audit):
                purged += now
            if purged:
                log.info("audit trail purged", entries=purged)
        return EVERY


def _forget_counts(uow: UnitOfWork, clock: Clock) -> int:
    """Some of those of minutes that are over; how many."""
    return uow.requests.forget(clock.now() - MINUTE, SLICE)
