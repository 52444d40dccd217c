import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store import upgrade
from tests.cli.workplace import Workplace
from tests.world import SERVICE


@pytest.fixture(autouse=True)
def no_width(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables are as wide as they want, whatever the caller's terminal."""
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture(autouse=True)
def same_log() -> Iterator[None]:
    """`run` sends records to its stderr, which a test's runner closes behind it."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Up to date and never opened by a test: to copy."""
    file = tmp_path_factory.mktemp("empty") / "carillon.db"
    upgrade.upgrade(f"sqlite:///{file}", SERVICE)
    return file


@pytest.fixture
def bare_place(tmp_path: Path) -> Workplace:
    """Configured, but without a database."""
    return Workplace(tmp_path)


@pytest.fixture
def place(bare_place: Workplace, empty_database: Path) -> Workplace:
    shutil.copy(empty_database, bare_place.folder / "carillon.db")
    return bare_place
