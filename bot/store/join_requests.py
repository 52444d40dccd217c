"""Who waits to be let in to a list."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.domain.lists import ContactState, JoinRequest
from bot.store.conflicts import insert
from bot.store.tables import announcement_list, contact_news
from bot.store.tables import join_request as table


class SqlJoinRequests:
    def __init__(self, connection: sa.Connection, service: str) -> None:
        self._connection = connection
        self._service = service

    @property
    def _theirs(self) -> sa.ColumnElement[bool]:
        """Of a list of this service, which is not retired."""
        lists = sa.select(announcement_list.c.id).where(
            announcement_list.c.service == self._service,
            sa.not_(announcement_list.c.retired),
        )
        return table.c.list_id.in_(lists)

    def add(self, request: JoinRequest) -> bool:
        row = {
            "list_id": request.list_id,
            "jid": request.jid,
            "by_presence": request.by_presence,
            "language": request.language,
            "asked_at": request.asked_at,
            "told_at": request.told_at,
        }
        made = insert(self._connection, table).values(row)
        added = made.on_conflict_do_nothing().returning(table.c.id)
        if self._connection.execute(added).first() is not None:
            return True
        if request.by_presence:
            update = sa.update(table).where(
                self._theirs,
                table.c.list_id == request.list_id,
                table.c.jid == request.jid,
                sa.not_(table.c.by_presence),
            )
            self._connection.execute(update.values(by_presence=True))
        return False

    def of(self, jid: str) -> list[JoinRequest]:
        return self._all(table.c.jid == jid)

    def page(self, list_id: int, *, after: int, limit: int) -> list[JoinRequest]:
        return self._all(table.c.list_id == list_id, table.c.id > after, limit=limit)

    def _all(
        self, *conditions: sa.ColumnElement[bool], limit: int | None = None
    ) -> list[JoinRequest]:
        select = sa.select(table).where(self._theirs, *conditions)
        rows = self._connection.execute(select.order_by(table.c.id).limit(limit))
        return [_from_row(row) for row in rows]

    def counts(self) -> dict[int, int]:
        counted = sa.select(table.c.list_id, sa.func.count()).where(self._theirs)
        rows = self._connection.execute(counted.group_by(table.c.list_id))
        return {row[0]: row[1] for row in rows}

    def take(
        self, jids: Collection[str], list_ids: Collection[int]
    ) -> list[JoinRequest]:
        meant = (table.c.jid.in_(jids), table.c.list_id.in_(list_ids))
        taken = sa.delete(table).where(self._theirs, *meant).returning(table)
        return [_from_row(row) for row in self._connection.execute(taken)]

    def refuse_all(self, list_id: int, now: datetime) -> int:
        meant = (self._theirs, table.c.list_id == list_id)
        theirs = sa.select(
            table.c.list_id,
            table.c.jid,
            sa.literal(ContactState.REFUSED.value),
            sa.literal(now, contact_news.c.created_at.type),
        ).where(*meant, table.c.by_presence)
        columns = ["list_id", "jid", "state", "created_at"]
        told = insert(self._connection, contact_news).from_select(columns, theirs)
        self._connection.execute(told.on_conflict_do_nothing())
        return self._connection.execute(sa.delete(table).where(*meant)).rowcount

    def any_untold(self) -> bool:
        untold = sa.select(table.c.id).where(self._theirs, table.c.told_at.is_(None))
        return self._connection.execute(untold.limit(1)).first() is not None

    def tell(self, now: datetime, limit: int) -> list[JoinRequest]:
        found = self._all(table.c.told_at.is_(None), limit=limit)
        update = sa.update(table).where(self._theirs, table.c.told_at.is_(None))
        self._connection.execute(update.values(told_at=now))
        return found


def _from_row(row: sa.Row[Any]) -> JoinRequest:
    return JoinRequest(
        id=row.id,
        list_id=row.list_id,
        jid=row.jid,
        by_presence=row.by_presence,
        language=row.language,
        asked_at=row.asked_at,
        told_at=row.told_at,
    )
