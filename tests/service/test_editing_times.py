"""Edits of when a schedule is due: moments, rules, zones, and what was skipped."""

from datetime import timedelta
from typing import Any

import pytest

from bot.domain import timestamps
from bot.domain.preview import upcoming
from bot.domain.schedule import (
    Schedule,
    ScheduleState,
)
from bot.service.requests.editing import Edited
from bot.service.requests.request import ScheduleChange
from tests.world import ADMIN, NOON, World, numbered

READER = "reader@example.org"
AT_ONE = NOON.replace(hour=13)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
META = "<metadata xmlns='urn:xmpp:scheduling:0'>{}</metadata>"
LATE = "<late xmlns='urn:x-carillon:announce:0' policy='{}'/>"
TAG = "<tag xmlns='urn:example'>weekly</tag>"


def draft(world: World, job: Schedule, **change: Any) -> Edited:
    return world.do(
        world.editing.draft,
        world.caller(ADMIN),
        numbered(job),
        ScheduleChange(**change),
        None,
    )


def ahead(job: Schedule, limit: int = 3) -> list[str]:
    return [f"{one.moment:%m-%d %H:%M}" for one in upcoming(job, limit=limit).entries]


RECURRING = {"recurrence": "FREQ=DAILY;COUNT=6"}


@pytest.mark.parametrize(
    ("change", "moments", "planned"),
    [
        # neither moment nor rule
        ({"bodies": (("en", "x"),)}, ["03-03 13:00", "03-04 13:00"], 2),
        ({"expires": "2026-03-04T13:00:00Z"}, ["03-03 13:00"], 2),
        ({"timezone": "UTC"}, ["03-03 13:00", "03-04 13:00"], 2),
        ({"recurrence": "COUNT=6;FREQ=DAILY"}, ["03-03 13:00", "03-04 13:00"], 2),
        # the moment: the rule begins anew with it, its count goes on
        ({"deliver_at": "2026-03-05T15:00:00Z"}, ["03-05 15:00", "03-06 15:00"], 2),
        ({"delay_seconds": "60"}, ["03-02 13:01", "03-03 13:01"], 2),
        # the rule: it begins with what was next, and counts anew
        ({"recurrence": "FREQ=WEEKLY;COUNT=2"}, ["03-03 13:00", "03-10 13:00"], 0),
        ({"recurrence": "FREQ=WEEKLY;BYDAY=MO"}, ["03-09 13:00", "03-16 13:00"], 0),
        ({"recurrence": ""}, ["03-03 13:00"], 2),
        # the zone: the wall time stays
        ({"timezone": "America/New_York"}, ["03-03 18:00", "03-04 18:00"], 2),
    ],
)
def test_when_it_goes_out(
    world: World, change: dict[str, Any], moments: list[str], planned: int
) -> None:
    """What an edit of a job under way, of two occurrences so far, does to the rest."""
    job = world.schedule(**RECURRING)
    for day in range(2):
        world.clock.set(AT_ONE + day * DAY)
        world.plan_all()
    edited = world.edit(job, **change)
    assert ahead(edited)[:2] == moments
    assert edited.planned == planned
    assert [one.due_at for one in world.moments(job)] == [AT_ONE, AT_ONE + DAY]


def test_count_goes_on(world: World) -> None:
    """With its moment moved a job has as many occurrences left as it had."""
    job = world.schedule(recurrence="FREQ=DAILY;COUNT=3")
    world.clock.set(AT_ONE)
    world.plan_all()
    edited = world.edit(job, deliver_at="2026-03-05T15:00:00Z")
    assert ahead(edited, 9) == ["03-05 15:00", "03-06 15:00"]


def test_the_wall_time_of_a_zone_with_a_gap(world: World) -> None:
    """A wall time that the new zone's clocks skip once is that wall time later on,
    even where they skip the one that the rule began with.
    """
    job = world.schedule(recurrence="FREQ=DAILY", deliver_at="2026-03-28T02:30:00Z")
    edited = world.edit(job, timezone="Europe/Warsaw")
    assert ahead(edited) == ["03-28 01:30", "03-29 01:30", "03-30 00:30"]
    job = world.schedule(recurrence="FREQ=DAILY", deliver_at="2026-03-29T02:30:00Z")
    world.clock.set(NOON.replace(day=29, hour=2, minute=30))
    world.plan_all()
    edited = world.edit(job, timezone="Europe/Warsaw")
    assert ahead(edited) == ["03-30 00:30", "03-31 00:30", "04-01 00:30"]


