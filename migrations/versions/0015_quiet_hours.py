"""Quiet hours and pauses of readers, who hears it later, and what is urgent."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

_TABLE = "delivery_exception"
_KINDS = ("failed", "retrying", "deferred", "skipped")
_BY_BROADCAST = "ix_delivery_exception_broadcast_id_kind"
_NEXT = "ix_delivery_exception_next"
_WAITING = "ix_delivery_exception_waiting"
_WAITING_JID = "ix_delivery_exception_waiting_jid"
_IS_AWAITED = "next_at IS NOT NULL"
_IS_WAITING = "kind = 'waiting'"


def upgrade() -> None:
    moment = sa.TIMESTAMP(timezone=True).with_variant(sa.BigInteger(), "sqlite")
    op.add_column("subscriber", sa.Column("quiet", sa.Text()))
    op.add_column("subscriber", sa.Column("paused_until", moment))
    for table in ("schedule", "broadcast"):
        op.add_column(
            table,
            sa.Column("urgent", sa.Boolean, nullable=False, server_default=sa.false()),
        )
    op.drop_index(_NEXT, _TABLE)
    op.drop_index(_BY_BROADCAST, _TABLE)
    op.add_column(_TABLE, sa.Column("begun_at", moment))
    _allow(*_KINDS, "waiting")
    op.create_index(_BY_BROADCAST, _TABLE, ["broadcast_id", "kind"])
    repeated = f"{_IS_AWAITED} AND kind != 'waiting'"
    op.create_index(_NEXT, _TABLE, ["service", "next_at"], **_where(repeated))
    for name, column in ((_WAITING, "next_at"), (_WAITING_JID, "jid")):
        op.create_index(name, _TABLE, ["service", column], **_where(_IS_WAITING))


def downgrade() -> None:
    # Whoever waits is told at his moment all the same where that is within a day, and
    # at once where it is not: rather too early than never.
    op.execute(f"UPDATE {_TABLE} SET kind = 'retrying' WHERE {_IS_WAITING}")  # noqa: S608
    for name in (_WAITING_JID, _WAITING, _NEXT, _BY_BROADCAST):
        op.drop_index(name, _TABLE)
    _allow(*_KINDS)
    op.drop_column(_TABLE, "begun_at")
    op.create_index(_BY_BROADCAST, _TABLE, ["broadcast_id", "kind"])
    op.create_index(_NEXT, _TABLE, ["service", "next_at"], **_where(_IS_AWAITED))
    for table, column in (
        *(("broadcast", "urgent"), ("schedule", "urgent")),
        *(("subscriber", "paused_until"), ("subscriber", "quiet")),
    ):
        op.drop_column(table, column)


def _allow(*kinds: str) -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    name = op.f("ck_delivery_exception_kind")
    with op.batch_alter_table(_TABLE) as table:
        table.drop_constraint(name, type_="check")
        table.create_check_constraint(name, f"kind IN ({listed})")


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}
