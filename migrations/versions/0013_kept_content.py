"""Content can be encrypted where it lies, and is purged once it is over."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

MOMENT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")

_IS_KEPT = {
    "schedule": sa.text("purged_at IS NULL AND ended_at IS NOT NULL"),
    "broadcast": sa.text("purged_at IS NULL AND finished_at IS NOT NULL"),
}
_INDEXES = {
    "schedule": ("ix_schedule_kept", ["service", "personal", "ended_at"]),
    "broadcast": ("ix_broadcast_kept", ["service", "finished_at"]),
}

# What is to people, and not to whoever stands on a list. What cannot be read counts as
# to a list, as the program takes it.
_PERSONAL = {
    "sqlite": """
UPDATE schedule SET personal = 1
WHERE json_valid(audience) AND json_type(audience) = 'object' AND (
  json_type(audience, '$.people') = 'array' OR json_type(audience, '$.list') IS NULL
)
""",
    "postgresql": """
UPDATE schedule SET personal = true
WHERE json_typeof(audience) = 'object' AND (
  json_typeof(audience -> 'people') = 'array' OR audience -> 'list' IS NULL
)
""",
}

# Why a text could not be made may quote a value: it goes to where content stands.
_APART = """
UPDATE delivery_exception SET text = substr(condition, 10), condition = 'content'
WHERE condition LIKE 'content: %'
"""
_TOGETHER = """
UPDATE delivery_exception SET condition = 'content: ' || text, text = NULL
WHERE condition = 'content' AND text IS NOT NULL
"""
_SEALED = "SELECT count(*) FROM storage_key WHERE name <> ''"


def upgrade() -> None:
    op.add_column(
        "schedule",
        sa.Column("personal", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.execute(_PERSONAL[op.get_bind().dialect.name])
    for table, (name, columns) in _INDEXES.items():
        op.add_column(table, sa.Column("purged_at", MOMENT))
        op.create_index(
            name,
            table,
            columns,
            sqlite_where=_IS_KEPT[table],
            postgresql_where=_IS_KEPT[table],
        )
    op.execute(_APART)
    op.create_table(
        "storage_key",
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("service", "name", name="pk_storage_key"),
    )


def downgrade() -> None:
    if op.get_bind().execute(sa.text(_SEALED)).scalar():
        raise RuntimeError("what is encrypted, an older program cannot read")
    op.drop_table("storage_key")
    op.execute(_TOGETHER)
    for table, (name, _) in _INDEXES.items():
        op.drop_index(name, table)
        op.drop_column(table, "purged_at")
    op.drop_column("schedule", "personal")
