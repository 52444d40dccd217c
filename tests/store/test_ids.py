"""Ids: whose they are, used again once what had them is over, and made where none is
given.
"""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.domain.errors import CarillonError, Conflict
from bot.domain.schedule import Schedule, ScheduleState
from bot.service.ports.paging import Paging
from bot.service.requests.request import ScheduleName
from bot.store import upgrade
from bot.store.database import backend_of
from tests.store.copies import migrated
from tests.world import ADMIN, PUBLISHER, SERVICE, World, a_list

#: an entry as the release before wrote it
STOP = """
INSERT INTO audit (service, at, caller, role, door, action, about, reference, result)
SELECT :service, created_at, 'role:admin', 'admin', 'cli', 'stop', :about,
  :reference, :result FROM schedule WHERE id = 1
"""


@pytest.fixture
def world(url: str) -> Iterator[World]:
    migrated(url)
    found = World(url, lists=[a_list(timezone="Europe/Warsaw")])
    yield found
    found.close()


def over(world: World, how: str) -> Schedule:
    """The job `x`, ended that way."""
    if how == "cancelled":
        return world.cancel(world.schedule(client_id="x"))
    if how == "sent":
        job = world.due(client_id="x")
    else:  # nobody may be told after it
        ends = "2026-03-01T12:30:00Z"
        job = world.schedule(
            client_id="x", expires=ends, deliver_at="2026-03-01T12:10:00Z"
        )
        world.clock.advance(hours=1)
        world.plan_all()
    found = world.get(job.id)
    assert found.state == ("failed" if how == "expired" else how)
    return found


@pytest.mark.parametrize("how", ["sent", "expired", "cancelled"])
def test_an_id_is_free_once_it_is_over(world: World, how: str) -> None:
    """Under the id of a job that is over another content makes a new job, which the id
    means from then on; the old one is found by its number, as it was.
    """
    old = over(world, how)
    new = world.schedule(
        client_id="x", bodies=(("en", "Else"),), deliver_at="2026-03-02T13:00:00Z"
    )
    assert (new.id, new.client_id) == (old.id + 1, "x")
    named = world.do(world.schedules.named, world.caller(ADMIN), ScheduleName(id="x"))
    assert named.id == new.id
    world.do(world.schedules.cancel, world.caller(ADMIN), ScheduleName(id="x"))
    assert world.get(new.id).state is ScheduleState.CANCELLED
    assert world.get(old.id) == old


def test_a_recurring_one_gives_its_id_to_one_that_is_not(world: World) -> None:
    """It is taken between occurrences, and free after the last or a cancel."""
    job = world.schedule(client_id="x", recurrence="FREQ=DAILY;COUNT=2")
    with pytest.raises(Conflict, match=f"#{job.id}, which"):
        world.schedule(client_id="x")
    world.clock.advance(hours=2)
    world.plan_all()
    with pytest.raises(Conflict):
        world.schedule(client_id="x", deliver_at="2026-03-05T13:00:00Z")
    world.clock.advance(days=1)
    world.plan_all()
    assert world.get(job.id).is_final
    again = {"client_id": "x", "deliver_at": "2026-03-05T13:00:00Z"}
    assert world.schedule(**again).id == job.id + 1


def test_a_repeat_is_no_new_one(world: World) -> None:
    """The same content again is the same job, over or not; of several that had the id
    the latest is compared.
    """
    first = over(world, "cancelled")
    assert world.schedule(client_id="x").id == first.id
    second = world.schedule(client_id="x", bodies=(("en", "Else"),))
    assert world.schedule(client_id="x", bodies=(("en", "Else"),)).id == second.id
    with pytest.raises(Conflict):
        world.schedule(client_id="x")
    world.cancel(second)
    third = world.schedule(client_id="x")
    assert third.id == second.id + 1
    page = world.do(world.schedules.page, world.caller(ADMIN), Paging())
    assert [one.client_id for one in page.items] == ["x"] * 3


def test_owners_have_ids_of_their_own(world: World) -> None:
    """What one has used up another may use."""
    over(world, "cancelled")
    theirs = world.schedule(PUBLISHER, client_id="x", bodies=(("en", "Else"),))
    assert theirs.owner == PUBLISHER


@pytest.mark.parametrize("alike", [True, False])
def test_used_again_at_once(world: World, url: str, *, alike: bool) -> None:
    """Of several processes that use an id again at once one makes the new job; the
    others repeat it, or are told that it is taken.
    """
    old = over(world, "cancelled")
    worlds = [World(url, policy=world.policy) for _ in range(4)]
    together = threading.Barrier(4)

    def ask(number: int) -> int | type[CarillonError]:
        together.wait(20)
        said = "Alike" if alike else f"Other {number}"
        try:
            return worlds[number].schedule(client_id="x", bodies=(("en", said),)).id
        except Conflict as error:
            return type(error)

    try:
        with ThreadPoolExecutor(4) as threads:
            found = list(threads.map(ask, range(4)))
    finally:
        for one in worlds:
            one.close()
    new = old.id + 1
    if alike:
        assert found == [new] * 4
    else:
        assert found.count(new) == 1
        assert found.count(Conflict) == 3


