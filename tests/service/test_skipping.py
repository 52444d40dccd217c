"""Occurrences left out and put back ahead of their time."""

import random
from datetime import datetime, timedelta

import pytest

from bot.domain import timestamps
from bot.domain.coming import coming
from bot.domain.errors import CarillonError, Conflict, Finished, Invalid
from bot.domain.preview import Preview, upcoming
from bot.domain.schedule import Schedule, ScheduleState
from tests.world import ADMIN, NOON, World

READER = "reader@example.org"
AT_ONE = NOON.replace(hour=13)
DAY = timedelta(days=1)

RULES = [
    {"recurrence": "FREQ=DAILY;COUNT=7"},
    {"recurrence": "FREQ=DAILY", "expires": "2026-03-07T13:00:00Z"},
    {"recurrence": "FREQ=WEEKLY;BYDAY=MO,TU,SU;UNTIL=20260317T000000Z"},
    # the clocks of the zone skip the wall time on 29 March
    {
        "recurrence": "FREQ=DAILY;COUNT=5",
        "deliver_at": "2026-03-27T01:30:00Z",
        "timezone": "Europe/Warsaw",
    },
]


def on(day: int) -> datetime:
    return AT_ONE + (day - 1) * DAY


def said(*moments: datetime) -> list[str]:
    return [timestamps.format(moment) for moment in moments]


def skip(world: World, job: Schedule, *days: int) -> Schedule:
    for day in days:
        job = world.steer("skip", job, ADMIN, *said(on(day)))
    return job


def ahead(world: World, job: Schedule) -> Preview:
    found = world.get(job.id)
    return upcoming(found, skipped=world.do(world.schedules.skipped, found))


def sent_to_the_end(world: World, job: Schedule) -> list[datetime]:
    """What goes out while time goes by."""
    while (following := world.get(job.id).next_at) is not None:
        world.clock.set(following)
        world.plan_all()
    return [one.due_at for one in world.moments(job) if one.state == "sent"]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_skipped_and_put_back(
    world: World, rule: dict[str, str], seed: int
) -> None:
    """After any changes exactly the rule without what is skipped is ahead and is sent,
    in order; COUNT stays as it was.
    """
    chance = random.Random(seed)
    job = world.schedule(**rule)
    assert job.next_at is not None
    every = [match.moment for match in coming(job)]
    skipped: set[datetime] = set()
    for _ in range(15):
        moment = chance.choice(every)
        verb = chance.choice(["skip", "unskip"])
        if verb == "skip" and len(skipped | {moment}) == len(every):
            continue  # nothing would be left
        world.steer(verb, job, ADMIN, *said(moment))
        (skipped.add if verb == "skip" else skipped.discard)(moment)
        preview = ahead(world, job)
        rest = [one for one in every if one not in skipped]
        assert [one.moment for one in preview.entries] == rest
        assert {one.moment for one in preview.skipped} == skipped
        stored = world.get(job.id)
        assert stored.next_at is not None
        assert stored.planned == every.index(stored.next_at)
    assert sent_to_the_end(world, job) == [one for one in every if one not in skipped]
    assert world.get(job.id).state is ScheduleState.SENT


def test_skipped_ones_are_not_reported(world: World) -> None:
    """Nobody is told of an occurrence that was left out on purpose."""
    job = world.schedule(recurrence="FREQ=DAILY;COUNT=3")
    skip(world, job, 2)
    assert sent_to_the_end(world, job) == [on(1), on(3)]
    assert not [one for one in world.notices() if "not sent" in str(one.said)]


def test_put_back_while_the_rest_goes_out(world: World) -> None:
    """With all the rest skipped, and the first still going out, one can be put back."""
    world.subscribe(READER)
    job = world.schedule(recurrence="FREQ=DAILY;COUNT=3")
    world.clock.set(on(1))
    world.plan_all()
    left = skip(world, job, 2, 3)
    assert (left.state, left.next_at) == (ScheduleState.RUNNING, None)
    assert [one.moment for one in ahead(world, job).skipped] == [on(2), on(3)]
    back = world.steer("unskip", job, ADMIN, *said(on(3)))
    assert (back.next_at, back.planned) == (on(3), 2)
    assert world.steer("unskip", job).next_at == on(2)


