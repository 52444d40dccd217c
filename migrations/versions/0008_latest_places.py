"""How somebody's latest place on a list ended is found at once."""

from alembic import op

revision = "0008"
down_revision = "0007"

_BEFORE = "ix_subscription_subscriber_id"
_AFTER = "ix_subscription_subscriber_id_list_id_id"


def upgrade() -> None:
    op.create_index(_AFTER, "subscription", ["subscriber_id", "list_id", "id"])
    op.drop_index(_BEFORE, "subscription")


def downgrade() -> None:
    op.create_index(_BEFORE, "subscription", ["subscriber_id"])
    op.drop_index(_AFTER, "subscription")