def test_two_that_live_never_have_one_id(world: World) -> None:
    """The database itself refuses it, whoever writes."""
    job = world.schedule(client_id="x")
    with pytest.raises(Conflict):
        world.do(lambda unit: unit.schedules.add(job))
    world.cancel(job)
    again = world.do(lambda unit: unit.schedules.add(job))
    assert again.id > job.id


def test_ids_that_the_service_makes(world: World) -> None:
    """List and day, by the clocks of its zone, then a number; never one that the owner
    has used, even for what is over.
    """
    late = {"deliver_at": "2026-03-01T23:30:00Z", "timezone": "Europe/Warsaw"}
    first = world.schedule(**late)
    assert first.client_id == "news-2026-03-02"
    world.cancel(first)
    world.schedule(client_id="news-2026-03-02-2", **late)
    assert world.schedule(**late).client_id == "news-2026-03-02-3"
    assert world.schedule(PUBLISHER, **late).client_id == "news-2026-03-02"
    people = world.schedule(people=("a@example.org",))
    assert people.client_id == "people-2026-03-01"


def test_many_of_one_day(world: World) -> None:
    """Hundreds have ids that differ, none of them long."""
    made = [world.schedule().client_id for _ in range(40)]
    assert len(set(made)) == 40
    assert made[8] == "news-2026-03-01-9"
    assert max(map(len, made)) <= len("news-2026-03-01-") + 6


def rows(url: str, query: str) -> list[tuple[Any, ...]]:
    backend = backend_of(url)
    with backend.reading.connect() as connection:
        found = [tuple(row) for row in connection.execute(sa.text(query))]
    backend.writing.dispose()
    backend.reading.dispose()
    return found


def test_down_to_the_schema_of_before(url: str) -> None:
    """Where an id is one job's for ever the latest keeps it, and the others get free
    ones; up again all is well.
    """
    migrated(url)
    world = World(url)
    for number in range(3):
        job = world.schedule(client_id="x", bodies=(("en", f"{number}"),))
        if number < 2:
            world.cancel(job)
    world.schedule(client_id="x #2", bodies=(("en", "4"),))
    world.schedule(client_id="x #2-2", bodies=(("en", "5"),))
    world.close()
    upgrade.downgrade(url, "0009")
    found = rows(url, "SELECT client_id FROM schedule ORDER BY id")
    assert [name for (name,) in found] == ["x #1", "x #2-3", "x", "x #2", "x #2-2"]
    upgrade.upgrade(url, SERVICE)
    assert upgrade.check(url) == []


def test_stops_of_before(url: str) -> None:
    """The trail's stops, which had the numbers that broadcasts had, name these by their
    announcements after the upgrade, and by their numbers again after the way back.
    """
    migrated(url)
    world = World(url)
    world.due(client_id="once")
    daily = world.schedule(client_id="daily", recurrence="FREQ=DAILY;COUNT=3")
    assert daily.next_at is not None
    for days in range(2):
        world.clock.set(daily.next_at + timedelta(days=days))
        world.plan_all()
    world.close()
    [(last,)] = rows(
        url, f"SELECT max(id) FROM broadcast WHERE schedule_id = {daily.id}"
    )
    assert last > daily.id
    upgrade.downgrade(url, "0009")
    before = [
        (str(last), last, "done"),
        (str(last), None, "finished"),
        ("999", None, "not-found"),
        ("998", 998, "done"),
        ("all", None, "done"),
    ]
    backend = backend_of(url)
    with backend.writing.begin() as connection:
        for about, reference, result in before:
            values = {"about": about, "reference": reference, "result": result}
            connection.execute(sa.text(STOP), {**values, "service": SERVICE})
    backend.writing.dispose()
    backend.reading.dispose()
    asked = "SELECT about, reference, result FROM audit WHERE action = 'stop'"
    upgrade.upgrade(url, SERVICE)
    named = f"#{daily.id}/2"
    assert rows(url, f"{asked} ORDER BY id") == [
        (named, daily.id, "done"),
        (named, None, "finished"),
        ("999", None, "not-found"),
        ("998", None, "done"),
        ("all", None, "done"),
    ]
    upgrade.downgrade(url, "0009")
    unknown = ("998", None, "done")
    assert rows(url, f"{asked} ORDER BY id") == [*before[:3], unknown, before[4]]
    upgrade.upgrade(url, SERVICE)
    assert upgrade.check(url) == []
