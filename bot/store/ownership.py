"""Whose row it is: what only refers to a row belongs to whom that row belongs."""

from functools import cache

import sqlalchemy as sa

from bot.store.tables import (
    announcement_list,
    broadcast,
    incident,
    maintenance,
    schedule,
    subscriber,
)

_Id = sa.ColumnElement[int] | int

#: of whom the statement is, in statements that are made once
SERVICE = sa.bindparam("whose", type_=sa.Text)
_Service = str | sa.BindParameter[str]


def of_list(list_id: _Id, service: _Service) -> sa.ColumnElement[bool]:
    """It is a list of this service."""
    return _of(announcement_list, list_id, service)


def of_subscriber(subscriber_id: _Id, service: _Service) -> sa.ColumnElement[bool]:
    return _of(subscriber, subscriber_id, service)


def of_schedule(schedule_id: _Id, service: _Service) -> sa.ColumnElement[bool]:
    return _of(schedule, schedule_id, service)


def of_broadcast(broadcast_id: _Id, service: _Service) -> sa.ColumnElement[bool]:
    return _of(broadcast, broadcast_id, service)


def of_maintenance(reference: _Id, service: _Service) -> sa.ColumnElement[bool]:
    return _of(maintenance, reference, service)


def of_incident(incident_id: _Id, service: _Service) -> sa.ColumnElement[bool]:
    return _of(incident, incident_id, service)


def _of(table: sa.Table, row_id: _Id, service: _Service) -> sa.ColumnElement[bool]:
    owner = _owner(table)
    return sa.exists().where(owner.c.id == row_id, owner.c.service == service)


@cache
def _owner(table: sa.Table) -> sa.FromClause:
    """Under a name of its own, as the statement may read the table itself.

    Made once: it has a copy of each column, which costs more than the statement.
    """
    return table.alias(f"own_{table.name}")
