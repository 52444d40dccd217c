"""Announcement lists: declared by configuration or made by command, never deleted."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from bot.domain import send_window
from bot.domain.lists import AnnouncementList, ListKind
from bot.domain.message import MessageType
from bot.store.conflicts import insert
from bot.store.mapping import lengths_from_json, lengths_to_json, texts_from_json
from bot.store.ownership import SERVICE
from bot.store.tables import SUBSCRIBED, announcement_list, subscription

_IN_USE = sa.not_(announcement_list.c.retired)
# made once: who looks at many schedules asks for the list of each
_ONE = sa.select(announcement_list).where(announcement_list.c.service == SERVICE)
_NAMED = _ONE.where(announcement_list.c.name == sa.bindparam("which"), _IN_USE)
_BY_ID = _ONE.where(announcement_list.c.id == sa.bindparam("which"))


class SqlLists:
    def __init__(self, connection: sa.Connection, service: str) -> None:
        self._connection = connection
        self._service = service

    def declare(self, lists: Sequence[AnnouncementList]) -> None:
        """Writes only what differs, so that a restart changes nothing."""
        stored = {row.name: row for row in self._rows()}
        for entry in lists:
            row = stored.pop(entry.name, None)
            wanted = _values(entry) | {"declared": True}
            if row is None:
                # nothing: a service that starts beside this one was first
                self._insert(wanted)
            elif (
                row.retired
                or _values(_from_row(row)) | {"declared": row.declared} != wanted
            ):
                self._update(row.id, wanted)
        for row in stored.values():
            if not row.declared or row.retired:
                continue
            if row.by_command:
                self._update(row.id, {"declared": False, "is_default": False})
            else:
                self._update(row.id, {"retired": True})

    def add(self, entry: AnnouncementList) -> bool:
        made = _values(entry) | {"declared": False, "by_command": True}
        row = next((row for row in self._rows() if row.name == entry.name), None)
        if row is None:
            return self._insert(made)
        if not row.retired:
            return False
        self._update(row.id, made)
        return True

    def lock(self, name: str) -> None:
        theirs = announcement_list.c.service == self._service
        select = sa.select(announcement_list.c.id).where(
            theirs, announcement_list.c.name == name
        )
        self._connection.execute(select.with_for_update())

    def change(self, entry: AnnouncementList) -> None:
        self._update(entry.id, _values(entry))

    def retire(self, list_id: int) -> None:
        self._update(list_id, {"retired": True, "by_command": False})

    def _rows(self) -> Sequence[sa.Row[Any]]:
        theirs = announcement_list.c.service == self._service
        return self._connection.execute(
            sa.select(announcement_list).where(theirs)
        ).all()

    def _insert(self, values: dict[str, Any]) -> bool:
        row = values | {"service": self._service}
        made = insert(self._connection, announcement_list).values(row)
        added = made.on_conflict_do_nothing().returning(announcement_list.c.id)
        return self._connection.execute(added).first() is not None

    def _update(self, list_id: int, values: dict[str, Any]) -> None:
        table = announcement_list
        update = sa.update(table).where(
            table.c.id == list_id, table.c.service == self._service
        )
        self._connection.execute(update.values(values))

    def get(self, name: str) -> AnnouncementList | None:
        return self._one(_NAMED, name)

    def by_id(self, list_id: int) -> AnnouncementList | None:
        return self._one(_BY_ID, list_id)

    def _one(self, select: sa.Select[Any], which: str | int) -> AnnouncementList | None:
        values = {"whose": self._service, "which": which}
        row = self._connection.execute(select, values).one_or_none()
        return None if row is None else _from_row(row)

    def all(self) -> list[AnnouncementList]:
        theirs = announcement_list.c.service == self._service
        select = sa.select(announcement_list).where(theirs, _IN_USE)
        rows = self._connection.execute(select.order_by(announcement_list.c.name))
        return [_from_row(row) for row in rows]

    def counts(self) -> dict[int, int]:
        list_id = subscription.c.list_id
        theirs = sa.select(announcement_list.c.id)
        theirs = theirs.where(announcement_list.c.service == self._service)
        select = sa.select(list_id, sa.func.count()).group_by(list_id)
        select = select.where(list_id.in_(theirs), SUBSCRIBED)
        return {row[0]: row[1] for row in self._connection.execute(select)}


def _values(entry: AnnouncementList) -> dict[str, Any]:
    window = entry.send_window
    return {
        "name": entry.name,
        "title": entry.title,
        "is_default": entry.is_default,
        "kind": entry.kind,
        "language": entry.language,
        "timezone": entry.timezone,
        "type": entry.type,
        "publishers": sorted(entry.publishers),
        "welcome": entry.welcome,
        "corrections": entry.corrections,
        "reminders": lengths_to_json(entry.reminders),
        "public": entry.public,
        "send_window": str(window) if window else None,
        "send_window_zone": window.zone if window else None,
        "outside": window.outside if window else None,
        "retired": False,
    }


def _from_row(row: sa.Row[Any]) -> AnnouncementList:
    return AnnouncementList(
        id=row.id,
        name=row.name,
        title=row.title,
        is_default=row.is_default,
        kind=ListKind(row.kind),
        language=row.language,
        timezone=row.timezone,
        type=MessageType(row.type),
        publishers=texts_from_json(row.publishers),
        welcome=row.welcome,
        corrections=row.corrections,
        reminders=lengths_from_json(row.reminders),
        public=row.public,
        send_window=send_window.stored(
            row.send_window, row.send_window_zone, row.outside
        ),
        is_declared=row.declared,
        by_command=row.by_command,
    )
