"""What is public, and what of it can be the one outage."""

import pytest

from bot.domain.feeds import (
    KEPT,
    identity,
    outage,
    shown,
    until_other,
)
from bot.domain.maintenance import WindowState
from tests.feeds.rows import DAY, HOUR, NOON, Row, incident, public, sent, window

WEEK = 7 * DAY
SOON, LATER = window(1), window(2, starts_at=NOON + 3 * DAY)
FAR = window(3, starts_at=NOON + 8 * DAY)
RUNNING = window(4, state=WindowState.UNDER_WAY, starts_at=NOON - HOUR)
BEGAN_LATER = window(5, state=WindowState.VERIFYING, starts_at=NOON - HOUR / 2)
OVER = window(6, state=WindowState.FINISHED, starts_at=NOON - HOUR)
OFF = window(7, state=WindowState.CALLED_OFF)
LATE = window(8, starts_at=NOON - HOUR)
BROKEN, RESOLVED = incident(1), incident(2, is_open=False)
BROKE_LATER = incident(3, began_at=NOON)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ((), None),
        ((OVER, OFF, FAR, RESOLVED, sent()), None),
        ((LATER, SOON, OVER, OFF), SOON),
        ((LATE, SOON), LATE),
        ((SOON, RUNNING), RUNNING),
        ((BEGAN_LATER, RUNNING), BEGAN_LATER),
        ((RUNNING, BROKEN), BROKEN),
        ((BROKE_LATER, BROKEN), BROKE_LATER),
    ],
)
def test_the_one_outage(rows: tuple[Row, ...], expected: Row | None) -> None:
    """Broken before running before next; of several the last that began; only what is
    near, and nothing that is over.
    """
    assert outage(public(*rows), NOON, WEEK) == expected
    assert outage(public(*reversed(rows)), NOON, WEEK) == expected


def test_the_same_rows_change_at_known_moments() -> None:
    """A window comes near, begins, and ends, one that is over gets old: nothing else
    needs a clock.
    """
    assert RUNNING.ends_at is not None
    assert until_other(public(RUNNING), NOON, WEEK) == RUNNING.ends_at
    assert until_other(public(RUNNING), RUNNING.ends_at, WEEK) is None
    assert until_other(public(SOON), NOON, WEEK) == SOON.starts_at
    assert until_other(public(SOON), SOON.starts_at, WEEK) is None
    rows = public(FAR, OFF, BROKEN)
    near = FAR.starts_at - WEEK
    assert until_other(rows, NOON, WEEK) == near
    assert outage(public(FAR), near - HOUR / 60, WEEK) is None
    assert outage(public(FAR), near, WEEK) is FAR
    assert OFF.ends_at is not None
    gone = OFF.ends_at + KEPT
    assert until_other(rows, near, WEEK) == FAR.starts_at
    assert until_other(rows, FAR.starts_at, WEEK) == gone
    assert shown(OFF, gone - HOUR)
    assert not shown(OFF, gone)
    assert until_other(rows, gone, WEEK) is None


def test_what_is_over_is_kept_by_its_end() -> None:
    """Of one that had no end the day on which it was over counts; what is not over is
    kept whenever it was to be.
    """
    endless = window(
        state=WindowState.FINISHED, ends_at=None, changed_at=NOON + 5 * DAY
    )
    assert shown(endless, NOON + 5 * DAY + KEPT - HOUR)
    assert not shown(endless, NOON + 5 * DAY + KEPT)
    assert shown(LATE, NOON + 900 * DAY)


def test_identity() -> None:
    """Another row, occurrence or kind is another; the same is the same for ever."""
    first = identity("maintenance", 17, NOON, "20400302T120000")
    assert str(first) == "f9adc210-11e2-5c6b-ba9f-349a721ac329"
    others = {
        identity("maintenance", 18, NOON, "20400302T120000"),
        identity("maintenance", 17, NOON, "20400309T120000"),
        identity("maintenance", 17, NOON + HOUR, "20400302T120000"),
        identity("incident", 17, NOON, "20400302T120000"),
    }
    assert len(others - {first}) == 4
