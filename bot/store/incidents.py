"""Incidents, and which announcements said what of them."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.domain.errors import Conflict
from bot.domain.incident import Incident, IncidentState, Update, UpdateKind
from bot.domain.phrase import Phrase
from bot.service.ports.paging import Page, Paging
from bot.store.conflicts import insert
from bot.store.mapping import PURGED, content_from_json, content_to_json, is_unreadable
from bot.store.ownership import SERVICE, of_incident
from bot.store.paging import count_rows, page
from bot.store.sealing import Vault, columns_of
from bot.store.tables import IS_KEPT_INCIDENT, IS_OPEN_INCIDENT, incident_update
from bot.store.tables import incident as table
from bot.store.types import UTCDateTime

_NAMES: sa.BindParameter[str] = sa.bindparam("names", expanding=True)
_SINCE = sa.bindparam("since", type_=UTCDateTime)
_LATEST = (
    sa.select(table)
    .where(table.c.list_name.in_(_NAMES))
    .limit(sa.bindparam("limit", type_=sa.Integer))
)
OPEN = _LATEST.where(
    # of this service, but not looked for by it: it has incidents of many years
    of_incident(table.c.id, SERVICE),
    IS_OPEN_INCIDENT,
).order_by(table.c.created_at.desc(), table.c.id.desc())
ENDED = _LATEST.where(
    table.c.service == SERVICE, IS_KEPT_INCIDENT, table.c.ended_at > _SINCE
).order_by(table.c.ended_at.desc())


class SqlIncidents:
    def __init__(self, connection: sa.Connection, service: str, vault: Vault) -> None:
        self._connection = connection
        self._service = service
        self._vault = vault

    def add(self, incident: Incident) -> Incident:
        row = insert(self._connection, table)
        values = self._vault.seal_all(table, _values(incident))
        row = row.values(values | {"service": self._service})
        returning = row.on_conflict_do_nothing(
            index_elements=[table.c.service, table.c.owner, table.c.client_id],
            index_where=IS_OPEN_INCIDENT,
        ).returning(table)
        added = self._connection.execute(returning).one_or_none()
        if added is None:
            raise Conflict(
                Phrase("There is an incident {id!r} already.", id=incident.client_id)
            )
        return self._from_row(added)

    def get(self, reference: int) -> Incident | None:
        return self._one(sa.select(table).where(table.c.id == reference))

    def find(self, owner: str, client_id: str) -> Incident | None:
        theirs = (table.c.owner == owner, table.c.client_id == client_id)
        select = sa.select(table).where(*theirs).order_by(table.c.id.desc())
        return self._one(select.limit(1))

    def lock(self, reference: int) -> Incident | None:
        select = sa.select(table).where(table.c.id == reference)
        return self._one(select.with_for_update())

    def _one(self, select: sa.Select[Any]) -> Incident | None:
        row = self._connection.execute(select.where(self._theirs)).one_or_none()
        return None if row is None else self._from_row(row)

    def save(self, incident: Incident) -> None:
        values = _values(incident)
        if is_unreadable(incident.content):
            # whoever has the key may still read it
            for column in columns_of(table):
                del values[column.name]
        update = sa.update(table).where(self._theirs, table.c.id == incident.id)
        self._connection.execute(update.values(self._vault.seal_all(table, values)))

    def page(
        self,
        paging: Paging,
        *,
        states: Collection[IncidentState] | None = None,
        owner: str | None = None,
        lists: Collection[str] = (),
    ) -> Page[Incident]:
        conditions = [self._theirs]
        if states is not None:
            conditions.append(table.c.state.in_(sorted(states)))
        if owner is not None:
            told = table.c.list_name.in_(sorted(lists))
            conditions.append(sa.or_(table.c.owner == owner, told))
        return page(self._connection, table, conditions, paging, self._from_row)

    def latest(
        self, lists: Collection[str], since: datetime, limit: int
    ) -> list[Incident]:
        values = {"whose": self._service, "names": list(lists), "limit": limit}
        rows = [
            *self._connection.execute(OPEN, values),
            *self._connection.execute(ENDED, {**values, "since": since}),
        ]
        return [self._from_row(row) for row in rows]

    def count_open(self, owner: str) -> int:
        conditions = [self._theirs, IS_OPEN_INCIDENT, table.c.owner == owner]
        return count_rows(self._connection, table, conditions)

    def add_update(self, update: Update) -> None:
        columns = ["incident_id", "number", "kind", "schedule_id", "at"]
        values = sa.select(
            *(
                sa.literal(getattr(update, name), incident_update.c[name].type)
                for name in columns
            )
        ).where(of_incident(update.incident_id, self._service))
        row = sa.insert(incident_update).from_select(columns, values)
        self._connection.execute(row)

    def updates(self, reference: int, *, limit: int) -> list[Update]:
        select = (
            sa.select(incident_update)
            .where(
                incident_update.c.incident_id == reference,
                of_incident(reference, self._service),
            )
            .order_by(incident_update.c.number.desc())
            .limit(limit)
        )
        rows = self._connection.execute(select).all()
        return [
            Update(
                incident_id=row.incident_id,
                number=row.number,
                kind=UpdateKind(row.kind),
                schedule_id=row.schedule_id,
                at=row.at,
            )
            for row in reversed(rows)
        ]

    def purge(self, before: datetime, now: datetime, limit: int) -> int:
        ended = (
            sa.select(table.c.id)
            .where(self._theirs, IS_KEPT_INCIDENT, table.c.ended_at < before)
            .order_by(table.c.ended_at)
            .limit(limit)
        )
        ids = list(self._connection.execute(ended).scalars())
        if not ids:
            return 0
        update = sa.update(table).where(table.c.id.in_(ids))
        return self._connection.execute(
            update.values(content=PURGED, purged_at=now)
        ).rowcount

    @property
    def _theirs(self) -> sa.ColumnElement[bool]:
        return table.c.service == self._service

    def _from_row(self, row: sa.Row[Any]) -> Incident:
        opened = self._vault.open
        return Incident(
            id=row.id,
            owner=row.owner,
            client_id=row.client_id,
            fingerprint=opened(table.c.fingerprint, row.fingerprint) or "",
            revision=row.revision,
            edit_fingerprint=opened(table.c.edit_fingerprint, row.edit_fingerprint),
            list_name=row.list_name,
            content=content_from_json(opened(table.c.content, row.content)),
            timezone=row.timezone,
            urgent=row.urgent,
            state=IncidentState(row.state),
            created_at=row.created_at,
            changed_at=row.changed_at,
            ended_at=row.ended_at,
            purged_at=row.purged_at,
        )


def _values(incident: Incident) -> dict[str, Any]:
    return {
        "owner": incident.owner,
        "client_id": incident.client_id,
        "fingerprint": incident.fingerprint,
        "revision": incident.revision,
        "edit_fingerprint": incident.edit_fingerprint,
        "list_name": incident.list_name,
        "content": content_to_json(incident.content),
        "timezone": incident.timezone,
        "urgent": incident.urgent,
        "state": incident.state,
        "created_at": incident.created_at,
        "changed_at": incident.changed_at,
        "ended_at": incident.ended_at,
    }
