"""What stood in the database as moments is brought to wall times (revision 0004)."""

import zoneinfo
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain import coming
from bot.domain.broadcast import Occurrence, OccurrenceState
from bot.domain.schedule import Schedule
from bot.service.ports.unit_of_work import UnitOfWork
from bot.store import upgrade
from bot.store.database import SqlDatabase
from tests.store.copies import migrated
from tests.store.samples import SERVICE, a_schedule
from tests.zones import Rules, zones_in

HOUR = timedelta(hours=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def a_rule(client_id: str, deliver_at: str, next_at: str, **changes: Any) -> Schedule:
    values: dict[str, Any] = {
        "deliver_at": at(deliver_at),
        "next_at": at(next_at),
        "recurrence": "FREQ=DAILY",
        "timezone": "Europe/Warsaw",
    }
    return a_schedule(client_id, **values | changes)


@pytest.fixture
def database(url: str) -> Iterator[SqlDatabase]:
    migrated(url)
    with closing(SqlDatabase(url, SERVICE)) as found:
        yield found


def moved(database: SqlDatabase, url: str, *jobs: Schedule) -> list[Schedule]:
    """The jobs as the release before stored them, brought up to date."""

    def add(unit: UnitOfWork) -> list[int]:
        return [unit.schedules.add(job).id for job in jobs]

    def get(unit: UnitOfWork, ids: list[int]) -> list[Schedule]:
        found = (unit.schedules.get(one) for one in ids)
        return [job for job in found if job is not None]

    ids = database.call(add)
    database.close()
    upgrade.downgrade(url, "0003")
    upgrade.upgrade(url, SERVICE)
    return database.call(get, ids)


def test_rows_are_moved(database: SqlDatabase, url: str) -> None:
    """What is to come is what was to come: also in a gap, in the second of two, and
    where a summer lies between; what is due once, and what has no zone, is left.
    """
    jobs = [
        a_rule("plain", "2026-02-01T08:00", "2026-07-01T07:00"),
        a_rule("first", "2026-07-01T07:00", "2026-07-01T07:00"),
        a_rule("gap", "2026-03-20T01:30", "2026-03-29T01:30"),
        a_rule("second", "2026-10-25T01:30", "2026-10-25T01:30"),
        a_rule("lost", "2026-02-01T08:00", "2026-07-01T07:00", timezone="Moon/Base"),
        a_rule("once", "2026-02-01T08:00", "2026-02-01T08:00", recurrence=None),
    ]
    found = moved(database, url, *jobs)
    assert [one.start for one in found] == [
        *(wall("2026-02-01T09:00"), wall("2026-07-01T09:00")),
        *(wall("2026-03-20T02:30"), wall("2026-10-25T02:30")),
        *(None, None),
    ]
    for before, after in zip(jobs, found, strict=True):
        assert after.next_at == before.next_at
        assert replace(after, id=0, start=None, through=None) == before
    for job in found[:4]:
        assert coming.derived(job, ()) == job
    matches = [next(coming.coming(job)).wall for job in found[:4]]
    assert matches == [
        *(wall("2026-07-01T09:00"), wall("2026-07-01T09:00")),
        *(wall("2026-03-29T02:30"), wall("2026-10-25T02:30")),
    ]


def test_by_the_newest_zone_data(
    database: SqlDatabase, url: str, tmp_path: Path
) -> None:
    """A process that has read no zone before moves rows by the newest zone data."""
    with zones_in(tmp_path / "zones") as zones:
        zones.write("Europe/Warsaw", Rules(5 * 3600))
        zoneinfo.reset_tzpath(zoneinfo.TZPATH[::-1])
        zoneinfo.ZoneInfo.clear_cache()
        job = a_rule("plain", "2026-02-01T08:00", "2026-07-01T08:00")
        [found] = moved(database, url, job)
    assert found.start == wall("2026-02-01T13:00")


@pytest.mark.parametrize("offset", [1, 3], ids=["back", "on"])
def test_moments_of_older_zone_data(
    database: SqlDatabase, url: str, tmp_path: Path, offset: int
) -> None:
    """What is to come by older rules of its zone comes at the same wall time by those
    of now, and what was skipped of it stays skipped.
    """
    with zones_in(tmp_path / "zones") as zones:
        change = (at("2026-06-01T00:00"), offset * 3600)
        zones.write("Europe/Warsaw", Rules(2 * 3600, [change]))
        job = database.call(
            lambda it: it.schedules.add(
                a_rule("r", "2026-05-28T06:00", "2026-06-02T06:00")
            )
        )
        skipped = [
            Occurrence(schedule_id=job.id, due_at=due, state=OccurrenceState.SKIPPED)
            for due in (at("2026-06-01T06:00"), at("2026-06-04T06:00"))
        ]
        database.call(lambda it: it.occurrences.add_all(skipped))
        database.close()
        upgrade.downgrade(url, "0003")
        upgrade.upgrade(url, SERVICE)
        found = database.call(lambda it: it.schedules.get(job.id))
        assert found is not None
        assert next(coming.coming(found)).wall == wall("2026-06-02T08:00")
        left_out = database.call(lambda it: it.occurrences.skipped(job.id, after=None))
        assert left_out == [wall("2026-06-01T08:00"), wall("2026-06-04T08:00")]


def test_occurrences_are_moved(database: SqlDatabase, url: str) -> None:
    """What is skipped stays skipped, what was sent is not sent again, and what went
    out of its time is none of the rule's.
    """
    job = database.call(
        lambda it: it.schedules.add(a_rule("r", "2026-03-27T01:30", "2026-03-30T00:30"))
    )
    states = {
        "2026-03-28T01:30": OccurrenceState.SENT,
        "2026-03-28T15:30": OccurrenceState.SENT,
        "2026-03-29T01:30": OccurrenceState.MISSED,
        "2026-04-01T00:30": OccurrenceState.SKIPPED,
    }

    def add(unit: UnitOfWork) -> None:
        for moment, state in states.items():
            unit.occurrences.add(
                Occurrence(schedule_id=job.id, due_at=at(moment), state=state)
            )

    database.call(add)
    database.close()
    upgrade.downgrade(url, "0003")
    upgrade.upgrade(url, SERVICE)
    found = database.call(lambda it: it.occurrences.of(job.id, limit=9))
    assert [one.wall for one in reversed(found)] == [
        *(wall("2026-03-28T02:30"), None),
        *(wall("2026-03-29T02:30"), wall("2026-04-01T02:30")),
    ]
    skipped = database.call(lambda it: it.occurrences.skipped(job.id, after=None))
    assert skipped == [wall("2026-04-01T02:30")]


def test_the_second_of_two_is_kept(database: SqlDatabase) -> None:
    """Which of two passes a start lies in is stored with it."""
    start = wall("2026-10-25T02:30").replace(fold=1)
    job = a_rule("fold", "2026-10-25T01:30", "2026-10-25T01:30", start=start)
    stored = database.call(lambda it: it.schedules.add(job))
    found = database.call(lambda it: it.schedules.get(stored.id))
    assert found is not None
    assert found.start is not None
    assert found.start.fold == 1


def test_one_for_each_wall_time(database: SqlDatabase) -> None:
    """A wall time has one occurrence, whatever its moment; two may have been due at
    one moment by rules of the zone that are no more; of no rule a moment has one.
    """
    job = database.call(lambda it: it.schedules.add(a_schedule()))
    noon, nine = at("2026-03-01T12:00"), wall("2026-03-01T09:00")

    def added(due_at: datetime, of: datetime | None) -> bool:
        one = Occurrence(
            schedule_id=job.id, due_at=due_at, wall=of, state=OccurrenceState.SENT
        )
        return database.call(lambda it: it.occurrences.add(one)) is not None

    assert added(noon, nine)
    assert not added(noon + HOUR, nine)
    assert added(noon, nine + HOUR)
    assert added(noon, None)
    assert not added(noon, None)
    latest = database.call(lambda it: it.occurrences.at(job.id, noon))
    assert latest is not None
    assert latest.wall is None
