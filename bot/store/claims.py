"""Due schedules, free chunks, repeats and notices, whoever holds them."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.domain.verdict import RETRY_FOR
from bot.service.ports.claims import Row
from bot.service.ports.schedules import EVER
from bot.store import chunks, exceptions, notices, schedules
from bot.store.ownership import SERVICE, of_broadcast
from bot.store.tables import chunk, delivery_exception, notice, schedule

#: beyond it a lease or a claim is void: none is as long
_VOID = timedelta(minutes=10)
_FIRST: dict[str, sa.Select[Any]] = {
    "schedule": schedules.READY.with_only_columns(schedule.c.id),
    "chunk": chunks.FREE,
    "repeat": exceptions.DUE.with_only_columns(
        delivery_exception.c.broadcast_id, delivery_exception.c.jid
    ),
    "notice": notices.FREE,
}
#: by the time that all processes share
_LEASED = frozenset({"chunk", "notice"})
_KEYS: dict[str, tuple[sa.Column[int] | sa.Column[str], ...]] = {
    "schedule": (schedule.c.id,),
    "chunk": (chunk.c.id,),
    "repeat": (delivery_exception.c.broadcast_id, delivery_exception.c.jid),
    "notice": (notice.c.id,),
}


_WHOSE: dict[str, sa.ColumnElement[bool]] = {
    "schedule": schedule.c.service == SERVICE,
    "chunk": of_broadcast(chunk.c.broadcast_id, SERVICE),
    "repeat": delivery_exception.c.service == SERVICE,
    "notice": notice.c.service == SERVICE,
}


class SqlClaims:
    def __init__(self, connection: sa.Connection, service: str) -> None:
        self._connection = connection
        self._service = service

    def waiting(self, now: datetime, shared: datetime) -> set[Row]:
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
        for kind, first in _FIRST.items():
            moments = leased if kind in _LEASED else due
            row = self._connection.execute(first, moments).first()
            if row is not None:
                found.add((kind, *row))
        return found

    def wait_for(self, row: Row) -> bool:
        kind, *key = row
        held = sa.select(sa.literal(1)).where(
            *(name == value for name, value in zip(_KEYS[kind], key, strict=True)),
            _WHOSE[kind],
        )
        values = {"whose": self._service}
        found = self._connection.execute(held.with_for_update(), values)
        return found.first() is not None
