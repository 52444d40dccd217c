"""Lists that everybody may read in feeds."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0022"


def upgrade() -> None:
    op.add_column("list", sa.Column("public", sa.Boolean(), nullable=True))


def downgrade() -> None:
    op.drop_column("list", "public")
