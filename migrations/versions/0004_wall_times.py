"""Recurring schedules keep wall times; what is due follows from these.

Rows of before know moments alone. What clocks showed then, by the present rules of the
schedule's zone, is what its owner asked for, but for a start that fell into a gap: of
that only the moment after it was kept. A moment to come that other rules gave (the
system's, where newer ones are installed) is that of the nearest wall time. A row whose
zone is not known here is left
without, and told as unreadable when it is due.
"""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND, _DAY = timedelta(seconds=1), timedelta(days=1)
#: SQLite: microseconds since 1970
MOMENT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")

schedule = sa.table(
    "schedule",
    sa.column("id", sa.BigInteger()),
    sa.column("timezone", sa.Text()),
    sa.column("recurrence", sa.Text()),
    sa.column("deliver_at", MOMENT),
    sa.column("next_at", MOMENT),
    sa.column("start", sa.Text()),
    sa.column("through", sa.Text()),
)
occurrence = sa.table(
    "occurrence",
    sa.column("id", sa.BigInteger()),
    sa.column("schedule_id", sa.BigInteger()),
    sa.column("due_at", MOMENT),
    sa.column("wall", sa.Text()),
    sa.column("state", sa.Text()),
)


def upgrade() -> None:
    op.add_column("schedule", sa.Column("start", sa.Text()))
    op.add_column("schedule", sa.Column("through", sa.Text()))
    op.add_column("occurrence", sa.Column("wall", sa.Text()))
    _fill()
    with op.batch_alter_table("occurrence") as table:
        table.drop_constraint("uq_occurrence_schedule_id_due_at", type_="unique")
        table.create_unique_constraint(
            "uq_occurrence_schedule_id_wall", ["schedule_id", "wall"]
        )
    op.create_index(
        "ix_occurrence_schedule_id_due_at", "occurrence", ["schedule_id", "due_at"]
    )
    without = sa.text("wall IS NULL")
    op.create_index(
        "uq_occurrence_once",
        "occurrence",
        ["schedule_id", "due_at"],
        unique=True,
        sqlite_where=without,
        postgresql_where=without,
    )


def downgrade() -> None:
    """Of two occurrences of one moment, which there are where a zone's rules changed,
    the older schema cannot hold both: then this fails.
    """
    op.drop_index("uq_occurrence_once", "occurrence")
    op.drop_index("ix_occurrence_schedule_id_due_at", "occurrence")
    with op.batch_alter_table("occurrence") as table:
        table.drop_constraint("uq_occurrence_schedule_id_wall", type_="unique")
        table.drop_column("wall")
        table.create_unique_constraint(
            "uq_occurrence_schedule_id_due_at", ["schedule_id", "due_at"]
        )
    op.drop_column("schedule", "through")
    op.drop_column("schedule", "start")


def _fill() -> None:
    connection = op.get_bind()
    recurring = sa.select(schedule).where(schedule.c.recurrence.is_not(None))
    for row in connection.execute(recurring).all():
        try:
            zone = ZoneInfo(row.timezone or "UTC")
        except (KeyError, ValueError, OSError):
            continue
        with suppress(OverflowError, TypeError):  # moments that are none
            _fill_one(connection, row, zone)


def _fill_one(connection: sa.Connection, row: Any, zone: ZoneInfo) -> None:
    anchor = _moment(row.deliver_at)
    start = anchor.astimezone(zone).replace(tzinfo=None)
    known = sa.select(occurrence).where(occurrence.c.schedule_id == row.id)
    walls: dict[datetime, int] = {}
    astray: list[Any] = []
    for one in connection.execute(known.order_by(occurrence.c.due_at)).all():
        wall = _wall(_moment(one.due_at), anchor, start, zone)
        if wall is not None:
            walls[wall] = one.id
        elif one.state == "skipped":  # which only what is of the rule can be
            astray.append(one)
    for one in astray:
        walls.setdefault(_nearest(_moment(one.due_at), start, zone), one.id)
    for wall, one_id in walls.items():
        update = sa.update(occurrence).where(occurrence.c.id == one_id)
        connection.execute(update.values(wall=_text(wall)))
    through = max(walls, default=None)
    if row.next_at is not None:
        following = _moment(row.next_at)
        wall = _wall(following, anchor, start, zone)
        wall = wall or _nearest(following, start, zone)
        through = None if wall == start else wall - _SECOND
    connection.execute(
        sa.update(schedule)
        .where(schedule.c.id == row.id)
        .values(start=_text(start), through=None if through is None else _text(through))
    )


def _wall(
    moment: datetime, anchor: datetime, start: datetime, zone: ZoneInfo
) -> datetime | None:
    """The wall time of the rule that is this moment: it has the start's time of day.

    None for what went out of its time, or before an edit gave it another.
    """
    if moment == anchor:
        return start
    shown = moment.astimezone(zone).date()
    # a gap moves it to a later hour, over midnight or a whole day
    for day in (shown, shown - _DAY):
        wall = datetime.combine(day, start.time().replace(fold=0))
        if wall.replace(tzinfo=zone).astimezone(UTC) == moment:
            return wall
    return None


def _nearest(moment: datetime, start: datetime, zone: ZoneInfo) -> datetime:
    """The wall time at the start's time of day that is nearest to a moment."""
    shown = moment.astimezone(zone).date()
    days = (shown - _DAY, shown, shown + _DAY)
    return min(
        (datetime.combine(day, start.time().replace(fold=0)) for day in days),
        key=lambda wall: abs(wall.replace(tzinfo=zone).astimezone(UTC) - moment),
    )


def _text(wall: datetime) -> str:
    return wall.isoformat(timespec="seconds") + "*" * wall.fold


def _moment(stored: Any) -> datetime:
    if isinstance(stored, datetime):
        return stored.astimezone(UTC)
    return _EPOCH + timedelta(microseconds=stored)  # SQLite, which keeps any text, too
