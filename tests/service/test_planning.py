"""From due moment to occurrence: once, on time, and never silently lost."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.broadcast import OccurrenceState
from bot.domain.errors import NotAllowed, PolicyViolation
from bot.domain.message import Text
from bot.domain.preview import upcoming
from bot.domain.schedule import Schedule, ScheduleState
from tests.servers.postgresql import PostgreSQL
from tests.store.copies import migrated
from tests.world import (
    ADMIN,
    NOON,
    PUBLISHER,
    World,
    a_list,
)

READERS = ("a@example.org", "b@example.org")
AT_ONE = NOON.replace(hour=13)
DAY = timedelta(days=1)


def test_nothing_is_early(world: World) -> None:
    """A moment before it is due nothing is planned, at the moment it is."""
    world.subscribe(*READERS)
    job = world.schedule()
    world.clock.set(AT_ONE - timedelta(microseconds=1))
    assert world.plan() == 0
    world.clock.set(AT_ONE)
    assert world.plan() == 1
    broadcast = world.broadcast(job)
    assert (broadcast.total, broadcast.frozen_at) == (2, AT_ONE)
    assert world.get(job.id).state is ScheduleState.RUNNING


def test_planned_once(world: World) -> None:
    """A second round finds nothing more to plan."""
    world.subscribe(*READERS)
    job = world.schedule()
    world.clock.set(AT_ONE)
    assert [world.plan(), world.plan()] == [1, 0]
    assert world.broadcasts_of(job) == 1


def test_nobody_to_tell_is_sent(world: World) -> None:
    """An empty audience is no failure."""
    job = world.due()
    assert job.state is ScheduleState.SENT
    assert world.states(job) == [("sent", None)]


@pytest.mark.parametrize(
    ("late", "behind", "state", "after"),
    [
        ({}, 600, "sending", ScheduleState.RUNNING),
        ({}, 601, "missed", ScheduleState.FAILED),
        ({"late_within": "0"}, 60, "sending", ScheduleState.RUNNING),
        ({"late_within": "0"}, 61, "missed", ScheduleState.FAILED),
        ({"late_within": "86400"}, 86400, "sending", ScheduleState.RUNNING),
        ({"late_policy": "skip"}, 60, "sending", ScheduleState.RUNNING),
        ({"late_policy": "skip"}, 61, "missed", ScheduleState.FAILED),
        ({"late_policy": "hold"}, 60, "sending", ScheduleState.RUNNING),
        ({"late_policy": "hold"}, 61, "held", ScheduleState.PENDING),
    ],
)
def test_lateness(
    world: World, late: dict[str, str], behind: int, state: str, after: ScheduleState
) -> None:
    """Each policy decides at its second; under a minute is on time for all."""
    world.subscribe(*READERS)
    job = world.schedule(**late)
    world.clock.set(AT_ONE + timedelta(seconds=behind))
    world.plan_all()
    assert [one.state for one in world.moments(job)] == [state]
    assert world.get(job.id).state is after


def test_of_several_missed_the_newest_runs(world: World) -> None:
    """Older ones are missed and reported at once; the newest runs if it is not too
    late.
    """
    world.subscribe(*READERS)
    job = world.schedule(recurrence="FREQ=DAILY;COUNT=5")
    world.clock.set(AT_ONE + 2 * DAY + timedelta(minutes=5))
    world.plan_all()
    assert world.states(job) == [
        ("missed", "superseded"),
        ("missed", "superseded"),
        ("sending", None),
    ]
    told = [
        one for one in world.notices() if one.to == ADMIN and isinstance(one.said, Text)
    ]
    assert len(told) == 1
    assert "2 occurrences, due from 2026-03-01 13:00 UTC to 2026-03-02 13:00 UTC" in (
        str(told[0].said)
    )


def test_count_counts_what_was_missed(world: World) -> None:
    """COUNT=3 with three missed leaves none; the job has failed."""
    job = world.schedule(recurrence="FREQ=DAILY;COUNT=3")
    world.clock.set(NOON + 30 * DAY)
    world.plan_all()
    assert [one.state for one in world.moments(job)] == [OccurrenceState.MISSED] * 3
    after = world.get(job.id)
    assert (after.state, after.planned, after.next_at) == (
        ScheduleState.FAILED,
        3,
        None,
    )


def test_a_recurring_job_goes_on(world: World) -> None:
    """Between its occurrences a job is pending; after the last it is sent."""
    job = world.schedule(recurrence="FREQ=DAILY;COUNT=2")
    world.clock.set(AT_ONE)
    world.plan_all()
    between = world.get(job.id)
    assert (between.state, between.next_at) == (ScheduleState.PENDING, AT_ONE + DAY)
    world.clock.set(AT_ONE + DAY)
    world.plan_all()
    assert world.get(job.id).state is ScheduleState.SENT


def test_a_missed_one_does_not_end_the_job(world: World) -> None:
    """After a missed occurrence the next one is as planned."""
    job = world.schedule(recurrence="FREQ=DAILY")
    world.clock.set(AT_ONE + timedelta(hours=1))
    world.plan_all()
    after = world.get(job.id)
    assert (after.state, after.next_at) == (ScheduleState.PENDING, AT_ONE + DAY)


def test_wall_time_over_the_change_of_clocks(world: World) -> None:
    """A daily job at nine in Warsaw stays at nine when summer time begins."""
    job = world.schedule(
        recurrence="FREQ=DAILY;COUNT=2",
        deliver_at="2026-03-28T08:00:00Z",
        timezone="Europe/Warsaw",
    )
    world.clock.set(NOON.replace(day=28, hour=8))
    world.plan_all()
    assert world.get(job.id).next_at == NOON.replace(day=29, hour=7)


def test_expired_before_it_was_due(world: World) -> None:
    """After its expiry nothing is sent, whatever lateness would allow."""
    world.subscribe(*READERS)
    job = world.schedule(expires="2026-03-01T13:05:00Z")
    world.clock.set(AT_ONE + timedelta(minutes=5))
    world.plan_all()
    assert world.states(job) == [("failed", "expired")]
    assert world.get(job.id).state is ScheduleState.FAILED


def test_no_occurrence_at_or_after_expiry(world: World) -> None:
    """A recurring job ends with its last occurrence before the expiry."""
    job = world.schedule(recurrence="FREQ=DAILY", expires="2026-03-02T13:00:00Z")
    world.clock.set(AT_ONE)
    world.plan_all()
    assert world.get(job.id).state is ScheduleState.SENT


def test_the_window_ends_no_job(world: World) -> None:
    """A job goes on by its rule, although one after a skipped one lies far ahead."""
    job = world.schedule(PUBLISHER, recurrence="FREQ=YEARLY;COUNT=3")
    assert world.policy.limits_of(world.caller(PUBLISHER)).window == 366 * DAY
    world.clock.set(AT_ONE)
    world.plan_all()
    assert world.get(job.id).next_at == AT_ONE.replace(year=2027)
    skipped = world.steer("skip", job, PUBLISHER)
    assert skipped.next_at == AT_ONE.replace(year=2028)


@pytest.mark.parametrize(
    ("rule", "first", "years"),
    [
        # two such Sundays may be 371 days apart
        ("FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "2026-03-29", range(2026, 2038)),
        ("FREQ=YEARLY;BYMONTH=5;BYDAY=2SU", "2026-05-10", range(2026, 2038)),
        ("FREQ=YEARLY;INTERVAL=3", "2026-03-01", range(2026, 2038, 3)),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2028-02-29", (2028, 2032, 2036)),
        # further apart than fifty years
        ("FREQ=YEARLY;INTERVAL=60", "2026-03-01", (2026, 2086, 2146)),
    ],
)
def test_the_window_bounds_the_first_alone(
    world: World, rule: str, first: str, years: Sequence[int]
) -> None:
    """However far apart its occurrences lie, a job goes on by its rule, and what its
    preview shows is sent.
    """
    job = world.schedule(ADMIN, recurrence=rule)
    shown = [one.moment for one in upcoming(job, limit=len(years)).entries]
    assert [moment.year for moment in shown] == [*years]
    assert f"{shown[0]:%Y-%m-%d}" == first
    for moment in shown:
        assert world.get(job.id).next_at == moment
        world.clock.set(moment)
        world.plan_all()
    assert [one.due_at for one in world.moments(job)] == shown
    assert world.get(job.id).state is ScheduleState.PENDING


def test_the_first_lies_in_the_window(world: World) -> None:
    """A rule is taken where its first occurrence lies within the window, whatever
    comes after it, and refused where that lies beyond.
    """
    world.clock.set(NOON.replace(month=11, day=29))
    job = world.schedule(
        PUBLISHER,
        recurrence="FREQ=YEARLY;BYMONTH=5;BYDAY=2SU",
        deliver_at="2026-12-01T13:00:00Z",
    )
    shown = [one.moment for one in upcoming(job, limit=2).entries]
    assert [f"{moment:%Y-%m-%d}" for moment in shown] == ["2027-05-09", "2028-05-14"]
    with pytest.raises(PolicyViolation, match="too far ahead"):
        world.schedule(
            PUBLISHER,
            recurrence="FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
            deliver_at="2026-12-01T13:00:00Z",
        )


def held(world: World) -> Schedule:
    """A job that is held since its moment was missed by an hour."""
    job = world.schedule(PUBLISHER, late_policy="hold")
    world.clock.set(AT_ONE + timedelta(hours=1))
    world.plan_all()
    return job


def test_an_admin_lets_go_what_is_held(world: World) -> None:
    """Held, on the wire scheduled, until an admin resumes it; its owner may not."""
    world.subscribe(*READERS)
    job = held(world)
    assert world.get(job.id).wire_state == "scheduled"
    with pytest.raises(NotAllowed):
        world.steer("resume", job, PUBLISHER)
    after = world.steer("resume", job)
    assert after.state is ScheduleState.RUNNING
    assert world.states(after) == [("sending", None)]


def test_what_is_held_can_be_skipped(world: World) -> None:
    """A held occurrence that is skipped ends a job that had no other."""
    job = held(world)
    after = world.steer("skip", job)
    assert after.state is ScheduleState.CANCELLED
    assert world.states(after) == [("skipped", "late")]


def test_what_is_held_and_refused_is_told(world: World) -> None:
    """The owner hears of it when what was held is let go and cannot be sent."""
    job = held(world)
    world.notices()
    world.do(lambda unit: unit.lists.declare([a_list(publishers=frozenset())]))
    after = world.steer("resume", job)
    assert world.states(after) == [("failed", "not-allowed")]
    assert after.state is ScheduleState.FAILED
    assert {one.to for one in world.notices() if isinstance(one.said, Text)} > {
        PUBLISHER
    }


def test_a_large_audience_is_cut(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks cover the audience without gap or overlap."""
    monkeypatch.setattr("bot.service.delivery.planning.CHUNK_SIZE", 3)
    world.subscribe(*(f"r{number}@example.org" for number in range(8)))
    job = world.due()
    chunks = world.chunks(job)
    assert [chunk.count for chunk in chunks] == [3, 3, 2]
    assert [chunk.after for chunk in chunks[1:]] == [c.last for c in chunks[:-1]]
    people = world.due(people=tuple(f"p{number}@example.org" for number in range(7)))
    assert [(one.after, one.last) for one in world.chunks(people)] == [
        (0, 3),
        (3, 6),
        (6, 7),
    ]


