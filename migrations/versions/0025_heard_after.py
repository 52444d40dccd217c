"""Since which broadcast somebody has what he was told later, or again."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

_TABLE, _COLUMN = "delivery_exception", "heard_after"


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column(_TABLE, sa.Column(_COLUMN, number))


def downgrade() -> None:
    op.drop_column(_TABLE, _COLUMN)
