"""Lengths of time: days on the wall, the rest exact."""

import copy
import pickle
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import lengths, relative
from bot.domain.errors import Invalid
from bot.domain.lengths import Length
from bot.domain.relative import Anchor

ZONES = st.sampled_from(
    ["Europe/Warsaw", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]
).map(ZoneInfo)
MOMENTS = st.integers(1_262_304_000, 1_893_456_000).map(
    lambda seconds: datetime.fromtimestamp(seconds, UTC)
)


@pytest.mark.parametrize(
    ("text", "days", "seconds"),
    [
        ("1d", 1, 0),
        ("24h", 0, 86_400),
        ("1w2d3h", 9, 10_800),
        ("P1DT12H", 1, 43_200),
        ("90m", 0, 5_400),
    ],
)
def test_what_is_given_stays_apart(text: str, days: int, seconds: int) -> None:
    """A day is no 24 hours, though it counts as so many."""
    found = lengths.parse(text)
    assert (found.wall_days, found.exact_seconds) == (days, seconds)
    assert found == timedelta(days=days, seconds=seconds)
    assert pickle.loads(pickle.dumps(found)).wall_days == days
    assert copy.deepcopy(found).exact_seconds == seconds


@given(MOMENTS, MOMENTS, ZONES)
def test_a_difference_leads_back(
    start: datetime, end: datetime, zone: ZoneInfo
) -> None:
    """Whatever clocks do in between, the one and the difference come to the other."""
    found = lengths.between(start, end, zone)
    parts = (found.wall_days, found.exact_seconds)
    assert lengths.later(start, zone, *parts) == end
    assert all(part <= 0 for part in parts) or all(part >= 0 for part in parts)
    assert abs(found.exact_seconds) < 2 * 86_400


@given(MOMENTS, ZONES, st.integers(0, 400), st.integers(0, 86_400))
def test_one_meaning_everywhere(
    start: datetime, zone: ZoneInfo, days: int, seconds: int
) -> None:
    """A length after a moment is what the relative form is after an announcement."""
    found = relative.parse(f"+{days}d{seconds}s")
    assert found is not None
    assert lengths.later(start, zone, days, seconds) == found.at(Anchor(start, zone))


def test_parts_add_up() -> None:
    """Days add to days and seconds to seconds."""
    found = Length(1, 3_600).plus(Length(2, 60), -1)
    assert (found.wall_days, found.exact_seconds) == (-1, 3_540)


def test_bounds() -> None:
    """The calendar and Python's lengths end somewhere, which is told."""
    with pytest.raises(Invalid, match="years 1 to 9999"):
        lengths.later(datetime.max.replace(tzinfo=UTC), ZoneInfo("UTC"), 1, 0)
    most = Length(999_999_999)
    with pytest.raises(Invalid, match="too long"):
        most.plus(most)
    ends = (datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC))
    assert lengths.between(*ends, ZoneInfo("UTC")).wall_days == 3_652_058
