"""A world of its own for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.world import World, blank_database, copy_of


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return blank_database(tmp_path_factory.mktemp("blank"))


@pytest.fixture
def world(blank: Path, tmp_path: Path) -> Iterator[World]:
    """On SQLite, with the list `news`."""
    found = World(copy_of(blank, tmp_path))
    yield found
    found.close()
