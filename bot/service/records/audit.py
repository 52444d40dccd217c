"""The audit trail: written with what it tells of, listed, and purged by age."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar, TypeVarTuple

from bot.domain.access import Caller
from bot.domain.audit import DONE, Asked, AuditEntry
from bot.domain.broadcast import Broadcast
from bot.domain.characters import printable
from bot.domain.consent import Approval
from bot.domain.errors import CarillonError, Invalid
from bot.domain.events import Requested
from bot.domain.schedule import Schedule
from bot.service.delivery.broadcasts import Account
from bot.service.ports.outside import Clock
from bot.service.ports.paging import Page, Paging
from bot.service.ports.trail import AuditFilter
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.requests.schedules import Report
from bot.service.rules.rights import auditors_only

Ts = TypeVarTuple("Ts")
T = TypeVar("T")

#: rows of one transaction, which on SQLite is to last 50 ms at most
ROWS_PER_TRANSACTION = 1_000
#: characters of what a request was about, and of why it was refused
LONGEST_TEXT = 300


class Audit:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def carry_out(
        self,
        uow: UnitOfWork,
        asked: Asked,
        use_case: Callable[[UnitOfWork, *Ts], T],
        *args: *Ts,
    ) -> T:
        """Do what is asked and write it down, both or neither."""
        result = use_case(uow, *args)
        self.done(uow, asked, reference_of(result))
        return result

    def done(self, uow: UnitOfWork, asked: Asked, reference: int | None = None) -> None:
        """Write down what was carried out before, as a look is."""
        self._add(uow, asked, DONE, reference=reference)

    def refused(self, uow: UnitOfWork, asked: Asked, error: Exception) -> None:
        """Write down what was asked in vain, after its transaction was undone."""
        if isinstance(error, Invalid):
            # its text may quote what was to be announced
            self._add(uow, asked, error.code, detail=error.field)
        elif isinstance(error, CarillonError):
            self._add(uow, asked, error.code, detail=error.text)
        else:
            self._add(uow, asked, CarillonError.code)

    def page(
        self,
        uow: UnitOfWork,
        caller: Caller,
        wanted: AuditFilter,
        paging: Paging,
    ) -> Page[AuditEntry]:
        auditors_only(caller)
        return uow.audit.page(wanted, paging)

    def following(
        self,
        uow: UnitOfWork,
        caller: Caller,
        wanted: AuditFilter,
        after: int,
        limit: int = ROWS_PER_TRANSACTION,
    ) -> Sequence[AuditEntry]:
        """Of a walk through all that match: those with an id above `after`."""
        auditors_only(caller)
        return uow.audit.following(wanted, after, limit)

    def latest(self, uow: UnitOfWork) -> datetime | None:
        """When something was written down last."""
        return uow.audit.latest()

    def purge(
        self, uow: UnitOfWork, before: datetime, limit: int = ROWS_PER_TRANSACTION
    ) -> int:
        """Drop some of what is from before that moment; how many, 0 once nothing is."""
        return uow.audit.purge(before, limit)

    def _add(
        self,
        uow: UnitOfWork,
        asked: Asked,
        result: str,
        *,
        reference: int | None = None,
        detail: str | None = None,
    ) -> None:
        requested = Requested(
            door=asked.door, action=asked.action, result=result, reference=reference
        )
        uow.happened(requested)
        uow.audit.add(
            AuditEntry(
                at=self._clock.now(),
                caller=asked.caller.owner,
                role=asked.caller.role,
                door=asked.door,
                action=asked.action,
                about=_short(asked.about),
                reference=reference,
                result=result,
                detail=None if detail is None else _short(printable(detail)),
            )
        )


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"


def reference_of(result: object) -> int | None:
    """Of the schedule that a use case gave back, or whose broadcast."""
    match result:
        case Schedule():
            return result.id
        case Broadcast() | Approval():
            return result.schedule_id
        case Account():
            return result.broadcast.schedule_id
        case (first, *_):
            return reference_of(first)
        case Report():
            return result.schedule.id
    return None
