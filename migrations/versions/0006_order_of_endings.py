"""After which broadcast a subscription ended: an order that needs no clock."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

# Only those that go out still ask who left meanwhile. Their order was that of the
# clock, which is all that is known of it.
_ENDED_AFTER = """
UPDATE subscription SET ended_after = coalesce((
  SELECT max(broadcast.id) FROM broadcast
  WHERE broadcast.state = 'sending'
  AND broadcast.list_id = subscription.list_id
  AND broadcast.frozen_at < subscription.ended_at
), 0)
WHERE ended_at IS NOT NULL
"""


def upgrade() -> None:
    op.add_column("subscription", sa.Column("ended_after", sa.BigInteger()))
    op.execute(_ENDED_AFTER)


def downgrade() -> None:
    op.drop_column("subscription", "ended_after")
