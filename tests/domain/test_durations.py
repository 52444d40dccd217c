"""Durations as people and programs write them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import durations


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("90m", 90),
        ("2h", 120),
        ("1h30m", 90),
        ("1H30M", 90),
        ("1d12h", 2160),
        ("1w", 10080),
        ("120s", 2),
        (" 5m ", 5),
        ("PT1H30M", 90),
        ("PT90M", 90),
        ("P1D", 1440),
        ("P1DT1H", 1500),
        ("P2W", 20160),
    ],
)
def test_reads(text: str, minutes: int) -> None:
    """Plain and ISO 8601 forms are read."""
    assert durations.parse(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "text",
    [
        *("", "0m", "PT0S", "P", "PT", "P1DT", "P1M", "P1Y"),
        *("90", "-5m", "30m1h", "1.5h", "٣m", "9" * 400 + "m", "2h\n5m", "soon"),
    ],
)
def test_refuses(text: str) -> None:
    """Nothing, zero, negative, calendar units and other spellings are refused."""
    with pytest.raises(ValueError, match=r"no length of time|no time at all"):
        durations.parse(text)


@given(st.text(alphabet="PTWDHMSwdhms0123456789", max_size=20))
def test_total(text: str) -> None:
    """Every other text gives a positive length or a ValueError."""
    try:
        length = durations.parse(text)
    except ValueError:
        return
    assert length > timedelta()


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, ""), (30 * 86_400, "30d"), (90_061, "1d1h1m1s"), (5400, "1h30m")],
)
def test_written_as_it_is_read(seconds: int, text: str) -> None:
    assert durations.written(seconds) == text
    assert not text or durations.parse(text) == timedelta(seconds=seconds)
