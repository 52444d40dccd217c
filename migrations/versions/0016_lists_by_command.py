"""Lists that are made by command, and who waits to be let in to one."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

_ORIGIN = "ck_subscription_origin"
_ACTIVE = "uq_subscription_active"
_IS_ACTIVE = sa.text("ended_at IS NULL")
_COUNTED = "FROM sqlite_sequence WHERE name = 'subscription'"


def upgrade() -> None:
    for name, default in (("declared", sa.true()), ("by_command", sa.false())):
        column = sa.Column(name, sa.Boolean, nullable=False, server_default=default)
        op.add_column("list", column)
    _restrict(("presence", "admin", "command"))
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    moment = sa.TIMESTAMP(timezone=True).with_variant(sa.BigInteger(), "sqlite")
    op.create_table(
        "join_request",
        sa.Column("id", number, nullable=False),
        sa.Column("list_id", number, nullable=False),
        sa.Column("jid", sa.Text(), nullable=False),
        sa.Column("by_presence", sa.Boolean(), nullable=False),
        sa.Column("language", sa.Text()),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("told_at", moment),
        sa.ForeignKeyConstraint(
            ["list_id"], ["list.id"], name=op.f("fk_join_request_list_id_list")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_join_request")),
        sa.UniqueConstraint("list_id", "jid", name=op.f("uq_join_request_list_id_jid")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_join_request_jid"), "join_request", ["jid"])
    op.create_table(
        "contact_news",
        sa.Column("id", number, nullable=False),
        sa.Column("list_id", number, nullable=False),
        sa.Column("jid", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.CheckConstraint(
            "state IN ('let-in', 'refused', 'left')",
            name=op.f("ck_contact_news_state"),
        ),
        sa.ForeignKeyConstraint(
            ["list_id"], ["list.id"], name=op.f("fk_contact_news_list_id_list")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_news")),
        sa.UniqueConstraint("list_id", "jid", name=op.f("uq_contact_news_list_id_jid")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    """What was made by command is retired; who joined by command was put there."""
    op.drop_table("contact_news")
    op.drop_table("join_request")
    op.execute("UPDATE subscription SET origin = 'admin' WHERE origin = 'command'")
    _restrict(("presence", "admin"))
    op.execute(
        sa.update(sa.table("list", sa.column("retired"), sa.column("declared")))
        .where(sa.column("declared").is_(sa.false()))
        .values(retired=sa.true())
    )
    op.drop_column("list", "by_command")
    op.drop_column("list", "declared")


def _restrict(origins: tuple[str, ...]) -> None:
    """On SQLite the table is made anew, and goes on counting where it was."""
    counted = _last_id()
    op.drop_index(_ACTIVE, "subscription")
    listed = ", ".join(f"'{origin}'" for origin in origins)
    options: dict[str, Any] = {"table_kwargs": {"sqlite_autoincrement": True}}
    with op.batch_alter_table("subscription", **options) as table:
        table.drop_constraint(op.f(_ORIGIN), type_="check")
        table.create_check_constraint(op.f(_ORIGIN), f"origin IN ({listed})")
    if counted is not None:
        op.execute(f"DELETE {_COUNTED}")
        insert = sa.text("INSERT INTO sqlite_sequence VALUES ('subscription', :seq)")
        op.get_bind().execute(insert, {"seq": counted})
    op.create_index(
        _ACTIVE,
        "subscription",
        ["list_id", "subscriber_id"],
        unique=True,
        sqlite_where=_IS_ACTIVE,
        postgresql_where=_IS_ACTIVE,
    )


def _last_id() -> int | None:
    if op.get_bind().dialect.name != "sqlite":
        return None
    found: int | None = (
        op.get_bind().execute(sa.text(f"SELECT seq {_COUNTED}")).scalar()
    )
    return found
