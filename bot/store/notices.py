"""Notices: what owners are still to be told."""

from collections.abc import Collection
from datetime import datetime
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from bot.service.repositories import Notice
from bot.store.tables import notice as table


class SqlNotices:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, notice: Notice) -> None:
        row = sa.insert(table).values(
            recipient=notice.to,
            text=notice.text,
            payloads=list(notice.payloads),
            created_at=notice.created_at,
        )
        self._connection.execute(row)

    def claim(self, now: datetime, until: datetime, limit: int) -> list[Notice]:
        free = (
            sa.select(table.c.id)
            .where(
                sa.or_(table.c.claimed_until.is_(None), table.c.claimed_until <= now)
            )
            .order_by(table.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        claimed = (
            sa.update(table)
            .where(table.c.id.in_(free.scalar_subquery()))
            .values(claimed_until=until)
            .returning(table)
        )
        rows = self._connection.execute(claimed).all()
        return sorted(map(_from_row, rows), key=attrgetter("id"))

    def done(self, notice_ids: Collection[int]) -> None:
        if notice_ids:
            delete = sa.delete(table).where(table.c.id == sa.bindparam("which"))
            keys = [{"which": notice_id} for notice_id in notice_ids]
            self._connection.execute(delete, keys)


def _from_row(row: sa.Row[Any]) -> Notice:
    return Notice(
        id=row.id,
        to=row.recipient,
        text=row.text,
        payloads=tuple(row.payloads),
        created_at=row.created_at,
    )
