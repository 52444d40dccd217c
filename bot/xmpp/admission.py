"""Requests a minute: counted in the database, and refused from memory."""

from collections.abc import Callable
from datetime import datetime

from bot.domain.access import Caller
from bot.domain.audit import Asked
from bot.service.audit import Audit
from bot.service.ports import Database
from bot.service.quotas import MINUTE, Quotas, counted_as
from bot.service.repositories import UnitOfWork

#: owners remembered before those whose minute is over are forgotten
MOST = 1_000


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

    async def admit(self, asked: Asked) -> None:
        """Count a request; raises PolicyViolation with the seconds to wait."""
        now = self._now()
        until = self._closed.get(counted_as(asked.caller))
        # over, or known by a clock that has been put back since
        if until is None or not now < until <= now + MINUTE:
            until = await self._database.run(self._count, asked, now)
        else:
            self._on_unrecorded(asked)
        if until is not None:
            self._close(asked.caller, until, now)
            raise self._quotas.too_many(asked.caller, until - now)

    def _count(self, uow: UnitOfWork, asked: Asked, now: datetime) -> datetime | None:
        """Until when requests are refused; the first refusal is written down."""
        until = self._quotas.admit(uow, asked.caller, now)
        if until is not None:
            refusal = self._quotas.too_many(asked.caller, until - now)
            self._audit.refused(uow, asked, refusal)
        return until

    def _close(self, caller: Caller, until: datetime, now: datetime) -> None:
        if len(self._closed) >= MOST:
            self._closed = {who: at for who, at in self._closed.items() if at > now}
        self._closed[counted_as(caller)] = until
