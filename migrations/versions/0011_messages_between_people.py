"""Messages that go out in their owners' names, and the ids that owners gave them."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_SENDING = "ix_broadcast_sending"
_IS_SENDING = sa.text("state = 'sending'")
_NAMED = "ix_broadcast_message_id"
_IS_NAMED = sa.text("message_id IS NOT NULL")


def upgrade() -> None:
    op.add_column(
        "broadcast",
        sa.Column(
            "in_owners_name", sa.Boolean, nullable=False, server_default=sa.false()
        ),
    )
    op.add_column("broadcast", sa.Column("message_id", sa.Text))
    op.drop_index(_SENDING, "broadcast")
    _create_sending(["service", "in_owners_name", "total", "id"])
    op.create_index(
        _NAMED,
        "broadcast",
        ["service", "message_id", "id"],
        sqlite_where=_IS_NAMED,
        postgresql_where=_IS_NAMED,
    )


def downgrade() -> None:
    op.drop_index(_NAMED, "broadcast")
    op.drop_index(_SENDING, "broadcast")
    op.drop_column("broadcast", "message_id")
    op.drop_column("broadcast", "in_owners_name")
    _create_sending(["service", "total", "id"])


def _create_sending(columns: list[str]) -> None:
    op.create_index(
        _SENDING,
        "broadcast",
        columns,
        sqlite_where=_IS_SENDING,
        postgresql_where=_IS_SENDING,
    )
