"""Send windows of lists, broadcasts that wait for one, holidays of schedules."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0024"

_SHUT_OUT = "ix_broadcast_shut_out"
_FLAGS = (
    ("broadcast", "any_hour"),
    ("schedule", "any_hour"),
    ("schedule", "holidays_lost"),
)
_TEXTS = (
    ("list", "send_window"),
    ("list", "send_window_zone"),
    ("list", "outside"),
    ("schedule", "holidays"),
    ("schedule", "on_holiday"),
)


def upgrade() -> None:
    for table, name in _TEXTS:
        op.add_column(table, sa.Column(name, sa.Text()))
    for table, name in _FLAGS:
        flag = sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false())
        op.add_column(table, flag)
    moment = sa.TIMESTAMP(timezone=True).with_variant(sa.BigInteger(), "sqlite")
    op.add_column("broadcast", sa.Column("begins_at", moment))
    where = sa.text("state = 'sending' AND begins_at IS NOT NULL")
    op.create_index(
        _SHUT_OUT,
        "broadcast",
        ["service", "begins_at"],
        sqlite_where=where,
        postgresql_where=where,
    )


def downgrade() -> None:
    """What waits for a window goes out at once: the older release knows none."""
    op.drop_index(_SHUT_OUT, "broadcast")
    op.drop_column("broadcast", "begins_at")
    for table, name in (*_FLAGS, *_TEXTS):
        op.drop_column(table, name)
