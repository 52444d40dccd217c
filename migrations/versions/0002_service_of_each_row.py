"""Each row says which service it is of.

Rows of before are those of the service that upgrades; its bare JID is given by
`bot.store.upgrade`. Constraints that were unique in the whole database become
unique in a service. Indexes and constraints hold no data: those that others
replace are dropped at once, else two services could not have the same owner, list
or reader.
"""

from typing import Any

import sqlalchemy as sa
from alembic import context, op
from alembic.util import CommandError

revision = "0002"
down_revision = "0001"

#: what has a column for the service now
TABLES = (
    "audit",
    "broadcast",
    "delivery_exception",
    "list",
    "notice",
    "request_count",
    "schedule",
    "subscriber",
)
#: SQLite does not give an id of theirs again
NUMBERED = frozenset({"audit", "broadcast", "schedule"})

PLANNABLE = "state IN ('pending', 'running')"
LIVE = "state IN ('held', 'paused', 'pending', 'running')"
SENDING = "state = 'sending'"
AWAITED = "next_at IS NOT NULL"

#: table, name before and columns before (None: new), name and columns after, where
INDEXES: tuple[tuple[str, str | None, str, list[str], str | None], ...] = (
    ("audit", "ix_audit_at", "ix_audit_service_at", ["at"], None),
    (
        "audit",
        "ix_audit_caller_id",
        "ix_audit_service_caller_id",
        ["caller", "id"],
        None,
    ),
    ("audit", None, "ix_audit_service_id", ["id"], None),
    ("broadcast", None, "ix_broadcast_service_id", ["id"], None),
    (
        "broadcast",
        "ix_broadcast_counted_for_created_at",
        "ix_broadcast_service_counted_for_created_at",
        ["counted_for", "created_at"],
        None,
    ),
    (
        "broadcast",
        "ix_broadcast_sending",
        "ix_broadcast_sending",
        ["total", "id"],
        SENDING,
    ),
    (
        "delivery_exception",
        "ix_delivery_exception_next",
        "ix_delivery_exception_next",
        ["next_at"],
        AWAITED,
    ),
    ("notice", None, "ix_notice_service_id", ["id"], None),
    ("schedule", None, "ix_schedule_service_id", ["id"], None),
    ("schedule", "ix_schedule_due", "ix_schedule_due", ["next_at", "id"], PLANNABLE),
    ("schedule", "ix_schedule_live", "ix_schedule_live", ["state"], LIVE),
    (
        "schedule",
        "ix_schedule_owner_id",
        "ix_schedule_service_owner_id",
        ["owner", "id"],
        None,
    ),
    (
        "schedule",
        "ix_schedule_owner_state",
        "ix_schedule_service_owner_state",
        ["owner", "state"],
        None,
    ),
)
#: unique in the database before, in a service now
UNIQUE = {
    "list": ["name"],
    "schedule": ["owner", "client_id"],
    "subscriber": ["jid"],
}


def upgrade() -> None:
    service = _service()
    for table in TABLES:
        op.add_column(table, sa.Column("service", sa.Text()))
    op.add_column("pulse", sa.Column("jid", sa.Text()))
    op.execute("UPDATE pulse SET jid = service")
    for table in (*TABLES, "pulse"):
        given = sa.table(table, sa.column("service"))
        op.execute(sa.update(given).values(service=service))
    _drop_indexes(before=True)
    counted = _last_ids()
    for name in TABLES:
        with _changed(name) as table:
            table.alter_column("service", existing_type=sa.Text(), nullable=False)
            if name in UNIQUE:
                columns = UNIQUE[name]
                table.drop_constraint(_unique(name, columns), type_="unique")
                table.create_unique_constraint(
                    _unique(name, ["service", *columns]), ["service", *columns]
                )
            if name == "request_count":
                table.drop_constraint("pk_request_count", type_="primary")
                table.create_primary_key("pk_request_count", ["service", "who"])
    with _changed("pulse") as table:
        table.alter_column("jid", existing_type=sa.Text(), nullable=False)
    _restore(counted)
    for table_name, _, new, columns, where in INDEXES:
        op.create_index(new, table_name, ["service", *columns], **_where(where))


def downgrade() -> None:
    """Only of one service: before, rows of several were taken for one's."""
    _refuse_several()
    _drop_indexes(before=False)
    counted = _last_ids()
    for name in TABLES:
        with _changed(name) as table:
            if name in UNIQUE:
                columns = UNIQUE[name]
                table.drop_constraint(
                    _unique(name, ["service", *columns]), type_="unique"
                )
                table.create_unique_constraint(_unique(name, columns), columns)
            if name == "request_count":
                table.drop_constraint("pk_request_count", type_="primary")
                table.create_primary_key("pk_request_count", ["who"])
            table.drop_column("service")
    op.execute("UPDATE pulse SET service = jid")
    with _changed("pulse") as table:
        table.drop_column("jid")
    _restore(counted)
    for table_name, old, _, columns, where in INDEXES:
        if old is not None:
            op.create_index(old, table_name, columns, **_where(where))


def _service() -> str | None:
    """Of the configuration that upgrades; None where nothing is stored yet."""
    given: str | None = context.config.attributes.get("service")
    if given is None and any(_count(table) for table in (*TABLES, "pulse")):
        raise CommandError("whose rows these are is not given")
    return given


def _refuse_several() -> None:
    for table in TABLES:
        given = sa.table(table, sa.column("service"))
        select = sa.select(sa.func.count(sa.distinct(given.c.service)))
        if op.get_bind().execute(select).scalar_one() > 1:
            raise CommandError(f"there are rows of several services in {table}")


def _count(table: str) -> int:
    select = sa.select(sa.func.count()).select_from(sa.table(table))
    return int(op.get_bind().execute(select).scalar_one())


def _changed(table: str) -> Any:
    """On SQLite the table is made anew, with all its rows."""
    options: dict[str, Any] = {"recreate": "auto"}
    if table in NUMBERED:
        options["table_kwargs"] = {"sqlite_autoincrement": True}
    return op.batch_alter_table(table, **options)


def _unique(table: str, columns: list[str]) -> str:
    return f"uq_{table}_{'_'.join(columns)}"


def _where(condition: str | None) -> dict[str, Any]:
    if condition is None:
        return {}
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _drop_indexes(*, before: bool) -> None:
    for table, old, new, _, _ in INDEXES:
        name = old if before else new
        if name is not None:
            op.drop_index(name, table)


def _last_ids() -> dict[str, int]:
    """SQLite remembers the highest id that a table ever had, and forgets it with
    the table: one whose last rows were deleted would give their ids again.
    """
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return {}
    rows = connection.execute(sa.text("SELECT name, seq FROM sqlite_sequence"))
    return {row.name: row.seq for row in rows if row.name in NUMBERED}


def _restore(counted: dict[str, int]) -> None:
    connection = op.get_bind()
    for name, seq in counted.items():
        values = {"name": name, "seq": seq}
        connection.execute(
            sa.text("DELETE FROM sqlite_sequence WHERE name = :name"), values
        )
        connection.execute(
            sa.text("INSERT INTO sqlite_sequence VALUES (:name, :seq)"), values
        )
