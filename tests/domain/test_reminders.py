"""How long before a maintenance begins its readers are reminded."""

from datetime import timedelta

import pytest

from bot.domain.errors import Invalid
from bot.domain.lists import REMINDERS
from bot.domain.reminders import Reminders, listed, written


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("24h 1h", REMINDERS),
        ("1h, PT24H", REMINDERS),
        ("1h 60m", (timedelta(hours=1),)),
        ("1m,31d", (timedelta(days=31), timedelta(minutes=1))),
        (" ", ()),
    ],
)
def test_reads(text: str, found: Reminders) -> None:
    """Several lengths of time in a line, the longest first, each once."""
    assert listed(text) == found
    assert listed(written(found)) == found


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("soon", "no length of time"),
        ("59s", "at least 1m and at most 31d"),
        ("32d", "at least 1m and at most 31d"),
        (" ".join(f"{hours}h" for hours in range(1, 12)), "at most 10 reminders"),
    ],
)
def test_refuses(text: str, why: str) -> None:
    """What is none, too short, too long or too much."""
    with pytest.raises(Invalid, match=why):
        listed(text)