def test_later_subscribers_are_not_in_it(world: World) -> None:
    """The audience is that of the due moment; who left since is known."""
    world.subscribe(*READERS)
    job = world.due()
    world.clock.advance(seconds=1)
    world.subscribe("late@example.org")
    admin = world.caller(ADMIN)
    world.do(world.enrolling.remove, admin, "news", READERS[0])
    claimed = world.do(world.chunk_progress.claim, "w")
    assert claimed is not None
    page = world.do(world.chunk_progress.recipients, claimed, 0, 10)
    assert [(one.jid, one.left) for one in page] == [
        (READERS[0], True),
        (READERS[1], False),
    ]
    assert world.broadcast(job).total == 2


@pytest.mark.postgres
def test_two_planners_plan_each_moment_once(postgresql: PostgreSQL) -> None:
    """Two services that plan at the same time make one occurrence each."""
    url = postgresql.database("two_planners")
    migrated(url)
    worlds = [World(url), World(url)]
    try:
        worlds[0].subscribe(*READERS)
        jobs = [worlds[0].schedule(recurrence="FREQ=DAILY;COUNT=3") for _ in range(25)]
        faults: list[BaseException] = []
        together = threading.Barrier(2)

        def plan(world: World) -> None:
            try:
                together.wait(20)
                world.clock.set(AT_ONE + 2 * DAY)
                for _ in range(20):
                    world.plan()
            except BaseException as error:  # noqa: BLE001 - shown by the test
                faults.append(error)

        threads = [threading.Thread(target=plan, args=(world,)) for world in worlds]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert faults == []
        worlds[0].plan_all()
        for job in jobs:
            assert [one.state for one in worlds[0].moments(job)] == [
                OccurrenceState.MISSED,
                OccurrenceState.MISSED,
                OccurrenceState.SENDING,
            ]
            assert worlds[0].broadcasts_of(job) == 1
    finally:
        for world in worlds:
            world.close()


def test_planned_before(world: World) -> None:
    """An occurrence that is there already is not planned again, only passed."""
    world.subscribe(*READERS)
    job = world.schedule()
    world.clock.set(AT_ONE)
    world.plan_all()
    again = replace(world.get(job.id), next_at=AT_ONE, state=ScheduleState.PENDING)
    world.do(lambda unit: unit.schedules.save(again))
    world.plan_all()
    assert world.broadcasts_of(job) == 1
