"""Delivery exceptions: a row for each recipient that deviates from "sent"."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.domain.broadcast import Broadcast, DeliveryException, ExceptionKind
from bot.domain.quiet import LONGEST_PAUSE
from bot.domain.verdict import RETRY_FOR
from bot.store.conflicts import insert
from bot.store.ownership import SERVICE
from bot.store.sealing import Vault
from bot.store.tables import (
    IS_ACCEPTED,
    IS_AWAITED,
    IS_REPEATED,
    IS_WAITING,
    broadcast,
    delivery_exception,
)
from bot.store.types import LAST, UTCDateTime

#: how far ahead the moment of whoever waits may lie: a pause, and quiet hours behind it
FARTHEST = LONGEST_PAUSE + timedelta(days=8)

_KEY = [delivery_exception.c.broadcast_id, delivery_exception.c.jid]
_THEIRS = delivery_exception.c.service == SERVICE
DUE = (
    sa.select(delivery_exception)
    .where(
        _THEIRS,
        IS_REPEATED,
        sa.or_(
            delivery_exception.c.next_at <= sa.bindparam("now"),
            # further ahead than a repeat can be: of a clock that was put back since
            delivery_exception.c.next_at > sa.bindparam("beyond", type_=UTCDateTime),
        ),
    )
    .order_by(delivery_exception.c.next_at)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)
RETRIES = DUE.with_for_update(skip_locked=True)
#: who waited, and does no more
RIPE = (
    sa.select(delivery_exception)
    .where(
        _THEIRS,
        IS_WAITING,
        sa.or_(
            delivery_exception.c.next_at <= sa.bindparam("now"),
            # as above; a pause may last long
            delivery_exception.c.next_at > sa.bindparam("far", type_=UTCDateTime),
        ),
    )
    .order_by(delivery_exception.c.next_at)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)
RELEASED = RIPE.with_for_update(skip_locked=True)

#: whether it comes back is waited for, no more
_IS_WRITTEN = sa.and_(
    delivery_exception.c.kind == ExceptionKind.DEFERRED,
    delivery_exception.c.attempts > 0,
)
_UNWRITTEN = (
    sa.select(delivery_exception)
    .where(_THEIRS, IS_REPEATED, sa.not_(_IS_WRITTEN))
    .order_by(delivery_exception.c.next_at)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)

_AWAITED_KINDS = (
    ExceptionKind.RETRYING,
    ExceptionKind.DEFERRED,
    ExceptionKind.WAITING,
)
AWAITED = (
    sa.select(delivery_exception.c.jid)
    .where(
        _THEIRS,
        delivery_exception.c.broadcast_id == sa.bindparam("broadcast_id"),
        delivery_exception.c.kind.in_(_AWAITED_KINDS),
        delivery_exception.c.next_at <= sa.bindparam("until", type_=UTCDateTime),
    )
    .limit(1)
)


def _earlier(*thread: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Of the broadcasts before one whose place it takes, who of these people waits."""
    before = sa.select(broadcast.c.id).where(
        broadcast.c.service == SERVICE,
        *thread,
        broadcast.c.id < sa.bindparam("before"),
    )
    return sa.select(delivery_exception.c.broadcast_id).where(
        _THEIRS,
        IS_WAITING,
        delivery_exception.c.jid.in_(sa.bindparam("jids", expanding=True)),
        delivery_exception.c.broadcast_id.in_(before),
    )


EARLIER = _earlier(broadcast.c.schedule_id == sa.bindparam("schedule_id"))
EARLIER_NOTICES = _earlier(
    broadcast.c.topic == sa.bindparam("topic"), broadcast.c.amendment.is_(None)
)
EARLIER_AMENDMENTS = _earlier(
    broadcast.c.told_by == sa.bindparam("told_by"), broadcast.c.amendment.is_not(None)
)
#: he has, or may have, something of it already
_IS_WITH_HIM = sa.or_(
    delivery_exception.c.kind == ExceptionKind.DEFERRED,
    delivery_exception.c.edition.is_not(None),
)


