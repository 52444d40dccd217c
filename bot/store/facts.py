"""Small things the service remembers about itself; the key is the database's."""

import secrets
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.service.ports.pulses import Pulse
from bot.store.conflicts import insert
from bot.store.mapping import reading_from_json, reading_to_json
from bot.store.tables import fact, schedule, subscriber
from bot.store.tables import pulse as table

_DIGEST_KEY = "digest key"
_KEY_BYTES = 32


class SqlFacts:
    def __init__(self, connection: sa.Connection, service: str) -> None:
        self._connection = connection
        self._service = service

    def digest_key(self) -> bytes:
        select = sa.select(fact.c.value).where(fact.c.name == _DIGEST_KEY)
        stored = self._connection.execute(select).scalar_one_or_none()
        if stored is None:
            row = insert(self._connection, fact)
            row = row.values(name=_DIGEST_KEY, value=secrets.token_bytes(_KEY_BYTES))
            self._connection.execute(row.on_conflict_do_nothing())
            stored = self._connection.execute(select).scalar_one()
        return bytes(stored)

    def beat(self, pulse: Pulse) -> None:
        row = insert(self._connection, table)
        row = row.values(_values(pulse) | {"service": self._service})
        upsert = row.on_conflict_do_update(
            index_elements=[table.c.worker], set_=_values(pulse), where=self._theirs
        )
        self._connection.execute(upsert)

    def pulses(self) -> list[Pulse]:
        select = sa.select(table).where(self._theirs).order_by(table.c.worker)
        return [_from_row(row) for row in self._connection.execute(select)]

    def stopped(self, worker: str) -> None:
        delete = sa.delete(table).where(self._theirs, table.c.worker == worker)
        self._connection.execute(delete)

    def ask_to_read(self, worker: str) -> int:
        asked = table.c.asked_to_read
        update = sa.update(table).where(self._theirs, table.c.worker == worker)
        self._connection.execute(update.values(asked_to_read=asked + 1))
        return self.asked_to_read(worker)

    def asked_to_read(self, worker: str) -> int:
        select = sa.select(table.c.asked_to_read)
        select = select.where(self._theirs, table.c.worker == worker)
        return self._connection.execute(select).scalar_one_or_none() or 0

    def strangers(self, since: datetime, until: datetime) -> list[str]:
        holding = (subscriber.c.service, schedule.c.service)
        own = (sa.exists().where(column == self._service) for column in holding)
        if self._connection.execute(sa.select(sa.or_(*own))).scalar_one():
            return []
        alive = sa.select(table.c.service).where(
            table.c.seen_at > since, table.c.seen_at <= until
        )
        others = (sa.select(one).where(one.not_in(alive)) for one in holding)
        return sorted(self._connection.execute(sa.union(*others)).scalars())

    @property
    def _theirs(self) -> sa.ColumnElement[bool]:
        return table.c.service == self._service


def _values(pulse: Pulse) -> dict[str, Any]:
    return {
        "worker": pulse.worker,
        "jid": pulse.service,
        "version": pulse.version,
        "connected": pulse.connected,
        "started_at": pulse.started_at,
        "seen_at": pulse.seen_at,
        "reading": reading_to_json(pulse.reading) if pulse.reading else None,
    }


def _from_row(row: sa.Row[Any]) -> Pulse:
    return Pulse(
        worker=row.worker,
        service=row.jid,
        version=row.version,
        connected=row.connected,
        started_at=row.started_at,
        seen_at=row.seen_at,
        reading=reading_from_json(row.reading),
    )
