"""Subscriptions: intervals that are added and ended, and else keep who and when."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.domain.lists import (
    EndReason,
    Subscriber,
    Subscription,
    SubscriptionOrigin,
)
from bot.store import entrances
from bot.store.conflicts import insert
from bot.store.ownership import of_list, of_subscriber
from bot.store.subscribers import subscriber_from_row
from bot.store.tables import SUBSCRIBED, broadcast, subscriber, subscription, welcome

JIDS_PER_QUERY = 500  #: SQLite takes some thousands of values
_JOINED = subscription.join(subscriber)
_COLUMNS = [*subscription.c, subscriber.c.jid]


class SqlSubscriptions:
    def __init__(self, connection: sa.Connection, service: str) -> None:
        self._connection = connection
        self._service = service

    def open(
        self,
        list_id: int,
        subscriber: Subscriber,
        origin: SubscriptionOrigin,
        now: datetime,
    ) -> bool:
        entrances.join(self._connection, list_id)
        interval = insert(self._connection, subscription).values(
            list_id=list_id, subscriber_id=subscriber.id, origin=origin, started_at=now
        )
        added = interval.on_conflict_do_nothing().returning(subscription.c.id)
        return self._connection.execute(added).first() is not None

    def end(
        self,
        subscriber_id: int,
        reason: EndReason,
        now: datetime,
        *,
        list_id: int | None = None,
    ) -> int:
        active = [
            subscription.c.subscriber_id == subscriber_id,
            of_subscriber(subscriber_id, self._service),
            SUBSCRIBED,
        ]
        if list_id is not None:
            active.append(subscription.c.list_id == list_id)
        latest = sa.select(sa.func.coalesce(sa.func.max(broadcast.c.id), 0))
        latest = latest.where(broadcast.c.service == self._service)
        update = (
            sa.update(subscription)
            .where(*active)
            .values(
                ended_at=now, ended_after=latest.scalar_subquery(), end_reason=reason
            )
        )
        ended = self._connection.execute(update)
        return ended.rowcount

    def of(self, subscriber_id: int) -> list[Subscription]:
        return self._all(subscription.c.subscriber_id == subscriber_id, SUBSCRIBED)

    def latest(self, subscriber_id: int) -> list[Subscription]:
        return self._all(*self._latest(subscriber_id))

    def suspended(self, subscriber_id: int) -> list[Subscription]:
        suspended = subscription.c.end_reason == EndReason.SUSPENDED
        return self._all(*self._latest(subscriber_id), suspended)

    @staticmethod
    def _latest(subscriber_id: int) -> tuple[sa.ColumnElement[bool], ...]:
        theirs = subscription.c.subscriber_id == subscriber_id
        latest = sa.select(sa.func.max(subscription.c.id)).where(theirs)
        latest = latest.group_by(subscription.c.list_id)
        return theirs, subscription.c.id.in_(latest)

    def _all(self, *conditions: sa.ColumnElement[bool]) -> list[Subscription]:
        select = sa.select(*_COLUMNS).select_from(_JOINED)
        select = select.where(subscriber.c.service == self._service, *conditions)
        rows = self._connection.execute(select.order_by(subscription.c.id))
        return [subscription_from_row(row) for row in rows]

    def page(
        self, list_id: int, *, after: int, limit: int
    ) -> list[tuple[Subscription, Subscriber]]:
        select = (
            sa.select(subscription, subscriber)
            .select_from(_JOINED)
            .where(
                of_list(list_id, self._service),
                subscription.c.list_id == list_id,
                subscription.c.id > after,
                SUBSCRIBED,
            )
            .order_by(subscription.c.id)
            .limit(limit)
        )
        rows = self._connection.execute(select)
        return [(subscription_from_row(row), subscriber_from_row(row)) for row in rows]

    def among(self, list_id: int, jids: Collection[str]) -> list[str]:
        return self._there(jids, subscription.c.list_id == list_id)

    def standing(self, jids: Collection[str]) -> list[str]:
        return self._there(jids)

    def _there(
        self, jids: Collection[str], *conditions: sa.ColumnElement[bool]
    ) -> list[str]:
        found: list[str] = []
        wanted, jid = sorted(jids), subscriber.c.jid
        theirs = subscriber.c.service == self._service
        select = sa.select(jid).distinct().select_from(_JOINED)
        select = select.where(theirs, SUBSCRIBED, *conditions)
        for first in range(0, len(wanted), JIDS_PER_QUERY):
            some = wanted[first : first + JIDS_PER_QUERY]
            found += self._connection.execute(select.where(jid.in_(some))).scalars()
        return sorted(found)

    def has_contact(self, list_id: int, subscriber_id: int) -> None:
        update = sa.update(subscription).where(
            subscription.c.list_id == list_id,
            subscription.c.subscriber_id == subscriber_id,
            of_subscriber(subscriber_id, self._service),
            subscription.c.origin != SubscriptionOrigin.PRESENCE,
            SUBSCRIBED,
        )
        self._connection.execute(update.values(origin=SubscriptionOrigin.PRESENCE))

    def by_origin(self, origin: SubscriptionOrigin) -> list[str]:
        select = (
            sa.select(subscriber.c.jid)
            .select_from(_JOINED)
            .where(
                subscriber.c.service == self._service,
                subscription.c.origin == origin,
                SUBSCRIBED,
            )
            .distinct()
            .order_by(subscriber.c.jid)
        )
        return list(self._connection.execute(select).scalars())

    def welcome(self, list_id: int, subscriber_id: int, now: datetime) -> bool:
        given = insert(self._connection, welcome).values(
            list_id=list_id, subscriber_id=subscriber_id, at=now
        )
        noted = given.on_conflict_do_nothing().returning(welcome.c.list_id)
        return self._connection.execute(noted).first() is not None


def subscription_from_row(row: sa.Row[Any]) -> Subscription:
    column = row._mapping  # noqa: SLF001 - public, named so that no column clashes
    reason = column[subscription.c.end_reason]
    return Subscription(
        id=column[subscription.c.id],
        list_id=column[subscription.c.list_id],
        subscriber_id=column[subscription.c.subscriber_id],
        jid=column[subscriber.c.jid],
        origin=SubscriptionOrigin(column[subscription.c.origin]),
        started_at=column[subscription.c.started_at],
        ended_at=column[subscription.c.ended_at],
        end_reason=None if reason is None else EndReason(reason),
    )
