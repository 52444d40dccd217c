"""What claims pass over since somebody holds it is waited for, and told of."""

import contextlib
from collections.abc import Callable

import pytest

from bot.domain.errors import Unavailable
from bot.service.ports.claims import Row
from bot.service.ports.unit_of_work import UnitOfWork
from bot.store.database import SqlDatabase
from tests.store.copies import migrated
from tests.store.everything import LATER, fill
from tests.store.holding import foreign, impatiently
from tests.store.samples import SERVICE

TABLES = {
    "schedule": "schedule",
    "chunk": "chunk",
    "repeat": "delivery_exception",
    "notice": "notice",
}


def waiting(unit: UnitOfWork) -> set[Row]:
    return unit.claims.waiting(LATER, LATER)


@pytest.mark.postgres
def test_whoever_holds_what_waits_is_told(postgresql_url: str) -> None:
    """Of each kind the first that waits is found, whoever holds it; who asks for it
    waits for its holder and learns who that is, and no longer than he holds it.
    """
    migrated(postgresql_url)
    database = SqlDatabase(impatiently(postgresql_url), SERVICE)

    def wait_for(row: Row) -> Callable[[UnitOfWork], bool]:
        return lambda unit: unit.claims.wait_for(row)

    with contextlib.closing(database):
        database.call(fill)
        rows = database.look(waiting)
        assert {kind for kind, *_ in rows} == set(TABLES)
        for row in sorted(rows):
            held = f"SELECT * FROM {TABLES[row[0]]} FOR UPDATE"
            with foreign(postgresql_url, held) as other:
                assert database.look(waiting) == rows
                with pytest.raises(Unavailable, match="held up by session"):
                    database.call(wait_for(row))
                other.rollback()
                assert database.call(wait_for(row))
