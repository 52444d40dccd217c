"""What was seen last of the servers for whose users messages are scheduled."""

import sqlalchemy as sa
from alembic import op

from bot.store.types import UTCDateTime

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "sight",
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("server", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("serves", sa.Text, nullable=False),
        sa.Column("parts", sa.Text, nullable=False),
        sa.Column("privilege", sa.Text),
        sa.Column("rosters", sa.Boolean, nullable=False),
        sa.Column("delegated", sa.Text, nullable=False),
        sa.Column("uploads", sa.Text, nullable=False),
        sa.Column("seen_at", UTCDateTime, nullable=False),
        sa.Column("open_since", UTCDateTime),
        sa.PrimaryKeyConstraint("service", "server", name=op.f("pk_sight")),
    )


def downgrade() -> None:
    op.drop_table("sight")
