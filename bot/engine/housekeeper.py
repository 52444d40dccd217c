"""Drops what need not be kept any longer, and derives anew what rules of time zones
may have moved; a slice at a time.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from bot.domain import wallclock
from bot.service.ports.outside import Clock, Database
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.records.audit import ROWS_PER_TRANSACTION, Audit
from bot.service.records.retention import Retention, purge
from bot.service.rules.quotas import MINUTE

log = structlog.get_logger(__name__)

#: seconds between two rounds
ROUND_SECONDS = 3600.0
#: how often zones are read anew; the first time when the service starts
ZONES_EVERY = timedelta(days=1)
#: a clock that went on by more may be wrong: it has to go on evenly for a round
LONGEST_JUMP = timedelta(days=1)


#: derives anew some of what is to come, by id from one on; up to which, None: all is
Rearm = Callable[[UnitOfWork, int], int | None]


class Housekeeper:
    """Drops content and entries of the audit trail when their time is over, and counts
    of requests whose minute is. Once a day it reads the zones anew, whose rules may
    have been brought up to date.
    """

    def __init__(
        self,
        database: Database,
        audit: Audit,
        rearming: Sequence[Rearm],
        clock: Clock,
        retention: Retention,
    ) -> None:
        self._database = database
        self._audit = audit
        self._rearming = rearming
        self._clock = clock
        self.retention = retention
        #: the clock in the last round
        self._last: datetime | None = None
        #: whoever was forgotten by then is gone from the files, too
        self._scrubbed: datetime | None = None
        #: when zones were read last
        self._zones_read: datetime | None = None

    async def step(self) -> float:
        await self._rearm()
        while await self._database.run(_forget_counts):
            pass
        if await self._may_purge():
            await self._purge_trail()
            await self._purge_content()
        await self._scrub_forgotten()
        return ROUND_SECONDS

    async def _scrub_forgotten(self) -> None:
        """What was erased of somebody since the last round leaves the files as well."""
        latest = await self._database.read(_latest_forgotten)
        if latest is not None and latest != self._scrubbed:
            await asyncio.to_thread(self._database.scrub)
        self._scrubbed = latest

    async def _purge_trail(self) -> None:
        if self.retention.audit is None:
            return
        before = self._clock.now() - self.retention.audit
        purged = 0
        while some := await self._database.run(self._audit.purge, before):
            purged += some
        if purged:
            log.info("audit trail purged", entries=purged)

    async def _purge_content(self) -> None:
        retention, now = self.retention, self._clock.now()
        if retention.announcements is None and retention.personal is None:
            return
        purged = 0
        while some := await self._database.run(purge, retention, now):
            purged += some
        if purged:
            await asyncio.to_thread(self._database.scrub)
            log.info("content purged", rows=purged)

    async def _rearm(self) -> None:
        now, last = self._clock.now(), self._zones_read
        if last is not None and timedelta() <= now - last < ZONES_EVERY:
            return
        wallclock.look_again()
        for some in self._rearming:
            after: int | None = 0
            while after is not None:
                after = await self._database.run(some, after)
        self._zones_read = now

    async def _may_purge(self) -> bool:
        """Whether the clock went on as it should since the last round.

        In the first one: since the last entry was written.
        """
        now, last = self._clock.now(), self._last
        if last is None:
            last = await self._database.read(self._audit.latest)
        self._last = now
        if last is None or now - last <= LONGEST_JUMP:
            return True
        log.info("clock went far on, nothing purged in this round", by=str(now - last))
        return False


def _latest_forgotten(uow: UnitOfWork) -> datetime | None:
    return uow.forgotten.latest()


def _forget_counts(uow: UnitOfWork) -> int:
    """Drop some counts of minutes that are over; how many."""
    return uow.requests.forget(uow.now() - MINUTE, ROWS_PER_TRANSACTION)
