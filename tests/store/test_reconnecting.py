"""Sessions with PostgreSQL that were ended are replaced, each once."""

import time
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.clock import SystemClock
from bot.service.ports.unit_of_work import UnitOfWork
from bot.store.database import SqlDatabase
from bot.store.unit_of_work import SqlUnitOfWork

pytestmark = pytest.mark.postgres

AHEAD = timedelta(days=1_000)
MANY = 20


def pid(unit: UnitOfWork) -> int:
    """Of the session that it goes over."""
    assert isinstance(unit, SqlUnitOfWork)
    found: int = unit._connection.scalar(sa.text("SELECT pg_backend_pid()"))
    return found


def ended(database: SqlDatabase, url: str) -> None:
    """All sessions of the database end, as when the server is restarted."""
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    engine.dispose()
    database.call(pid)


@pytest.mark.parametrize("ahead", [timedelta(), AHEAD], ids=["right", "ahead"])
def test_sessions_are_kept(
    postgres: SqlDatabase,
    postgresql_url: str,
    monkeypatch: pytest.MonkeyPatch,
    ahead: timedelta,
) -> None:
    """After all were ended, also once under a clock that is put right since, many
    transactions share a few.
    """
    postgres.call(pid)
    with monkeypatch.context() as wrong:
        moment = SystemClock().now() + ahead
        wrong.setattr(time, "time", moment.timestamp)
        ended(postgres, postgresql_url)
    ended(postgres, postgresql_url)
    assert len({postgres.call(pid) for _ in range(MANY)}) < MANY / 2
