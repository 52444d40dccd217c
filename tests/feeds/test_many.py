"""Ten thousand announcements: feeds show the latest, and a look costs no more."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.store.tables import broadcast, occurrence, schedule
from tests.store.conftest import ENGINES
from tests.store.copies import migrated
from tests.world import USER, World, a_list

MANY, SHOWN = 10_000, 50


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    found = f"sqlite:///{tmp_path}/carillon.db"
    if request.param != "sqlite":
        found = request.getfixturevalue("postgresql").database("feeds_many")
    migrated(found)
    return found


@pytest.fixture
def engine(url: str) -> Iterator[sa.Engine]:
    made = sa.create_engine(url)
    yield made
    made.dispose()


def multiplied(engine: sa.Engine) -> None:
    """The one announcement, many times."""

    def only(connection: sa.Connection, table: sa.Table) -> dict[str, Any]:
        return dict(connection.execute(sa.select(table)).mappings().one())

    texts = {"client_id", "key"}
    with engine.begin() as connection:
        for table, others in (
            (schedule, ("client_id",)),
            (occurrence, ("schedule_id",)),
            (broadcast, ("key", "schedule_id", "occurrence_id")),
        ):
            row = only(connection, table)
            made = [
                row
                | {"id": number, "state": "sent"}
                | {name: str(number) if name in texts else number for name in others}
                for number in range(1000, 1000 + MANY)
            ]
            connection.execute(sa.insert(table), made)


def test_a_look(url: str, engine: sa.Engine) -> None:
    """It reads as many announcements as are shown, each once; after that a look takes
    as few statements as before there were many.
    """
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, text: str, *_: Any) -> None:
        statements.append(text)

    with closing(World(url, lists=[a_list()])) as world:
        look, gather = world.database.look, world.use_cases.publicity.gather
        world.subscribe(USER)
        world.due()
        look(gather, SHOWN)
        sa.event.listen(sa.Engine, "before_cursor_execute", note)
        try:
            look(gather, SHOWN)
            few = len(statements)
            multiplied(engine)
            public = look(gather, SHOWN)
            statements.clear()
            assert look(gather, SHOWN) == public
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", note)
    assert len(public.sent) == SHOWN
    assert len({one.uid for one in public.sent}) == SHOWN
    assert 0 < len(statements) == few
