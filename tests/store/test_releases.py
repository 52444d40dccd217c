"""What earlier releases stored is kept by the upgrade, and is worked on."""

from collections import Counter
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from bot.domain import coming
from bot.domain.audit import Action
from bot.domain.lists import ListKind
from bot.domain.schedule import Schedule
from bot.service.delivery.jobs import Step
from bot.service.ports.paging import Paging
from bot.service.ports.trail import AuditFilter
from bot.service.ports.unit_of_work import UnitOfWork
from bot.store import upgrade
from tests.fakes import FakeClock
from tests.store.releases import RELEASES, Rows, restore, rows_of
from tests.world import ADMIN, NOON, PUBLISHER, SERVICE, World, a_list

#: as the release's configuration had them
LISTS = [
    a_list(welcome="welcome", timezone="Europe/Warsaw"),
    a_list("weather", language="de", publishers=frozenset()),
    a_list("rules", kind=ListKind.MANDATORY),
    a_list("club", kind=ListKind.REQUEST),
    a_list("staff", kind=ListKind.CLOSED),
]


@pytest.fixture(params=RELEASES)
def release(request: pytest.FixtureRequest, url: str) -> str:
    """Its database, as that release left it; the test runs on either engine."""
    name: str = request.param
    restore(name, url)
    return name


def without_added(before: Rows, after: Rows) -> Rows:
    """The rows of after, with the columns of before."""
    kept: Rows = {}
    for table, rows in before.items():
        columns = set(rows[0]) if rows else set()
        kept[table] = sorted(
            (
                {name: row[name] for name in row if name in columns}
                for row in after[table]
            ),
            key=repr,
        )
    return kept


def moved(table: str, row: dict[str, Any]) -> dict[str, Any]:
    """What is held is an occurrence, no more its schedule, which waits; why a text
    could not be made stands beside the condition.
    """
    if table == "schedule" and row["state"] == "held":
        return row | {"state": "pending", "reason": None}
    if table == "delivery_exception" and row["condition"].startswith("content: "):
        condition, _, text = row["condition"].partition(": ")
        return row | {"condition": condition, "text": text}
    return row


def states(rows: Rows, table: str, column: str) -> set[str]:
    return {row[column] for row in rows[table]}


@pytest.mark.usefixtures("release")
def test_the_data_is_worth_the_name(url: str) -> None:
    """No table is empty, and whatever has states is there in each."""
    rows = rows_of(url)
    assert [table for table, found in rows.items() if not found] == []
    assert states(rows, "schedule", "state") == {
        *("pending", "paused", "held", "running", "sent", "failed", "cancelled")
    }
    assert states(rows, "occurrence", "state") == {
        *("sending", "sent", "failed", "stopped", "missed", "skipped", "held")
    }
    assert states(rows, "broadcast", "state") == {
        *("sending", "sent", "failed", "stopped")
    }
    assert states(rows, "delivery_exception", "kind") == {
        *("failed", "retrying", "deferred", "skipped")
    }
    assert states(rows, "subscription", "end_reason") == {
        *("left", "removed", "suspended", None)
    }
    assert {bool(row["retired"]) for row in rows["list"]} == {True, False}
    chunks = {
        (row["worker"] is None, bool(row["finished"]), row["strikes"] > 0)
        for row in rows["chunk"]
    }
    assert chunks >= {
        *((True, True, False), (False, False, False)),
        *((True, False, True), (True, False, False)),
    }


@pytest.mark.usefixtures("release")
def test_every_row_is_kept_up_and_down(url: str) -> None:
    """Up to the head each row is as it was and has its service; down it is the same."""
    before = rows_of(url)
    upgrade.upgrade(url, SERVICE)
    assert upgrade.check(url) == []
    after = rows_of(url)
    kept = without_added(before, after)
    for table, rows in before.items():
        expected = [moved(table, row) for row in rows]
        assert Counter(map(repr, kept[table])) == Counter(map(repr, expected)), table
    for table, rows in after.items():
        assert {row.get("service", SERVICE) for row in rows} <= {SERVICE}, table
    assert states(after, "pulse", "jid") == states(before, "pulse", "service")
    people = {bool(row["personal"]): row["audience"] for row in after["schedule"]}
    assert "people" in people[True]
    assert "people" not in people[False]
    upgrade.downgrade(url, "0001")
    assert rows_of(url) == before


def test_ids_are_not_given_again(sqlite_url: str) -> None:
    """A table that SQLite makes anew goes on counting where it was."""

    def counted() -> dict[str, int]:
        engine = sa.create_engine(sqlite_url)
        with engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT name, seq FROM sqlite_sequence")
            found = {row.name: row.seq for row in rows}
        engine.dispose()
        return found

    restore("0.1.0", sqlite_url)
    before = counted()
    audit = max(row["id"] for row in rows_of(sqlite_url)["audit"])
    upgrade.upgrade(sqlite_url, SERVICE)
    assert counted() == before
    assert before["audit"] > audit  # its newest row was deleted
    upgrade.downgrade(sqlite_url, "0001")
    assert counted() == before


def goes_on(world: World) -> None:
    """What a service does: free what its last process left, plan, send, repeat."""
    world.do(world.chunk_progress.take_over)
    world.plan_all()
    while job := world.do(world.chunk_progress.claim, "new"):
        page = world.do(
            world.chunk_progress.recipients,
            job,
            max(job.chunk.after, job.chunk.through),
            100,
        )
        step = Step(chunk_id=job.chunk.id, through=job.chunk.last, done=len(page))
        world.do(world.chunk_progress.record, "new", [step], ())