class SqlExceptions:
    def __init__(self, connection: sa.Connection, service: str, vault: Vault) -> None:
        self._connection = connection
        self._service = service
        self._vault = vault

    def get(self, broadcast_id: int, jid: str) -> DeliveryException | None:
        select = sa.select(delivery_exception).filter_by(
            service=self._service, broadcast_id=broadcast_id, jid=jid
        )
        row = self._connection.execute(select).one_or_none()
        return None if row is None else self._from_row(row)

    def put(self, exceptions: Sequence[DeliveryException]) -> None:
        if not exceptions:
            return
        row = insert(self._connection, delivery_exception)
        upsert = row.on_conflict_do_update(
            index_elements=_KEY,
            set_={
                column.name: row.excluded[column.name]
                for column in delivery_exception.c
                if not column.primary_key and column.name != "service"
            },
            where=self._theirs,
        )
        rows = [
            self._vault.seal_all(delivery_exception, _values(entry))
            | {"service": self._service}
            for entry in exceptions
        ]
        self._connection.execute(upsert, rows)

    def due(self, now: datetime, limit: int) -> set[int]:
        rows = self._due((DUE, RIPE), now, limit)
        return {row.broadcast_id for row in rows}

    def retries(self, now: datetime, limit: int) -> list[DeliveryException]:
        return list(map(self._from_row, self._due((RETRIES, RELEASED), now, limit)))

    def _due(
        self, selects: tuple[sa.Executable, sa.Executable], now: datetime, limit: int
    ) -> list[sa.Row[Any]]:
        """Of both kinds; what is repeated goes first, since it went out before."""
        values = {
            "whose": self._service,
            "now": now,
            "beyond": now + RETRY_FOR,
            "far": now + FARTHEST,
        }
        rows: list[sa.Row[Any]] = []
        for select in selects:
            values["limit"] = limit - len(rows)
            rows += self._connection.execute(select, values)
        return rows

    @property
    def _theirs(self) -> sa.ColumnElement[bool]:
        return delivery_exception.c.service == self._service

    def abandon(self, broadcast_id: int) -> None:
        of = delivery_exception.c.broadcast_id == broadcast_id
        awaited = sa.update(delivery_exception).where(self._theirs, of, IS_REPEATED)
        self._connection.execute(
            awaited.values(kind=ExceptionKind.FAILED, next_at=None)
        )
        self._skip(of, "stopped")

    def retract(self, broadcast_id: int, now: datetime) -> None:
        of = delivery_exception.c.broadcast_id == broadcast_id
        awaited = (self._theirs, of, IS_AWAITED)
        never = sa.update(delivery_exception).where(*awaited, sa.not_(_IS_WITH_HIM))
        skipped = {
            "kind": ExceptionKind.SKIPPED,
            "condition": "retracted",
            "next_at": None,
        }
        self._connection.execute(never.values(skipped))
        rest = sa.update(delivery_exception).where(*awaited)
        self._connection.execute(rest.values(kind=ExceptionKind.DEFERRED, next_at=now))

    def hurry(self, broadcast_id: int, now: datetime) -> None:
        repeated = sa.update(delivery_exception).where(
            self._theirs,
            delivery_exception.c.broadcast_id == broadcast_id,
            delivery_exception.c.kind == ExceptionKind.DEFERRED,
            IS_AWAITED,
        )
        self._connection.execute(repeated.values(next_at=now))

    def unwritten(self, limit: int) -> list[DeliveryException]:
        values = {"whose": self._service, "limit": limit}
        rows = self._connection.execute(_UNWRITTEN, values)
        return [self._from_row(row) for row in rows]

    def _skip(self, which: sa.ColumnElement[bool], condition: str) -> int:
        """Of those who wait; how many."""
        waiting = sa.update(delivery_exception).where(self._theirs, IS_WAITING, which)
        skipped = {
            "kind": ExceptionKind.SKIPPED,
            "condition": condition,
            "next_at": None,
        }
        return self._connection.execute(waiting.values(skipped)).rowcount

    def any_awaited(self, broadcast_id: int, until: datetime | None = None) -> bool:
        values = {
            "whose": self._service,
            "broadcast_id": broadcast_id,
            "until": until or LAST,
        }
        return self._connection.execute(AWAITED, values).first() is not None

    def skip_waiting(self, broadcast_id: int, condition: str) -> int:
        return self._skip(delivery_exception.c.broadcast_id == broadcast_id, condition)

    def earlier(self, broadcast: Broadcast, jids: Collection[str]) -> set[int]:
        select, values = self._earlier(broadcast, jids)
        return set(self._connection.execute(select, values).scalars())

    def supersede(self, broadcast: Broadcast, jids: Collection[str]) -> None:
        earlier, values = self._earlier(broadcast, jids)
        held = earlier.order_by(*_KEY).with_for_update()
        self._connection.execute(held, values)
        its = earlier.whereclause
        assert its is not None  # noqa: S101 - it has one
        skipped = sa.update(delivery_exception).where(its)
        skipped = skipped.values(
            kind=ExceptionKind.SKIPPED, condition="superseded", next_at=None
        )
        self._connection.execute(skipped, values)

    def _earlier(
        self, broadcast: Broadcast, jids: Collection[str]
    ) -> tuple[sa.Select[Any], dict[str, Any]]:
        values = {
            "whose": self._service,
            "jids": sorted(jids),
            "before": broadcast.id,
        }
        if broadcast.amendment is not None:
            return EARLIER_AMENDMENTS, values | {"told_by": broadcast.told_by}
        if broadcast.topic is not None:
            return EARLIER_NOTICES, values | {"topic": broadcast.topic}
        return EARLIER, values | {"schedule_id": broadcast.schedule_id}

    def waiting(self, limit: int, schedule_id: int | None = None) -> list[int]:
        exception = delivery_exception.c
        select = sa.select(exception.broadcast_id).where(self._theirs, IS_WAITING)
        if schedule_id is not None:
            its = sa.select(broadcast.c.id).where(
                broadcast.c.schedule_id == schedule_id
            )
            select = select.where(exception.broadcast_id.in_(its))
        found = select.distinct().order_by(exception.broadcast_id).limit(limit)
        return list(self._connection.execute(found).scalars())

    def wake(self, jid: str, now: datetime) -> int:
        theirs = (
            self._theirs,
            IS_WAITING,
            delivery_exception.c.jid == jid,
            # else it is on its way at this moment
            delivery_exception.c.attempts == 0,
        )
        # in the order in which others hold several
        held = sa.select(delivery_exception.c.broadcast_id).where(*theirs)
        self._connection.execute(held.order_by(*_KEY).with_for_update())
        woken = sa.update(delivery_exception).where(*theirs)
        return self._connection.execute(woken.values(next_at=now)).rowcount

    def count_waiting(self) -> int:
        select = sa.select(sa.func.count()).select_from(delivery_exception)
        found = self._connection.execute(select.where(self._theirs, IS_WAITING))
        return found.scalar_one()

    def page(
        self, broadcast_id: int, *, after: str, limit: int, condition: str | None = None
    ) -> list[DeliveryException]:
        select = (
            sa.select(delivery_exception)
            .where(
                self._theirs,
                delivery_exception.c.broadcast_id == broadcast_id,
                delivery_exception.c.jid > after,
                sa.not_(IS_ACCEPTED),
            )
            .order_by(delivery_exception.c.jid)
            .limit(limit)
        )
        if condition is not None:
            select = select.where(delivery_exception.c.condition == condition)
        return [self._from_row(row) for row in self._connection.execute(select)]

    def conditions(self, broadcast_id: int) -> list[tuple[str, int]]:
        condition, count = delivery_exception.c.condition, sa.func.count()
        select = (
            sa.select(condition, count)
            .where(
                self._theirs,
                delivery_exception.c.broadcast_id == broadcast_id,
                sa.not_(IS_ACCEPTED),
            )
            .group_by(condition)
            .order_by(count.desc(), condition)
        )
        return [(row[0], row[1]) for row in self._connection.execute(select)]

    def _from_row(self, row: sa.Row[Any]) -> DeliveryException:
        return DeliveryException(
            broadcast_id=row.broadcast_id,
            jid=row.jid,
            kind=ExceptionKind(row.kind),
            condition=row.condition,
            text=self._vault.open(
                delivery_exception.c.text, row.text, row.broadcast_id
            ),
            attempts=row.attempts,
            first_at=row.first_at,
            next_at=row.next_at,
            begun_at=row.begun_at,
            edition=row.edition,
            heard_after=row.heard_after,
        )


def _values(entry: DeliveryException) -> dict[str, Any]:
    return {
        "broadcast_id": entry.broadcast_id,
        "jid": entry.jid,
        "kind": entry.kind,
        "condition": entry.condition,
        "text": entry.text,
        "attempts": entry.attempts,
        "first_at": entry.first_at,
        "next_at": entry.next_at,
        "begun_at": entry.begun_at,
        "edition": entry.edition,
        "heard_after": entry.heard_after,
    }
