"""What clients are still to hear of lists that they have, or want, as contacts."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from bot.domain.lists import ContactNews, ContactState
from bot.store.conflicts import insert
from bot.store.ownership import of_list
from bot.store.tables import contact_news as table


class SqlContactNews:
    def __init__(self, connection: sa.Connection, service: str) -> None:
        self._connection = connection
        self._theirs = of_list(table.c.list_id, service)

    def put(self, news: ContactNews) -> None:
        self.drop(news.jid, [news.list_id])
        row = {
            "list_id": news.list_id,
            "jid": news.jid,
            "state": news.state,
            "created_at": news.created_at,
        }
        added = insert(self._connection, table).values(row)
        self._connection.execute(added.on_conflict_do_nothing())

    def drop(self, jid: str, list_ids: Collection[int]) -> None:
        meant = (table.c.jid == jid, table.c.list_id.in_(list_ids))
        self._connection.execute(sa.delete(table).where(self._theirs, *meant))

    def first(self, limit: int) -> list[ContactNews]:
        select = sa.select(table).where(self._theirs).order_by(table.c.id)
        rows = self._connection.execute(select.limit(limit))
        return [_from_row(row) for row in rows]

    def done(self, ids: Collection[int]) -> list[ContactNews]:
        told = sa.delete(table).where(self._theirs, table.c.id.in_(ids))
        rows = self._connection.execute(told.returning(table))
        return [_from_row(row) for row in rows]


def _from_row(row: sa.Row[Any]) -> ContactNews:
    return ContactNews(
        id=row.id,
        list_id=row.list_id,
        jid=row.jid,
        state=ContactState(row.state),
        created_at=row.created_at,
    )
