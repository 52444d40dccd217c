"""Moments that fall into a pause: skipped for that reason, and told of once."""

from datetime import datetime, timedelta

import pytest

from bot.domain.errors import Finished
from bot.domain.lists import SubscriptionOrigin
from bot.domain.message import Text
from bot.domain.people import Person
from bot.domain.schedule import Schedule, ScheduleState
from bot.service.ports.unit_of_work import UnitOfWork
from tests.world import NOON, OPS, PUBLISHER, World

AT_ONE = NOON.replace(hour=13)
DAY, WEEK, MINUTE = timedelta(days=1), timedelta(weeks=1), timedelta(minutes=1)


def texts(world: World, to: str = OPS) -> list[str]:
    """What somebody was written since the last look."""
    return [
        one.said.body
        for one in world.notices()
        if one.to == to and isinstance(one.said, Text)
    ]


def shown(world: World, job: Schedule) -> datetime:
    """The next moment that a query shows."""
    found = world.get(job.id)
    return world.do(world.schedules.standing, found).moment


def test_moments_in_a_pause(world: World) -> None:
    """They are skipped, counted by COUNT, told once with their number; the rest goes
    out.
    """
    job = world.schedule(recurrence="FREQ=WEEKLY;COUNT=6")
    world.steer("pause", job)
    world.clock.set(AT_ONE + 3 * WEEK + DAY)
    assert world.plan() == 0
    assert shown(world, job) == AT_ONE + 4 * WEEK
    resumed = world.steer("resume", job)
    assert (resumed.state, resumed.next_at) == (
        ScheduleState.PENDING,
        AT_ONE + 4 * WEEK,
    )
    assert world.steer("resume", job) == resumed
    assert world.states(job) == [("skipped", "paused")] * 4
    [text] = texts(world)
    assert (
        "4 occurrences, due from 2026-03-01 13:00 UTC to 2026-03-22 13:00 UTC" in text
    )
    assert "it was paused then" in text
    for week in (4, 5):
        world.clock.set(AT_ONE + week * WEEK)
        world.plan_all()
    assert world.states(job)[4:] == [("sent", None)] * 2
    assert world.get(job.id).state is ScheduleState.SENT
    assert texts(world) == []


def test_the_service_was_down_as_well(world: World) -> None:
    """What was due in the pause is skipped for the pause, whoever was down; what was
    due before it while the service was down is missed as ever, all in one text.
    """
    job = world.schedule(recurrence="FREQ=DAILY;COUNT=9")
    world.plan_all()
    world.clock.set(AT_ONE + DAY + timedelta(hours=3))  # down for two of them
    world.steer("pause", job)
    world.clock.set(AT_ONE + 3 * DAY + timedelta(hours=3))
    resumed = world.steer("resume", job)
    assert resumed.next_at == AT_ONE + 4 * DAY
    assert world.states(job) == [
        ("missed", "superseded"),
        ("missed", "late"),
        ("skipped", "paused"),
        ("skipped", "paused"),
    ]
    [text] = texts(world)
    assert "the service was not up when they were due" in text
    assert "it was paused then" in text


def test_paused_just_before_its_turn(world: World) -> None:
    """What was due a moment ago and would go out now is kept back by the pause."""
    job = world.schedule(recurrence="FREQ=DAILY")
    world.clock.set(AT_ONE + 5 * MINUTE)
    world.steer("pause", job)
    world.clock.advance(hours=1)
    world.steer("resume", job)
    assert world.states(job) == [("skipped", "paused")]


@pytest.mark.parametrize("sent", [True, False])
def test_nothing_is_left_after_the_pause(world: World, *, sent: bool) -> None:
    """A rule that ended in its pause ends the job: sent if one was, else cancelled;
    its owner reads one text, and the resume may be repeated.
    """
    job = world.schedule(PUBLISHER, recurrence="FREQ=DAILY;COUNT=3")
    if sent:
        world.clock.set(AT_ONE)
        world.plan_all()
        world.notices()
    world.steer("pause", job)
    world.clock.set(AT_ONE + 9 * DAY)
    over = world.steer("resume", job, PUBLISHER)
    assert over.state is (ScheduleState.SENT if sent else ScheduleState.CANCELLED)
    assert world.steer("resume", job, PUBLISHER) == over
    [text] = texts(world, PUBLISHER)
    assert f"{2 if sent else 3} occurrences" in text
    assert "Nothing of it is left to send." in text


