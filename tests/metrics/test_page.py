"""What `/metrics` says: events counted, the database looked at now and then."""

import asyncio
import re

from bot.domain.broadcast import ExceptionKind
from bot.domain.events import Acknowledged, Deviated
from bot.metrics import page
from bot.metrics.counts import Counts
from bot.metrics.gauges import Gauges
from bot.metrics.page import MetricsPage
from tests.metrics.test_reference import EVENTS, Running
from tests.world import NOON, World


def samples(text: bytes) -> dict[str, float]:
    lines = (line for line in text.decode().splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in (x.rpartition(" ") for x in lines)}


def scraped(world: World, counts: Counts) -> dict[str, float]:
    async def go() -> bytes:
        gauges = Gauges(Running())
        return await MetricsPage(counts.registry, gauges, world.database).text()

    return samples(asyncio.run(go()))


def test_zero_is_told_before_the_first(world: World) -> None:
    """What can only be one of a few is there from the start, so rates see the first."""
    found = scraped(world, Counts())
    for name in ("missed", "held", "failed"):
        assert found[f'carillon_occurrences_total{{outcome="{name}"}}'] == 0
    assert found['carillon_messages_total{outcome="failed"}'] == 0
    assert found['carillon_database_errors_total{fault="away"}'] == 0
    assert not any(name.endswith("_created") for name in found)


def test_messages_are_counted_by_what_became_of_them(world: World) -> None:
    """Writes count in one go; a bounce, its repeat and its end each count by one."""
    counts = Counts()
    for _ in range(2):
        counts.happened(
            Acknowledged(
                announcement=1, broadcast=1, chunk=1, sent=500, failed=1, skipped=2
            )
        )
    for kind in (
        ExceptionKind.RETRYING,
        ExceptionKind.DEFERRED,
        ExceptionKind.RETRYING,
        ExceptionKind.FAILED,
    ):
        counts.happened(
            Deviated(announcement=1, broadcast=1, kind=kind, condition="gone")
        )
    found = scraped(world, counts)
    told = {
        outcome: found[f'carillon_messages_total{{outcome="{outcome}"}}']
        for outcome in ("sent", "failed", "skipped", "deferred", "retried")
    }
    assert told == {
        "sent": 1000,
        "failed": 3,
        "skipped": 4,
        "deferred": 2,
        "retried": 1,
    }


def test_what_is_held_is_counted(world: World) -> None:
    """A schedule with one that waits for an admin shows until that is decided."""
    job = world.schedule(recurrence="FREQ=DAILY", late_policy="hold")
    world.clock.advance(hours=5)
    world.plan_all()
    held = 'carillon_schedules{state="held"}'
    assert scraped(world, Counts())[held] == 1
    world.steer("skip", job)
    assert scraped(world, Counts())[held] == 0


def test_the_tables_are_counted(world: World) -> None:
    """Schedules, readers, notices and the next moment are those of the database."""
    world.subscribe("a@example.org", "b@example.org")
    job = world.schedule()
    world.due(people=("a@example.org",))
    found = scraped(world, Counts())
    assert found['carillon_subscribers{list="news"}'] == 2
    assert found['carillon_schedules{state="pending"}'] == 1
    assert found['carillon_schedules{state="running"}'] == 1
    assert found["carillon_broadcasts_sending"] == 1
    assert job.next_at is not None
    due = found["carillon_next_occurrence_timestamp_seconds"]
    assert due == NOON.replace(hour=13).timestamp() == job.next_at.timestamp()
    world.clock.advance(hours=5)
    world.plan_all()
    assert scraped(world, Counts())["carillon_notices_waiting"] > 0


def test_several_who_look_cost_one_look(world: World) -> None:
    """Within seconds of a look the database is not asked again."""
    counts = Counts()
    looks = 0
    read = world.database.read

    async def counted(*args: object) -> object:
        nonlocal looks
        looks += 1
        return await read(*args)  # type: ignore[arg-type] # passed on as it came

    async def go() -> None:
        world.database.read = counted  # type: ignore[method-assign,assignment] # counts
        shown = MetricsPage(counts.registry, Gauges(Running()), world.database)
        await asyncio.gather(*(shown.text() for _ in range(5)))

    asyncio.run(go())
    assert looks == 1
    assert page.FRESH > 0


def test_without_a_database(world: World) -> None:
    """Its own series are left out rather than old; the others are told."""
    counts = Counts()
    for event in EVENTS:
        counts.happened(event)
    file = world.url.removeprefix("sqlite:///")
    world.do(lambda unit: unit.nudge())
    world.database._backend.reading.dispose()
    with open(file, "r+b") as content:  # noqa: PTH123 - nothing to be gained
        content.truncate(100)
    found = scraped(world, counts)
    assert found["carillon_database_up"] == 0
    assert not any(re.match("carillon_(schedules|subscribers)", name) for name in found)
    assert found["carillon_window_used"] == 3
