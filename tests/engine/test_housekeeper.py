"""What need not be kept any longer is dropped."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.desk.desk import Desk
from bot.desk.verbs import mydata
from bot.domain.audit import Action, AuditEntry
from bot.domain.schedule import Origin
from bot.engine.housekeeper import Housekeeper
from bot.service.ports.paging import Paging
from bot.service.ports.trail import AuditFilter
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.records.audit import ROWS_PER_TRANSACTION
from bot.service.records.retention import Retention
from tests.world import NOON, World
from tests.zones import HOUR, Rules, zones_in

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def keeper_of(world: World, keep_audit: timedelta | None) -> Housekeeper:
    rearming = (world.use_cases.rearming.some,)
    retention = Retention(audit=keep_audit)
    return Housekeeper(world.database, world.audit, rearming, world.clock, retention)


def fill(uow: UnitOfWork, ages: list[timedelta]) -> None:
    for age in ages:
        uow.audit.add(
            AuditEntry(
                at=NOON - age,
                caller="admin@example.org",
                role="admin",
                door=Origin.IQ,
                action=Action.QUERY,
                about="all",
                reference=None,
                result="done",
            )
        )


def left(world: World) -> int:
    return world.do(lambda uow: uow.audit.page(AuditFilter(), Paging())).count


def test_old_entries_go_in_slices(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that is older than is kept, and nothing else; no transaction is long."""
    old, young = [8 * DAY] * (2 * ROWS_PER_TRANSACTION + 5), [7 * DAY, 7 * DAY, MINUTE]
    world.do(fill, [*young, *old])
    purged: list[int] = []
    run = world.database.run

    async def watched(use_case: Callable[..., Any], *args: Any) -> Any:
        result = await run(use_case, *args)
        if use_case == world.audit.purge:
            purged.append(result)
        return result

    monkeypatch.setattr(world.database, "run", watched)
    keeper = keeper_of(world, 7 * DAY)
    assert asyncio.run(keeper.step()) > 0
    assert purged == [ROWS_PER_TRANSACTION, ROWS_PER_TRANSACTION, 5, 0]
    assert left(world) == 3
    asyncio.run(keeper.step())
    assert left(world) == 3


def test_a_clock_far_ahead_costs_nothing(world: World) -> None:
    """While it is ahead for one round nothing is dropped, then what is old by the
    right time; a clock that goes on evenly is believed.
    """
    world.do(fill, [8 * DAY, 6 * DAY, MINUTE])
    keeper = keeper_of(world, 7 * DAY)
    counts = []
    for moment in (
        NOON,
        NOON + 3_650 * DAY,
        NOON + timedelta(hours=2),
        NOON + DAY + timedelta(hours=1),
        NOON + 3_650 * DAY,
        NOON + 3_650 * DAY + timedelta(hours=1),
    ):
        world.clock.set(moment)
        asyncio.run(keeper.step())
        counts.append(left(world))
    assert counts == [2, 2, 2, 1, 1, 0]


def test_a_start_with_a_clock_far_ahead(world: World) -> None:
    """The first round of a process goes by the newest entry: once that is old, the
    second round purges.
    """
    world.do(fill, [MINUTE])
    world.clock.set(NOON + 3_650 * DAY)
    keeper = keeper_of(world, 7 * DAY)
    asyncio.run(keeper.step())
    assert left(world) == 1
    world.clock.advance(hours=1)
    asyncio.run(keeper.step())
    assert left(world) == 0


def test_kept_for_ever(world: World) -> None:
    """Without an age nothing is dropped."""
    world.do(fill, [9_999 * DAY])
    keeper = keeper_of(world, None)
    asyncio.run(keeper.step())
    assert left(world) == 1


