"""What a question costs, counted in days and periods looked at."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings

from bot.domain import recurrence
from bot.domain.recurrence import Rule, sequence
from bot.domain.recurrence.days import days_of
from tests.domain.strategies import rules

WARSAW = ZoneInfo("Europe/Warsaw")
NOW = datetime(2026, 6, 15, 9, tzinfo=UTC)


class Counted:
    """Stands before `days_of` and counts the periods that are looked at."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.periods = 0
        monkeypatch.setattr(sequence, "days_of", self)

    def __call__(self, rule: Rule, period: int) -> list[date]:
        self.periods += 1
        return days_of(rule, period)


@pytest.mark.parametrize("interval", [1, 2, 7])
@pytest.mark.parametrize("freq", ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
def test_age_costs_nothing(
    freq: str, interval: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After five hundred years the next moment is found in as few periods as now."""
    rule = recurrence.parse(f"FREQ={freq};INTERVAL={interval}")
    for years in (0, 1, 30, 500):
        anchor = NOW.replace(year=NOW.year - years)
        counted = Counted(monkeypatch)
        found = recurrence.next_after(rule, anchor, WARSAW, NOW)
        assert found is not None
        assert found > NOW
        # the one of the day before, which a gap could have moved, and the next two
        assert 1 <= counted.periods <= 3


@settings(max_examples=100, deadline=None)
@given(rule=rules())
def test_no_rule_looks_further_than_fifty_years(rule: Rule) -> None:
    """Matching or not, a search visits each period of 50 years once at most."""
    days = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 28, "YEARLY": 365}[rule.freq]
    most = recurrence.LOOK_AHEAD / timedelta(days=days * rule.interval) + 3
    with pytest.MonkeyPatch.context() as patch:
        counted = Counted(patch)
        recurrence.next_after(rule, NOW - timedelta(days=9999), WARSAW, NOW)
        assert 1 <= counted.periods <= most
