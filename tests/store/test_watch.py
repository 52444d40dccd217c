"""Waiting for the database to change."""

import asyncio
import multiprocessing
import threading
from multiprocessing.synchronize import Event

import pytest

from bot.service.ports.unit_of_work import UnitOfWork
from bot.store import upgrade
from bot.store.changes import SqlWatch
from bot.store.database import SqlDatabase
from tests.servers.postgresql import PostgreSQL
from tests.store.samples import SERVICE, a_schedule

SPAWN = multiprocessing.get_context("spawn")
#: longer than any wait for a change should take, on a busy machine too
LONG = 30.0


def add_and_nudge(unit: UnitOfWork, client_id: str) -> None:
    unit.schedules.add(a_schedule(client_id))
    unit.nudge()


def commit_when_told(url: str, ready: Event, go: Event) -> None:
    """Another process, such as the command line."""
    database = SqlDatabase(url, SERVICE)
    ready.set()
    go.wait(60)
    database.call(add_and_nudge, "a")
    database.close()


@pytest.fixture(autouse=True)
def no_slow_polling(monkeypatch: pytest.MonkeyPatch) -> None:
    """On PostgreSQL nothing but a notification shall wake."""
    monkeypatch.setattr("bot.store.postgresql._SLOW_POLL", 3600.0)


async def settled(watch: SqlWatch) -> None:
    """Until there is nothing new: at its start the watcher assumes there is."""
    for _ in range(20):
        if not await watch.changed(1.0):
            return
    raise AssertionError("it never settled")


def test_another_process_is_noticed(database: SqlDatabase, url: str) -> None:
    """A commit of another process wakes the waiter, long before its time is up."""
    ready, go = SPAWN.Event(), SPAWN.Event()
    process = SPAWN.Process(target=commit_when_told, args=(url, ready, go))
    process.start()

    async def wait() -> None:
        watch = database.watch()
        assert await asyncio.to_thread(ready.wait, 60)
        await settled(watch)
        go.set()
        assert await watch.changed(LONG)
        found = await database.read(
            lambda unit: unit.schedules.find("admin@example.org", "a")
        )
        assert found is not None

    asyncio.run(wait())
    process.join(60)
    assert process.exitcode == 0


def test_own_nudge_wakes_all_waiters(database: SqlDatabase) -> None:
    """A nudge of this process wakes every waiter, each by itself."""

    async def go() -> None:
        watches = [database.watch(), database.watch()]
        for watch in watches:
            await settled(watch)
        waiting = [asyncio.create_task(watch.changed(LONG)) for watch in watches]
        await database.run(add_and_nudge, "a")
        assert await asyncio.gather(*waiting) == [True, True]

    asyncio.run(go())


def test_nothing_between_two_waits_is_lost(database: SqlDatabase) -> None:
    """A change while nobody waits ends the next wait at once."""

    async def go() -> None:
        watch = database.watch()
        await settled(watch)
        await database.run(add_and_nudge, "a")
        assert await watch.changed(0)

    asyncio.run(go())


def test_undone_is_no_news(sqlite: SqlDatabase) -> None:
    """A transaction that is rolled back wakes nobody."""

    def use(unit: UnitOfWork) -> None:
        add_and_nudge(unit, "a")
        raise KeyError

    async def go() -> None:
        watch = sqlite.watch()
        await settled(watch)
        with pytest.raises(KeyError):
            await sqlite.run(use)
        assert not await watch.changed(0.5)

    asyncio.run(go())


@pytest.mark.postgres
def test_listener_reconnects() -> None:
    """After a restart of the server the watcher listens again by itself."""
    with PostgreSQL() as server:
        url = server.database("watched")
        upgrade.upgrade(url, SERVICE)
        database, other = SqlDatabase(url, SERVICE), SqlDatabase(url, SERVICE)

        async def go() -> None:
            watch = database.watch()
            await settled(watch)
            server.stop()
            server.start()
            assert await watch.changed(LONG)
            await settled(watch)
            waiting = asyncio.create_task(watch.changed(LONG))
            await other.run(add_and_nudge, "a")
            assert await waiting

        asyncio.run(go())
        database.close()
        other.close()


def test_close_ends_the_watcher(database: SqlDatabase) -> None:
    """After close no thread of the store is left."""
    database.watch()
    database.call(add_and_nudge, "a")
    database.close()
    names = [thread.name for thread in threading.enumerate()]
    assert not [name for name in names if name.startswith("store-")]
