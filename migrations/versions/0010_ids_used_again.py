"""An id is one schedule's while that lives, and free once it is over."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_UNIQUE = "uq_schedule_service_owner_client_id"
_LIVE = "uq_schedule_live_id"
_LATEST = "ix_schedule_service_owner_client_id_id"
_NAME = ["service", "owner", "client_id"]
_IS_LIVE = sa.text("state IN ('paused', 'pending', 'running')")

# To the schema of before an id is one schedule's for ever: the latest keeps it.
_RENAME = """
UPDATE schedule SET client_id = client_id || ' #' || id
WHERE EXISTS (
  SELECT 1 FROM schedule AS later
  WHERE later.service = schedule.service AND later.owner = schedule.owner
  AND later.client_id = schedule.client_id AND later.id > schedule.id
)
"""


def upgrade() -> None:
    counted = _last_id()
    with _changed() as table:
        table.drop_constraint(_UNIQUE, type_="unique")
    _restore(counted)
    op.create_index(
        _LIVE,
        "schedule",
        _NAME[::-1],
        unique=True,
        sqlite_where=_IS_LIVE,
        postgresql_where=_IS_LIVE,
    )
    op.create_index(_LATEST, "schedule", [*_NAME, "id"])


def downgrade() -> None:
    op.execute(_RENAME)
    op.drop_index(_LATEST, "schedule")
    op.drop_index(_LIVE, "schedule")
    counted = _last_id()
    with _changed() as table:
        table.create_unique_constraint(_UNIQUE, _NAME)
    _restore(counted)


def _changed() -> Any:
    """On SQLite the table is made anew, with all its rows."""
    return op.batch_alter_table("schedule", table_kwargs={"sqlite_autoincrement": True})


def _last_id() -> int | None:
    """SQLite forgets with the table the highest id that it ever had."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return None
    found = "SELECT seq FROM sqlite_sequence WHERE name = 'schedule'"
    return connection.execute(sa.text(found)).scalar()


def _restore(counted: int | None) -> None:
    if counted is None:
        return
    connection = op.get_bind()
    connection.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = 'schedule'"))
    connection.execute(
        sa.text("INSERT INTO sqlite_sequence VALUES ('schedule', :seq)"),
        {"seq": counted},
    )
