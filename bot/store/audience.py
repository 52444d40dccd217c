"""A broadcast's audience: frozen by rule where a list is told, else copied."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.domain.broadcast import Broadcast, Frozen, Recipient
from bot.store.tables import broadcast_recipient, subscriber, subscription
from bot.store.types import UTCDateTime

_AT = sa.bindparam("at", type_=UTCDateTime)
_AFTER = sa.bindparam("after", type_=sa.BigInteger)
_LAST = sa.bindparam("last", type_=sa.BigInteger)
# Written into the statement: PostgreSQL plans a join with a bound LIMIT as if it
# were a tenth of the table.
_LIMIT = sa.bindparam("limit", type_=sa.Integer, literal_execute=True)
_SIZE = sa.bindparam("size", type_=sa.Integer, literal_execute=True)
_WHO = sa.bindparam("who", type_=sa.Text)

#: the rule: on the list at the frozen moment
_ACTIVE = sa.and_(
    subscription.c.list_id == sa.bindparam("list_id"),
    subscription.c.started_at <= _AT,
    sa.or_(subscription.c.ended_at.is_(None), subscription.c.ended_at > _AT),
)
_READER = (
    subscriber.c.jid,
    sa.func.coalesce(subscriber.c.language, subscriber.c.language_seen),
    subscriber.c.timezone,
)

_next = (
    sa.select(subscription.c.id)
    .where(_ACTIVE, subscription.c.id > _AFTER)
    .order_by(subscription.c.id)
    .limit(_SIZE)
    .subquery("next")
)
#: where the next chunk ends, and how many are in it
RANGE = sa.select(sa.func.max(_next.c.id), sa.func.count())

# The page is cut before it is joined, whatever the planner believes.
_positions = (
    sa.select(subscription.c.id, subscription.c.subscriber_id, subscription.c.ended_at)
    .where(_ACTIVE, subscription.c.id > _AFTER, subscription.c.id <= _LAST)
    .order_by(subscription.c.id)
    .limit(_LIMIT)
    .subquery("positions")
)
LISTED = (
    sa.select(_positions.c.id, *_READER, _positions.c.ended_at.is_not(None))
    .join_from(_positions, subscriber, subscriber.c.id == _positions.c.subscriber_id)
    .order_by(_positions.c.id)
)
FIND_LISTED = (
    sa.select(subscription.c.id, *_READER, subscription.c.ended_at.is_not(None))
    .join_from(subscription, subscriber)
    .where(_ACTIVE, subscription.c.id <= _LAST, subscriber.c.jid == _WHO)
    .order_by(subscription.c.id.desc())
    .limit(1)
)

_copy = broadcast_recipient.c
_KNOWN_COPIED = (
    sa.select(_copy.position, _copy.jid, *_READER[1:], sa.false())
    .outerjoin_from(broadcast_recipient, subscriber, subscriber.c.jid == _copy.jid)
    .where(_copy.broadcast_id == sa.bindparam("broadcast_id"))
)
COPIED = (
    _KNOWN_COPIED.where(_copy.position > _AFTER, _copy.position <= _LAST)
    .order_by(_copy.position)
    .limit(_LIMIT)
)
FIND_COPIED = _KNOWN_COPIED.where(_copy.jid == _WHO).order_by(_copy.position).limit(1)


class SqlAudiences:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def freeze(self, list_id: int, now: datetime, chunk_size: int) -> Frozen:
        if self._connection.dialect.name == "postgresql":
            # Ids are given before they are committed: wait for whoever holds a
            # lower one. On SQLite there is one writer, and it is us.
            self._connection.execute(sa.text("LOCK TABLE subscription IN SHARE MODE"))
        values = {"list_id": list_id, "at": now, "size": chunk_size}
        ranges: list[tuple[int, int, int]] = []
        after, count = 0, chunk_size
        while count == chunk_size:
            row = self._connection.execute(RANGE, values | {"after": after}).one()
            last, count = row
            if count:
                ranges.append((after, last, count))
                after = last
        return Frozen(list_id=list_id, highest=after, at=now, ranges=tuple(ranges))

    def page(
        self, broadcast: Broadcast, *, after: int, last: int, limit: int
    ) -> list[Recipient]:
        values = {"after": after, "last": last, "limit": limit}
        if broadcast.highest is None:
            return self._read(COPIED, values | {"broadcast_id": broadcast.id})
        values["last"] = min(last, broadcast.highest)
        return self._read(LISTED, values | _rule(broadcast))

    def find(self, broadcast: Broadcast, jid: str) -> Recipient | None:
        if broadcast.highest is None:
            wanted = {"broadcast_id": broadcast.id, "who": jid}
            found = self._read(FIND_COPIED, wanted)
        else:
            values = {"last": broadcast.highest, "who": jid}
            found = self._read(FIND_LISTED, values | _rule(broadcast))
        return found[0] if found else None

    def _read(
        self, select: sa.Executable, values: Mapping[str, Any]
    ) -> list[Recipient]:
        # all(): row by row costs a quarter more
        return [
            Recipient(
                position=position, jid=jid, language=language, timezone=zone, left=left
            )
            for position, jid, language, zone, left in self._connection.execute(
                select, values
            ).all()
        ]


def _rule(broadcast: Broadcast) -> dict[str, Any]:
    return {"list_id": broadcast.list_id, "at": broadcast.frozen_at}
