"""Schedules that were edited: how often, and what went out meanwhile."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    # none was edited before, so each is in its first revision
    op.add_column(
        "schedule",
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
    )
    op.add_column("schedule", sa.Column("edit_fingerprint", sa.Text()))
    op.create_table(
        "broadcast_content",
        sa.Column("broadcast_id", ID, nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["broadcast_id"],
            ["broadcast.id"],
            name=op.f("fk_broadcast_content_broadcast_id_broadcast"),
        ),
        sa.PrimaryKeyConstraint("broadcast_id", name=op.f("pk_broadcast_content")),
    )


def downgrade() -> None:
    op.drop_table("broadcast_content")
    op.drop_column("schedule", "edit_fingerprint")
    op.drop_column("schedule", "revision")
