"""Column types that mean the same on SQLite and PostgreSQL."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
#: for what Python has no datetime; any zone can show them. So one moment that is none
#: costs its row and no answer
FIRST = datetime(2, 1, 1, tzinfo=UTC)
LAST = datetime(9998, 12, 31, tzinfo=UTC)
#: for a wall time that cannot be read: no rule has it, and nothing comes after it
NO_WALL = LAST.replace(tzinfo=None)

#: row ids: SQLite numbers rows only of a column that is INTEGER
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


class Whole(sa.types.TypeDecorator[int]):
    """An integer of 32 bits, as PostgreSQL has it. SQLite keeps anything in any column:
    what is none is 0.
    """

    impl = sa.Integer
    cache_ok = True

    def process_result_value(self, value: Any, _dialect: Dialect) -> int | None:
        if value is None or (isinstance(value, int) and abs(value) < 2**31):
            return value
        return 0


class WallTime(sa.types.TypeDecorator[datetime]):
    """Naive in and out, of whole seconds: what clocks show in the zone of the row.

    Text that orders as wall times do: `2026-10-25T02:30:00`, and a `*` behind it where
    it is the second of two (its `fold`).
    """

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is not None:
            raise ValueError(f"{value!r} is aware; a wall time is naive")
        return value.isoformat(timespec="seconds") + "*" * value.fold

    def process_result_value(self, value: Any, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        second = value.endswith("*")
        try:
            wall = datetime.fromisoformat(value.removesuffix("*"))
        except ValueError:
            return NO_WALL
        return wall.replace(tzinfo=None, fold=second)


class UTCDateTime(sa.types.TypeDecorator[datetime]):
    """Aware in, aware UTC out; a naive datetime raises ValueError.

    PostgreSQL: timestamptz. SQLite: integer microseconds since 1970, so that
    comparing, ordering and indexes work as they do there.
    """

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.BigInteger())
        return dialect.type_descriptor(sa.DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} is naive; aware datetimes are stored")
        if dialect.name == "sqlite":
            return microseconds(value)
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if dialect.name == "sqlite":
            return _of_microseconds(value)
        moment: datetime = value
        return moment.astimezone(UTC)


def microseconds(moment: datetime) -> int:
    """How SQLite has a moment (aware)."""
    return (moment - _EPOCH) // _MICROSECOND


def _of_microseconds(value: Any) -> datetime:
    try:
        since: timedelta = value * _MICROSECOND
        return _EPOCH + since
    except OverflowError:
        return FIRST if value < 0 else LAST
    except TypeError:  # SQLite keeps a text in any column
        return LAST


def lenient_json(text: str) -> Any:
    """What a JSON column holds, None where that is none; `mapping` judges it."""
    try:
        return json.loads(text)
    except ValueError:
        return None
