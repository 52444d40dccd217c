"""The loop that keeps the feeds as their rows are, over a real database."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.feeds.folder import Folder
from bot.feeds.making import Making, Shape
from bot.feeds.publisher import IDLE_SECONDS, Publisher
from tests.feeds.reading import entries
from tests.world import World, a_list, blank_database, copy_of

SHAPE = Shape(service="announce.example.org", title="All", language="en", entries=2)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    folder = tmp_path / "database"
    folder.mkdir()
    made = World(copy_of(blank_database(folder), folder))
    yield made
    made.close()


def _publisher(world: World, folder: Path | None) -> Publisher:
    return Publisher(
        world.database,
        world.use_cases.publicity,
        Making(SHAPE),
        Folder(folder) if folder else None,
        world.clock,
    )


def _titles(folder: Path, name: str) -> list[str]:
    return [one.title for one in entries((folder / name).read_bytes())]


def test_rows_to_pages_and_files(world: World, tmp_path: Path) -> None:
    """After each look pages and files are what the rows are by then."""
    folder = tmp_path / "feeds"
    folder.mkdir()

    async def go() -> None:
        publisher = _publisher(world, folder)
        assert publisher.documents() is None
        assert await publisher.look() == IDLE_SECONDS
        for number in range(3):
            world.due(bodies=(("en", f"Number {number}"),))
            await publisher.look()
            pages = publisher.documents()
            assert pages is not None
            files = {file.name: file.read_bytes() for file in folder.iterdir()}
            assert files == {name: page.body for name, page in pages.items()}
        assert _titles(folder, "news.atom") == ["Number 2", "Number 1"]
        world.do(lambda unit: unit.lists.declare([a_list(public=False)]))
        await publisher.look()
        assert {file.name for file in folder.iterdir()} == {
            *("outage.json", "all.ics", "all.atom"),
        }
        assert _titles(folder, "all.atom") == []

    asyncio.run(go())


def test_a_change_wakes_it(world: World) -> None:
    """A step ends once something was committed, long before its time is up."""

    async def go() -> None:
        publisher = _publisher(world, None)
        await publisher.look()
        step = asyncio.create_task(publisher.step())
        await world.database.run(lambda unit: unit.lists.declare([a_list()]))
        await step

    asyncio.run(go())


def test_a_folder_that_is_away(world: World, tmp_path: Path) -> None:
    """It is told once, pages go on, and once it is back everything is written."""
    folder = tmp_path / "feeds"

    async def go() -> None:
        publisher = _publisher(world, folder)
        with capture_logs() as told:
            await publisher.look()
            world.due()
            await publisher.look()
            pages = publisher.documents()
            assert pages is not None
            assert len(entries(pages["news.atom"].body)) == 1
            folder.mkdir()
            await publisher.look()
        assert [one["event"] for one in told] == [
            "feeds cannot be written",
            "feeds are written again",
        ]
        assert str(folder) in told[0]["reason"]
        assert len(_titles(folder, "news.atom")) == 1
        shutil.rmtree(folder)

    asyncio.run(go())
