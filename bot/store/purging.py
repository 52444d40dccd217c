"""Content of what is over, forgotten; who, when and how it ended stay. What somebody
is to hear later is not over.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.store.mapping import PURGED
from bot.store.ownership import SERVICE
from bot.store.tables import (
    IS_KEPT_BROADCAST,
    IS_KEPT_MAINTENANCE,
    IS_KEPT_SCHEDULE,
    IS_WAITING,
    broadcast,
    broadcast_content,
    broadcast_text,
    delivery_exception,
    maintenance,
    schedule,
)

ENDED = (
    sa.select(schedule.c.id)
    .where(
        schedule.c.service == SERVICE,
        IS_KEPT_SCHEDULE,
        schedule.c.personal == sa.bindparam("personal", type_=sa.Boolean),
        schedule.c.ended_at < sa.bindparam("before"),
        sa.not_(
            sa.exists()
            .where(broadcast.c.schedule_id == schedule.c.id)
            .where(delivery_exception.c.broadcast_id == broadcast.c.id, IS_WAITING)
        ),
    )
    .order_by(schedule.c.ended_at)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)
FINISHED = (
    sa.select(broadcast.c.id)
    .join_from(broadcast, schedule, schedule.c.id == broadcast.c.schedule_id)
    .where(
        broadcast.c.service == SERVICE,
        IS_KEPT_BROADCAST,
        schedule.c.personal == sa.bindparam("personal", type_=sa.Boolean),
        broadcast.c.finished_at < sa.bindparam("before"),
        sa.not_(
            sa.exists().where(
                delivery_exception.c.broadcast_id == broadcast.c.id, IS_WAITING
            )
        ),
    )
    .order_by(broadcast.c.finished_at)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)


ENDED_MAINTENANCES = (
    sa.select(maintenance.c.id)
    .where(
        maintenance.c.service == SERVICE,
        IS_KEPT_MAINTENANCE,
        maintenance.c.ended_at < sa.bindparam("before"),
    )
    .order_by(maintenance.c.ended_at)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)


class SqlKeptContent:
    def __init__(self, connection: sa.Connection, service: str) -> None:
        self._connection = connection
        self._service = service

    def purge_schedules(
        self, before: datetime, now: datetime, limit: int, *, personal: bool
    ) -> int:
        ids = self._ids(ENDED, before=before, limit=limit, personal=personal)
        empty = {"content": PURGED, "metadata": None, "purged_at": now}
        update = sa.update(schedule).where(schedule.c.id.in_(ids))
        return self._connection.execute(update.values(empty)).rowcount if ids else 0

    def purge_broadcasts(
        self, before: datetime, now: datetime, limit: int, *, personal: bool
    ) -> int:
        ids = self._ids(FINISHED, before=before, limit=limit, personal=personal)
        if not ids:
            return 0
        if refusals := self._forget_refusals(ids, limit):
            return refusals
        execute = self._connection.execute
        execute(sa.delete(broadcast_text).where(broadcast_text.c.broadcast_id.in_(ids)))
        kept = sa.update(broadcast_content)
        kept = kept.where(broadcast_content.c.broadcast_id.in_(ids))
        execute(kept.values(content=PURGED))
        purged = sa.update(broadcast).where(broadcast.c.id.in_(ids))
        return execute(purged.values(purged_at=now)).rowcount

    def purge_maintenances(self, before: datetime, now: datetime, limit: int) -> int:
        ids = self._ids(ENDED_MAINTENANCES, before=before, limit=limit)
        empty = {"fields": PURGED, "purged_at": now}
        update = sa.update(maintenance).where(maintenance.c.id.in_(ids))
        return self._connection.execute(update.values(empty)).rowcount if ids else 0

    def _ids(self, select: sa.Select[Any], **values: Any) -> list[int]:
        found = self._connection.execute(select, {"whose": self._service, **values})
        return list(found.scalars())

    def _forget_refusals(self, ids: list[int], limit: int) -> int:
        """Of one broadcast there may be as many as it has readers."""
        exceptions = delivery_exception.c
        keys = sa.tuple_(exceptions.broadcast_id, exceptions.jid)
        told = sa.select(exceptions.broadcast_id, exceptions.jid).where(
            exceptions.broadcast_id.in_(ids), exceptions.text.is_not(None)
        )
        some = told.limit(limit)
        forget = sa.update(delivery_exception).where(keys.in_(some))
        return self._connection.execute(forget.values(text=None)).rowcount
