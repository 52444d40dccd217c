"""A rule read back in words."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.recurrence import Rule, canonical, in_words, parse
from tests.domain.strategies import rules

#: a Saturday
START = datetime.fromisoformat("2026-12-05T22:00")
WARSAW = ZoneInfo("Europe/Warsaw")


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("FREQ=DAILY", "each day at 22:00"),
        ("FREQ=DAILY;INTERVAL=3", "every 3 days at 22:00"),
        ("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", "each working day at 22:00"),
        ("FREQ=DAILY;BYMONTH=1,7", "each day at 22:00, in January and July only"),
        ("FREQ=DAILY;BYMONTHDAY=15", "each month on day 15 at 22:00"),
        ("FREQ=WEEKLY", "each Saturday at 22:00"),
        ("FREQ=WEEKLY;BYDAY=MO,WE,FR", "each Monday, Wednesday and Friday at 22:00"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", "every 2 weeks on Tuesday at 22:00"),
        ("FREQ=MONTHLY", "each month on day 5 at 22:00"),
        (
            "FREQ=MONTHLY;BYMONTHDAY=-1,1",
            "each month on day 1 and the last day at 22:00",
        ),
        ("FREQ=MONTHLY;INTERVAL=3", "every 3 months on day 5 at 22:00"),
        ("FREQ=MONTHLY;BYDAY=1SA", "each first Saturday of the month at 22:00"),
        (
            "FREQ=MONTHLY;BYDAY=SA;BYSETPOS=1",
            "each first Saturday of the month at 22:00",
        ),
        (
            "FREQ=MONTHLY;BYDAY=1MO,3MO",
            "each first Monday and third Monday of the month at 22:00",
        ),
        (
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            "each last working day of the month at 22:00",
        ),
        (
            "FREQ=MONTHLY;INTERVAL=2;BYDAY=-1FR",
            "every 2 months on the last Friday of the month at 22:00",
        ),
        ("FREQ=MONTHLY;BYDAY=MO", "each Monday at 22:00"),
        ("FREQ=YEARLY", "each year on December 5 at 22:00"),
        ("FREQ=YEARLY;INTERVAL=2", "every 2 years on December 5 at 22:00"),
        (
            "FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU",
            "each year on the last Sunday of March and October at 22:00",
        ),
        ("FREQ=YEARLY;BYMONTHDAY=1", "each month on day 1 at 22:00"),
        ("FREQ=YEARLY;BYDAY=FR", "each Friday at 22:00"),
        ("FREQ=DAILY;COUNT=3", "each day at 22:00, 3 times"),
        ("FREQ=DAILY;UNTIL=20271231", "each day at 22:00, until 2027-12-31"),
        (
            "FREQ=DAILY;UNTIL=20271231T090000Z",
            "each day at 22:00, until 2027-12-31 10:00 CET",
        ),
    ],
)
def test_forms(rule: str, said: str) -> None:
    """Each form of a rule has a sentence."""
    assert str(in_words(parse(rule), START, WARSAW)) == said


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR",
        "FREQ=YEARLY;BYDAY=20MO",
        "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1",
        "FREQ=MONTHLY;INTERVAL=2;BYDAY=MO",
        "FREQ=MONTHLY;BYMONTHDAY=-5",
        "FREQ=DAILY;INTERVAL=2;BYDAY=MO",
    ],
)
def test_what_no_sentence_fits(rule: str) -> None:
    """No words are better than wrong ones: then it is the rule itself."""
    assert str(in_words(parse(rule), START, WARSAW)) == rule


def test_seconds() -> None:
    """The time is told as exactly as it is."""
    start = START.replace(second=7)
    assert str(in_words(parse("FREQ=DAILY"), start, WARSAW)) == "each day at 22:00:07"


@given(rules(), st.datetimes())
def test_total(rule: Rule, start: datetime) -> None:
    """Every rule is told, in words or as it is; COUNT is never lost."""
    said = str(in_words(rule, start, WARSAW))
    assert said == canonical(rule) or f"{start:%H:%M}" in said
    assert rule.count is None or str(rule.count) in said
