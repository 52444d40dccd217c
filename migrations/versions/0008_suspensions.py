"""Why somebody was suspended; how his latest place on a list ended is found at once."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_BEFORE = "ix_subscription_subscriber_id"
_AFTER = "ix_subscription_subscriber_id_list_id_id"

# What nobody noted is, as far as exceptions tell, what came back last; owners were
# not told, and are not after so long.
_FILL = """
INSERT INTO suspension (subscription_id, list_id, condition, broadcast_id, told_at)
SELECT subscription.id, subscription.list_id, coalesce(last.condition, 'unknown'),
  last.broadcast_id, subscription.ended_at
FROM subscription
JOIN subscriber ON subscriber.id = subscription.subscriber_id
LEFT JOIN (
  SELECT one.jid, one.service, one.condition, one.broadcast_id
  FROM delivery_exception AS one
  JOIN (
    SELECT jid, service, max(broadcast_id) AS latest FROM delivery_exception
    WHERE kind = 'failed' GROUP BY jid, service
  ) AS of_each
  ON of_each.jid = one.jid AND of_each.service = one.service
  AND of_each.latest = one.broadcast_id
) AS last ON last.jid = subscriber.jid AND last.service = subscriber.service
WHERE subscription.end_reason = 'suspended'
"""


def upgrade() -> None:
    op.create_index(_AFTER, "subscription", ["subscriber_id", "list_id", "id"])
    op.drop_index(_BEFORE, "subscription")
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    moment = sa.TIMESTAMP(timezone=True).with_variant(sa.BigInteger(), "sqlite")
    op.create_table(
        "suspension",
        sa.Column("subscription_id", number, nullable=False),
        sa.Column("list_id", number, nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("broadcast_id", number),
        sa.Column("told_at", moment),
        sa.PrimaryKeyConstraint("subscription_id", name=op.f("pk_suspension")),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["subscription.id"],
            name=op.f("fk_suspension_subscription_id_subscription"),
        ),
        sa.ForeignKeyConstraint(
            ["list_id"], ["list.id"], name=op.f("fk_suspension_list_id_list")
        ),
        sa.ForeignKeyConstraint(
            ["broadcast_id"],
            ["broadcast.id"],
            name=op.f("fk_suspension_broadcast_id_broadcast"),
        ),
    )
    op.create_index(
        op.f("ix_suspension_list_id_subscription_id"),
        "suspension",
        ["list_id", "subscription_id"],
    )
    op.execute(_FILL)


def downgrade() -> None:
    op.drop_table("suspension")
    op.create_index(_BEFORE, "subscription", ["subscriber_id"])
    op.drop_index(_AFTER, "subscription")
