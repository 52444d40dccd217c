"""What was seen last of each server."""

import json
from collections.abc import Collection
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from bot.service.ports.sights import Sight
from bot.store.conflicts import insert
from bot.store.tables import sight as table

#: sets of words, stored with blanks between them
_SETS = ("parts", "delegated")


class SqlSights:
    def __init__(self, connection: sa.Connection, service: str) -> None:
        self._connection = connection
        self._service = service

    def all(self) -> list[Sight]:
        select = sa.select(table).where(self._theirs).order_by(table.c.server)
        return [_sight(row) for row in self._connection.execute(select).mappings()]

    def put(self, sight: Sight) -> None:
        values = asdict(sight)
        values |= {name: " ".join(sorted(values[name])) for name in _SETS}
        values["uploads"] = json.dumps(values["uploads"], sort_keys=True)
        row = insert(self._connection, table)
        row = row.values(values | {"service": self._service})
        keys = [table.c.service, table.c.server]
        upsert = row.on_conflict_do_update(index_elements=keys, set_=values)
        self._connection.execute(upsert)

    def forget_but(self, servers: Collection[str]) -> None:
        others = table.c.server.not_in(servers)
        self._connection.execute(sa.delete(table).where(self._theirs, others))

    @property
    def _theirs(self) -> sa.ColumnElement[bool]:
        return table.c.service == self._service


def _sight(row: sa.RowMapping) -> Sight:
    values: dict[str, Any] = {k: v for k, v in row.items() if k != "service"}
    values |= {name: frozenset(values[name].split()) for name in _SETS}
    return Sight(**values | {"uploads": json.loads(values["uploads"])})
