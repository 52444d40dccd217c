"""Incidents, as the use cases see them stored."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.incident import Incident, IncidentState, Update
from bot.service.ports.paging import Page, Paging


class StoredIncidents(Protocol):
    def add(self, incident: Incident) -> Incident:
        """Store it; raises Conflict if (owner, client_id) is open."""
        ...

    def get(self, reference: int) -> Incident | None: ...

    def find(self, owner: str, client_id: str) -> Incident | None:
        """The latest that had the id, over or not."""
        ...

    def lock(self, reference: int) -> Incident | None: ...

    def save(self, incident: Incident) -> None: ...

    def page(
        self,
        paging: Paging,
        *,
        states: Collection[IncidentState] | None = None,
        owner: str | None = None,
        lists: Collection[str] = (),
    ) -> Page[Incident]:
        """`owner`: only what he opened, or what concerns one of these lists."""
        ...

    def latest(
        self, lists: Collection[str], since: datetime, limit: int
    ) -> Sequence[Incident]:
        """Those of lists of these names that are open, and those that ended after
        `since`: of each the latest.
        """
        ...

    def count_open(self, owner: str) -> int: ...

    def add_update(self, update: Update) -> None: ...

    def updates(self, reference: int, *, limit: int) -> Sequence[Update]:
        """The latest ones, the earliest first."""
        ...

    def purge(self, before: datetime, now: datetime, limit: int) -> int:
        """Forget what some that ended before were about; how many."""
        ...
