"""Who asked to be forgotten, and what finds all that is stored of one person."""

import sqlalchemy as sa
from alembic import op

from bot.store.types import UTCDateTime

revision = "0018"
down_revision = "0017"

#: table -> what is looked for by a person's address from now on
_BY_ADDRESS = ("delivery_exception",)


def upgrade() -> None:
    op.create_table(
        "forgotten",
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("at", UTCDateTime, nullable=False),
        sa.PrimaryKeyConstraint("service", "digest", name=op.f("pk_forgotten")),
    )
    op.create_table(
        "forgetting_key",
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("key", sa.Text),
        sa.PrimaryKeyConstraint("service", name=op.f("pk_forgetting_key")),
    )
    for table in _BY_ADDRESS:
        name = op.f(f"ix_{table}_jid_broadcast_id")
        op.create_index(name, table, ["jid", "broadcast_id"])


def downgrade() -> None:
    for table in _BY_ADDRESS:
        op.drop_index(op.f(f"ix_{table}_jid_broadcast_id"), table)
    op.drop_table("forgetting_key")
    op.drop_table("forgotten")
