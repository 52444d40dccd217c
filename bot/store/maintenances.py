"""Maintenance and its windows: found by owner, by page and by the moment they are due.

Whoever changes a window holds the maintenance that it is of.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.domain import lengths
from bot.domain.errors import Conflict, Invalid
from bot.domain.lengths import Length
from bot.domain.maintenance import Finish, Maintenance, Phase, Window, WindowState
from bot.domain.phrase import Phrase
from bot.domain.relative import Relative
from bot.domain.schedule import Origin
from bot.service.ports.maintenance import NoticeMade
from bot.service.ports.paging import Page, Paging
from bot.store.conflicts import insert
from bot.store.mapping import (
    lengths_from_json,
    lengths_to_json,
    values_from_json,
    values_to_json,
)
from bot.store.ownership import SERVICE, of_maintenance
from bot.store.paging import count_rows, page
from bot.store.sealing import Vault
from bot.store.tables import (
    IS_DUE_MAINTENANCE,
    IS_LIVE_MAINTENANCE,
    IS_LIVE_WINDOW,
    maintenance_notice,
    maintenance_window,
)
from bot.store.tables import maintenance as table

_THEIRS = table.c.service == SERVICE
DUE = (
    sa.select(table)
    .where(_THEIRS, IS_DUE_MAINTENANCE, table.c.next_at <= sa.bindparam("until"))
    .order_by(table.c.next_at, table.c.id)
    .limit(sa.bindparam("limit", type_=sa.Integer))
    .with_for_update(skip_locked=True)
)
NEXT_DUE = sa.select(sa.func.min(table.c.next_at)).where(_THEIRS, IS_DUE_MAINTENANCE)
#: what never changes once it is stored
_FIXED = ("owner", "client_id", "origin", "fingerprint", "fields", "created_at")


class SqlMaintenances:
    def __init__(self, connection: sa.Connection, service: str, vault: Vault) -> None:
        self._connection = connection
        self._service = service
        self._vault = vault

    @property
    def _theirs(self) -> sa.ColumnElement[bool]:
        return table.c.service == self._service

    def add(self, maintenance: Maintenance) -> Maintenance:
        values = self._vault.seal_all(table, _values(maintenance))
        row = insert(self._connection, table).values(
            values | {"service": self._service}
        )
        returning = row.on_conflict_do_nothing(
            index_elements=[table.c.client_id, table.c.owner, table.c.service],
            index_where=IS_LIVE_MAINTENANCE,
        ).returning(table)
        added = self._connection.execute(returning).one_or_none()
        if added is None:
            raise Conflict(
                Phrase(
                    "There is a maintenance {id!r} already.", id=maintenance.client_id
                )
            )
        return self._from_row(added)

    def get(self, reference: int) -> Maintenance | None:
        return self._one(sa.select(table).where(table.c.id == reference))

    def find(self, owner: str, client_id: str) -> Maintenance | None:
        theirs = (table.c.owner == owner, table.c.client_id == client_id)
        latest = sa.select(table).where(*theirs).order_by(table.c.id.desc()).limit(1)
        return self._one(latest)

    def lock(self, reference: int) -> Maintenance | None:
        held = sa.select(table).where(table.c.id == reference).with_for_update()
        return self._one(held)

    def _one(self, select: sa.Select[Any]) -> Maintenance | None:
        row = self._connection.execute(select.where(self._theirs)).one_or_none()
        return None if row is None else self._from_row(row)

    def save(self, maintenance: Maintenance) -> None:
        values = _values(maintenance)
        for fixed in _FIXED:
            del values[fixed]
        if not maintenance.fingerprint:  # whoever has the key may still read both
            del values["edit_fingerprint"]
        update = sa.update(table).where(self._theirs, table.c.id == maintenance.id)
        self._connection.execute(update.values(self._vault.seal_all(table, values)))

    def page(
        self, paging: Paging, *, owner: str | None, over: bool
    ) -> Page[Maintenance]:
        conditions = [self._theirs]
        if owner is not None:
            conditions.append(table.c.owner == owner)
        if not over:
            conditions.append(IS_LIVE_MAINTENANCE)
        return page(self._connection, table, conditions, paging, self._from_row)

    def count(self, owner: str) -> int:
        live = [self._theirs, table.c.owner == owner, IS_LIVE_MAINTENANCE]
        return count_rows(self._connection, table, live)

    def due(self, until: datetime, limit: int) -> list[Maintenance]:
        values = {"whose": self._service, "until": until, "limit": limit}
        return [self._from_row(row) for row in self._connection.execute(DUE, values)]

    def next_due(self) -> datetime | None:
        found = self._connection.execute(NEXT_DUE, {"whose": self._service})
        moment: datetime | None = found.scalar_one()
        return moment

    def going_on(self, after: int, limit: int) -> list[Maintenance]:
        select = sa.select(table).where(
            self._theirs, IS_LIVE_MAINTENANCE, table.c.id > after
        )
        rows = self._connection.execute(select.order_by(table.c.id).limit(limit))
        return [self._from_row(row) for row in rows]

    # --- windows ---------------------------------------------------------------

    def add_window(self, window: Window) -> Window:
        row = sa.insert(maintenance_window).values(_window_values(window))
        added = self._connection.execute(row.returning(maintenance_window))
        return window_from_row(added.one())

    def save_window(self, window: Window) -> None:
        update = sa.update(maintenance_window).where(
            maintenance_window.c.id == window.id,
            of_maintenance(maintenance_window.c.maintenance_id, self._service),
        )
        self._connection.execute(update.values(_window_values(window)))

    def windows(self, reference: int, *, live: bool = False) -> Sequence[Window]:
        found = self._windows(
            maintenance_window.c.maintenance_id == reference, IS_LIVE_WINDOW
        )
        if live:
            return found
        last = self._windows(
            maintenance_window.c.maintenance_id == reference,
            sa.not_(IS_LIVE_WINDOW),
            latest=True,
        )
        return sorted((*found, *last), key=lambda one: one.number)

    def window(self, reference: int, number: int) -> Window | None:
        found = self._windows(
            maintenance_window.c.maintenance_id == reference,
            maintenance_window.c.number == number,
        )
        return next(iter(found), None)

    def window_at(
        self, reference: int, wall: datetime, moment: datetime
    ) -> Window | None:
        column = maintenance_window.c
        of = column.maintenance_id == reference
        found = self._windows(of, column.wall == wall)
        found += self._windows(of, column.starts_at == moment)
        return next(iter(found), None)

    def _windows(
        self, *conditions: sa.ColumnElement[bool], latest: bool = False
    ) -> list[Window]:
        number = maintenance_window.c.number
        select = sa.select(maintenance_window).where(
            *conditions,
            of_maintenance(maintenance_window.c.maintenance_id, self._service),
        )
        if latest:
            select = select.order_by(number.desc()).limit(1)
        else:
            select = select.order_by(number)
        return [window_from_row(row) for row in self._connection.execute(select)]

    # --- notices ---------------------------------------------------------------

    def note(self, notice: NoticeMade) -> None:
        values = {
            "window_id": notice.window_id,
            "phase": notice.phase,
            "schedule_id": notice.schedule_id,
            "made_at": notice.made_at,
        }
        self._connection.execute(sa.insert(maintenance_notice).values(values))

    def notices(self, window_id: int) -> Sequence[NoticeMade]:
        select = (
            sa.select(maintenance_notice)
            .join(
                maintenance_window,
                maintenance_window.c.id == maintenance_notice.c.window_id,
            )
            .where(
                maintenance_notice.c.window_id == window_id,
                of_maintenance(maintenance_window.c.maintenance_id, self._service),
            )
            .order_by(maintenance_notice.c.id)
        )
        return [
            NoticeMade(
                window_id=row.window_id,
                phase=Phase(row.phase),
                schedule_id=row.schedule_id,
                made_at=row.made_at,
            )
            for row in self._connection.execute(select)
        ]

    def _from_row(self, row: sa.Row[Any]) -> Maintenance:
        opened = self._vault.open
        return Maintenance(
            id=row.id,
            owner=row.owner,
            client_id=row.client_id,
            origin=Origin(row.origin),
            fingerprint=opened(table.c.fingerprint, row.fingerprint) or "",
            revision=row.revision,
            edit_fingerprint=opened(table.c.edit_fingerprint, row.edit_fingerprint),
            list_name=row.list_name,
            template=row.template,
            values=values_from_json(opened(table.c.fields, row.fields)),
            timezone=row.timezone,
            recurrence=row.recurrence,
            start=row.start,
            lasts=_lasts(row.lasts),
            finish=Finish(row.finish),
            reminders=lengths_from_json(row.reminders),
            language=row.language,
            through=row.through,
            opened=row.opened,
            next_at=row.next_at,
            created_at=row.created_at,
            ended_at=row.ended_at,
        )


def _values(maintenance: Maintenance) -> dict[str, Any]:
    lasts = maintenance.lasts
    return {
        "owner": maintenance.owner,
        "client_id": maintenance.client_id,
        "origin": maintenance.origin,
        "fingerprint": maintenance.fingerprint,
        "revision": maintenance.revision,
        "edit_fingerprint": maintenance.edit_fingerprint,
        "list_name": maintenance.list_name,
        "template": maintenance.template,
        "fields": values_to_json(maintenance.values),
        "timezone": maintenance.timezone,
        "recurrence": maintenance.recurrence,
        "start": maintenance.start,
        "lasts": None if lasts is None else _written(lasts),
        "finish": maintenance.finish,
        "reminders": lengths_to_json(maintenance.reminders),
        "language": maintenance.language,
        "through": maintenance.through,
        "opened": maintenance.opened,
        "next_at": maintenance.next_at,
        "created_at": maintenance.created_at,
        "ended_at": maintenance.ended_at,
    }


def _written(lasts: Length) -> str:
    return str(Relative(lasts.wall_days, lasts.exact_seconds)).removeprefix("+")


def _lasts(stored: str | None) -> Length | None:
    """None also where it is no length: then nobody knows the end."""
    try:
        return None if stored is None else lengths.parse(stored)
    except Invalid:
        return None


def _window_values(window: Window) -> dict[str, Any]:
    return {
        "maintenance_id": window.maintenance_id,
        "number": window.number,
        "wall": window.wall,
        "start": window.start,
        "starts_at": window.starts_at,
        "ends_at": window.ends_at,
        "state": window.state,
        "sequence": window.sequence,
        "changed_at": window.changed_at,
        "through": window.through,
        "told": window.told,
        "asked": window.asked,
        "asked_at": window.asked_at,
        "next_at": window.next_at,
    }


def window_from_row(row: sa.Row[Any]) -> Window:
    return Window(
        id=row.id,
        maintenance_id=row.maintenance_id,
        number=row.number,
        wall=row.wall,
        start=row.start,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        state=WindowState(row.state),
        sequence=row.sequence,
        changed_at=row.changed_at,
        through=row.through,
        told=row.told,
        asked=row.asked,
        asked_at=row.asked_at,
        next_at=row.next_at,
    )
