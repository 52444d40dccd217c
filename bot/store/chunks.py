"""Chunks: leased by workers, moved on as the server acknowledges."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.domain.broadcast import Chunk
from bot.store.ownership import SERVICE, of_broadcast
from bot.store.tables import IS_LEASED, IS_OPEN, IS_SENDING, broadcast
from bot.store.tables import chunk as table
from bot.store.types import UTCDateTime

_WORKER = sa.bindparam("by", type_=sa.Text)
#: beyond the cursor; of a chunk that an older release leased nobody has said it
_WRITTEN = sa.func.coalesce(table.c.window, 1_000)

# What a worker has in hand is none to claim even when its lease ran out: it is
# still sending it, and need only renew.
FREE = (
    sa.select(table.c.id)
    .select_from(table.join(broadcast))
    .where(
        broadcast.c.service == SERVICE,
        broadcast.c.in_owners_name == sa.bindparam("own", type_=sa.Boolean),
        IS_SENDING,
        broadcast.c.begins_at.is_(None),
        IS_OPEN,
        sa.or_(
            table.c.worker.is_(None),
            table.c.leased_until <= sa.bindparam("now"),
            # further ahead than a lease can be: of a clock that was put back since
            table.c.leased_until > sa.bindparam("until", type_=UTCDateTime),
        ),
        table.c.id.not_in(sa.bindparam("carrying", expanding=True)),
    )
    .order_by(broadcast.c.total, broadcast.c.id, table.c.id)
    .limit(1)
)
_CLAIMED = FREE.with_for_update(of=table, skip_locked=True)
CLAIM = (
    sa.update(table)
    .where(table.c.id == _CLAIMED.scalar_subquery())
    .values(
        worker=_WORKER,
        leased_until=sa.bindparam("until", type_=UTCDateTime),
        # of a holder whose lease ran out, nobody knows how far he wrote
        lost=sa.case((IS_LEASED, _WRITTEN), else_=table.c.lost),
        window=sa.bindparam("ahead", type_=sa.Integer),
    )
    .returning(table)
)
_THEIRS = of_broadcast(table.c.broadcast_id, SERVICE)
_HOLD = (
    sa.select(table)
    .where(_THEIRS, table.c.id == sa.bindparam("chunk_id"), table.c.worker == _WORKER)
    .with_for_update()
)
_SAVE = (
    sa.update(table)
    .where(_THEIRS, table.c.id == sa.bindparam("chunk_id"))
    .values(
        {
            column: sa.bindparam(f"new_{column.name}", type_=column.type)
            for column in (
                table.c.through,
                table.c.done,
                table.c.finished,
                table.c.worker,
                table.c.leased_until,
                table.c.strikes,
                table.c.suspect,
                table.c.edition,
                table.c.old_through,
                table.c.reach,
                table.c.lost,
            )
        }
    )
)


class SqlChunks:
    def __init__(self, connection: sa.Connection, service: str) -> None:
        self._connection = connection
        self._service = service

    def claim(
        self,
        worker: str,
        now: datetime,
        lease: timedelta,
        carrying: Collection[int] = (),
        *,
        in_owners_name: bool = False,
        window: int = 0,
    ) -> Chunk | None:
        values = {
            "whose": self._service,
            "own": in_owners_name,
            "by": worker,
            "now": now,
            "until": now + lease,
            "carrying": list(carrying),
            "ahead": window,
        }
        row = self._connection.execute(CLAIM, values).one_or_none()
        return None if row is None else _from_row(row)

    def hold(self, chunk_id: int, worker: str) -> Chunk | None:
        values = {"whose": self._service, "chunk_id": chunk_id, "by": worker}
        row = self._connection.execute(_HOLD, values).one_or_none()
        return None if row is None else _from_row(row)

    def save(self, chunk: Chunk) -> None:
        """Its range and count are as they were cut."""
        values = {
            "whose": self._service,
            "chunk_id": chunk.id,
            "new_through": chunk.through,
            "new_done": chunk.done,
            "new_finished": chunk.finished,
            "new_worker": chunk.worker,
            "new_leased_until": chunk.leased_until,
            "new_strikes": chunk.strikes,
            "new_suspect": chunk.suspect,
            "new_edition": chunk.edition,
            "new_old_through": chunk.old_through,
            "new_reach": chunk.reach,
            "new_lost": chunk.lost,
        }
        self._connection.execute(_SAVE, values)

    def renew(self, worker: str, until: datetime, carrying: Collection[int]) -> None:
        leased = sa.update(table).where(
            self._theirs, table.c.id.in_(carrying), table.c.worker == worker
        )
        self._connection.execute(leased.values(leased_until=until))

    def release(self, worker: str | None) -> None:
        self._give_back(worker, {})

    def bereave(self, worker: str) -> None:
        self._give_back(worker, {"lost": _WRITTEN})

    def _give_back(self, worker: str | None, values: dict[str, Any]) -> None:
        leased = sa.update(table).where(IS_LEASED, self._theirs)
        if worker is not None:
            leased = leased.where(table.c.worker == worker)
        free = {"worker": None, "leased_until": None, "window": None}
        self._connection.execute(leased.values(values | free))

    def untouched(self, broadcast_id: int) -> list[Chunk]:
        select = sa.select(table).where(
            self._theirs,
            table.c.broadcast_id == broadcast_id,
            IS_OPEN,
            sa.not_(IS_LEASED),
        )
        held = select.order_by(table.c.id).with_for_update(skip_locked=True)
        return [_from_row(row) for row in self._connection.execute(held)]

    def held(self, broadcast_ids: Collection[int], now: datetime) -> bool:
        select = sa.select(sa.func.count()).select_from(table)
        select = select.where(
            self._theirs,
            table.c.broadcast_id.in_(sorted(broadcast_ids)),
            IS_OPEN,
            table.c.worker.is_not(None),
            table.c.leased_until > now,
        )
        return self._connection.execute(select).scalar_one() > 0

    def unfinished(self, broadcast_id: int) -> int:
        select = sa.select(sa.func.count()).select_from(table)
        select = select.where(
            self._theirs, table.c.broadcast_id == broadcast_id, IS_OPEN
        )
        return self._connection.execute(select).scalar_one()

    def of(self, broadcast_id: int) -> list[Chunk]:
        select = sa.select(table)
        select = select.where(self._theirs, table.c.broadcast_id == broadcast_id)
        rows = self._connection.execute(select.order_by(table.c.after))
        return [_from_row(row) for row in rows]

    def at(self, broadcast_id: int, position: int) -> Chunk | None:
        select = sa.select(table).where(
            self._theirs,
            table.c.broadcast_id == broadcast_id,
            table.c.after < position,
            table.c.last >= position,
        )
        latest = select.order_by(table.c.after.desc()).limit(1)
        row = self._connection.execute(latest).one_or_none()
        return None if row is None else _from_row(row)

    @property
    def _theirs(self) -> sa.ColumnElement[bool]:
        return of_broadcast(table.c.broadcast_id, self._service)


def _from_row(row: sa.Row[Any]) -> Chunk:
    columns: dict[str, Any] = row._asdict()
    return Chunk(**columns)