def test_told_as_the_owner_reads_clocks(world: World) -> None:
    """First and last are told in the owner's zone and language."""

    def meet(unit: UnitOfWork) -> None:
        news = unit.lists.get("news")
        assert news is not None
        person = Person(PUBLISHER, "de", "Europe/Warsaw")
        unit.people.put(news.id, [person], SubscriptionOrigin.ADMIN, NOON)

    world.do(meet)
    job = world.schedule(PUBLISHER, recurrence="FREQ=DAILY")
    world.steer("pause", job)
    world.clock.set(AT_ONE + 2 * DAY)
    world.steer("resume", job)
    [told] = [one.said for one in world.notices() if one.to == PUBLISHER]
    assert isinstance(told, Text)
    assert told.language == "de"
    assert "2026-03-01 14:00 CET" in told.body
    assert "2026-03-03 14:00 CET" in told.body


def test_what_passed_is_recorded_by_whoever_steers_it(world: World) -> None:
    """Skipping while it is paused leaves out what is next now, not what has passed."""
    job = world.schedule(recurrence="FREQ=DAILY")
    world.steer("pause", job)
    world.clock.set(AT_ONE + DAY + MINUTE)
    skipped = world.steer("skip", job)
    assert (skipped.state, skipped.next_at) == (ScheduleState.PAUSED, AT_ONE + 3 * DAY)
    assert texts(world) == []
    world.steer("resume", job)
    assert world.states(job) == [
        ("skipped", "paused"),
        ("skipped", "paused"),
        ("skipped", None),
    ]
    assert "2 occurrences" in texts(world)[0]


def test_the_last_one_is_skipped_while_it_is_paused(world: World) -> None:
    """With that it is over, and what passed in the pause is told."""
    job = world.schedule(recurrence="FREQ=DAILY;COUNT=2")
    world.steer("pause", job)
    world.clock.set(AT_ONE + MINUTE)
    assert world.steer("skip", job).state is ScheduleState.CANCELLED
    [text] = texts(world)
    assert "it was paused then" in text


def test_an_edit_of_what_passed_in_the_pause(world: World) -> None:
    """Where all of it did there is nothing left to edit, and it says so."""
    job = world.schedule(recurrence="FREQ=DAILY;COUNT=2")
    world.steer("pause", job)
    world.clock.set(AT_ONE + WEEK)
    with pytest.raises(Finished, match="Nothing of it is left"):
        world.edit(job, recurrence="FREQ=DAILY")


def test_an_edit_while_it_is_paused(world: World) -> None:
    """A pause counts what passed in it before the edit moves the rest."""
    job = world.schedule(recurrence="FREQ=DAILY;COUNT=5")
    world.steer("pause", job)
    world.clock.set(AT_ONE + DAY + MINUTE)
    edited = world.edit(job, deliver_at="2026-03-09T08:00:00Z")
    assert (edited.planned, edited.next_at) == (2, NOON.replace(day=9, hour=8))
    world.steer("resume", job)
    assert world.states(job) == [("skipped", "paused")] * 2


def test_once_it_may_be_sent_or_moved(world: World) -> None:
    """What happens once and passed in its pause may still be sent now."""
    job = world.schedule()
    world.steer("pause", job)
    world.clock.set(AT_ONE + DAY)
    assert world.steer("send_now", job).state is ScheduleState.PENDING
    world.plan_all()
    assert world.states(job) == [("sent", None)]


def test_once_it_was_too_late_before_the_pause(world: World) -> None:
    """What the service missed before somebody paused it is missed all the same."""
    job = world.schedule()
    world.plan_all()
    world.clock.set(AT_ONE + timedelta(hours=1))
    world.steer("pause", job)
    assert world.steer("resume", job).state is ScheduleState.FAILED
    assert world.states(job) == [("missed", "late")]
