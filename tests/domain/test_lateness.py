"""Late is what could not be planned, not what waited for its turn."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.lateness import LONGEST_LOOK, Shift, away, looked

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def at(minute: float) -> datetime:
    return NOON + timedelta(minutes=minute)


@pytest.mark.parametrize(
    ("shifts", "minutes"),
    [
        ([], 10),
        ([(-5, 10)], 0),  # it was up all the time, and busy
        ([(4, 10)], 4),  # it came up later
        ([(-5, 3), (5, 10)], 2),  # it crashed in the midst of a backlog
        ([(5, 10), (-5, 3), (2, 4)], 1),  # several planners, in any order
        ([(-9, -5)], 10),
        ([(11, 12)], 10),
        ([(2, 3)], 9),
    ],
)
def test_away(shifts: list[tuple[float, float]], minutes: float) -> None:
    """Of the time since something was due only that outside all shifts counts."""
    kept = [Shift(began_at=at(began), seen_at=at(seen)) for began, seen in shifts]
    found = away(kept, due=NOON, now=at(10))
    assert found == timedelta(minutes=minutes)


def test_a_shift_goes_on_while_it_is_looked_at() -> None:
    """It ends with a long pause, and where the clock goes back."""
    first = looked(None, NOON)
    going_on = looked(first, NOON + LONGEST_LOOK)
    assert going_on == Shift(began_at=NOON, seen_at=NOON + LONGEST_LOOK)
    later = NOON + 2 * LONGEST_LOOK + timedelta(seconds=1)
    assert looked(going_on, later).began_at == later
    assert looked(going_on, NOON).began_at == NOON
    assert looked(going_on, NOON).seen_at == NOON
