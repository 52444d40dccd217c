"""What expansion.py knows of dateutil: what it avoids, and what it relies on.

Where one of the first two fails, dateutil has been mended and code can go.
"""

from datetime import MAXYEAR, datetime, timedelta

from dateutil.rrule import MO, MONTHLY, TU, WEEKLY, YEARLY, rrule

START = datetime.fromisoformat("2026-01-07T09:00")  # a Wednesday
DAY = timedelta(days=1)


def test_plain_and_numbered_weekdays_are_taken_for_both_at_once() -> None:
    """BYDAY=MO,1TU finds nothing, where RFC 5545 means either."""
    first = START.replace(day=1)
    assert not list(rrule(MONTHLY, first, 12 * MAXYEAR, byweekday=(MO, TU(1))))


def test_a_first_week_that_is_cut_off_counts_as_a_whole_one() -> None:
    """From a Wednesday on, the first of Monday and Wednesday is that Wednesday."""
    found = rrule(WEEKLY, START, byweekday=(0, 2), bysetpos=1)
    assert next(iter(found)) == START


def test_an_interval_beyond_the_calendar_lists_one_whole_period() -> None:
    """The period that it begins in, to its last day, and then it ends."""
    january, year = START.replace(day=1), START.replace(month=1, day=1)
    every = range(7)
    days = list(rrule(MONTHLY, january, 12 * MAXYEAR, byweekday=every))
    assert days == [january + DAY * n for n in range(31)]
    days = list(rrule(YEARLY, year, 12 * MAXYEAR, byweekday=every))
    assert days == [year + DAY * n for n in range(365)]
    assert not list(rrule(YEARLY, year, 12 * MAXYEAR, bymonth=2, bymonthday=30))
