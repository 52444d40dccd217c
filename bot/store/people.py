"""Many people at once: a statement for each table, whatever their number."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.domain import timestamps
from bot.domain.lists import EndReason, Subscriber, SubscriptionOrigin
from bot.domain.people import Person
from bot.store import entrances
from bot.store.conflicts import insert
from bot.store.ownership import SERVICE, of_list
from bot.store.subscribers import subscriber_from_row
from bot.store.tables import SUBSCRIBED, subscriber, subscription
from bot.store.types import Id, UTCDateTime, microseconds

# The people travel as one JSON text: a value for each of them would be bound, and
# by SQLAlchemy prepared, one by one.
_GIVEN = {
    name: sa.text(text)
    .columns(
        sa.column("place", sa.Integer),
        sa.column("jid", sa.Text),
        sa.column("language", sa.Text),
        sa.column("timezone", sa.Text),
        sa.column("language_seen", sa.Text),
        sa.column("quiet", sa.Text),
        sa.column("paused_until", UTCDateTime),
    )
    .subquery("given")
    for name, text in {
        "sqlite": "SELECT key AS place, json_extract(value, '$[0]') AS jid,"
        " json_extract(value, '$[1]') AS language,"
        " json_extract(value, '$[2]') AS timezone,"
        " json_extract(value, '$[3]') AS language_seen,"
        " json_extract(value, '$[5]') AS quiet,"
        " json_extract(value, '$[6]') AS paused_until FROM json_each(:people)",
        "postgresql": "SELECT place, value ->> 0 AS jid, value ->> 1 AS language,"
        " value ->> 2 AS timezone, value ->> 3 AS language_seen,"
        " value ->> 5 AS quiet, CAST(value ->> 6 AS timestamptz) AS paused_until"
        " FROM json_array_elements(CAST(:people AS json))"
        " WITH ORDINALITY AS one(value, place)",
    }.items()
}

# Looked up one by one: PostgreSQL, which makes its plan while the table is small
# and then keeps it, would read all subscribers for each slice to join them.
_ID = {
    name: sa.select(subscriber.c.id)
    .where(subscriber.c.service == SERVICE, subscriber.c.jid == given.c.jid)
    .correlate(given)
    .scalar_subquery()
    for name, given in _GIVEN.items()
}
#: ids of the subscribers with these JIDs, in the order given
FOUND = {
    name: sa.select(_ID[name]).select_from(given).order_by(given.c.place)
    for name, given in _GIVEN.items()
}


_HELD = (
    sa.select(subscriber.c.id)
    .where(
        subscriber.c.id.in_(
            sa.select(_ID["postgresql"]).select_from(_GIVEN["postgresql"])
        )
    )
    .order_by(subscriber.c.id)
    .with_for_update()
)

# How the latest place of each on a list ended; nothing of who stands there.
_LATEST = {
    name: sa.select(subscription.c.end_reason)
    .where(
        subscription.c.subscriber_id == _ID[name],
        subscription.c.list_id == sa.bindparam("list_id", type_=Id),
    )
    .order_by(subscription.c.id.desc())
    .limit(sa.literal(1, literal_execute=True))
    .correlate(given)
    .scalar_subquery()
    for name, given in _GIVEN.items()
}
_ENDINGS = {
    name: sa.select(given.c.jid, _LATEST[name].label("reason")).subquery("endings")
    for name, given in _GIVEN.items()
}
GONE = {
    name: sa.select(ending).where(ending.c.reason.is_not(None))
    for name, ending in _ENDINGS.items()
}

_PREFERENCES = ("language", "timezone", "language_seen", "quiet", "paused_until")
_Columns = sa.ColumnCollection[str, sa.ColumnElement[Any]]


class SqlPeople:
    def __init__(self, connection: sa.Connection, service: str) -> None:
        self._connection = connection
        self._service = service
        self._given = _GIVEN[connection.dialect.name]

    def put(
        self,
        list_id: int,
        people: Sequence[Person],
        origin: SubscriptionOrigin,
        now: datetime,
    ) -> list[int]:
        values = self._values(people)
        dialect = self._connection.dialect.name
        entrances.join(self._connection, list_id)
        self._by_index()
        self._ensure(values, now)
        # where true: or SQLite takes ON CONFLICT for the condition of a join
        intervals = FOUND[dialect].where(sa.true(), of_list(list_id, SERVICE))
        intervals = intervals.with_only_columns(
            sa.literal(list_id, sa.BigInteger),
            _ID[dialect],
            sa.literal(origin, sa.Text),
            sa.literal(now, subscription.c.started_at.type),
            maintain_column_froms=True,
        )
        columns = ["list_id", "subscriber_id", "origin", "started_at"]
        added = insert(self._connection, subscription)
        opened = added.from_select(columns, intervals, include_defaults=False)
        opened = opened.on_conflict_do_nothing()
        returning = opened.returning(subscription.c.subscriber_id)
        return list(self._connection.execute(returning, values).scalars())

    def _ensure(self, values: dict[str, str], now: datetime) -> None:
        """Subscribers of these JIDs, with what they prefer; only what differs."""
        given = self._given
        chosen = [given.c[name] for name in _PREFERENCES]
        people = (
            sa.select(
                SERVICE,
                given.c.jid,
                *chosen,
                sa.literal(0, sa.Integer),
                sa.literal(now, subscriber.c.created_at.type),
            )
            .where(sa.true())
            .order_by(given.c.place)
        )
        added = insert(self._connection, subscriber).from_select(
            ["service", "jid", *_PREFERENCES, "score", "created_at"],
            people,
            include_defaults=False,
        )
        new = _merged(added.excluded)
        put = added.on_conflict_do_update(
            index_elements=[subscriber.c.service, subscriber.c.jid],
            set_=new,
            where=_differs(new),
        )
        self._connection.execute(put, values)

    def _by_index(self) -> None:
        """Plans, those of foreign keys among them, are made once: on a table that is
        still small they would read it as a whole, and go on when it is not.
        """
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(sa.text("SET LOCAL enable_seqscan = off"))

    def named(self, subscriber_ids: Sequence[int]) -> list[Subscriber]:
        select = sa.select(subscriber).where(
            subscriber.c.service == self._service, subscriber.c.id.in_(subscriber_ids)
        )
        rows = self._connection.execute(select.order_by(subscriber.c.id))
        return [subscriber_from_row(row) for row in rows]

    def differing(self, people: Sequence[Person]) -> int:
        given = self._given
        # one by one: see _ID
        differs = sa.select(_differs(_merged(given.c))).select_from(subscriber)
        differs = differs.where(
            subscriber.c.service == SERVICE, subscriber.c.jid == given.c.jid
        ).correlate(given)
        select = sa.select(sa.func.count()).select_from(given)
        select = select.where(differs.scalar_subquery())
        self._by_index()
        return self._connection.execute(select, self._values(people)).scalar_one()

    def hold(self, people: Sequence[Person]) -> None:
        if self._connection.dialect.name != "postgresql":
            return  # there is one writer
        self._by_index()
        self._connection.execute(_HELD, self._values(people))

    def gone(self, list_id: int, people: Sequence[Person]) -> dict[str, EndReason]:
        self._by_index()
        values = {**self._values(people), "list_id": list_id}
        rows = self._connection.execute(GONE[self._connection.dialect.name], values)
        return {row.jid: EndReason(row.reason) for row in rows}

    def heal(self, jids: Collection[str]) -> None:
        update = sa.update(subscriber).where(
            subscriber.c.service == self._service, subscriber.c.jid.in_(jids)
        )
        self._connection.execute(update.values(score=0, score_since=None))

    def standing(self, list_id: int, people: Sequence[Person]) -> int:
        given = self._given
        select = (
            sa.select(sa.func.count())
            .join_from(given, subscriber, subscriber.c.jid == given.c.jid)
            .join(subscription)
            .where(
                subscriber.c.service == SERVICE,
                subscription.c.list_id == list_id,
                SUBSCRIBED,
            )
        )
        return self._connection.execute(select, self._values(people)).scalar_one()

    def _values(self, people: Sequence[Person]) -> dict[str, str]:
        sqlite = self._connection.dialect.name == "sqlite"
        return {"whose": self._service, "people": _as_json(people, sqlite=sqlite)}

    def page(self, list_id: int, *, after: int, limit: int) -> list[tuple[int, Person]]:
        columns = [subscriber.c.jid, *(subscriber.c[name] for name in _PREFERENCES)]
        select = (
            sa.select(subscription.c.id, *columns)
            .join_from(subscription, subscriber)
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
        return [(row[0], _person(*row[1:])) for row in rows]


def _merged(given: _Columns) -> dict[str, sa.ColumnElement[Any]]:
    """What a subscriber prefers after what was given of him."""
    stored = subscriber.c
    return {
        "language": sa.func.coalesce(given.language, stored.language),
        "timezone": sa.func.coalesce(given.timezone, stored.timezone),
        **{
            # of what is his own wish, or was seen here, nothing is replaced
            name: sa.func.coalesce(stored[name], given[name])
            for name in ("language_seen", "quiet", "paused_until")
        },
    }


def _differs(new: dict[str, sa.ColumnElement[Any]]) -> sa.ColumnElement[bool]:
    stored = subscriber.c
    return sa.or_(
        *(value.is_distinct_from(stored[name]) for name, value in new.items())
    )


def _person(
    jid: str,
    language: str | None,
    timezone: str | None,
    language_seen: str | None,
    quiet: str | None,
    paused_until: datetime | None,
) -> Person:
    return Person(
        jid,
        language=language,
        timezone=timezone,
        language_seen=language_seen,
        quiet=quiet,
        paused_until=timestamps.format(paused_until) if paused_until else None,
    )


def _as_json(people: Sequence[Person], *, sqlite: bool) -> str:
    """As the engine has moments."""
    rows: Sequence[Sequence[Any]] = people
    if sqlite and any(one.paused_until for one in people):
        rows = [(*one[:-1], _microseconds(one.paused_until)) for one in people]
    return json.dumps(rows, ensure_ascii=False)


def _microseconds(timestamp: str | None) -> int | None:
    if timestamp is None:
        return None
    return microseconds(timestamps.parse(timestamp))
