"""An import that is killed leaves whole slices, and a repeat completes it."""

import json
import time

import pytest
import sqlalchemy as sa

from bot.service.use_cases import UseCases
from bot.store.database import SqlDatabase
from bot.store.tables import subscriber
from tests.cli.workplace import Workplace
from tests.servers.postgresql import PostgreSQL
from tests.store.conftest import ENGINES
from tests.store.copies import migrated

PEOPLE = 20_000


@pytest.fixture(params=ENGINES)
def either(request: pytest.FixtureRequest, place: Workplace) -> Workplace:
    """The test runs twice, on either engine."""
    if request.param == "postgresql":
        server: PostgreSQL = request.getfixturevalue("postgresql")
        url = server.database("cut_off")
        migrated(url)
        text = place.config.read_text()
        ours = f"sqlite:///{place.folder}/carillon.db"
        place.config.write_text(text.replace(ours, url))
    return place


def count(use_cases: UseCases) -> int:
    lists = use_cases.database.look(use_cases.subscribers.lists)
    return {entry.name: number for entry, number, _ in lists}["news"]


def known(use_cases: UseCases) -> int:
    """Subscribers, whether or not they stand on a list."""
    assert isinstance(use_cases.database, SqlDatabase)
    with use_cases.database._backend.reading.connect() as connection:
        rows = connection.execute(sa.select(sa.func.count(subscriber.c.id)))
        return rows.scalar_one()


def test_killed_and_repeated(either: Workplace) -> None:
    """Everybody whom the killed import knew stands on the list; then all do."""
    file = either.folder / "people.txt"
    file.write_text("".join(f"user{n}@example.org\n" for n in range(PEOPLE)))
    words = ("subscribers", "import", "news", str(file), "--json")
    with either.use_cases() as use_cases:
        importing = either.background(*words)
        deadline = time.monotonic() + 60
        while not count(use_cases) and time.monotonic() < deadline:
            time.sleep(0.002)
        importing.kill()
        there = count(use_cases)
        assert 0 < there < PEOPLE
        assert known(use_cases) == there
    done = json.loads(either.program(*words).out)["counts"]
    # PostgreSQL may end a commit that it was sent before the kill
    assert done["there"] >= there
    assert done["there"] + done["added"] == PEOPLE
    with either.use_cases() as use_cases:
        assert count(use_cases) == known(use_cases) == PEOPLE
