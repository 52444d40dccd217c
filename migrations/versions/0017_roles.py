"""Roles that admins give, a standstill, and messages that are tried once more.

And what finds the broadcasts that concerned somebody.
"""

import sqlalchemy as sa
from alembic import op

from bot.store.types import UTCDateTime

revision = "0017"
down_revision = "0016"

_LISTED = "ix_broadcast_listed"
_IS_LISTED = sa.text("highest IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "role",
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("jid", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("list_name", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", UTCDateTime, nullable=False),
        sa.CheckConstraint(
            "role IN ('admin', 'publisher', 'auditor')", name=op.f("ck_role_role")
        ),
        sa.PrimaryKeyConstraint(
            "service", "jid", "role", "list_name", name=op.f("pk_role")
        ),
    )
    op.create_table(
        "standstill",
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("since", UTCDateTime, nullable=False),
        sa.PrimaryKeyConstraint("service", name=op.f("pk_standstill")),
    )
    op.add_column("broadcast", sa.Column("retried_at", UTCDateTime))
    op.add_column("broadcast", sa.Column("retried_by", sa.Text))
    op.create_index(
        _LISTED,
        "broadcast",
        ["list_id", "id"],
        sqlite_where=_IS_LISTED,
        postgresql_where=_IS_LISTED,
    )
    op.create_index(
        op.f("ix_broadcast_recipient_jid_broadcast_id"),
        "broadcast_recipient",
        ["jid", "broadcast_id"],
    )


def downgrade() -> None:
    op.drop_index(
        op.f("ix_broadcast_recipient_jid_broadcast_id"),
        table_name="broadcast_recipient",
    )
    op.drop_index(_LISTED, table_name="broadcast")
    op.drop_column("broadcast", "retried_by")
    op.drop_column("broadcast", "retried_at")
    op.drop_table("standstill")
    op.drop_table("role")
