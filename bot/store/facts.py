"""Small things the service remembers about itself."""

import secrets
from typing import Any

import sqlalchemy as sa

from bot.service.ports.pulses import Pulse
from bot.store.conflicts import insert
from bot.store.tables import fact
from bot.store.tables import pulse as table

_DIGEST_KEY = "digest key"
_KEY_BYTES = 32


class SqlFacts:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

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
        row = insert(self._connection, table).values(_values(pulse))
        upsert = row.on_conflict_do_update(
            index_elements=[table.c.worker], set_=_values(pulse)
        )
        self._connection.execute(upsert)

    def pulses(self) -> list[Pulse]:
        rows = self._connection.execute(sa.select(table).order_by(table.c.worker))
        return [Pulse(**row._asdict()) for row in rows]

    def stopped(self, worker: str) -> None:
        self._connection.execute(sa.delete(table).where(table.c.worker == worker))


def _values(pulse: Pulse) -> dict[str, Any]:
    return {
        "worker": pulse.worker,
        "service": pulse.service,
        "version": pulse.version,
        "connected": pulse.connected,
        "started_at": pulse.started_at,
        "seen_at": pulse.seen_at,
    }
