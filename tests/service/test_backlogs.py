"""What waits is worked off in order of need, told of at once, and judged fairly."""

from datetime import timedelta

import pytest

from bot.domain.message import Text
from bot.domain.schedule import Schedule
from bot.domain.updates import Update
from bot.service.ports.notices import Notice
from tests.world import ADMIN, NOON, OPS, World

AT_ONE = NOON.replace(hour=13)
DAY, SECOND, MINUTE = timedelta(days=1), timedelta(seconds=1), timedelta(minutes=1)


def texts(notices: list[Notice], to: str = ADMIN) -> list[str]:
    return [
        one.said.body for one in notices if one.to == to and isinstance(one.said, Text)
    ]


def many(world: World, count: int, **changes: str) -> list[Schedule]:
    """Due at once."""
    return [world.schedule(client_id=f"j{one}", **changes) for one in range(count)]


def work_off(world: World, every: timedelta, most: int = 1000) -> None:
    """Round by round, each of which takes time."""
    for _ in range(most):
        if not world.plan():
            return
        world.clock.advance(seconds=every.total_seconds())


def ends(world: World, jobs: list[Schedule]) -> set[tuple[str, str | None]]:
    return {one for job in jobs for one in world.states(job)}


def test_years_are_told_in_one_text(world: World) -> None:
    """Of two years of daily moments the owner reads one text with first, last and
    number, and gets one headline; no transaction deals with all of them.
    """
    job = world.schedule(recurrence="FREQ=DAILY")
    world.clock.set(AT_ONE + 730 * DAY + timedelta(hours=1))
    rounds = []
    while done := world.plan():
        rounds.append(done)
    assert sum(rounds) == 731
    assert max(rounds) <= 100
    after = world.get(job.id)
    assert (after.planned, after.next_at) == (731, AT_ONE + 731 * DAY)
    notices = world.notices()
    headlines = [one.said for one in notices if isinstance(one.said, Update)]
    assert [one.due_at for one in headlines] == [AT_ONE + 730 * DAY]
    for reader in (ADMIN, OPS):
        [text] = texts(notices, reader)
        assert "731 occurrences, due from 2026-03-01 13:00 UTC to 2028-02-29" in text
        assert "the service was not up when they were due" in text


def test_a_crash_while_a_backlog_is_worked_off(world: World) -> None:
    """Another process goes on, and all is told in one text all the same."""
    world.schedule(recurrence="FREQ=DAILY")
    world.clock.set(AT_ONE + 300 * DAY + timedelta(hours=1))
    world.plan()
    later = World(world.url, clock=world.clock)
    later.plan_all()
    assert ["301 occurrences" in one for one in texts(later.notices())] == [True]
    later.close()


def test_on_time_goes_first(world: World) -> None:
    """What is due now does not wait behind what was due long ago."""
    old = many(world, 30, late_within="86400")
    world.clock.set(AT_ONE + timedelta(hours=3) - MINUTE)
    new = world.schedule(client_id="new", delay_seconds="60")
    world.clock.set(AT_ONE + timedelta(hours=3))
    world.plan()
    assert world.states(new) == [("sent", None)]
    assert ends(world, old) == {("sent", None)}
    assert sum(len(world.moments(job)) for job in old) == 9


@pytest.mark.parametrize("policy", ["skip", "hold"])
def test_its_own_backlog_is_not_late(world: World, policy: str) -> None:
    """Of what is due in one second all goes out, although the last of it has its turn
    minutes later.
    """
    jobs = many(world, 60, late_policy=policy)
    world.clock.set(AT_ONE)
    work_off(world, 29 * SECOND)
    assert world.clock.now() > AT_ONE + 2 * MINUTE
    assert ends(world, jobs) == {("sent", None)}


def test_a_real_outage_is_late_for_all(world: World) -> None:
    """What was due while nobody could plan is judged as ever, first and last."""
    jobs = many(world, 60, late_policy="skip")
    world.clock.set(AT_ONE + 2 * MINUTE)
    work_off(world, 29 * SECOND)
    assert ends(world, jobs) == {("missed", "late")}


@pytest.mark.parametrize(
    ("down", "outcome"), [(5 * SECOND, "sent"), (2 * MINUTE, "missed")]
)
def test_a_crash_in_the_midst_of_a_backlog(
    world: World, down: timedelta, outcome: str
) -> None:
    """Only the time until the next start makes what was left late."""
    jobs = many(world, 60, late_policy="skip")
    world.clock.set(AT_ONE)
    work_off(world, 29 * SECOND, most=5)
    done = [job for job in jobs if world.moments(job)]
    assert 0 < len(done) < 60
    world.clock.advance(seconds=down.total_seconds())
    later = World(world.url, clock=world.clock)
    work_off(later, 29 * SECOND)
    rest = [job for job in jobs if job not in done]
    assert {state for state, _ in ends(later, done)} == {"sent"}
    assert {state for state, _ in ends(later, rest)} == {outcome}
    later.close()


def test_an_outage_is_not_forgotten_by_a_crash(world: World) -> None:
    """A crash after a long outage does not make what was late on time."""
    jobs = many(world, 60, late_policy="skip")
    world.clock.set(AT_ONE + timedelta(hours=2))
    world.plan()
    world.clock.advance(seconds=5)
    later = World(world.url, clock=world.clock)
    work_off(later, SECOND)
    assert ends(later, jobs) == {("missed", "late")}
    later.close()


def test_expired_in_an_outage(world: World) -> None:
    """Of several missed before the expiry each has a fate: the newest expired."""
    job = world.schedule(recurrence="FREQ=DAILY", expires="2026-03-04T12:00:00Z")
    world.clock.set(AT_ONE + 30 * DAY)
    world.plan_all()
    assert world.states(job) == [
        ("missed", "superseded"),
        ("missed", "superseded"),
        ("failed", "expired"),
    ]
    assert len(texts(world.notices())) == 1


def test_shifts_are_kept_while_anything_waits(world: World) -> None:
    """Of what nobody waits for nothing is kept."""
    many(world, 12)
    for day in range(3):
        world.clock.set(AT_ONE + day * DAY)
        world.schedule(client_id=f"d{day}", delay_seconds="1")
        world.clock.advance(seconds=1)
        world.plan_all()
    assert len(world.do(lambda unit: unit.shifts.all())) == 1
