"""Requests a minute: counted in the database, and refused from memory."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from bot.domain.audit import Asked
from bot.service.ports.outside import Database
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.records.audit import Audit
from bot.service.rules.quotas import MINUTE, Quotas

#: owners remembered before those whose minute is over are forgotten
MAX_REMEMBERED = 1_000


class Admission:
    """Once there were too many, the rest of that minute costs no transaction."""

    def __init__(
        self,
        database: Database,
        quotas: Quotas,
        audit: Audit,
        now: Callable[[], datetime],
        on_unrecorded: Callable[[Asked], None],
    ) -> None:
        self._database = database
        self._quotas = quotas
        self._audit = audit
        self._now = now
        self._on_unrecorded = on_unrecorded
        #: whose requests are refused until when
        self._closed: dict[str, datetime] = {}
        #: held while one request of theirs is counted: the others may be refused by it
        self._counting: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def admit(self, asked: Asked) -> None:
        """Count a request; raises PolicyViolation with the seconds to wait."""
        who = asked.caller.owner
        if not self._quotas.counts(asked.caller):
            return
        async with self._counting.setdefault(who, asyncio.Lock()):
            now = self._now()
            recorded = False
            until = self._closed.get(who)
            if until is None or not _is_coming(until, now):
                excess, wait = await self._database.run(self._count, asked)
                if not excess:
                    return
                recorded, until = excess == 1, now + wait
                self._close(who, until, now)
        if not recorded:
            self._on_unrecorded(asked)
        raise self._quotas.too_many(asked.caller, until - now)

    def _count(self, uow: UnitOfWork, asked: Asked) -> tuple[int, timedelta]:
        """How many too many, and for how long; the first refusal is written down."""
        excess, wait = self._quotas.count(uow, asked.caller)
        if excess == 1:
            refusal = self._quotas.too_many(asked.caller, wait)
            self._audit.refused(uow, asked, refusal)
        return excess, wait

    def _close(self, who: str, until: datetime, now: datetime) -> None:
        if len(self._closed) >= MAX_REMEMBERED:
            self._closed = {
                who: at for who, at in self._closed.items() if _is_coming(at, now)
            }
        self._closed[who] = until


def _is_coming(until: datetime, now: datetime) -> bool:
    """Not over, nor known by a clock that has been put back since."""
    return now < until <= now + MINUTE
