"""Notices: what owners are still to be told."""

import json
from collections.abc import Collection, Iterable
from datetime import datetime
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from bot.domain.message import Text
from bot.domain.schedule import UNREADABLE
from bot.domain.updates import Remark, Update, WireState
from bot.service.ports.notices import Notice
from bot.store.ownership import SERVICE
from bot.store.sealing import Vault
from bot.store.tables import notice as table
from bot.store.types import UTCDateTime

FREE = (
    sa.select(table.c.id)
    .where(
        table.c.service == SERVICE,
        sa.or_(
            table.c.claimed_until.is_(None),
            table.c.claimed_until <= sa.bindparam("now"),
            # further ahead than a claim can be: of a clock that was put back since
            table.c.claimed_until > sa.bindparam("until", type_=UTCDateTime),
        ),
    )
    .order_by(table.c.id)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)
_CLAIMED = FREE.with_for_update(skip_locked=True)
CLAIM = (
    sa.update(table)
    .where(table.c.id.in_(_CLAIMED.scalar_subquery()))
    .values(claimed_until=sa.bindparam("until", type_=UTCDateTime))
    .returning(table)
)


class SqlNotices:
    def __init__(self, connection: sa.Connection, service: str, vault: Vault) -> None:
        self._connection = connection
        self._service = service
        self._vault = vault

    def add(self, notice: Notice) -> None:
        said = notice.said
        words: dict[str, Any]
        if isinstance(said, Update):
            words = {"job": said.job, "status": said.status, "due_at": said.due_at}
            if said.remarks:
                words |= {"text": _written(said.remarks), "language": said.language}
        else:
            words = {"text": said.body, "language": said.language}
        row = {
            "service": self._service,
            "recipient": notice.to,
            "created_at": notice.created_at,
            "announcement": notice.announcement,
            **words,
        }
        sealed = self._vault.seal_all(table, row)
        self._connection.execute(sa.insert(table).values(sealed))

    def claim(self, now: datetime, until: datetime, limit: int) -> list[Notice]:
        values = {"whose": self._service, "now": now, "until": until, "limit": limit}
        rows = self._connection.execute(CLAIM, values).all()
        return sorted(map(self._from_row, rows), key=attrgetter("id"))

    def release(self) -> None:
        free = sa.update(table).values(claimed_until=None)
        self._connection.execute(
            free.where(self._theirs, table.c.claimed_until.is_not(None))
        )

    def done(self, notice_ids: Collection[int]) -> None:
        if notice_ids:
            delete = sa.delete(table)
            delete = delete.where(self._theirs, table.c.id == sa.bindparam("which"))
            keys = [{"which": notice_id} for notice_id in notice_ids]
            self._connection.execute(delete, keys)

    def waiting(self) -> int:
        count = sa.select(sa.func.count()).select_from(table).where(self._theirs)
        return self._connection.execute(count).scalar_one()

    @property
    def _theirs(self) -> sa.ColumnElement[bool]:
        return table.c.service == self._service

    def _from_row(self, row: sa.Row[Any]) -> Notice:
        said: Update | Text
        told = None if row.text is None else self._vault.open(table.c.text, row.text)
        if row.job is not None:
            said = Update(
                job=row.job,
                status=WireState(row.status),
                due_at=row.due_at,
                remarks=_read(told),
                language=row.language or "",
            )
        else:
            said = Text(language=row.language, body=told or UNREADABLE)
        return Notice(
            id=row.id,
            to=row.recipient,
            said=said,
            created_at=row.created_at,
            announcement=row.announcement,
        )


def _written(remarks: Iterable[Remark]) -> str:
    return json.dumps([[one.code, one.text] for one in remarks], ensure_ascii=False)


def _read(text: str | None) -> tuple[Remark, ...]:
    told = json.loads(text) if text else []
    return tuple(Remark(code=code, text=words) for code, words in told)
