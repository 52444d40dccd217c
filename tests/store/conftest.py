"""A database of its own for each test, on either engine."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store.database import SqlDatabase
from tests.servers.postgresql import PostgreSQL
from tests.store.copies import migrated
from tests.store.samples import SERVICE

ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
NUMBERS = itertools.count(1)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A file that does not exist yet."""
    return f"sqlite:///{tmp_path}/carillon.db"


@pytest.fixture
def postgresql_url(postgresql: PostgreSQL) -> str:
    """A new, empty database."""
    return postgresql.database(f"store_{next(NUMBERS)}")


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest) -> str:
    """An empty database; the test runs twice, on either engine."""
    found: str = request.getfixturevalue(f"{request.param}_url")
    return found


def opened(url: str) -> Iterator[SqlDatabase]:
    migrated(url)
    database = SqlDatabase(url, SERVICE)
    yield database
    database.close()


@pytest.fixture
def database(url: str) -> Iterator[SqlDatabase]:
    """At the newest revision; the test runs twice, on either engine."""
    yield from opened(url)


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[SqlDatabase]:
    yield from opened(sqlite_url)


@pytest.fixture
def postgres(postgresql_url: str) -> Iterator[SqlDatabase]:
    yield from opened(postgresql_url)
