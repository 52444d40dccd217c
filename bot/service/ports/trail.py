"""What is kept of requests: how many there were, and the audit trail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.audit import Action, AuditEntry
from bot.service.ports.paging import Page, Paging


class RequestCounts(Protocol):
    def add(self, who: str, now: datetime, within: timedelta) -> tuple[int, datetime]:
        """Count one more: how many since when.

        The count starts anew with the first one `within` that time after the
        last start.
        """
        ...

    def forget(self, before: datetime, limit: int) -> int:
        """Drop some of the counts that started before; how many."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    #: inclusive
    since: datetime | None = None
    #: exclusive
    until: datetime | None = None
    caller: str | None = None
    action: Action | None = None
    result: str | None = None


class AuditTrail(Protocol):
    def add(self, entry: AuditEntry) -> None: ...

    def page(self, wanted: AuditFilter, paging: Paging) -> Page[AuditEntry]:
        """Raises NotFound where after/before names no entry that matches."""
        ...

    def following(
        self, wanted: AuditFilter, after: int, limit: int
    ) -> Sequence[AuditEntry]:
        """Those that match with an id above `after`, in ascending order.

        Nothing is counted, so a slice costs the same wherever it stands.
        """
        ...

    def latest(self) -> datetime | None:
        """The latest moment of an entry; None where there is none."""
        ...

    def purge(self, before: datetime, limit: int) -> int:
        """Drop the oldest entries from before that moment; how many."""
        ...