@pytest.mark.parametrize(
    ("zone", "first", "following"),
    [
        ("Europe/Warsaw", "2026-10-25T01:30:00Z", "10-26 01:30"),
        ("Australia/Lord_Howe", "2026-04-04T15:15:00Z", "04-05 15:15"),
    ],
)
def test_a_rule_that_begins_in_a_second_pass(
    world: World, zone: str, first: str, following: str
) -> None:
    """Given another rule, what begins where clocks show a time again still does."""
    job = world.schedule(recurrence="FREQ=DAILY", deliver_at=first, timezone=zone)
    edited = world.edit(job, recurrence="FREQ=DAILY;COUNT=4")
    begins = timestamps.parse(first)
    assert edited.next_at == begins
    assert ahead(edited, 2) == [f"{begins:%m-%d %H:%M}", following]


def test_a_paused_one_that_is_late(world: World) -> None:
    """What passed in a pause is behind it: an edit goes on with what is next."""
    job = world.schedule(recurrence="FREQ=DAILY")
    world.steer("pause", job)
    world.clock.set(AT_ONE + 9 * HOUR)
    edited = world.edit(job, bodies=(("en", "x"),))
    assert (edited.next_at, edited.state) == (AT_ONE + DAY, ScheduleState.PAUSED)
    assert world.states(job) == [("skipped", "paused")]
    moved = world.edit(job, recurrence="FREQ=WEEKLY")
    assert (ahead(moved, 1), moved.state) == (["03-02 13:00"], ScheduleState.PAUSED)


def test_what_was_skipped_stays_skipped(world: World) -> None:
    """By its wall time, where it is an occurrence still; a named moment is sent."""
    job = world.schedule(recurrence="FREQ=DAILY;COUNT=9")
    for due in ("2026-03-01T13:00:00Z", "2026-03-04T13:00:00Z"):
        world.steer("skip", job, ADMIN, due)
    found = draft(world, job, timezone="America/New_York")
    assert [f"{one:%d %H}" for one in found.skipped] == ["01 13", "04 13"]
    edited = world.edit(job, timezone="America/New_York")
    assert (edited.next_at, edited.planned) == (AT_ONE + DAY + 5 * HOUR, 1)
    edited = world.edit(job, recurrence="FREQ=DAILY;INTERVAL=2;COUNT=4")
    assert ahead(edited, 9) == [
        *(f"03-0{day} 18:00" for day in (2, 4, 6)),
        "03-08 17:00",  # daylight saving time
    ]
    kept = world.do(world.schedules.skipped, edited)
    assert ahead(edited, 9)[1] == "03-04 18:00"
    assert [f"{one:%d %H}" for one in kept] == ["04 13"]
    found = draft(world, job, deliver_at="2026-03-04T18:00:00Z")
    assert [f"{one:%d %H}" for one in found.put_back] == ["04 18"]
    edited = world.edit(job, deliver_at="2026-03-04T18:00:00Z")
    assert world.do(world.schedules.skipped, edited) == []
    world.clock.set(AT_ONE + 3 * DAY + 5 * HOUR)
    world.plan_all()
    assert world.states(job)[-1] == ("sent", None)


def test_a_skip_that_is_behind_is_not_undone(world: World) -> None:
    """Who moves the next moment beyond a skipped one is not told that it is sent."""
    job = world.schedule(recurrence="FREQ=DAILY;COUNT=6")
    second, third = "2026-03-02T13:00:00Z", "2026-03-03T13:00:00Z"
    for due in (second, third):
        world.do(world.steering.skip, world.caller(ADMIN), numbered(job), due)
    later = draft(world, job, deliver_at="2026-03-03T15:00:00Z")
    assert [timestamps.format(one) for one in later.put_back] == [third]
