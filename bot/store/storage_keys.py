"""By which keys this service's content is sealed, and sealing it anew."""

from typing import Any

import sqlalchemy as sa

from bot.domain.schedule import UNREADABLE, TemplateContent
from bot.service.ports.storage import CLEAR, Resealed
from bot.store.conflicts import insert
from bot.store.mapping import content_to_json
from bot.store.ownership import of_broadcast, of_list
from bot.store.sealing import Vault, columns_of, is_sealed
from bot.store.tables import (
    broadcast_content,
    forgetting_key,
    greeting,
    incident,
    maintenance,
    metadata,
    schedule,
)
from bot.store.tables import storage_key as table

#: with columns that are sealed
_TABLES = [one for one in metadata.sorted_tables if columns_of(one)]
_NOTHING = content_to_json(TemplateContent(template=UNREADABLE, values={}))
#: what stands for what is given up; elsewhere NULL does
_GIVEN_UP: dict["sa.Column[Any]", Any] = {
    schedule.c.content: _NOTHING,
    schedule.c.fingerprint: "",
    broadcast_content.c.content: _NOTHING,
    greeting.c.text: "",
    incident.c.content: _NOTHING,
    incident.c.fingerprint: "",
    maintenance.c.fields: {},
    maintenance.c.fingerprint: "",
}


class SqlStorageKeys:
    def __init__(self, connection: sa.Connection, service: str, vault: Vault) -> None:
        self._connection = connection
        self._service = service
        self._vault = vault

    def noted(self) -> set[str]:
        select = sa.select(table.c.name).where(self._theirs)
        return set(self._connection.execute(select).scalars())

    def note(self, name: str) -> None:
        first = name != CLEAR and not self.noted()
        self._add(name, *([CLEAR] if first and self._holds_something() else []))

    def _add(self, *names: str) -> None:
        rows = [{"service": self._service, "name": name} for name in names]
        new = insert(self._connection, table).on_conflict_do_nothing()
        self._connection.execute(new, rows)

    def _holds_something(self) -> bool:
        own = (
            sa.exists().where(one.c.service == self._service)
            for one in (schedule, forgetting_key)
        )
        return bool(self._connection.execute(sa.select(sa.or_(*own))).scalar_one())

    def settle(self, name: str) -> None:
        self._connection.execute(sa.delete(table).where(self._theirs))
        if name != CLEAR:
            self._add(name)

    @property
    def _theirs(self) -> sa.ColumnElement[bool]:
        return table.c.service == self._service

    def reseal(self, since: Any, limit: int, *, lost: bool) -> Resealed:
        number, after = since or (0, None)
        which = _TABLES[number]
        keys, columns = list(which.primary_key), columns_of(which)
        select = sa.select(*keys, *columns).where(self._is_own(which))
        if after is not None:
            select = select.where(
                sa.tuple_(*keys) > sa.tuple_(*after, types=[key.type for key in keys])
            )
        # held, so that nobody writes it meanwhile; whoever passes over what is held
        # comes back
        select = select.order_by(*keys).limit(limit).with_for_update(of=which)
        rows = self._connection.execute(select).all()
        changes = []
        unreadable = 0
        for row in rows:
            values, failed = self._resealed(which, row._asdict(), lost=lost)
            unreadable += failed
            if values:
                changes.append(values)
        if changes:
            found = (
                key == sa.bindparam(f"its_{key.name}", type_=key.type) for key in keys
            )
            update = sa.update(which).where(*found)
            new = {
                column.name: sa.bindparam(f"new_{column.name}", type_=column.type)
                for column in columns
            }
            self._connection.execute(update.values(new), changes)
        last = tuple(rows[-1][: len(keys)]) if rows else None
        following: tuple[int, Any] | None = (number, last)
        if len(rows) < limit:
            following = (number + 1, None) if which is not _TABLES[-1] else None
        return Resealed(
            following=following, changed=len(changes), unreadable=unreadable
        )

    def _resealed(
        self, which: sa.Table, row: dict[str, Any], *, lost: bool
    ) -> tuple[dict[str, Any], int]:
        """The parameters that bring the row up to date, none where it is; and how many
        of its texts no key opens.
        """
        vault, broadcast_id = self._vault, row.get("broadcast_id")
        new: dict[str, Any] = {}
        changed = unreadable = 0
        for column in columns_of(which):
            stored = row[column.name]
            value = vault.open(column, stored, broadcast_id)
            is_lost = value is None and is_sealed(stored)
            if is_lost and lost:
                value = _GIVEN_UP.get(column)
            elif is_lost or vault.is_current(stored):
                unreadable += is_lost
                new[f"new_{column.name}"] = stored
                continue
            changed += 1
            new[f"new_{column.name}"] = vault.seal(column, value, broadcast_id)
        new |= {f"its_{key.name}": row[key.name] for key in which.primary_key}
        return new if changed else {}, unreadable

    def _is_own(self, which: sa.Table) -> sa.ColumnElement[bool]:
        if "service" in which.c:
            return which.c.service == self._service
        if "list_id" in which.c:
            return of_list(which.c.list_id, self._service)
        return of_broadcast(which.c.broadcast_id, self._service)
