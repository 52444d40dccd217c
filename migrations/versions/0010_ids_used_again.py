"""An id is one schedule's while that lives, and free once it is over. A broadcast is
named by its schedule, in the audit trail, too.
"""

import re
from collections.abc import Callable
from itertools import chain, count
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

_NUMBERED = re.compile(r"[0-9]{1,18}")
_NAMED = re.compile(r"#([0-9]{1,18})/([0-9]{1,18})")

_STOPS = sa.text("SELECT id, about, reference FROM audit WHERE action = 'stop'")
_RENAME_STOP = sa.text(
    "UPDATE audit SET about = :about, reference = :reference WHERE id = :id"
)
_PLACE = sa.text(
    """
SELECT schedule_id, (
  SELECT count(*) FROM broadcast AS earlier
  WHERE earlier.schedule_id = broadcast.schedule_id AND earlier.id <= broadcast.id
) FROM broadcast WHERE id = :number
"""
)
_NTH = sa.text(
    """
SELECT id FROM broadcast WHERE schedule_id = :schedule
ORDER BY id LIMIT 1 OFFSET :before
"""
)

# To the schema of before an id is one schedule's for ever: the latest keeps it.
_USED_AGAIN = sa.text(
    """
SELECT id, service, owner, client_id FROM schedule
WHERE EXISTS (
  SELECT 1 FROM schedule AS later
  WHERE later.service = schedule.service AND later.owner = schedule.owner
  AND later.client_id = schedule.client_id AND later.id > schedule.id
) ORDER BY id
"""
)
_TAKEN = sa.text(
    "SELECT count(*) FROM schedule"
    " WHERE service = :service AND owner = :owner AND client_id = :name"
)
_RENAME = sa.text("UPDATE schedule SET client_id = :name WHERE id = :id")


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
    _name_stops(_by_schedule)


def downgrade() -> None:
    _name_stops(_by_number)
    _name_apart()
    op.drop_index(_LATEST, "schedule")
    op.drop_index(_LIVE, "schedule")
    counted = _last_id()
    with _changed() as table:
        table.create_unique_constraint(_UNIQUE, _NAME)
    _restore(counted)


def _name_stops(name: Callable[[str], tuple[str, int] | None]) -> None:
    """Give each stop in the trail the other name, and the reference that it has then;
    none where its broadcast is not there, as the number would be another thing's.
    """
    connection = op.get_bind()
    for id_, about, reference in connection.execute(_STOPS).all():
        called, number = name(about) or (about, None)
        if reference is None:
            number = None  # of what was refused, which has none
        if (called, number) != (about, reference):
            values = {"id": id_, "about": called, "reference": number}
            connection.execute(_RENAME_STOP, values)


def _by_schedule(about: str) -> tuple[str, int] | None:
    """`12` is `#3/2`: the second broadcast of schedule 3."""
    if not _NUMBERED.fullmatch(about):
        return None
    place = op.get_bind().execute(_PLACE, {"number": int(about)}).first()
    return (f"#{place[0]}/{place[1]}", place[0]) if place else None


def _by_number(about: str) -> tuple[str, int] | None:
    if not (found := _NAMED.fullmatch(about)):
        return None
    values = {"schedule": int(found[1]), "before": int(found[2]) - 1}
    number = op.get_bind().execute(_NTH, values).scalar()
    return None if number is None else (str(number), number)


def _name_apart() -> None:
    connection = op.get_bind()
    for id_, service, owner, client_id in connection.execute(_USED_AGAIN).all():
        base = f"{client_id} #{id_}"
        for name in chain([base], (f"{base}-{number}" for number in count(2))):
            values = {"service": service, "owner": owner, "name": name}
            if not connection.execute(_TAKEN, values).scalar():
                connection.execute(_RENAME, {"id": id_, "name": name})
                break


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
