"""What is public: of lists that are, what feeds have a place for."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa

from bot.domain.broadcast import BroadcastState
from bot.service.ports.publicity import Announced, Opened
from bot.store.maintenances import window_from_row
from bot.store.ownership import SERVICE, of_list, of_maintenance
from bot.store.tables import (
    IS_AMENDING,
    IS_LISTED,
    IS_LIVE_WINDOW,
    IS_OVER_WINDOW,
    broadcast,
    maintenance,
    maintenance_window,
    schedule,
)
from bot.store.types import Id, UTCDateTime

_LIST = sa.bindparam("list_id", type_=Id)
_LIMIT = sa.bindparam("limit", type_=sa.Integer)
_SINCE = sa.bindparam("since", type_=UTCDateTime)
_NAMES: sa.BindParameter[str] = sa.bindparam("names", expanding=True)

_amendment = broadcast.alias("amendment")
_AMENDED_AT = (
    sa.select(sa.func.max(schedule.c.created_at))
    .join_from(_amendment, schedule, schedule.c.id == _amendment.c.schedule_id)
    .where(
        _amendment.c.service == SERVICE,
        _amendment.c.told_by == broadcast.c.id,
        _amendment.c.amendment.is_not(None),
    )
    .scalar_subquery()
)
_BROADCASTS = sa.select(
    broadcast.c.id,
    broadcast.c.edition,
    broadcast.c.created_at,
    _AMENDED_AT,
    broadcast.c.retracted_at,
)
ANNOUNCED = (
    _BROADCASTS.where(
        of_list(_LIST, SERVICE),
        broadcast.c.list_id == _LIST,
        IS_LISTED,
        # notices of something else, which is shown itself
        broadcast.c.topic.is_(None),
        # what only those are told who were told before
        broadcast.c.told_by.is_(None),
        broadcast.c.purged_at.is_(None),
        sa.or_(
            broadcast.c.state.in_([BroadcastState.SENDING, BroadcastState.SENT]),
            broadcast.c.retracted_at.is_not(None),
        ),
    )
    .order_by(broadcast.c.id.desc())
    .limit(_LIMIT)
)
_TOPICS: sa.BindParameter[str] = sa.bindparam("topics", expanding=True)
_latest = broadcast.alias("latest")
NOTICES = _BROADCASTS.add_columns(broadcast.c.topic).where(
    broadcast.c.id.in_(
        sa.select(sa.func.max(_latest.c.id))
        .where(
            _latest.c.service == SERVICE,
            _latest.c.topic.in_(_TOPICS),
            _latest.c.amendment.is_(None),
        )
        .group_by(_latest.c.topic)
    )
)
AMENDING = (
    sa.select(schedule.c.told_by, sa.func.max(schedule.c.created_at))
    .where(schedule.c.service == SERVICE, IS_AMENDING, schedule.c.told_by.is_not(None))
    .group_by(schedule.c.told_by)
)
_of_window = maintenance_window.c
_WINDOWS = (
    sa.select(
        maintenance_window,
        maintenance.c.list_name,
        maintenance.c.created_at,
        maintenance.c.purged_at,
    )
    .join(maintenance, maintenance.c.id == _of_window.maintenance_id)
    .where(
        # of this service, but not looked for by it: it has windows of many years
        of_maintenance(_of_window.maintenance_id, SERVICE),
        maintenance.c.list_name.in_(_NAMES),
    )
    .limit(_LIMIT)
)
LIVE = _WINDOWS.where(IS_LIVE_WINDOW).order_by(_of_window.id.desc())
_OVER = _WINDOWS.where(IS_OVER_WINDOW)
OVER = _OVER.where(_of_window.ends_at > _SINCE).order_by(_of_window.ends_at.desc())
#: whose end nobody ever knew
ENDLESS = _OVER.where(
    _of_window.ends_at.is_(None),
    sa.or_(_of_window.changed_at > _SINCE, _of_window.starts_at > _SINCE),
).order_by(_of_window.id.desc())


class SqlPublicRows:
    def __init__(self, connection: sa.Connection, service: str) -> None:
        self._connection = connection
        self._service = service

    def announced(self, list_id: int, limit: int) -> Sequence[Announced]:
        values = {"whose": self._service, "list_id": list_id, "limit": limit}
        return [Announced(*row) for row in self._connection.execute(ANNOUNCED, values)]

    def notices(self, topics: Collection[str]) -> dict[str, Announced]:
        values = {"whose": self._service, "topics": list(topics)}
        rows = self._connection.execute(NOTICES, values)
        return {topic: Announced(*row) for *row, topic in rows}

    def amending(self) -> dict[int, datetime]:
        rows = self._connection.execute(AMENDING, {"whose": self._service})
        return {row.told_by: row[1] for row in rows}

    def windows(
        self, lists: Collection[str], since: datetime, limit: int
    ) -> Sequence[Opened]:
        values = {"whose": self._service, "names": list(lists), "limit": limit}
        live = self._connection.execute(LIVE, values).all()
        since_then = {**values, "since": since}
        over = self._connection.execute(OVER, since_then).all()
        endless = self._connection.execute(ENDLESS, since_then).all()
        return [
            Opened(
                window=window_from_row(row),
                list_name=row.list_name,
                created_at=row.created_at,
                is_purged=row.purged_at is not None,
            )
            for row in (*live, *over, *endless)
        ]
