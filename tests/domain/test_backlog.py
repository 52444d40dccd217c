"""What a schedule has behind it, and what looking past that costs."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain import backlog, coming
from bot.domain.message import Text
from bot.domain.schedule import ListAudience, Origin, Schedule, TextContent
from tests.domain.test_recurrence_cost import calls_of

BEGAN = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def job(rule: str, zone: str = "Europe/Warsaw") -> Schedule:
    """One whose first occurrence is due in March 2026."""
    asked = Schedule(
        owner="a@example.org",
        client_id="1",
        origin=Origin.IQ,
        fingerprint="",
        audience=ListAudience(list_name="news"),
        content=TextContent(texts=(Text(language="en", body="Hello"),)),
        timezone=zone,
        recurrence=rule,
        deliver_at=BEGAN,
        start=BEGAN.replace(hour=13, tzinfo=None),
        next_at=BEGAN,
        created_at=BEGAN,
    )
    return coming.derived(asked, ())


@pytest.mark.parametrize("zone", ["UTC", "Europe/Warsaw", "Pacific/Kiritimati"])
@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY",
        "FREQ=DAILY;INTERVAL=40",
        "FREQ=DAILY;UNTIL=20270601",
        "FREQ=DAILY;COUNT=9",
        "FREQ=WEEKLY;BYDAY=MO,FR",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
    ],
)
@pytest.mark.parametrize("passed", [0, 1, 2, 3, 4, 90, 458, 900])
def test_looking_past_it(rule: str, zone: str, passed: int) -> None:
    """Past a backlog comes what comes after each of it was taken."""
    asked, now = job(rule, zone), BEGAN + passed * DAY
    skipped = [one.wall for one, _ in zip(coming.coming(asked), range(3), strict=False)]
    for left_out in ((), skipped[1:], skipped):
        before = coming.derived(asked, left_out)
        listed = backlog.behind(before, left_out, now).after
        assert backlog.overcome(before, left_out, now).next_at == listed.next_at


def test_where_it_expires() -> None:
    """Nothing comes after what has expired."""
    asked = replace(job("FREQ=DAILY"), expires_at=BEGAN + 9 * DAY)
    assert backlog.overcome(asked, (), BEGAN + 2_000 * DAY).next_at is None


@pytest.mark.parametrize("rule", ["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"])
def test_its_length_costs_nothing(rule: str) -> None:
    """To look past what a clock set forward by a century leaves behind costs what it
    costs to look past a week.
    """
    asked = job(rule)
    week = calls_of(lambda: backlog.overcome(asked, (), BEGAN + 7 * DAY))
    century = calls_of(lambda: backlog.overcome(asked, (), BEGAN + 36_525 * DAY))
    assert century < 2 * week
