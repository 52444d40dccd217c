"""No method of any repository shows or changes what is another service's."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any, get_type_hints

import pytest
import sqlalchemy as sa

from bot.domain.errors import Conflict
from bot.service.ports.unit_of_work import UnitOfWork
from bot.store.backend import Backend
from bot.store.database import SqlDatabase, backend_of
from bot.store.sealing import Vault
from bot.store.tables import metadata
from bot.store.unit_of_work import SqlUnitOfWork
from tests.store.conftest import ENGINES
from tests.store.copies import migrated
from tests.store.everything import Theirs, fill
from tests.store.neighbours import ALIKE_ON, CALLS, NEIGHBOUR
from tests.store.samples import (
    SERVICE,
)


def methods() -> set[str]:
    """Of every repository that a unit of work has."""
    found = set()
    for name, member in vars(UnitOfWork).items():
        if isinstance(member, property):
            port = get_type_hints(member.fget)["return"]
            found |= {f"{name}.{one}" for one in vars(port) if not one.startswith("_")}
    return found


@pytest.fixture(scope="module", params=ENGINES)
def stored(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Backend, Theirs]]:
    """A database with one of everything, all of one service."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('ownership')}/carillon.db"
    else:
        url = request.getfixturevalue("postgresql").database("store_ownership")
    migrated(url)
    with closing(SqlDatabase(url, SERVICE)) as database:
        theirs = database.call(fill)
    backend = backend_of(url)
    yield backend, theirs
    backend.writing.dispose()
    backend.reading.dispose()


#: by which column a row belongs to which other one
PARENTS = {
    "list_id": "list",
    "schedule_id": "schedule",
    "broadcast_id": "broadcast",
    "consent_id": "consent",
    "maintenance_id": "maintenance",
    "incident_id": "incident",
}


def rows_of_service(connection: sa.Connection) -> dict[str, list[str]]:
    """All that is the first service's."""
    found: dict[str, list[Any]] = {
        table.name: [
            dict(row) for row in connection.execute(sa.select(table)).mappings()
        ]
        for table in metadata.sorted_tables
    }
    ids = {
        table: {row["id"] for row in found[table] if row["service"] == SERVICE}
        for table in PARENTS.values()
    }

    def is_theirs(row: dict[str, Any]) -> bool:
        if "service" in row:
            return bool(row["service"] == SERVICE)
        parents = [(column, PARENTS[column]) for column in row if column in PARENTS]
        return any(row[column] in ids[table] for column, table in parents)

    return {
        table: sorted(repr(row) for row in rows if is_theirs(row))
        for table, rows in found.items()
        if table != "fact"
    }


def test_every_method_is_here() -> None:
    """Whoever adds a method to a port says here what a neighbour gets of it."""
    assert set(CALLS) == methods()


@pytest.mark.parametrize("method", CALLS)
def test_a_neighbour_sees_and_changes_nothing(
    stored: tuple[Backend, Theirs], method: str
) -> None:
    """Called with what is another's, a method gives nothing and leaves it as it is."""
    backend, theirs = stored
    call, wanted = CALLS[method]
    with backend.writing.connect() as connection, connection.begin() as transaction:
        before = rows_of_service(connection)
        assert all(before.values())
        result = call(SqlUnitOfWork(connection, NEIGHBOUR, Vault()), theirs)
        assert result == wanted
        assert rows_of_service(connection) == before
        transaction.rollback()


@pytest.mark.parametrize("method", CALLS)
def test_the_service_itself_does(stored: tuple[Backend, Theirs], method: str) -> None:
    """The same call by the service itself gives or changes something: so the calls
    above are such as would show a neighbour's.
    """
    backend, theirs = stored
    call, wanted = CALLS[method]
    with backend.writing.connect() as connection, connection.begin() as transaction:
        before = rows_of_service(connection)
        try:
            result = call(SqlUnitOfWork(connection, SERVICE, Vault()), theirs)
        except (Conflict, sa.exc.IntegrityError):  # there already: it is theirs
            transaction.rollback()
            return
        changed = rows_of_service(connection) != before
        alike = method in ALIKE_ON[connection.dialect.name]
        assert changed or result != wanted or alike
        transaction.rollback()
