"""Occurrences: at most one for each wall time of a rule, or moment of no rule."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.domain.broadcast import Occurrence, OccurrenceState
from bot.service.ports.schedules import Untold
from bot.store.conflicts import insert
from bot.store.ownership import SERVICE, of_schedule
from bot.store.tables import occurrence as table

_UNTOLD = (
    sa.not_(table.c.told),
    table.c.schedule_id == sa.bindparam("which"),
    of_schedule(table.c.schedule_id, SERVICE),
)
UNTOLD = (
    sa.select(
        table.c.state,
        table.c.reason,
        sa.func.count(),
        sa.func.min(table.c.due_at),
        sa.func.max(table.c.due_at),
    )
    .where(*_UNTOLD)
    .group_by(table.c.state, table.c.reason)
    .order_by(sa.func.min(table.c.due_at))
)
#: of the rule's, dealt with without a message; what somebody left out has no reason
_PASSED = (
    table.c.wall.is_not(None),
    sa.or_(
        table.c.state.in_([OccurrenceState.MISSED, OccurrenceState.HELD]),
        sa.and_(table.c.state == OccurrenceState.SKIPPED, table.c.reason.is_not(None)),
    ),
)
_TELL = sa.update(table).where(*_UNTOLD).values(told=True)


class SqlOccurrences:
    def __init__(self, connection: sa.Connection, service: str) -> None:
        self._connection = connection
        self._service = service

    def add(self, occurrence: Occurrence) -> Occurrence | None:
        row = insert(self._connection, table).values(_values(occurrence))
        # by its wall time, or by its moment
        returning = row.on_conflict_do_nothing().returning(table.c.id)
        added = self._connection.execute(returning).scalar_one_or_none()
        return None if added is None else replace(occurrence, id=added)

    def add_all(self, occurrences: Collection[Occurrence]) -> None:
        if not occurrences:
            return
        row = insert(self._connection, table).on_conflict_do_nothing()
        self._connection.execute(row, [_values(one) for one in occurrences])

    def get(self, occurrence_id: int) -> Occurrence | None:
        select = sa.select(table).where(self._theirs, table.c.id == occurrence_id)
        row = self._connection.execute(select).one_or_none()
        return None if row is None else _from_row(row)

    def save(self, occurrence: Occurrence) -> None:
        update = sa.update(table).where(self._theirs, table.c.id == occurrence.id)
        self._connection.execute(update.values(_values(occurrence)))

    def at(self, schedule_id: int, due_at: datetime) -> Occurrence | None:
        # after a change of a zone's rules two may have had the same moment
        select = (
            sa.select(table)
            .where(
                self._theirs,
                table.c.schedule_id == schedule_id,
                table.c.due_at == due_at,
            )
            .order_by(table.c.id.desc())
            .limit(1)
        )
        row = self._connection.execute(select).one_or_none()
        return None if row is None else _from_row(row)

    def of(
        self, schedule_id: int, *, limit: int, until: datetime | None = None
    ) -> list[Occurrence]:
        select = (
            sa.select(table)
            .where(self._theirs, table.c.schedule_id == schedule_id)
            .order_by(table.c.due_at.desc())
            .limit(limit)
        )
        if until is not None:
            select = select.where(table.c.due_at <= until)
        return [_from_row(row) for row in self._connection.execute(select)]

    def in_state(self, schedule_id: int, state: OccurrenceState) -> list[Occurrence]:
        select = (
            sa.select(table)
            .where(
                self._theirs,
                table.c.schedule_id == schedule_id,
                table.c.state == state,
            )
            .order_by(table.c.due_at)
        )
        return [_from_row(row) for row in self._connection.execute(select)]

    def skipped(self, schedule_id: int, *, after: datetime | None) -> list[datetime]:
        select = (
            sa.select(table.c.wall)
            .where(
                self._theirs,
                table.c.schedule_id == schedule_id,
                table.c.wall.is_not(None),
                table.c.state == OccurrenceState.SKIPPED,
            )
            .order_by(table.c.wall)
        )
        if after is not None:
            select = select.where(table.c.wall > after)
        return list(self._connection.execute(select).scalars())

    def put_back(self, schedule_id: int, wall: datetime) -> None:
        delete = sa.delete(table).where(
            self._theirs,
            table.c.schedule_id == schedule_id,
            table.c.wall == wall,
            table.c.state == OccurrenceState.SKIPPED,
        )
        self._connection.execute(delete)

    def begin_anew(self, schedule_id: int, wall: datetime) -> None:
        update = sa.update(table).where(
            self._theirs,
            table.c.schedule_id == schedule_id,
            table.c.wall >= wall,
        )
        self._connection.execute(update.values(wall=None))

    def passed_ahead(self, schedule_id: int, after: datetime) -> datetime | None:
        select = sa.select(sa.func.min(table.c.wall)).where(
            self._theirs,
            table.c.schedule_id == schedule_id,
            table.c.due_at > after,
            *_PASSED,
        )
        found: datetime | None = self._connection.execute(select).scalar_one()
        return found

    def forget_passed(
        self, schedule_id: int, since: datetime, through: datetime
    ) -> int:
        there = (
            self._theirs,
            table.c.schedule_id == schedule_id,
            table.c.wall.between(since, through),
        )
        count = sa.select(sa.func.count()).select_from(table).where(*there)
        counted = self._connection.execute(count).scalar_one()
        self._connection.execute(sa.delete(table).where(*there, *_PASSED))
        return counted

    def tell(self, schedule_id: int) -> list[Untold]:
        values = {"whose": self._service, "which": schedule_id}
        rows = self._connection.execute(UNTOLD, values).all()
        if rows:
            self._connection.execute(_TELL, values)
        return [
            Untold(
                state=OccurrenceState(state),
                reason=reason,
                count=count,
                first=first,
                last=last,
            )
            for state, reason, count, first, last in rows
        ]

    @property
    def _theirs(self) -> sa.ColumnElement[bool]:
        return of_schedule(table.c.schedule_id, self._service)


def _values(occurrence: Occurrence) -> dict[str, Any]:
    return {
        "schedule_id": occurrence.schedule_id,
        "due_at": occurrence.due_at,
        "wall": occurrence.wall,
        "state": occurrence.state,
        "reason": occurrence.reason,
        "told": occurrence.told,
    }


def _from_row(row: sa.Row[Any]) -> Occurrence:
    return Occurrence(
        id=row.id,
        schedule_id=row.schedule_id,
        due_at=row.due_at,
        wall=row.wall,
        state=OccurrenceState(row.state),
        reason=row.reason,
        told=row.told,
    )
