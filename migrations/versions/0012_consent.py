"""Who may schedule messages to whom, and what recipients are asked first."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_UNTOLD = "ix_approval_untold"
_IS_UNTOLD = sa.text("state = 'waiting' AND told_at IS NULL")


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    moment = sa.TIMESTAMP(timezone=True).with_variant(sa.BigInteger(), "sqlite")
    op.create_table(
        "consent",
        sa.Column("id", number, nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("jid", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("max_per_day", sa.Integer()),
        sa.Column("max_ahead", sa.Integer()),
        sa.Column("preview", sa.Boolean(), nullable=False),
        sa.Column("changed_at", moment, nullable=False),
        sa.CheckConstraint(
            "who IN ('everyone', 'server', 'contacts', 'encrypted', 'nobody', 'ask')",
            name=op.f("ck_consent_who"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sa.UniqueConstraint("service", "jid", name=op.f("uq_consent_service_jid")),
    )
    op.create_table(
        "consent_entry",
        sa.Column("consent_id", number, nullable=False),
        sa.Column("jid", sa.Text(), nullable=False),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consent_id"],
            ["consent.id"],
            name=op.f("fk_consent_entry_consent_id_consent"),
        ),
        sa.PrimaryKeyConstraint(
            "consent_id", "jid", "blocked", name=op.f("pk_consent_entry")
        ),
    )
    op.create_table(
        "approval",
        sa.Column("id", number, autoincrement=False, nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("schedule_id", number, nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("preview", sa.Boolean(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("told_at", moment),
        sa.Column("decided_at", moment),
        sa.CheckConstraint(
            "state IN ('waiting', 'approved', 'refused', 'void')",
            name=op.f("ck_approval_state"),
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id"],
            ["schedule.id"],
            name=op.f("fk_approval_schedule_id_schedule"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
    )
    op.create_index(
        op.f("ix_approval_service_recipient_id"),
        "approval",
        ["service", "recipient", "id"],
    )
    op.create_index(op.f("ix_approval_schedule_id"), "approval", ["schedule_id"])
    op.create_index(
        _UNTOLD,
        "approval",
        ["service", "recipient"],
        sqlite_where=_IS_UNTOLD,
        postgresql_where=_IS_UNTOLD,
    )


def downgrade() -> None:
    op.drop_table("approval")
    op.drop_table("consent_entry")
    op.drop_table("consent")
