"""Suspensions: whose messages came back too often, and with which condition."""

from datetime import datetime

import sqlalchemy as sa

from bot.domain.lists import EndReason, Suspended, SuspendedTogether
from bot.store.ownership import SERVICE, of_list
from bot.store.subscribers import subscriber_from_row
from bot.store.subscriptions import SqlSubscriptions, subscription_from_row
from bot.store.tables import (
    announcement_list,
    broadcast,
    schedule,
    subscriber,
    subscription,
    suspension,
)
from bot.store.types import Id

_LIST = sa.bindparam("list_id", type_=Id)
_later = subscription.alias("later")
#: nothing of the same person on the same list came after it
LATEST = ~sa.exists().where(
    _later.c.subscriber_id == subscription.c.subscriber_id,
    _later.c.list_id == subscription.c.list_id,
    _later.c.id > subscription.c.id,
)
_STILL = sa.and_(subscription.c.end_reason == EndReason.SUSPENDED, LATEST)
_EVERYWHERE = (
    sa.select(subscription, subscriber, suspension.c.condition)
    .join_from(suspension, subscription)
    .join(subscriber)
    .where(
        suspension.c.subscription_id > sa.bindparam("after", type_=sa.BigInteger),
        _STILL,
    )
    .order_by(suspension.c.subscription_id)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)
PAGE = _EVERYWHERE.where(of_list(_LIST, SERVICE), suspension.c.list_id == _LIST)
EVERYWHERE = _EVERYWHERE.where(subscriber.c.service == SERVICE)


class SqlSuspensions:
    def __init__(self, connection: sa.Connection, service: str) -> None:
        self._connection = connection
        self._service = service
        self._subscriptions = SqlSubscriptions(connection, service)

    def add(
        self, subscriber_id: int, condition: str, broadcast_id: int, now: datetime
    ) -> list[int]:
        standing = self._subscriptions.of(subscriber_id)
        if not standing:
            return []
        self._subscriptions.end(subscriber_id, EndReason.SUSPENDED, now)
        rows = [
            {
                "subscription_id": one.id,
                "list_id": one.list_id,
                "condition": condition,
                "broadcast_id": broadcast_id,
            }
            for one in standing
        ]
        self._connection.execute(sa.insert(suspension), rows)
        return [one.list_id for one in standing]

    def page(self, list_id: int, *, after: int, limit: int) -> list[Suspended]:
        values = {"list_id": list_id, "after": after, "limit": limit}
        return self._read(PAGE, values)

    def everywhere(self, *, after: int, limit: int) -> list[Suspended]:
        return self._read(EVERYWHERE, {"after": after, "limit": limit})

    def _read(self, select: sa.Executable, values: dict[str, int]) -> list[Suspended]:
        rows = self._connection.execute(select, {**values, "whose": self._service})
        return [
            Suspended(
                subscription_from_row(row), subscriber_from_row(row), row.condition
            )
            for row in rows
        ]

    def condition(self, subscription_id: int) -> str | None:
        select = sa.select(suspension.c.condition).where(
            suspension.c.subscription_id == subscription_id, self._theirs
        )
        return self._connection.execute(select).scalar()

    def untold(self) -> datetime | None:
        select = sa.select(sa.func.min(subscription.c.ended_at))
        select = select.join_from(suspension, subscription)
        return self._connection.execute(
            select.where(suspension.c.told_at.is_(None), self._theirs)
        ).scalar()

    def told(self) -> datetime | None:
        select = sa.select(sa.func.max(suspension.c.told_at)).where(self._theirs)
        return self._connection.execute(select).scalar()

    def tell(self, now: datetime) -> list[SuspendedTogether]:
        untold = sa.update(suspension).where(
            suspension.c.told_at.is_(None), self._theirs
        )
        if not self._connection.execute(untold.values(told_at=now)).rowcount:
            return []
        of = (announcement_list.c.name, suspension.c.condition, schedule.c.owner)
        select = (
            sa.select(*of, sa.func.count())
            .join_from(suspension, subscription)
            .join(announcement_list, announcement_list.c.id == suspension.c.list_id)
            .join(broadcast, broadcast.c.id == suspension.c.broadcast_id)
            .join(schedule, schedule.c.id == broadcast.c.schedule_id)
            .where(suspension.c.told_at == now, self._theirs, _STILL)
            .group_by(*of)
            .order_by(*of)
        )
        rows = self._connection.execute(select)
        return list(map(SuspendedTogether._make, rows))

    @property
    def _theirs(self) -> sa.ColumnElement[bool]:
        return of_list(suspension.c.list_id, self._service)

    def counts(self) -> dict[int, int]:
        select = (
            sa.select(suspension.c.list_id, sa.func.count())
            .join_from(suspension, subscription)
            .join(announcement_list, announcement_list.c.id == suspension.c.list_id)
            .where(announcement_list.c.service == self._service, _STILL)
            .group_by(suspension.c.list_id)
        )
        return {row[0]: row[1] for row in self._connection.execute(select)}
