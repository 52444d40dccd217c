"""Which configuration a running service has read, and that it is to read it anew."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    # services of before say nothing of it, and were asked for nothing
    op.add_column("pulse", sa.Column("reading", sa.JSON()))
    op.add_column(
        "pulse",
        sa.Column("asked_to_read", sa.Integer(), server_default="0", nullable=False),
    )


def downgrade() -> None:
    op.drop_column("pulse", "asked_to_read")
    op.drop_column("pulse", "reading")
