"""Requests counted by who asks, a minute at a time."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.store.conflicts import insert
from bot.store.tables import request_count as table


class SqlRequestCounts:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, who: str, now: datetime, within: timedelta) -> tuple[int, datetime]:
        # over, or begun by a clock that has been put back since
        over = sa.or_(table.c.since <= now - within, table.c.since > now)
        row = insert(self._connection, table).values(who=who, since=now, count=1)
        upsert = row.on_conflict_do_update(
            index_elements=[table.c.who],
            set_={
                # typed by hand: a bare value in CASE has no column to take it from
                "since": sa.case(
                    (over, sa.literal(now, table.c.since.type)), else_=table.c.since
                ),
                "count": sa.case((over, 1), else_=table.c.count + 1),
            },
        ).returning(table.c.count, table.c.since)
        count, since = self._connection.execute(upsert).one()
        return count, since

    def forget(self, before: datetime, limit: int) -> int:
        over = sa.select(table.c.who).where(table.c.since < before).limit(limit)
        delete = sa.delete(table).where(table.c.who.in_(over.scalar_subquery()))
        # somebody may have begun another minute meanwhile
        delete = delete.where(table.c.since < before)
        return self._connection.execute(delete).rowcount
