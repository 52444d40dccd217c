"""Maintenance, its windows and notices; and how long before readers are reminded."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

_IS_LIVE = sa.text("ended_at IS NULL")
_IS_DUE = sa.text("next_at IS NOT NULL")
_IS_KEPT = sa.text("purged_at IS NULL AND ended_at IS NOT NULL")
_IS_LIVE_WINDOW = sa.text("(state NOT IN ('called-off', 'finished'))")
_ORIGINS = "'iq', 'inline', 'command', 'cli', 'web', 'file', 'welcome'"
_STATES = "'planned', 'under-way', 'verifying', 'finished', 'called-off'"
_PHASES = (
    "'announced', 'reminder', 'started', 'moved', 'extended', 'finished', 'called-off'"
)


def upgrade() -> None:
    op.add_column(
        "list",
        sa.Column("reminders", sa.JSON, nullable=False, server_default="[86400, 3600]"),
    )
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    moment = sa.TIMESTAMP(timezone=True).with_variant(sa.BigInteger(), "sqlite")
    op.create_table(
        "maintenance",
        sa.Column("id", number, nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("edit_fingerprint", sa.Text()),
        sa.Column("list_name", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("recurrence", sa.Text()),
        sa.Column("start", sa.Text(), nullable=False),
        sa.Column("lasts", sa.Text()),
        sa.Column("finish", sa.Text(), nullable=False),
        sa.Column("reminders", sa.JSON(), nullable=False),
        sa.Column("language", sa.Text()),
        sa.Column("through", sa.Text()),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("next_at", moment),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("ended_at", moment),
        sa.Column("purged_at", moment),
        sa.CheckConstraint(
            f"origin IN ({_ORIGINS})", name=op.f("ck_maintenance_origin")
        ),
        sa.CheckConstraint(
            "finish IN ('ask', 'auto')", name=op.f("ck_maintenance_finish")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maintenance")),
        sqlite_autoincrement=True,
    )
    _index(
        "uq_maintenance_live_id",
        ["client_id", "owner", "service"],
        _IS_LIVE,
        unique=True,
    )
    _index("ix_maintenance_due", ["service", "next_at", "id"], _IS_DUE)
    _index("ix_maintenance_kept", ["service", "ended_at"], _IS_KEPT)
    for columns in (["service", "id"], ["service", "owner", "client_id", "id"]):
        op.create_index(
            op.f(f"ix_maintenance_{'_'.join(columns)}"), "maintenance", columns
        )
    op.create_table(
        "maintenance_window",
        sa.Column("id", number, nullable=False),
        sa.Column("maintenance_id", number, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("wall", sa.Text(), nullable=False),
        sa.Column("start", sa.Text(), nullable=False),
        sa.Column("starts_at", moment, nullable=False),
        sa.Column("ends_at", moment),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("changed_at", moment, nullable=False),
        sa.Column("through", moment),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("asked_at", moment),
        sa.Column("next_at", moment),
        sa.CheckConstraint(
            f"state IN ({_STATES})", name=op.f("ck_maintenance_window_state")
        ),
        sa.ForeignKeyConstraint(
            ["maintenance_id"],
            ["maintenance.id"],
            name=op.f("fk_maintenance_window_maintenance_id_maintenance"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maintenance_window")),
        sa.UniqueConstraint(
            "maintenance_id",
            "number",
            name=op.f("uq_maintenance_window_maintenance_id_number"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_maintenance_window_live",
        "maintenance_window",
        ["maintenance_id", "number"],
        sqlite_where=_IS_LIVE_WINDOW,
        postgresql_where=_IS_LIVE_WINDOW,
    )
    op.create_table(
        "maintenance_notice",
        sa.Column("id", number, nullable=False),
        sa.Column("window_id", number, nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("schedule_id", number, nullable=False),
        sa.Column("made_at", moment, nullable=False),
        sa.CheckConstraint(
            f"phase IN ({_PHASES})", name=op.f("ck_maintenance_notice_phase")
        ),
        sa.ForeignKeyConstraint(
            ["window_id"],
            ["maintenance_window.id"],
            name=op.f("fk_maintenance_notice_window_id_maintenance_window"),
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id"],
            ["schedule.id"],
            name=op.f("fk_maintenance_notice_schedule_id_schedule"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maintenance_notice")),
    )
    op.create_index(
        op.f("ix_maintenance_notice_window_id_id"),
        "maintenance_notice",
        ["window_id", "id"],
    )


def _index(
    name: str, columns: list[str], where: "sa.TextClause", *, unique: bool = False
) -> None:
    op.create_index(
        name,
        "maintenance",
        columns,
        unique=unique,
        sqlite_where=where,
        postgresql_where=where,
    )


def downgrade() -> None:
    """What was announced of it stays; what is to come is not told any more."""
    op.drop_table("maintenance_notice")
    op.drop_table("maintenance_window")
    op.drop_table("maintenance")
    op.drop_column("list", "reminders")