def found(world: World, owner: str, client_id: str) -> Schedule:
    schedule = world.do(lambda unit: unit.schedules.find(owner, client_id))
    assert schedule is not None
    return schedule


@pytest.mark.usefixtures("release")
def test_a_service_goes_on(url: str) -> None:
    """Cursors go on where they stood, what is pending is sent, what waits is told."""
    upgrade.upgrade(url, SERVICE)
    clock = FakeClock(NOON)
    world = World(url, lists=LISTS, clock=clock)
    clock.set(max(one.seen_at for one in world.do(lambda it: it.facts.pulses())))
    under_way = found(world, ADMIN, "under-way")
    cursors = {one.id: (one.through, one.done) for one in world.chunks(under_way)}
    assert any(done for _, done in cursors.values())
    for _ in range(3):
        clock.advance(hours=1)
        goes_on(world)
    assert world.get(under_way.id).state == "sent"
    for chunk in world.chunks(under_way):
        assert chunk.finished
        assert chunk.done == chunk.count
    progress = world.progress(under_way)
    assert progress.sent + progress.failed + progress.skipped == progress.total
    for owner, client_id in (
        *((ADMIN, "queued"), (ADMIN, "pending"), (PUBLISHER, "pending")),
        (ADMIN, "for-two"),
    ):
        schedule = found(world, owner, client_id)
        assert schedule.state == "sent", client_id
        assert world.broadcast(schedule).state == "sent"
    claimed = world.do(world.outcomes.retries, 10)
    world.do(world.outcomes.repeated, claimed)
    clock.advance(minutes=20)
    world.do(world.outcomes.retries, 10)
    assert world.get(found(world, ADMIN, "retried").id).state == "sent"
    waiting = len(world.notices())
    assert waiting >= len({row["id"] for row in rows_of(url)["schedule"]}) // 10
    world.close()


@pytest.mark.usefixtures("release")
def test_what_recurs_goes_on_by_wall_time(url: str) -> None:
    """A rule begins with the wall time of its first moment, and what is to come of it
    is what was to come.
    """
    upgrade.upgrade(url, SERVICE)
    world = World(url, lists=LISTS, clock=FakeClock(NOON))
    recurring = [
        job
        for job in world.do(lambda it: it.schedules.recurring(0, 1000))
        if job.next_at is not None
    ]
    assert {job.client_id for job in recurring} >= {"paused", "monthly"}
    for job in recurring:
        start = job.deliver_at.astimezone(ZoneInfo(job.zone)).replace(tzinfo=None)
        assert job.start == start
        assert coming.derived(job, ()) == job
    world.close()


@pytest.mark.usefixtures("release")
def test_readers_stand_where_they_stood(url: str) -> None:
    """A sign of life takes up a suspended place, and nobody is welcomed twice."""
    upgrade.upgrade(url, SERVICE)
    world = World(url, lists=LISTS, clock=FakeClock(NOON))
    world.clock.advance(hours=12)
    list_address = f"news@{SERVICE}"

    def places(unit: UnitOfWork) -> int:
        subscriber = unit.subscribers.get("away@example.org")
        return len(unit.subscriptions.of(subscriber.id)) if subscriber else -1

    assert world.do(places) == 0
    world.do(world.subscribers.alive, "away@example.org", None)
    assert world.do(places) == 1
    before = len(rows_of(url)["schedule"])
    world.do(world.subscribers.leave, "user@example.org", list_address)
    world.do(world.subscribers.join, "user@example.org", list_address, None)
    assert len(rows_of(url)["schedule"]) == before
    world.close()


@pytest.mark.usefixtures("release")
def test_what_was_held_and_paused(url: str) -> None:
    """What held its whole schedule is one held occurrence, which an admin lets go; what
    was paused is known to be so since it was asked for.
    """
    upgrade.upgrade(url, SERVICE)
    world = World(url, lists=LISTS, clock=FakeClock(NOON))
    held = found(world, ADMIN, "late-hold")
    assert (held.state, held.wire_state, held.reason) == ("pending", "scheduled", None)
    assert [one.state for one in world.moments(held)] == ["held"]
    assert world.steer("resume", held).state in {"running", "sent"}
    paused = found(world, ADMIN, "paused")
    asked = AuditFilter(action=Action.PAUSE)
    entries = world.do(lambda it: it.audit.page(asked, Paging(limit=1000))).items
    since = [one.at for one in entries if one.reference == paused.id]
    assert paused.paused_at == max(since, default=paused.created_at)
    world.close()


def test_the_backup_is_the_database_as_it_was(sqlite_url: str, tmp_path: Path) -> None:
    """What an upgrade of a SQLite file leaves beside it holds each row of before."""
    restore("0.1.0", sqlite_url)
    before = rows_of(sqlite_url)
    done = upgrade.upgrade(sqlite_url, SERVICE)
    assert done.backup is not None
    assert done.backup.parent == tmp_path
    assert done.backup.name.startswith("carillon.db.0001-")
    assert rows_of(f"sqlite:///{done.backup}") == before
    assert upgrade.current(f"sqlite:///{done.backup}") == "0001"
