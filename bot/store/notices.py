"""Notices: what owners are still to be told."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from bot.service.ports import Notice
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

    def pending(self, limit: int) -> list[Notice]:
        select = sa.select(table).order_by(table.c.id).limit(limit)
        return [_from_row(row) for row in self._connection.execute(select)]

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
