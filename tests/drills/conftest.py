"""What drills are made of."""

from collections.abc import Iterator

import pytest

from tests.e2e.conftest import make
from tests.servers.postgresql import PostgreSQL

__all__ = ["fragile", "make"]


@pytest.fixture
def fragile() -> Iterator[PostgreSQL]:
    """A PostgreSQL that may be stopped and killed."""
    with PostgreSQL() as server:
        yield server
