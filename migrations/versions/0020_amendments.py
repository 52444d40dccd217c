"""Broadcasts that are corrected or retracted, and what several are about."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_WHOLE = sa.Integer()
_ADDED: tuple[tuple[str, str, Any], ...] = (
    ("schedule", "topic", sa.Text()),
    ("schedule", "amendment", sa.Text()),
    ("broadcast", "topic", sa.Text()),
    ("broadcast", "told_by", _NUMBER),
    ("broadcast", "latest_by", _NUMBER),
    ("broadcast", "amendment", sa.Text()),
    (
        "broadcast",
        "retracted_at",
        sa.TIMESTAMP(timezone=True).with_variant(sa.BigInteger(), "sqlite"),
    ),
    ("chunk", "old_through", sa.BigInteger()),
    ("chunk", "reach", sa.BigInteger()),
    ("chunk", "window", _WHOLE),
    ("chunk", "lost", _WHOLE),
    ("delivery_exception", "edition", _WHOLE),
)
#: worded once
_FIRST = ("broadcast", "chunk")
#: of each edition
_KEYS = {
    "broadcast_text": ["broadcast_id", "language", "zone"],
    "broadcast_content": ["broadcast_id"],
}
_INDEXES = (
    ("ix_broadcast_topic", "broadcast", "topic", "topic IS NOT NULL"),
    ("ix_broadcast_told_by", "broadcast", "told_by", "told_by IS NOT NULL"),
)
_AMENDING = "ix_schedule_amending"
_IS_LIVE = "state IN ('paused', 'pending', 'running')"


def upgrade() -> None:
    for table, name, kind in _ADDED:
        op.add_column(table, sa.Column(name, kind))
    for table in _FIRST:
        op.add_column(table, _edition())
    op.add_column(
        "list",
        sa.Column(
            "corrections", sa.Boolean(), nullable=False, server_default=sa.true()
        ),
    )
    for name, table, column, condition in _INDEXES:
        op.create_index(name, table, ["service", column, "id"], **_where(condition))
    live = f"amendment IS NOT NULL AND {_IS_LIVE}"
    op.create_index(_AMENDING, "schedule", ["service", "id"], **_where(live))
    for table, key in _KEYS.items():
        with op.batch_alter_table(table) as changed:
            changed.add_column(_edition())
            changed.drop_constraint(op.f(f"pk_{table}"), type_="primary")
            changed.create_primary_key(op.f(f"pk_{table}"), [*key, "edition"])


def downgrade() -> None:
    # An older release would send it to everybody, as it sends all else.
    amending = "(SELECT id FROM broadcast WHERE told_by IS NOT NULL)"
    op.execute(
        f"UPDATE delivery_exception SET kind = 'failed', next_at = NULL"  # noqa: S608
        f" WHERE next_at IS NOT NULL AND broadcast_id IN {amending}"
    )
    op.execute(
        "UPDATE broadcast SET state = 'stopped', finished_at = created_at"
        " WHERE told_by IS NOT NULL AND state = 'sending'"
    )
    for table, key in _KEYS.items():
        _keep_newest(table)
        with op.batch_alter_table(table) as changed:
            changed.drop_constraint(op.f(f"pk_{table}"), type_="primary")
            changed.create_primary_key(op.f(f"pk_{table}"), key)
            changed.drop_column("edition")
    op.drop_index(_AMENDING, "schedule")
    for name, table, _, _ in _INDEXES:
        op.drop_index(name, table)
    op.drop_column("list", "corrections")
    for table in _FIRST:
        op.drop_column(table, "edition")
    for table, column, _ in reversed(_ADDED):
        op.drop_column(table, column)


def _edition() -> sa.Column[int]:
    return sa.Column("edition", _WHOLE, nullable=False, server_default="1")


def _keep_newest(table: str) -> None:
    op.execute(
        f"DELETE FROM {table} WHERE edition < (SELECT MAX(newer.edition)"  # noqa: S608
        f" FROM {table} AS newer WHERE newer.broadcast_id = {table}.broadcast_id)"
    )


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}
