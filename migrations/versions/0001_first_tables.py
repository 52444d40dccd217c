"""The first tables."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
#: SQLite: microseconds since 1970
MOMENT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")

TABLES = (
    "audit",
    "fact",
    "list",
    "notice",
    "pulse",
    "request_count",
    "schedule",
    "subscriber",
    "occurrence",
    "subscription",
    "welcome",
    "broadcast",
    "broadcast_recipient",
    "broadcast_text",
    "chunk",
    "delivery_exception",
)


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("reference", ID),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_audit_at"), "audit", ["at"])
    op.create_index(op.f("ix_audit_caller_id"), "audit", ["caller", "id"])
    op.create_table(
        "request_count",
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("who", name=op.f("pk_request_count")),
    )
    op.create_table(
        "fact",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_fact")),
    )
    op.create_table(
        "list",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("publishers", sa.JSON(), nullable=False),
        sa.Column("welcome", sa.Text()),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('open', 'request', 'closed', 'mandatory')",
            name=op.f("ck_list_kind"),
        ),
        sa.CheckConstraint(
            "type IN ('chat', 'normal', 'headline')", name=op.f("ck_list_type")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list")),
        sa.UniqueConstraint("name", name=op.f("uq_list_name")),
    )
    op.create_table(
        "notice",
        sa.Column("id", ID, nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("text", sa.Text()),
        sa.Column("language", sa.Text()),
        sa.Column("job", sa.Text()),
        sa.Column("status", sa.Text()),
        sa.Column("due_at", MOMENT),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("claimed_until", MOMENT),
        sa.Column("announcement", ID),
        sa.CheckConstraint(
            "status IN ('scheduled', 'queued', 'sent', 'failed', 'cancelled')",
            name=op.f("ck_notice_status"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_table(
        "pulse",
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("connected", sa.Boolean(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("worker", name=op.f("pk_pulse")),
    )
    op.create_table(
        "schedule",
        sa.Column("id", ID, nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("audience", sa.JSON(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("recurrence", sa.Text()),
        sa.Column("deliver_at", MOMENT, nullable=False),
        sa.Column("next_at", MOMENT),
        sa.Column("planned", sa.Integer(), nullable=False),
        sa.Column("expires_at", MOMENT),
        sa.Column("late_policy", sa.Text(), nullable=False),
        sa.Column("late_within", sa.Integer(), nullable=False),
        sa.Column("updates", sa.Boolean(), nullable=False),
        sa.Column("metadata", sa.Text()),
        sa.Column("language", sa.Text()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.CheckConstraint(
            "late_policy IN ('run', 'skip', 'hold')",
            name=op.f("ck_schedule_late_policy"),
        ),
        sa.CheckConstraint(
            "origin IN ('iq', 'inline', 'command', 'cli', 'web', 'file', 'welcome')",
            name=op.f("ck_schedule_origin"),
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'paused', 'held', 'running', 'sent', 'failed', "
            "'cancelled')",
            name=op.f("ck_schedule_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule")),
        sa.UniqueConstraint(
            "owner", "client_id", name=op.f("uq_schedule_owner_client_id")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_schedule_due",
        "schedule",
        ["next_at", "id"],
        **_where("state IN ('pending', 'running')"),
    )
    op.create_index(
        "ix_schedule_live",
        "schedule",
        ["state"],
        **_where("state IN ('held', 'paused', 'pending', 'running')"),
    )
    op.create_index(op.f("ix_schedule_owner_id"), "schedule", ["owner", "id"])
    op.create_index(op.f("ix_schedule_owner_state"), "schedule", ["owner", "state"])
    op.create_table(
        "subscriber",
        sa.Column("id", ID, nullable=False),
        sa.Column("jid", sa.Text(), nullable=False),
        sa.Column("language", sa.Text()),
        sa.Column("language_seen", sa.Text()),
        sa.Column("timezone", sa.Text()),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("score_since", MOMENT),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriber")),
        sa.UniqueConstraint("jid", name=op.f("uq_subscriber_jid")),
    )
    op.create_table(
        "occurrence",
        sa.Column("id", ID, nullable=False),
        sa.Column("schedule_id", ID, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.CheckConstraint(
            "state IN ('sending', 'sent', 'failed', 'stopped', 'missed', 'skipped', "
            "'held')",
            name=op.f("ck_occurrence_state"),
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id"],
            ["schedule.id"],
            name=op.f("fk_occurrence_schedule_id_schedule"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_occurrence")),
        sa.UniqueConstraint(
            "schedule_id", "due_at", name=op.f("uq_occurrence_schedule_id_due_at")
        ),
    )
    op.create_table(
        "subscription",
        sa.Column("id", ID, nullable=False),
        sa.Column("list_id", ID, nullable=False),
        sa.Column("subscriber_id", ID, nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("end_reason", sa.Text()),
        sa.CheckConstraint(
            "end_reason IN ('left', 'removed', 'suspended')",
            name=op.f("ck_subscription_end_reason"),
        ),
        sa.CheckConstraint(
            "origin IN ('presence', 'admin')", name=op.f("ck_subscription_origin")
        ),
        sa.ForeignKeyConstraint(
            ["list_id"], ["list.id"], name=op.f("fk_subscription_list_id_list")
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_subscription_subscriber_id_subscriber"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_subscription_list_id_id"), "subscription", ["list_id", "id"]
    )
    op.create_index(
        op.f("ix_subscription_subscriber_id"), "subscription", ["subscriber_id"]
    )
    op.create_index(
        "uq_subscription_active",
        "subscription",
        ["list_id", "subscriber_id"],
        unique=True,
        **_where("ended_at IS NULL"),
    )
    op.create_table(
        "welcome",
        sa.Column("list_id", ID, nullable=False),
        sa.Column("subscriber_id", ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id"], ["list.id"], name=op.f("fk_welcome_list_id_list")
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_welcome_subscriber_id_subscriber"),
        ),
        sa.PrimaryKeyConstraint("list_id", "subscriber_id", name=op.f("pk_welcome")),
    )
    op.create_table(
        "broadcast",
        sa.Column("id", ID, nullable=False),
        sa.Column("occurrence_id", ID, nullable=False),
        sa.Column("schedule_id", ID, nullable=False),
        sa.Column("counted_for", sa.Text()),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("list_id", ID),
        sa.Column("highest", sa.BigInteger()),
        sa.Column("frozen_at", MOMENT, nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT),
        sa.Column("expires_at", MOMENT),
        sa.CheckConstraint(
            "state IN ('sending', 'sent', 'failed', 'stopped')",
            name=op.f("ck_broadcast_state"),
        ),
        sa.ForeignKeyConstraint(
            ["list_id"], ["list.id"], name=op.f("fk_broadcast_list_id_list")
        ),
        sa.ForeignKeyConstraint(
            ["occurrence_id"],
            ["occurrence.id"],
            name=op.f("fk_broadcast_occurrence_id_occurrence"),
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id"],
            ["schedule.id"],
            name=op.f("fk_broadcast_schedule_id_schedule"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast")),
        sa.UniqueConstraint("key", name=op.f("uq_broadcast_key")),
        sa.UniqueConstraint("occurrence_id", name=op.f("uq_broadcast_occurrence_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_broadcast_schedule_id_id"), "broadcast", ["schedule_id", "id"]
    )
    op.create_index(
        op.f("ix_broadcast_counted_for_created_at"),
        "broadcast",
        ["counted_for", "created_at"],
    )
    op.create_index(
        "ix_broadcast_sending",
        "broadcast",
        ["total", "id"],
        **_where("state = 'sending'"),
    )
    op.create_table(
        "broadcast_recipient",
        sa.Column("broadcast_id", ID, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("jid", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["broadcast_id"],
            ["broadcast.id"],
            name=op.f("fk_broadcast_recipient_broadcast_id_broadcast"),
        ),
        sa.PrimaryKeyConstraint(
            "broadcast_id", "position", name=op.f("pk_broadcast_recipient")
        ),
    )
    op.create_index(
        op.f("ix_broadcast_recipient_broadcast_id_jid"),
        "broadcast_recipient",
        ["broadcast_id", "jid"],
    )
    op.create_table(
        "broadcast_text",
        sa.Column("broadcast_id", ID, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["broadcast_id"],
            ["broadcast.id"],
            name=op.f("fk_broadcast_text_broadcast_id_broadcast"),
        ),
        sa.PrimaryKeyConstraint(
            "broadcast_id", "language", "zone", name=op.f("pk_broadcast_text")
        ),
    )
    op.create_table(
        "chunk",
        sa.Column("id", ID, nullable=False),
        sa.Column("broadcast_id", ID, nullable=False),
        sa.Column("after", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("through", sa.BigInteger(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("finished", sa.Boolean(), nullable=False),
        sa.Column("worker", sa.Text()),
        sa.Column("leased_until", MOMENT),
        sa.Column("strikes", sa.Integer(), nullable=False),
        sa.Column("suspect", sa.BigInteger()),
        sa.ForeignKeyConstraint(
            ["broadcast_id"],
            ["broadcast.id"],
            name=op.f("fk_chunk_broadcast_id_broadcast"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chunk")),
        sa.UniqueConstraint(
            "broadcast_id", "after", name=op.f("uq_chunk_broadcast_id_after")
        ),
    )
    op.create_index(
        "ix_chunk_leased", "chunk", ["worker"], **_where("worker IS NOT NULL")
    )
    op.create_index(
        "ix_chunk_open",
        "chunk",
        ["broadcast_id", "id"],
        sqlite_where=sa.text("finished = 0"),
        postgresql_where=sa.text("NOT finished"),
    )
    op.create_table(
        "delivery_exception",
        sa.Column("broadcast_id", ID, nullable=False),
        sa.Column("jid", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("text", sa.Text()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("next_at", MOMENT),
        sa.CheckConstraint(
            "kind IN ('failed', 'retrying', 'deferred', 'skipped')",
            name=op.f("ck_delivery_exception_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["broadcast_id"],
            ["broadcast.id"],
            name=op.f("fk_delivery_exception_broadcast_id_broadcast"),
        ),
        sa.PrimaryKeyConstraint(
            "broadcast_id", "jid", name=op.f("pk_delivery_exception")
        ),
    )
    op.create_index(
        op.f("ix_delivery_exception_broadcast_id_kind"),
        "delivery_exception",
        ["broadcast_id", "kind"],
    )
    op.create_index(
        "ix_delivery_exception_next",
        "delivery_exception",
        ["next_at"],
        **_where("next_at IS NOT NULL"),
    )


def downgrade() -> None:
    for name in reversed(TABLES):
        op.drop_table(name)
