"""Welcomes in words of their own, beside those that a template makes."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "greeting",
        sa.Column("list_id", number, autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id"], ["list.id"], name=op.f("fk_greeting_list_id_list")
        ),
        sa.PrimaryKeyConstraint("list_id", name=op.f("pk_greeting")),
    )


def downgrade() -> None:
    op.drop_table("greeting")
