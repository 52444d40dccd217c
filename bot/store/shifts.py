"""Shifts: when what is due could be planned."""

from datetime import datetime

import sqlalchemy as sa

from bot.domain.lateness import Shift
from bot.store.conflicts import insert
from bot.store.tables import shift as table


class SqlShifts:
    def __init__(self, connection: sa.Connection, service: str) -> None:
        self._connection = connection
        self._service = service

    def record(self, shift: Shift) -> None:
        row = insert(self._connection, table).values(
            service=self._service, began_at=shift.began_at, seen_at=shift.seen_at
        )
        upsert = row.on_conflict_do_update(
            index_elements=[table.c.service, table.c.began_at],
            set_={"seen_at": shift.seen_at},
        )
        self._connection.execute(upsert)

    def all(self) -> list[Shift]:
        select = sa.select(table.c.began_at, table.c.seen_at).where(self._theirs)
        rows = self._connection.execute(select)
        return [Shift(began_at=began, seen_at=seen) for began, seen in rows]

    def forget(self, before: datetime) -> None:
        delete = sa.delete(table).where(self._theirs, table.c.seen_at < before)
        self._connection.execute(delete)

    @property
    def _theirs(self) -> sa.ColumnElement[bool]:
        return table.c.service == self._service
