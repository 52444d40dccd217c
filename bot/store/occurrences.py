"""Occurrences: at most one for each due moment of a schedule."""

from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from bot.domain.broadcast import Occurrence, OccurrenceState
from bot.store.conflicts import insert
from bot.store.tables import occurrence


class SqlOccurrences:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, entry: Occurrence) -> Occurrence | None:
        row = insert(self._connection, occurrence).values(_values(entry))
        returning = row.on_conflict_do_nothing(
            index_elements=[occurrence.c.schedule_id, occurrence.c.due_at]
        ).returning(occurrence.c.id)
        added = self._connection.execute(returning).scalar_one_or_none()
        return None if added is None else replace(entry, id=added)

    def get(self, occurrence_id: int) -> Occurrence | None:
        select = sa.select(occurrence).where(occurrence.c.id == occurrence_id)
        row = self._connection.execute(select).one_or_none()
        return None if row is None else _from_row(row)

    def save(self, entry: Occurrence) -> None:
        update = sa.update(occurrence).where(occurrence.c.id == entry.id)
        self._connection.execute(update.values(_values(entry)))

    def of(self, schedule_id: int, *, limit: int) -> list[Occurrence]:
        select = (
            sa.select(occurrence)
            .where(occurrence.c.schedule_id == schedule_id)
            .order_by(occurrence.c.due_at.desc())
            .limit(limit)
        )
        return [_from_row(row) for row in self._connection.execute(select)]


def _values(entry: Occurrence) -> dict[str, Any]:
    return {
        "schedule_id": entry.schedule_id,
        "due_at": entry.due_at,
        "state": entry.state,
        "reason": entry.reason,
    }


def _from_row(row: sa.Row[Any]) -> Occurrence:
    return Occurrence(
        id=row.id,
        schedule_id=row.schedule_id,
        due_at=row.due_at,
        state=OccurrenceState(row.state),
        reason=row.reason,
    )
