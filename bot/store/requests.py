"""Requests counted by who asks, a minute at a time."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.store.conflicts import insert
from bot.store.tables import request_count as table

_FAR = timedelta(days=1)


class SqlRequestCounts:
    def __init__(self, connection: sa.Connection, service: str) -> None:
        self._connection = connection
        self._service = service

    def add(self, who: str, now: datetime, within: timedelta) -> tuple[int, datetime]:
        # over, or begun by a clock that has been put back since
        over = sa.or_(table.c.since <= now - within, table.c.since > now)
        row = insert(self._connection, table)
        row = row.values(service=self._service, who=who, since=now, count=1)
        upsert = row.on_conflict_do_update(
            index_elements=[table.c.service, table.c.who],
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
        # looked at twice: somebody may have begun another minute meanwhile
        # or begun by a clock that was put back since, and far ahead
        old = sa.or_(table.c.since < before, table.c.since > before + _FAR)
        theirs = (table.c.service == self._service, old)
        over = sa.select(table.c.who).where(*theirs).limit(limit).scalar_subquery()
        delete = sa.delete(table).where(*theirs, table.c.who.in_(over))
        return self._connection.execute(delete).rowcount
