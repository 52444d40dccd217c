"""Maintenance with its windows and notices, as the use cases see it stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.maintenance import Maintenance, Phase, Window
from bot.service.ports.paging import Page, Paging


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeMade:
    """That a window's notice became a schedule; a word to those who were told before
    is one for each broadcast that told them.
    """

    window_id: int
    phase: Phase
    schedule_id: int
    made_at: datetime


class StoredMaintenances(Protocol):
    def add(self, maintenance: Maintenance) -> Maintenance:
        """Store it; raises Conflict if (owner, client_id) lives."""
        ...

    def get(self, reference: int) -> Maintenance | None: ...

    def find(self, owner: str, client_id: str) -> Maintenance | None:
        """The latest that had the id, over or not."""
        ...

    def lock(self, reference: int) -> Maintenance | None:
        """Like get, and nobody else changes it or its windows in this transaction."""
        ...

    def save(self, maintenance: Maintenance) -> None: ...

    def page(
        self, paging: Paging, *, owner: str | None, over: bool
    ) -> Page[Maintenance]:
        """Those of `owner` (None: all), also those that are `over`; raises NotFound
        where after/before names none that matches.
        """
        ...

    def count(self, owner: str) -> int:
        """How many of his are not over."""
        ...

    def due(self, until: datetime, limit: int) -> list[Maintenance]:
        """Locked, next_at ≤ until, in order; passed over is what others hold."""
        ...

    def next_due(self) -> datetime | None: ...

    def going_on(self, after: int, limit: int) -> list[Maintenance]:
        """Those that are not over, by id from `after` on; nothing is locked."""
        ...

    def add_window(self, window: Window) -> Window: ...

    def save_window(self, window: Window) -> None: ...

    def windows(self, reference: int, *, live: bool = False) -> Sequence[Window]:
        """By number: those that are not over, and unless `live` the last that is."""
        ...

    def window(self, reference: int, number: int) -> Window | None: ...

    def window_at(
        self, reference: int, wall: datetime, moment: datetime
    ) -> Window | None:
        """The one that the rule has at that wall time, else one that begins then."""
        ...

    def note(self, notice: NoticeMade) -> None: ...

    def notices(self, window_id: int) -> Sequence[NoticeMade]:
        """In the order in which they were made."""
        ...
