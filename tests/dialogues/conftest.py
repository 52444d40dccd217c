"""A service of its own for each test, with one list."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.world import World, copy_of


@pytest.fixture
def world(blank: Path, tmp_path: Path) -> Iterator[World]:
    with closing(World(copy_of(blank, tmp_path))) as found:
        yield found
