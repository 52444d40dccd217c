"""Roles that admins gave, and the standstill."""

from typing import Any

import sqlalchemy as sa

from bot.domain.roles import HeldRole, RoleName
from bot.domain.standstill import Standstill
from bot.store.conflicts import insert
from bot.store.ownership import SERVICE
from bot.store.tables import role as table
from bot.store.tables import standstill

_ALL = (
    sa.select(table)
    .where(table.c.service == SERVICE)
    .order_by(table.c.jid, table.c.role, table.c.list_name)
)
_OF = _ALL.where(table.c.jid == sa.bindparam("who", type_=sa.Text))


class SqlRoles:
    def __init__(self, connection: sa.Connection, service: str) -> None:
        self._connection = connection
        self._service = service

    def all(self) -> list[HeldRole]:
        rows = self._connection.execute(_ALL, {"whose": self._service})
        return [_from_row(row) for row in rows]

    def of(self, jid: str) -> list[HeldRole]:
        rows = self._connection.execute(_OF, {"whose": self._service, "who": jid})
        return [_from_row(row) for row in rows]

    def hold(self) -> None:
        held = _ALL.with_for_update()
        self._connection.execute(held, {"whose": self._service}).all()

    def put(self, role: HeldRole) -> None:
        row = insert(self._connection, table).values(
            service=self._service,
            jid=role.jid,
            role=role.role,
            list_name=role.list_name or "",
            by=role.by,
            at=role.at,
        )
        self._connection.execute(row.on_conflict_do_nothing())

    def remove(self, role: HeldRole) -> bool:
        delete = sa.delete(table).where(
            table.c.service == self._service,
            table.c.jid == role.jid,
            table.c.role == role.role,
            table.c.list_name == (role.list_name or ""),
        )
        return bool(self._connection.execute(delete).rowcount)


def _from_row(row: sa.Row[Any]) -> HeldRole:
    return HeldRole(
        jid=row.jid,
        role=RoleName(row.role),
        list_name=row.list_name or None,
        by=row.by,
        at=row.at,
    )


class SqlStandstills:
    def __init__(self, connection: sa.Connection, service: str) -> None:
        self._connection = connection
        self._service = service

    def get(self) -> Standstill | None:
        select = sa.select(standstill.c.by, standstill.c.since)
        select = select.where(standstill.c.service == self._service)
        row = self._connection.execute(select).one_or_none()
        return None if row is None else Standstill(by=row.by, since=row.since)

    def begin(self, begun: Standstill) -> bool:
        row = insert(self._connection, standstill).values(
            service=self._service, by=begun.by, since=begun.since
        )
        new = row.on_conflict_do_nothing().returning(standstill.c.service)
        return self._connection.execute(new).first() is not None

    def end(self) -> None:
        theirs = standstill.c.service == self._service
        self._connection.execute(sa.delete(standstill).where(theirs))
