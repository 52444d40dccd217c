"""What recipients are asked about schedules, and have answered."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.domain.consent import Approval, ApprovalState
from bot.service.ports.consents import Asking
from bot.service.ports.paging import Page, Paging
from bot.store.ownership import SERVICE
from bot.store.paging import page
from bot.store.tables import IS_LIVE, IS_UNTOLD, schedule
from bot.store.tables import approval as table

_THEIRS = table.c.service == SERVICE
_IS_WAITING = table.c.state == ApprovalState.WAITING
_IS_NOT_VOID = table.c.state != ApprovalState.VOID
#: of a schedule that is not over
_OF_LIVE = sa.exists().where(schedule.c.id == table.c.schedule_id, IS_LIVE)

_other = table.alias("other")
UNTOLD = (
    sa.select(table.c.recipient)
    .distinct()
    .where(
        _THEIRS,
        IS_UNTOLD,
        _OF_LIVE,
        ~sa.exists().where(
            _other.c.service == SERVICE,
            _other.c.recipient == table.c.recipient,
            _other.c.told_at > sa.bindparam("since", type_=table.c.told_at.type),
            _other.c.told_at < sa.bindparam("until", type_=table.c.told_at.type),
        ),
    )
    .order_by(table.c.recipient)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)


class SqlApprovals:
    def __init__(self, connection: sa.Connection, service: str) -> None:
        self._connection = connection
        self._service = service

    def add(self, approval: Approval) -> None:
        row = {
            "id": approval.id,
            "service": self._service,
            "schedule_id": approval.schedule_id,
            "recipient": approval.recipient,
            "state": approval.state,
            "preview": approval.preview,
            "created_at": approval.created_at,
            "told_at": approval.told_at,
            "decided_at": approval.decided_at,
        }
        self._connection.execute(sa.insert(table).values(row))

    def of(self, schedule_id: int) -> Approval | None:
        return self._one(table.c.schedule_id == schedule_id)

    def find(self, recipient: str, reference: int) -> Approval | None:
        theirs = (table.c.recipient == recipient, table.c.id == reference)
        return self._one(*theirs, _OF_LIVE)

    def _one(self, *conditions: sa.ColumnElement[bool]) -> Approval | None:
        select = sa.select(table).where(self._theirs, _IS_NOT_VOID, *conditions)
        row = self._connection.execute(select).one_or_none()
        return None if row is None else _from_row(row)

    def decide(self, approval: Approval, state: ApprovalState, now: datetime) -> None:
        update = sa.update(table).where(
            self._theirs, _IS_NOT_VOID, table.c.id == approval.id
        )
        self._connection.execute(update.values(state=state, decided_at=now))

    def void(self, schedule_id: int) -> None:
        of_it = (self._theirs, table.c.schedule_id == schedule_id)
        untold = sa.delete(table).where(*of_it, table.c.told_at.is_(None))
        self._connection.execute(untold)
        told = sa.update(table).where(*of_it).values(state=ApprovalState.VOID)
        self._connection.execute(told)

    def page(self, recipient: str, paging: Paging) -> Page[Approval]:
        waiting = (*self._waiting(recipient), _OF_LIVE)
        return page(self._connection, table, waiting, paging, _from_row)

    def untold(self, since: datetime, until: datetime, limit: int) -> list[str]:
        values = {"since": since, "until": until, "limit": limit}
        rows = self._connection.execute(UNTOLD, values | {"whose": self._service})
        return list(rows.scalars())

    def tell(self, recipient: str, now: datetime) -> list[Asking]:
        waiting = self._waiting(recipient)
        update = sa.update(table).where(*waiting, _OF_LIVE).values(told_at=now)
        self._connection.execute(update)
        select = (
            sa.select(schedule.c.owner, sa.func.count())
            .join_from(table, schedule)
            .where(*waiting, IS_LIVE)
            .group_by(schedule.c.owner)
            .order_by(schedule.c.owner)
        )
        return list(map(Asking._make, self._connection.execute(select)))

    def _waiting(self, recipient: str) -> tuple[sa.ColumnElement[bool], ...]:
        return self._theirs, table.c.recipient == recipient, _IS_WAITING

    @property
    def _theirs(self) -> sa.ColumnElement[bool]:
        return table.c.service == self._service


def _from_row(row: sa.Row[Any]) -> Approval:
    return Approval(
        id=row.id,
        schedule_id=row.schedule_id,
        recipient=row.recipient,
        state=ApprovalState(row.state),
        preview=row.preview,
        created_at=row.created_at,
        told_at=row.told_at,
        decided_at=row.decided_at,
    )
