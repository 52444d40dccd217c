"""Lists that everybody may read in feeds, and what is shown there of maintenance."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

_IS_OVER = sa.text("state IN ('called-off', 'finished')")


def upgrade() -> None:
    op.add_column("list", sa.Column("public", sa.Boolean(), nullable=True))
    op.create_index(
        "ix_maintenance_window_over",
        "maintenance_window",
        ["ends_at"],
        sqlite_where=_IS_OVER,
        postgresql_where=_IS_OVER,
    )


def downgrade() -> None:
    op.drop_index("ix_maintenance_window_over", "maintenance_window")
    op.drop_column("list", "public")