def test_many_skipped_hide_nothing(world: World) -> None:
    """Twenty skipped ones neither hide what goes out nor what became of the past."""
    world.subscribe(READER)
    job = world.schedule(recurrence="FREQ=DAILY")
    skip(world, job, *range(2, 22))
    world.clock.set(on(1))
    world.plan_all()
    world.steer("pause", job)
    assert world.steer("resume", job).state is ScheduleState.RUNNING
    caller = world.caller(ADMIN)
    past = world.do(world.schedules.occurrences, caller, job.id, 10)
    assert [one.due_at for one in past] == [on(1)]


def test_the_answer_is_the_same(world: World) -> None:
    """Skipping and putting back one occurrence again changes nothing."""
    job = world.schedule(recurrence="FREQ=DAILY;COUNT=5")
    for days in ((1, 1), (3, 3)):
        first = skip(world, job, days[0])
        assert skip(world, job, days[1]) == first
    for day in (1, 3):
        first, again = (
            world.steer("unskip", job, ADMIN, *said(on(day))) for _ in range(2)
        )
        assert first == again
    assert ahead(world, job).skipped == ()


def test_the_skip_that_ends_it_is_repeated(world: World) -> None:
    """Once all that was left is skipped, the job is over: each of the skips again
    gives the same answer, and any other occurrence is refused.
    """
    job = world.schedule(recurrence="FREQ=DAILY;COUNT=3")
    world.clock.set(on(1))
    world.plan_all()
    over = skip(world, job, 3, 2)
    assert over.state is ScheduleState.CANCELLED
    assert skip(world, job, 2) == over
    assert skip(world, job, 3) == over
    for day in (1, 4):
        with pytest.raises(Finished):
            skip(world, job, day)
    with pytest.raises(Finished):
        world.steer("skip", job)


def test_without_a_moment(world: World) -> None:
    """Without a moment the next one is skipped, and put back; asked again, either says
    that there is nothing more to do.
    """
    job = world.schedule(recurrence="FREQ=DAILY;COUNT=5")
    assert world.steer("skip", job).next_at == on(2)
    with pytest.raises(Finished, match="2026-03-01 13:00 UTC, is skipped already"):
        world.steer("skip", job)
    assert world.steer("unskip", job).next_at == on(1)
    with pytest.raises(Conflict):
        world.steer("unskip", job)


@pytest.mark.parametrize("verb", ["skip", "unskip"])
@pytest.mark.parametrize(
    ("due", "error", "text"),
    [
        ("2026-03-03T14:00:00Z", Invalid, "2026-03-03 13:00 UTC, 2026-03-05 13:00 UTC"),
        ("2026-04-03T13:00:00Z", Invalid, "within reach"),
        ("2026-03-01T13:00:00Z", Finished, "sent"),
        ("2026-03-01T12:30:00Z", Finished, "has passed"),
        ("tomorrow", Invalid, "not a date"),
    ],
)
def test_what_is_no_occurrence_to_come(
    world: World, verb: str, due: str, error: type[CarillonError], text: str
) -> None:
    """What is no occurrence is refused with the nearest ones; what is over, as over."""
    job = world.schedule(recurrence="FREQ=DAILY;COUNT=6")
    world.clock.set(on(1))
    world.plan_all()
    skip(world, job, 2, 4)
    with pytest.raises(error, match=text):
        world.steer(verb, job, ADMIN, due)


def test_what_was_skipped_has_passed(world: World) -> None:
    """A skipped occurrence that has passed stays skipped and cannot be put back."""
    job = world.schedule(recurrence="FREQ=DAILY;COUNT=3")
    skipped = skip(world, job, 1)
    world.clock.set(on(1) + timedelta(hours=1))
    with pytest.raises(Finished, match="has passed"):
        world.steer("unskip", job, ADMIN, *said(on(1)))
    assert skip(world, job, 1) == skipped


def test_a_held_one_stays_while_another_is_skipped(world: World) -> None:
    """Of a job that is held a coming occurrence can be skipped; it stays held."""
    job = world.schedule(recurrence="FREQ=DAILY;COUNT=2", late_policy="hold")
    world.clock.set(on(1) + timedelta(hours=1))
    world.plan_all()
    held = skip(world, job, 2)
    assert (held.state, held.next_at) == (ScheduleState.PENDING, None)
    over = skip(world, job, 1)
    assert (over.state, over.reason) == (ScheduleState.CANCELLED, "skipped")
