"""A broadcast's audience: frozen by rule where a list is told, else copied."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise, starmap
from typing import Any

import sqlalchemy as sa

from bot.domain.broadcast import Broadcast, Frozen, Recipient
from bot.domain.forgetting import FORGOTTEN
from bot.store import entrances, reaching
from bot.store.ownership import SERVICE, of_broadcast, of_list
from bot.store.tables import (
    SUBSCRIBED,
    broadcast_recipient,
    subscriber,
    subscription,
)
from bot.store.types import Id

_AFTER = sa.bindparam("after", type_=sa.BigInteger)
_LAST = sa.bindparam("last", type_=sa.BigInteger)
# Written into the statement: PostgreSQL plans a join with a bound LIMIT as if it
# were a tenth of the table.
_LIMIT = sa.bindparam("limit", type_=sa.Integer, literal_execute=True)
_WHO = sa.bindparam("who", type_=sa.Text)

_LIST = sa.bindparam("list_id", type_=Id)
_BROADCAST = sa.bindparam("broadcast_id", type_=Id)

# Ids and what has no end say who it is. The clock may have been another when somebody
# joined, and have been put right since.
_LISTED = sa.and_(of_list(_LIST, SERVICE), subscription.c.list_id == _LIST)
#: now
_ACTIVE = sa.and_(_LISTED, SUBSCRIBED)
#: when the broadcast was made: up to its highest, which whoever asks adds
_FROZEN = sa.and_(_LISTED, sa.or_(SUBSCRIBED, subscription.c.ended_after >= _BROADCAST))
_READER = (
    subscriber.c.jid,
    sa.func.coalesce(subscriber.c.language, subscriber.c.language_seen).label("tag"),
    subscriber.c.timezone,
)
#: behind whether they have left
_REST = (subscriber.c.quiet, subscriber.c.paused_until)

# Where the next chunk ends, from one end to the next: on SQLite ten times faster
# than numbering the rows, in a transaction that is to last 50 ms at most.
_ends = sa.select(sa.literal(0, sa.BigInteger).label("last")).cte(
    "ends", recursive=True
)
_next_end = (
    sa.select(subscription.c.id)
    .where(_ACTIVE, subscription.c.id > _ends.c.last)
    .order_by(subscription.c.id)
    .limit(1)
    .offset(sa.bindparam("all_but_one", type_=sa.Integer, literal_execute=True))
    .scalar_subquery()
)
_all_ends = _ends.union_all(sa.select(_next_end).where(_ends.c.last.is_not(None)))
ENDS = (
    sa.select(_all_ends.c.last).where(_all_ends.c.last > 0).order_by(_all_ends.c.last)
)
REST = sa.select(sa.func.max(subscription.c.id), sa.func.count()).where(
    _ACTIVE, subscription.c.id > _AFTER
)

_page = (
    sa.select(subscription.c.id, subscription.c.subscriber_id, subscription.c.ended_at)
    .where(_FROZEN, subscription.c.id > _AFTER, subscription.c.id <= _LAST)
    .order_by(subscription.c.id)
    .limit(_LIMIT)
)
# PostgreSQL would rather read all subscribers for each page, so the page is cut
# first and LIMIT keeps it from turning the look-up of one into a join.
_positions = _page.subquery("positions")
_reader = (
    sa.select(*_READER, *_REST)
    .where(subscriber.c.id == _positions.c.subscriber_id)
    .limit(sa.literal(1, literal_execute=True))
    .lateral("reader")
)
LISTED: Mapping[str, sa.Executable] = {
    "sqlite": _page.join_from(subscription, subscriber).with_only_columns(
        subscription.c.id, *_READER, subscription.c.ended_at.is_not(None), *_REST
    ),
    "postgresql": sa.select(
        _positions.c.id,
        *(_reader.c[column.name] for column in _READER),
        _positions.c.ended_at.is_not(None),
        *(_reader.c[column.name] for column in _REST),
    )
    .join_from(_positions, _reader, sa.true())
    .order_by(_positions.c.id),
}
FIND_LISTED = (
    sa.select(subscription.c.id, *_READER, subscription.c.ended_at.is_not(None), *_REST)
    .join_from(subscription, subscriber)
    .where(
        _FROZEN,
        subscription.c.id <= _LAST,
        subscriber.c.service == SERVICE,
        subscriber.c.jid == _WHO,
    )
    .order_by(subscription.c.id.desc())
    .limit(1)
)

_copy = broadcast_recipient.c
_HIS = sa.and_(
    subscription.c.subscriber_id == subscriber.c.id, subscription.c.list_id == _LIST
)
#: the list that speaks, since the broadcast was made; who never stood there has not
_HAS_LEFT = sa.and_(
    sa.exists().where(_HIS, subscription.c.ended_after >= _BROADCAST),
    sa.not_(sa.exists().where(_HIS, SUBSCRIBED)),
)
_KNOWN_COPIED = (
    sa.select(
        _copy.position,
        _copy.jid,
        *_READER[1:],
        # to whoever was forgotten nothing goes
        sa.or_(_copy.jid.startswith(FORGOTTEN, autoescape=True), _HAS_LEFT),
        *_REST,
    )
    .outerjoin_from(
        broadcast_recipient,
        subscriber,
        sa.and_(subscriber.c.service == SERVICE, subscriber.c.jid == _copy.jid),
    )
    .where(of_broadcast(_BROADCAST, SERVICE), _copy.broadcast_id == _BROADCAST)
)
COPIED = (
    _KNOWN_COPIED.where(_copy.position > _AFTER, _copy.position <= _LAST)
    .order_by(_copy.position)
    .limit(_LIMIT)
)
FIND_COPIED = _KNOWN_COPIED.where(_copy.jid == _WHO).order_by(_copy.position).limit(1)


# Of those whom another broadcast reached; who is none of them is marked, and not left
# out where pages are cut, so that a page costs the same wherever they stand.
LISTED_TOLD: Mapping[str, sa.Executable] = {
    "sqlite": _page.join_from(subscription, subscriber).with_only_columns(
        subscription.c.id,
        *_READER,
        subscription.c.ended_at.is_not(None),
        *_REST,
        sa.or_(
            reaching.unreached(subscriber.c.jid, subscription.c.id),
            reaching.told_apart(subscriber.c.jid),
        ),
    ),
    "postgresql": sa.select(
        _positions.c.id,
        *(_reader.c[column.name] for column in _READER),
        _positions.c.ended_at.is_not(None),
        *(_reader.c[column.name] for column in _REST),
        sa.or_(
            reaching.unreached(_reader.c.jid, _positions.c.id),
            reaching.told_apart(_reader.c.jid),
        ),
    )
    .join_from(_positions, _reader, sa.true())
    .order_by(_positions.c.id),
}
_still = sa.select(subscription.c.id, subscription.c.subscriber_id).where(
    _ACTIVE, subscription.c.id > _AFTER, subscription.c.id <= _LAST
)
_all = _still.limit(sa.literal(2**31 - 1, literal_execute=True)).subquery("still")
_one = (
    sa.select(subscriber.c.jid)
    .where(subscriber.c.id == _all.c.subscriber_id)
    .limit(sa.literal(1, literal_execute=True))
    .lateral("one")
)
COUNT_LISTED: Mapping[str, sa.Executable] = {
    "sqlite": _still.join_from(subscription, subscriber)
    .where(sa.not_(reaching.unreached(subscriber.c.jid, subscription.c.id)))
    .with_only_columns(sa.func.count()),
    "postgresql": sa.select(sa.func.count())
    .join_from(_all, _one, sa.true())
    .where(sa.not_(reaching.unreached(_one.c.jid, _all.c.id))),
}
FIND_LISTED_TOLD = FIND_LISTED.add_columns(
    reaching.unreached(subscriber.c.jid, subscription.c.id)
)
COPIED_TOLD = COPIED.add_columns(
    sa.or_(reaching.unreached(_copy.jid), reaching.told_apart(_copy.jid))
)
FIND_COPIED_TOLD = FIND_COPIED.add_columns(reaching.unreached(_copy.jid))
COUNT_COPIED = (
    _KNOWN_COPIED.where(_copy.position > _AFTER, _copy.position <= _LAST)
    .where(sa.not_(reaching.unreached(_copy.jid)))
    .with_only_columns(sa.func.count())
)


class SqlAudiences:
    def __init__(self, connection: sa.Connection, service: str) -> None:
        self._connection = connection
        self._service = service

    def freeze(self, list_id: int, now: datetime, chunk_size: int) -> Frozen:
        entrances.close(self._connection, list_id)
        rule = {"whose": self._service, "list_id": list_id}
        values = rule | {"all_but_one": chunk_size - 1}
        ends = [0, *self._connection.execute(ENDS, values).scalars()]
        ranges = [(after, last, chunk_size) for after, last in pairwise(ends)]
        rest = self._connection.execute(REST, rule | {"after": ends[-1]})
        last, count = rest.one()
        if count:
            ranges.append((ends[-1], last, count))
        highest = ranges[-1][1] if ranges else 0
        return Frozen(list_id=list_id, highest=highest, at=now, ranges=tuple(ranges))

    def reached(
        self, told: Broadcast, ranges: Sequence[tuple[int, int]], now: datetime
    ) -> Frozen:
        values = {"whose": self._service} | self._rule(told)
        count = COUNT_COPIED if told.highest is None else self._of_engine(COUNT_LISTED)
        cut = []
        for after, last in ranges:
            values |= {"after": after, "last": last}
            found: int = self._connection.execute(count, values).scalar_one()
            if found:
                cut.append((after, last, found))
        return Frozen(
            list_id=told.list_id, highest=told.highest, at=now, ranges=tuple(cut)
        )

    def page(
        self, broadcast: Broadcast, *, after: int, last: int, limit: int
    ) -> list[Recipient]:
        values = {"after": after, "last": last, "limit": limit}
        is_told = broadcast.told_by is not None
        if broadcast.highest is None:
            copied = COPIED_TOLD if is_told else COPIED
            return self._read(copied, values | self._rule(broadcast))
        values["last"] = min(last, broadcast.highest)
        listed = self._of_engine(LISTED_TOLD if is_told else LISTED)
        return self._read(listed, values | self._rule(broadcast))

    def find(self, broadcast: Broadcast, jid: str) -> Recipient | None:
        is_told = broadcast.told_by is not None
        if broadcast.highest is None:
            select = FIND_COPIED_TOLD if is_told else FIND_COPIED
            found = self._read(select, {"who": jid} | self._rule(broadcast))
        else:
            select = FIND_LISTED_TOLD if is_told else FIND_LISTED
            values = {"last": broadcast.highest, "who": jid}
            found = self._read(select, values | self._rule(broadcast))
        return found[0] if found and not found[0].unreached else None

    def _read(
        self, select: sa.Executable, values: Mapping[str, Any]
    ) -> list[Recipient]:
        values = {**values, "whose": self._service}
        rows = self._connection.execute(select, values).all()
        return list(starmap(Recipient, rows))

    def _of_engine(self, selects: Mapping[str, sa.Executable]) -> sa.Executable:
        return selects[self._connection.dialect.name]

    def _rule(self, broadcast: Broadcast) -> dict[str, Any]:
        rule = {"list_id": broadcast.list_id, "broadcast_id": broadcast.id}
        if broadcast.told_by is None:
            return rule
        values = reaching.values(self._connection, self._service, broadcast)
        if broadcast.highest is None:
            # it has no copied audience of its own
            rule["broadcast_id"] = values["ancestors"][-1]
        return rule | values
