"""Rules and places where clocks do odd things: what a preview shows is sent, at the
moments that the definition gives.
"""

from datetime import datetime, timedelta

import pytest

from bot.domain import wallclock
from bot.domain.preview import upcoming
from bot.domain.schedule import Schedule
from tests.world import World

DAY = timedelta(days=1)
#: zone, wall time of the start, rule, moments
CASES = {
    # 2100 has no such day
    "leap day": (
        "UTC", "2096-02-29T09:00:00", "FREQ=YEARLY;COUNT=3",
        ["2096-02-29T09:00", "2104-02-29T09:00", "2108-02-29T09:00"],
    ),
    "leap day of a weekday": (
        "UTC", "2096-02-29T09:00:00",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=WE;COUNT=3",
        ["2096-02-29T09:00", "2108-02-29T09:00", "2136-02-29T09:00"],
    ),
    "last that there is": (
        "UTC", "2097-02-28T09:00:00",
        "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1;COUNT=3",
        ["2097-02-28T09:00", "2097-03-31T09:00", "2097-04-30T09:00"],
    ),
    "first and last working day": (
        "UTC", "2026-05-29T09:00:00",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,-1;COUNT=3",
        ["2026-05-29T09:00", "2026-06-01T09:00", "2026-06-30T09:00"],
    ),
    "half an hour twice": (
        "Australia/Lord_Howe", "2026-04-04T01:45:00", "FREQ=DAILY;COUNT=3",
        ["2026-04-03T14:45", "2026-04-04T14:45", "2026-04-05T15:15"],
    ),
    "half an hour left out": (
        "Australia/Lord_Howe", "2026-10-03T02:15:00", "FREQ=DAILY;COUNT=3",
        ["2026-10-02T15:45", "2026-10-03T15:45", "2026-10-04T15:15"],
    ),
    "until a time that is left out": (
        "Europe/Warsaw", "2027-03-27T02:30:00", "FREQ=DAILY;UNTIL=20270328T023000",
        ["2027-03-27T01:30", "2027-03-28T01:30"],
    ),
    "until a time that comes twice": (
        "Europe/Warsaw", "2026-10-24T02:30:00", "FREQ=DAILY;UNTIL=20261025T023000",
        ["2026-10-24T00:30", "2026-10-25T00:30"],
    ),
    "begun in what is left out": (
        "Europe/Warsaw", "2027-03-28T02:30:00", "FREQ=DAILY;COUNT=2",
        ["2027-03-28T01:30", "2027-03-29T00:30"],
    ),
    "midnight left out": (
        "America/Sao_Paulo", "2018-11-03T00:30:00", "FREQ=DAILY;COUNT=3",
        ["2018-11-03T03:30", "2018-11-04T03:30", "2018-11-05T02:30"],
    ),
    # 30 December 2011 never was: its occurrence and that of the 31st are one
    "a day left out": (
        "Pacific/Apia", "2011-12-29T09:00:00", "FREQ=DAILY;COUNT=3",
        ["2011-12-29T19:00", "2011-12-30T19:00", "2011-12-31T19:00"],
    ),
    "until a day left out": (
        "Pacific/Apia", "2011-12-28T09:00:00", "FREQ=DAILY;UNTIL=20111230",
        ["2011-12-28T19:00", "2011-12-29T19:00"],
    ),
    "monthly on a day left out": (
        "Pacific/Apia", "2011-11-30T09:00:00", "FREQ=MONTHLY;BYMONTHDAY=30,31;COUNT=3",
        ["2011-11-30T19:00", "2011-12-30T19:00", "2012-01-29T19:00"],
    ),
    # 21 August 1993 never was
    "weekly on a day left out": (
        "Pacific/Kwajalein", "1993-08-14T09:00:00", "FREQ=WEEKLY;BYDAY=SA,SU;COUNT=4",
        [
            *("1993-08-14T21:00", "1993-08-15T21:00"),
            *("1993-08-21T21:00", "1993-08-27T21:00"),
        ],
    ),
}  # fmt: skip


def lived(world: World, job: Schedule) -> tuple[list[str], list[str]]:
    """What its preview shows, and then what is sent."""
    shown = [one.moment for one in upcoming(job, limit=20).entries]
    while (following := world.get(job.id).next_at) is not None:
        world.clock.set(following)
        world.plan_all()
    assert {state for state, _ in world.states(job)} == {"sent"}
    sent = [one.due_at for one in world.moments(job)]
    return as_text(shown), as_text(sent)


def as_text(moments: list[datetime]) -> list[str]:
    return [f"{one:%Y-%m-%dT%H:%M}" for one in moments]


@pytest.mark.parametrize("case", CASES)
def test_what_is_shown_is_sent(world: World, case: str) -> None:
    """At these moments, shown before and sent then."""
    zone, wall, rule, moments = CASES[case]
    start = wallclock.resolve(datetime.fromisoformat(wall), wallclock.zone(zone))
    world.clock.set(start - DAY)
    job = world.schedule(
        recurrence=rule, deliver_at=wall, timezone=zone, on_the_wall=True
    )
    assert lived(world, job) == (moments, moments)


@pytest.mark.parametrize(
    ("zone", "moments"),
    [
        ("Europe/Warsaw", ["2026-10-25T01:30", "2026-10-26T01:30"]),
        ("Australia/Lord_Howe", ["2026-04-04T15:15", "2026-04-05T15:15"]),
    ],
)
def test_begun_in_a_second_pass(world: World, zone: str, moments: list[str]) -> None:
    """What begins where clocks show a time again begins there and not an hour before,
    also where it was paused, skipped and put back.
    """
    first = datetime.fromisoformat(f"{moments[0]}:00Z")
    world.clock.set(first - DAY)
    job = world.schedule(
        recurrence="FREQ=DAILY;COUNT=2", deliver_at=f"{moments[0]}:00Z", timezone=zone
    )
    for verb in ("pause", "resume", "skip", "unskip"):
        job = world.steer(verb, job)
    assert lived(world, job) == (moments, moments)