def test_many_counts_go_in_slices(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many there are, no transaction is long."""
    before = NOON - DAY

    def count(uow: UnitOfWork) -> None:
        for number in range(ROWS_PER_TRANSACTION + 5):
            uow.requests.add(f"u{number}@example.org", before, MINUTE)

    world.do(count)
    dropped: list[int] = []
    run = world.database.run

    async def watched(use_case: Callable[..., Any], *args: Any) -> Any:
        result = await run(use_case, *args)
        if use_case != world.use_cases.rearming.some:
            dropped.append(result)
        return result

    monkeypatch.setattr(world.database, "run", watched)
    keeper = keeper_of(world, None)
    asyncio.run(keeper.step())
    assert dropped == [ROWS_PER_TRANSACTION, 5, 0]


def test_counts_of_minutes_that_are_over(world: World) -> None:
    """They are dropped; the one under way goes on."""
    before, now = NOON - DAY, NOON - MINUTE / 2
    world.do(lambda uow: uow.requests.add("old", before, MINUTE))
    world.do(lambda uow: uow.requests.add("new", now, MINUTE))
    keeper = keeper_of(world, None)
    asyncio.run(keeper.step())
    assert world.do(lambda uow: uow.requests.add("old", before, MINUTE)) == (1, before)
    assert world.do(lambda uow: uow.requests.add("new", now, MINUTE)) == (2, now)


def test_zones_are_read_anew_each_day(world: World, tmp_path: Path) -> None:
    """Moments that the rules of a zone have moved are found when the service starts
    and once a day, also where they are earlier now; what has no zone holds up nothing.
    """
    lost = world.schedule(recurrence="FREQ=DAILY")
    world.do(lambda unit: unit.schedules.save(replace(lost, timezone="Moon/Base")))
    with zones_in(tmp_path / "zones") as zones:
        zones.write("Asia/Tokyo", Rules(9 * HOUR, footer="JST-9"))
        job = world.schedule(
            recurrence="FREQ=DAILY",
            deliver_at="2026-03-20T00:00:00Z",
            timezone="Asia/Tokyo",
        )
        keeper = keeper_of(world, None)

        def found(offset: int) -> timedelta:
            """How much earlier it is due with another offset."""
            rules = Rules(offset * HOUR, footer=f"JST-{offset}")
            zones.write("Asia/Tokyo", rules)
            asyncio.run(keeper.step())
            following = world.get(job.id).next_at
            assert job.next_at is not None
            assert following is not None
            return job.next_at - following

        assert found(10) == timedelta(hours=1)
        assert found(11) == timedelta(hours=1)
        world.clock.advance(days=1)
        assert found(11) == timedelta(hours=2)
        assert found(9) == timedelta(hours=2)
    assert world.get(lost.id).next_at == lost.next_at


def test_content_goes_in_its_time(world: World) -> None:
    """What was told to single people is forgotten by the round after its time, not
    while the clock is not to be trusted, and never where it is kept for ever.
    """
    job = world.due(people=["anna@example.org"])
    world.cancel(job)
    keeper = keeper_of(world, None)
    world.clock.advance(days=8)
    asyncio.run(keeper.step())  # for ever
    assert world.get(job.id).purged_at is None
    keeper.retention = Retention(personal=7 * DAY)
    world.clock.advance(days=2)
    asyncio.run(keeper.step())  # the clock went far on
    assert world.get(job.id).purged_at is None
    world.clock.advance(hours=1)
    asyncio.run(keeper.step())
    assert world.get(job.id).purged_at == world.clock.now()


def test_who_was_forgotten_leaves_the_files(world: World, tmp_path: Path) -> None:
    """Once the round is over, an address that was erased is in no file of the database,
    its write-ahead log neither.
    """
    bob = "bob-of-the-files@example.org"
    world.subscribe(bob)
    keeper = keeper_of(world, None)

    def is_there() -> bool:
        found = tmp_path.glob("carillon.db*")
        return any(bob.encode() in file.read_bytes() for file in found)

    assert is_there()
    Desk(world.use_cases).ask_here(mydata.FORGET(mydata.Whose(jid=bob)))
    asyncio.run(keeper.step())
    assert not is_there()
