"""Incidents: what is broken, and which announcements said what of it."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    moment = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
    op.create_table(
        "incident",
        sa.Column("id", number, nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("edit_fingerprint", sa.Text(), nullable=True),
        sa.Column("list_name", sa.Text(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("urgent", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("changed_at", moment, nullable=False),
        sa.Column("ended_at", moment, nullable=True),
        sa.Column("purged_at", moment, nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'resolved')", name=op.f("ck_incident_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_incident_service_id"), "incident", ["service", "id"])
    op.create_index(
        op.f("ix_incident_service_owner_client_id"),
        "incident",
        ["service", "owner", "client_id"],
    )
    is_open = sa.text("state = 'open'")
    op.create_index(
        "uq_incident_open_id",
        "incident",
        ["client_id", "owner", "service"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    is_kept = sa.text("purged_at IS NULL AND ended_at IS NOT NULL")
    op.create_index(
        "ix_incident_kept",
        "incident",
        ["service", "ended_at"],
        sqlite_where=is_kept,
        postgresql_where=is_kept,
    )
    op.create_table(
        "incident_update",
        sa.Column("incident_id", number, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("schedule_id", number, nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.CheckConstraint(
            "kind IN ('opened', 'updated', 'resolved')",
            name=op.f("ck_incident_update_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["incident.id"],
            name=op.f("fk_incident_update_incident_id_incident"),
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id"],
            ["schedule.id"],
            name=op.f("fk_incident_update_schedule_id_schedule"),
        ),
        sa.PrimaryKeyConstraint(
            "incident_id", "number", name=op.f("pk_incident_update")
        ),
    )


def downgrade() -> None:
    op.drop_table("incident_update")
    op.drop_table("incident")
