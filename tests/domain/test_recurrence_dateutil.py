"""A third opinion: dateutil, where it follows RFC 5545."""

from datetime import UTC, datetime
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from hypothesis import assume, given, settings

from bot.domain import recurrence
from bot.domain.recurrence import Freq, Recurrence, Rule
from tests.domain.strategies import rules

START = datetime(2026, 1, 7, 9, tzinfo=UTC)


@settings(max_examples=200, deadline=None)
@given(rule=rules())
def test_dateutil_agrees(rule: Rule) -> None:
    """In UTC the moments are dateutil's, but for the two rules that it gets wrong."""
    # it takes "MO,1TU" for both at once, and its first week for a whole one
    assume(len({n is None for n, _ in rule.by_day}) < 2)
    assume(not (rule.freq is Freq.WEEKLY and rule.by_set_pos))
    sequence = Recurrence(rule=rule, anchor=START, zone=ZoneInfo("UTC"))
    found = [match.moment for match in islice(sequence.matches(), 12)]
    assume(found)  # it would search to the year 9999
    naive = START.replace(tzinfo=None)
    theirs = rrulestr(recurrence.canonical(rule), dtstart=naive)
    expected = [wall.replace(tzinfo=UTC) for wall in islice(theirs, len(found))]
    assert found == expected
