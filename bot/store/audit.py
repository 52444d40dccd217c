"""The audit trail: only ever added to, and purged from its old end."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.domain.audit import AuditEntry
from bot.service.ports.paging import Page, Paging
from bot.service.ports.trail import AuditFilter
from bot.store.paging import page
from bot.store.tables import audit as table


class SqlAuditTrail:
    def __init__(self, connection: sa.Connection, service: str) -> None:
        self._connection = connection
        self._service = service

    def add(self, entry: AuditEntry) -> None:
        self._connection.execute(
            sa.insert(table).values(
                service=self._service,
                at=entry.at,
                caller=entry.caller,
                role=entry.role,
                door=entry.door,
                action=entry.action,
                about=entry.about,
                reference=entry.reference,
                result=entry.result,
                detail=entry.detail,
            )
        )

    def page(self, wanted: AuditFilter, paging: Paging) -> Page[AuditEntry]:
        conditions = [self._theirs, *_where(wanted)]
        return page(self._connection, table, conditions, paging, _from_row)

    def following(
        self, wanted: AuditFilter, after: int, limit: int
    ) -> Sequence[AuditEntry]:
        found = (
            sa.select(table)
            .where(self._theirs, *_where(wanted), table.c.id > after)
            .order_by(table.c.id)
            .limit(limit)
        )
        return [_from_row(row) for row in self._connection.execute(found)]

    def latest(self) -> datetime | None:
        latest = sa.select(sa.func.max(table.c.at)).where(self._theirs)
        return self._connection.execute(latest).scalar()

    def purge(self, before: datetime, limit: int) -> int:
        oldest = (
            sa.select(table.c.id)
            .where(self._theirs, table.c.at < before)
            .order_by(table.c.at)
            .limit(limit)
        )
        delete = sa.delete(table).where(table.c.id.in_(oldest.scalar_subquery()))
        return self._connection.execute(delete).rowcount

    @property
    def _theirs(self) -> sa.ColumnElement[bool]:
        return table.c.service == self._service


def _where(wanted: AuditFilter) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.since is not None:
        conditions.append(table.c.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(table.c.at < wanted.until)
    for column, value in (
        (table.c.caller, wanted.caller),
        (table.c.action, wanted.action),
        (table.c.result, wanted.result),
    ):
        if value is not None:
            conditions.append(column == value)
    return conditions


def _from_row(row: sa.Row[Any]) -> AuditEntry:
    columns = row._asdict()
    del columns["service"]
    return AuditEntry(**columns)
