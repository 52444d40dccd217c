"""What is held is an occurrence, not its schedule; since when a schedule is paused;
what owners are not told of yet; when what was due could be planned.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

STATES = ("pending", "paused", "running", "sent", "failed", "cancelled")
STATES_BEFORE = ("pending", "paused", "held", *STATES[2:])
LIVE = "state IN ('paused', 'pending', 'running')"
LIVE_BEFORE = "state IN ('held', 'paused', 'pending', 'running')"

#: what goes out goes on
SENDING = """
    EXISTS (SELECT 1 FROM occurrence WHERE occurrence.schedule_id = schedule.id
            AND occurrence.state = 'sending')
"""
HELD = """
    EXISTS (SELECT 1 FROM occurrence WHERE occurrence.schedule_id = schedule.id
            AND occurrence.state = 'held')
"""
#: the latest request to pause it that was carried out
PAUSED_AT = """
    COALESCE((SELECT max(audit.at) FROM audit WHERE audit.reference = schedule.id
              AND audit.action = 'pause' AND audit.result = 'done'
              AND audit.service = schedule.service),
             schedule.created_at)
"""


def upgrade() -> None:
    moment = sa.BigInteger() if _is_sqlite() else sa.DateTime(timezone=True)
    op.add_column("schedule", sa.Column("paused_at", moment))
    op.execute(
        f"UPDATE schedule SET paused_at = {PAUSED_AT} WHERE state = 'paused'"  # noqa: S608
    )
    op.execute(
        "UPDATE schedule SET reason = NULL, state ="  # noqa: S608
        f" CASE WHEN {SENDING} THEN 'running' ELSE 'pending' END WHERE state = 'held'"
    )
    _restrict(STATES, LIVE)
    op.add_column(
        "occurrence",
        sa.Column("told", sa.Boolean(), server_default=sa.true(), nullable=False),
    )
    op.create_table(
        "shift",
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("began_at", moment, nullable=False),
        sa.Column("seen_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("service", "began_at", name=op.f("pk_shift")),
    )


def downgrade() -> None:
    """What is held holds its schedule again, as the releases before expect it."""
    op.drop_table("shift")
    op.drop_column("occurrence", "told")
    _restrict(STATES_BEFORE, LIVE_BEFORE)
    op.execute(
        "UPDATE schedule SET state = 'held', reason = 'late'"  # noqa: S608
        f" WHERE state IN ('pending', 'running') AND {HELD}"
    )
    op.drop_column("schedule", "paused_at")


def _restrict(states: tuple[str, ...], live: str) -> None:
    """Constraint and index that name the states."""
    op.drop_index("ix_schedule_live", "schedule")
    counted = _last_id()
    listed = ", ".join(f"'{state}'" for state in states)
    options: dict[str, Any] = {"table_kwargs": {"sqlite_autoincrement": True}}
    with op.batch_alter_table("schedule", **options) as table:
        table.drop_constraint(op.f("ck_schedule_state"), type_="check")
        table.create_check_constraint(op.f("ck_schedule_state"), f"state IN ({listed})")
    if counted is not None:
        _restore(counted)
    op.create_index(
        "ix_schedule_live", "schedule", ["service", "state"], **_where(live)
    )


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _last_id() -> int | None:
    """SQLite forgets the highest id that a table ever had with the table."""
    if not _is_sqlite():
        return None
    select = sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'schedule'")
    found: int | None = op.get_bind().execute(select).scalar_one_or_none()
    return found


def _restore(counted: int) -> None:
    op.execute("DELETE FROM sqlite_sequence WHERE name = 'schedule'")
    insert = sa.text("INSERT INTO sqlite_sequence VALUES ('schedule', :seq)")
    op.get_bind().execute(insert, {"seq": counted})
