"""The private PostgreSQL does what the tests of the store rely on."""

import os

import pytest
from sqlalchemy import create_engine, text

from tests.servers.environment import servers_of
from tests.servers.ports import is_open, listening
from tests.servers.postgresql import PostgreSQL

pytestmark = [pytest.mark.postgres]


def run(url: str, statement: str) -> list[object]:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            result = connection.execute(text(statement))
            return list(result.scalars()) if result.returns_rows else []
    finally:
        engine.dispose()


def test_databases_are_separate(postgresql: PostgreSQL) -> None:
    """Each database is new and empty, in UTF-8."""
    one, two = postgresql.database("one"), postgresql.database("two")
    run(one, "CREATE TABLE bell (name text)")
    tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
    assert run(one, tables) == [1]
    assert run(two, tables) == [0]
    assert run(two, "SHOW server_encoding") == ["UTF8"]


def test_life() -> None:
    """Data outlives stop, kill and restart; after the end nothing is left."""
    with PostgreSQL() as server:
        url = server.database("kept")
        run(url, "CREATE TABLE bell AS SELECT 'Emmanuel' AS name")
        server.stop()
        assert not is_open(server.port)
        server.start()
        server.kill()
        server.start()
        assert run(url, "SELECT name FROM bell") == ["Emmanuel"]
        assert listening({server.pid}) == {("0100007F", server.port)}
        folder, pid = server.folder, server.pid
    assert not folder.exists()
    assert pid not in servers_of(os.getpid())
    assert not is_open(server.port)
