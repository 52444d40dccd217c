"""Delivery exceptions: a row for each recipient that deviates from "sent"."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.domain.broadcast import DeliveryException, ExceptionKind
from bot.domain.verdict import RETRY_FOR
from bot.store.conflicts import insert
from bot.store.ownership import SERVICE
from bot.store.sealing import Vault
from bot.store.tables import IS_ACCEPTED, IS_AWAITED, delivery_exception
from bot.store.types import UTCDateTime

_KEY = [delivery_exception.c.broadcast_id, delivery_exception.c.jid]
_THEIRS = delivery_exception.c.service == SERVICE
DUE = (
    sa.select(delivery_exception)
    .where(
        _THEIRS,
        IS_AWAITED,
        sa.or_(
            delivery_exception.c.next_at <= sa.bindparam("now"),
            # further ahead than a repeat can be: of a clock that was put back since
            delivery_exception.c.next_at > sa.bindparam("beyond", type_=UTCDateTime),
        ),
    )
    .order_by(delivery_exception.c.next_at)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)
RETRIES = DUE.with_for_update(skip_locked=True)

#: whether it comes back is waited for, no more
_IS_WRITTEN = sa.and_(
    delivery_exception.c.kind == ExceptionKind.DEFERRED,
    delivery_exception.c.attempts > 0,
)
_UNWRITTEN = (
    sa.select(delivery_exception)
    .where(_THEIRS, IS_AWAITED, sa.not_(_IS_WRITTEN))
    .order_by(delivery_exception.c.next_at)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)

AWAITED = (
    sa.select(delivery_exception.c.jid)
    .where(
        _THEIRS,
        delivery_exception.c.broadcast_id == sa.bindparam("broadcast_id"),
        delivery_exception.c.kind.in_([ExceptionKind.RETRYING, ExceptionKind.DEFERRED]),
        IS_AWAITED,
    )
    .limit(1)
)


class SqlExceptions:
    def __init__(self, connection: sa.Connection, service: str, vault: Vault) -> None:
        self._connection = connection
        self._service = service
        self._vault = vault

    def get(self, broadcast_id: int, jid: str) -> DeliveryException | None:
        select = sa.select(delivery_exception).filter_by(
            service=self._service, broadcast_id=broadcast_id, jid=jid
        )
        row = self._connection.execute(select).one_or_none()
        return None if row is None else self._from_row(row)

    def put(self, exceptions: Sequence[DeliveryException]) -> None:
        if not exceptions:
            return
        row = insert(self._connection, delivery_exception)
        upsert = row.on_conflict_do_update(
            index_elements=_KEY,
            set_={
                column.name: row.excluded[column.name]
                for column in delivery_exception.c
                if not column.primary_key and column.name != "service"
            },
            where=self._theirs,
        )
        rows = [
            self._vault.seal_all(delivery_exception, _values(entry))
            | {"service": self._service}
            for entry in exceptions
        ]
        self._connection.execute(upsert, rows)

    def due(self, now: datetime, limit: int) -> set[int]:
        rows = self._connection.execute(DUE, self._due(now, limit))
        return {row.broadcast_id for row in rows}

    def retries(self, now: datetime, limit: int) -> list[DeliveryException]:
        rows = self._connection.execute(RETRIES, self._due(now, limit))
        return [self._from_row(row) for row in rows]

    def _due(self, now: datetime, limit: int) -> dict[str, Any]:
        beyond = now + RETRY_FOR
        return {"whose": self._service, "now": now, "beyond": beyond, "limit": limit}

    @property
    def _theirs(self) -> sa.ColumnElement[bool]:
        return delivery_exception.c.service == self._service

    def abandon(self, broadcast_id: int) -> None:
        awaited = sa.update(delivery_exception).where(
            self._theirs, delivery_exception.c.broadcast_id == broadcast_id, IS_AWAITED
        )
        self._connection.execute(
            awaited.values(kind=ExceptionKind.FAILED, next_at=None)
        )

    def unwritten(self, limit: int) -> list[DeliveryException]:
        values = {"whose": self._service, "limit": limit}
        rows = self._connection.execute(_UNWRITTEN, values)
        return [self._from_row(row) for row in rows]

    def any_awaited(self, broadcast_id: int) -> bool:
        values = {"whose": self._service, "broadcast_id": broadcast_id}
        return self._connection.execute(AWAITED, values).first() is not None

    def page(
        self, broadcast_id: int, *, after: str, limit: int, condition: str | None = None
    ) -> list[DeliveryException]:
        select = (
            sa.select(delivery_exception)
            .where(
                self._theirs,
                delivery_exception.c.broadcast_id == broadcast_id,
                delivery_exception.c.jid > after,
                sa.not_(IS_ACCEPTED),
            )
            .order_by(delivery_exception.c.jid)
            .limit(limit)
        )
        if condition is not None:
            select = select.where(delivery_exception.c.condition == condition)
        return [self._from_row(row) for row in self._connection.execute(select)]

    def conditions(self, broadcast_id: int) -> list[tuple[str, int]]:
        condition, count = delivery_exception.c.condition, sa.func.count()
        select = (
            sa.select(condition, count)
            .where(
                self._theirs,
                delivery_exception.c.broadcast_id == broadcast_id,
                sa.not_(IS_ACCEPTED),
            )
            .group_by(condition)
            .order_by(count.desc(), condition)
        )
        return [(row[0], row[1]) for row in self._connection.execute(select)]

    def _from_row(self, row: sa.Row[Any]) -> DeliveryException:
        return DeliveryException(
            broadcast_id=row.broadcast_id,
            jid=row.jid,
            kind=ExceptionKind(row.kind),
            condition=row.condition,
            text=self._vault.open(
                delivery_exception.c.text, row.text, row.broadcast_id
            ),
            attempts=row.attempts,
            first_at=row.first_at,
            next_at=row.next_at,
        )


def _values(entry: DeliveryException) -> dict[str, Any]:
    return {
        "broadcast_id": entry.broadcast_id,
        "jid": entry.jid,
        "kind": entry.kind,
        "condition": entry.condition,
        "text": entry.text,
        "attempts": entry.attempts,
        "first_at": entry.first_at,
        "next_at": entry.next_at,
    }
