"""An import that is killed leaves whole slices, and a repeat completes it."""

import json
import subprocess
import time

import pytest
import sqlalchemy as sa

from bot.app.service import Service
from bot.store import upgrade
from bot.store.tables import subscriber
from tests.cli.workplace import Workplace
from tests.servers.postgresql import PostgreSQL
from tests.store.conftest import ENGINES

PEOPLE = 60_000


@pytest.fixture(params=ENGINES)
def either(request: pytest.FixtureRequest, place: Workplace) -> Workplace:
    """The test runs twice, on either engine."""
    if request.param == "postgresql":
        server: PostgreSQL = request.getfixturevalue("postgresql")
        url = server.database("cut_off")
        upgrade.upgrade(url)
        text = place.config.read_text()
        ours = f"sqlite:///{place.folder}/carillon.db"
        place.config.write_text(text.replace(ours, url))
    return place


def count(service: Service) -> int:
    lists = service.database.look(service.subscribers.lists)
    return {entry.name: number for entry, number in lists}["news"]


def known(service: Service) -> int:
    """Subscribers, whether or not they stand on a list."""
    with service.database._backend.reading.connect() as connection:
        rows = connection.execute(sa.select(sa.func.count(subscriber.c.id)))
        return rows.scalar_one()


def test_killed_and_repeated(either: Workplace) -> None:
    """Everybody whom the killed import knew stands on the list; then all do."""
    file = either.folder / "people.txt"
    file.write_text("".join(f"user{n}@example.org\n" for n in range(PEOPLE)))
    words = ("subscribers", "import", "news", str(file), "--json")
    with either.service() as service:
        child = subprocess.Popen(either.command(*words), stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while not count(service) and time.monotonic() < deadline:
            time.sleep(0.002)
        child.kill()
        child.wait()
        there = count(service)
        assert 0 < there < PEOPLE
        assert known(service) == there
    done = json.loads(either.program(*words).out)["counts"]
    # PostgreSQL may end a commit that it was sent before the kill
    assert done["there"] >= there
    assert done["there"] + done["added"] == PEOPLE
    with either.service() as service:
        assert count(service) == known(service) == PEOPLE
