"""What a question costs, in calls of functions: the same on every machine."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import FrameType
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings

from bot.domain import recurrence
from bot.domain.recurrence import Rule
from tests.domain.questions import first, next_after
from tests.domain.strategies import rules

WARSAW = ZoneInfo("Europe/Warsaw")
NOW = datetime(2026, 6, 15, 9, tzinfo=UTC)
#: the dearest rules known take 170,000 for their 50 years
MOST = 250_000

Question = Callable[[Rule, datetime, ZoneInfo], datetime | None]


def calls_of(work: Callable[[], object]) -> int:
    """The calls that it makes."""
    calls = 0

    def count(_frame: FrameType, event: str, _arg: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return calls


def ask(
    rule: Rule, anchor: datetime, question: Question
) -> tuple[int, datetime | None]:
    """(calls made, answer) of one question."""
    found: list[datetime | None] = []
    calls = calls_of(lambda: found.append(question(rule, anchor, WARSAW)))
    return calls, found[0]


def after_now(rule: Rule, anchor: datetime, zone: ZoneInfo) -> datetime | None:
    return next_after(rule, anchor, zone, NOW)


@pytest.mark.parametrize("interval", [1, 2, 7])
@pytest.mark.parametrize("freq", ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
def test_age_costs_nothing(freq: str, interval: int) -> None:
    """After five hundred years the next moment costs what it costs now."""
    rule = recurrence.parse(f"FREQ={freq};INTERVAL={interval}")
    for years in (0, 1, 30, 500):
        calls, found = ask(rule, NOW.replace(year=NOW.year - years), after_now)
        assert found is not None
        assert found > NOW
        assert calls < 500


@settings(max_examples=100, deadline=None)
@given(rule=rules())
def test_every_search_ends(rule: Rule) -> None:
    """Matching or not, the first search is over after the periods of 50 years."""
    calls, _ = ask(rule, NOW - timedelta(days=9999), first)
    assert calls < MOST


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;INTERVAL=7;BYMONTH=2;BYMONTHDAY=29;BYDAY=TU",
        "FREQ=DAILY;INTERVAL=994;BYDAY=TU,WE,TH,FR,SA,SU",
        "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=2",
        "FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=-3,7",
        "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYMONTHDAY=1;BYDAY=2MO",
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6,7,8,9,10,-6,-7,-8,-9,-10",
        "FREQ=MONTHLY;INTERVAL=12;BYMONTH=2",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29",
        "FREQ=YEARLY;BYDAY=MO;BYSETPOS=60,-60",
        "FREQ=YEARLY;BYMONTH=1;BYDAY=MO,5TU;BYSETPOS=11",
    ],
)
def test_a_search_in_vain_ends(text: str) -> None:
    """What never matches, whatever the reason, is known after 50 years' periods."""
    calls, found = ask(recurrence.parse(text), NOW, first)
    assert found is None
    assert calls < MOST
