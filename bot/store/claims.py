"""Due schedules, free chunks, repeats and notices, whoever holds them."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from bot.domain.verdict import RETRY_FOR
from bot.service.ports.claims import Row
from bot.service.ports.schedules import EVER
from bot.store import chunks, exceptions, notices, schedules
from bot.store.ownership import SERVICE, of_broadcast
from bot.store.tables import chunk, delivery_exception, notice, schedule

#: beyond it a lease or a claim is void: none is as long
_VOID = timedelta(minutes=10)


class _Kind(NamedTuple):
    """Of rows that are claimed."""

    #: the first that could be, by its key
    first: sa.Select[Any]
    key: tuple[sa.Column[Any], ...]
    whose: sa.ColumnElement[bool]
    #: by the time that all processes share
    is_leased: bool


def _chunk(*, in_owners_name: bool) -> _Kind:
    return _Kind(
        chunks.FREE.params(own=in_owners_name),
        (chunk.c.id,),
        of_broadcast(chunk.c.broadcast_id, SERVICE),
        is_leased=True,
    )


_SCHEDULE = (schedule.c.id,)
_REPEAT = (delivery_exception.c.broadcast_id, delivery_exception.c.jid)
_KINDS = {
    "schedule": _Kind(
        schedules.READY.with_only_columns(*_SCHEDULE),
        _SCHEDULE,
        schedule.c.service == SERVICE,
        is_leased=False,
    ),
    "chunk": _chunk(in_owners_name=False),
    "message": _chunk(in_owners_name=True),
    "repeat": _Kind(
        exceptions.DUE.with_only_columns(*_REPEAT),
        _REPEAT,
        delivery_exception.c.service == SERVICE,
        is_leased=False,
    ),
    "notice": _Kind(
        notices.FREE, (notice.c.id,), notice.c.service == SERVICE, is_leased=True
    ),
}


class SqlClaims:
    def __init__(self, connection: sa.Connection, service: str) -> None:
        self._connection = connection
        self._service = service

    def waiting(self, now: datetime, shared: datetime) -> set[Row]:
        if self._connection.dialect.name != "postgresql":
            return set()  # nobody holds rows
        values = {
            "whose": self._service,
            "after": EVER,
            "beyond": now + RETRY_FOR,
            "carrying": [],
            "limit": 1,
        }
        due = values | {"now": now, "until": now}
        leased = values | {"now": shared, "until": shared + _VOID}
        found: set[Row] = set()
        for name, kind in _KINDS.items():
            moments = leased if kind.is_leased else due
            row = self._connection.execute(kind.first, moments).first()
            if row is not None:
                found.add((name, *row))
        return found

    def wait_for(self, row: Row) -> bool:
        name, *values = row
        kind = _KINDS[name]
        key = zip(kind.key, values, strict=True)
        held = sa.select(sa.literal(1)).where(
            *(column == value for column, value in key), kind.whose
        )
        whose = {"whose": self._service}
        found = self._connection.execute(held.with_for_update(), whose)
        return found.first() is not None
