"""What amends a broadcast, and what is said of a topic, is found without the rest."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

# What cannot be read is to a list, as the program takes it.
_TOLD_BY = {
    "sqlite": """
UPDATE schedule SET told_by = json_extract(audience, '$.told')
WHERE json_valid(audience) AND json_type(audience, '$.told') = 'integer'
""",
    "postgresql": """
UPDATE schedule SET told_by = (audience ->> 'told')::bigint
WHERE json_typeof(audience) = 'object'
  AND json_typeof(audience -> 'told') = 'number'
  AND audience ->> 'told' ~ '^[0-9]{1,18}$'
""",
}
_IS_LIVE = "state IN ('paused', 'pending', 'running')"
_IS_AMENDING = f"amendment IS NOT NULL AND {_IS_LIVE}"
_IS_NOTICE = "topic IS NOT NULL AND amendment IS NULL"
_INDEXES = (
    (
        "ix_schedule_topic",
        "schedule",
        "id",
        f"{_IS_NOTICE} AND state IN ('pending', 'running')",
    ),
    (
        "ix_broadcast_notice",
        "broadcast",
        "schedule_id",
        f"{_IS_NOTICE} AND highest IS NOT NULL AND told_by IS NULL",
    ),
    (
        "ix_broadcast_notice_sending",
        "broadcast",
        "schedule_id",
        f"{_IS_NOTICE} AND state = 'sending'",
    ),
)


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("schedule", sa.Column("told_by", number))
    op.execute(_TOLD_BY[op.get_bind().dialect.name])
    _index_amending(["service", "told_by", "id"])
    for name, table, column, condition in _INDEXES:
        op.create_index(name, table, ["service", "topic", column], **_where(condition))


def downgrade() -> None:
    for name, table, _, _ in reversed(_INDEXES):
        op.drop_index(name, table)
    _index_amending(["service", "id"])
    op.drop_column("schedule", "told_by")


def _index_amending(columns: list[str]) -> None:
    op.drop_index("ix_schedule_amending", "schedule")
    op.create_index("ix_schedule_amending", "schedule", columns, **_where(_IS_AMENDING))


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}
