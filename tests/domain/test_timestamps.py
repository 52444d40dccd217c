"""XEP-0082 moments."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import timestamps
from bot.domain.errors import Invalid

NINE = datetime(2026, 12, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-12-01T09:00:00Z", NINE),
        ("2026-12-01T10:00:00+01:00", NINE),
        ("2026-12-01T03:30:00-05:30", NINE),
        ("2026-12-01T23:00:00+14:00", NINE),
        ("2026-12-01T09:00:00-00:00", NINE),
        ("2026-12-01T09:00:00.000Z", NINE),
        ("2026-12-01T08:59:59.000000000001Z", NINE),
        ("2026-12-01T08:59:59.5Z", NINE),
        ("2028-02-29T00:00:00Z", datetime(2028, 2, 29, tzinfo=UTC)),
        ("2026-12-31T23:59:59.1Z", datetime(2027, 1, 1, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)),
        ("9999-12-31T23:59:59Z", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read(text: str, moment: datetime) -> None:
    """Z and offsets name the same moments; fractions round up to the second."""
    found = timestamps.parse(text)
    assert found == moment
    assert found.tzinfo is UTC
    assert found.microsecond == 0


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not a date and time"),
        ("tomorrow", "not a date and time"),
        ("2026-12-01", "not a date and time"),
        ("2026-12-01T09:00Z", "not a date and time"),
        ("2026-12-01 09:00:00Z", "not a date and time"),
        ("2026-12-01t09:00:00z", "not a date and time"),
        ("20261201T090000Z", "not a date and time"),
        ("2026-W49-2T09:00:00Z", "not a date and time"),
        ("2026-12-01T09:00:00,5Z", "not a date and time"),
        ("2026-12-01T09:00:00.Z", "not a date and time"),
        ("2026-12-01T09:00:00+0100", "not a date and time"),
        ("2026-12-01T09:00:00+01", "not a date and time"),
        ("2026-12-01T09:00:00+01:00:00", "not a date and time"),
        ("2026-12-01T09:00:00Z\n", "not a date and time"),
        (" 2026-12-01T09:00:00Z", "not a date and time"),
        ("+2026-12-01T09:00:00Z", "not a date and time"),
        ("12026-12-01T09:00:00Z", "not a date and time"),
        ("-2026-12-01T09:00:00Z", "not a date and time"),
        ("٢٠٢٦-12-01T09:00:00Z", "not a date and time"),
        ("2026-12-01T09:00:00." + "1" * 80 + "Z", "not a date and time"),
        ("2026-12-01T09:00:00", "needs an offset"),
        ("0000-12-01T09:00:00Z", "does not exist"),
        ("2026-13-01T09:00:00Z", "does not exist"),
        ("2026-02-29T09:00:00Z", "does not exist"),
        ("2026-12-01T24:00:00Z", "does not exist"),
        ("2026-12-01T09:60:00Z", "does not exist"),
        ("2026-12-31T23:59:60Z", "does not exist"),
        ("2026-12-31T23:59:61Z", "does not exist"),
        ("2026-12-01T09:00:00+14:01", "beyond 14:00"),
        ("2026-12-01T09:00:00-24:00", "beyond 14:00"),
        ("2026-12-01T09:00:00+01:60", "beyond 14:00"),
        ("9999-12-31T23:59:59.1Z", "outside the years"),
        ("9999-12-31T23:00:00-02:00", "outside the years"),
        ("0001-01-01T00:00:00+00:01", "outside the years"),
    ],
)
def test_everything_else_is_refused(text: str, why: str) -> None:
    """What is not exactly a dateTime with an offset is refused, saying why."""
    with pytest.raises(Invalid, match=why):
        timestamps.parse(text)


@given(st.text(max_size=40) | st.from_regex(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.{0,7}"))
def test_no_text_breaks_it(text: str) -> None:
    """Any text is either read or refused as Invalid."""
    try:
        moment = timestamps.parse(text)
    except Invalid:
        return
    assert moment.tzinfo is UTC


@given(st.datetimes(timezones=st.just(UTC), max_value=NINE.replace(tzinfo=None)))
def test_what_is_written_is_read_back(moment: datetime) -> None:
    """Format and parse are inverse, but for the fraction, which rounds up."""
    found = timestamps.parse(timestamps.format(moment))
    assert timedelta() <= found - moment < timedelta(seconds=1)


def test_the_form_is_fixed() -> None:
    """Written moments are UTC, of four-digit years and whole seconds."""
    half_past = timezone(timedelta(hours=5, minutes=30))
    moment = datetime(2026, 1, 2, 3, 4, 5, 1, tzinfo=half_past)
    assert timestamps.format(moment) == "2026-01-01T21:34:06Z"
    assert timestamps.format(datetime(9, 1, 1, tzinfo=UTC)) == "0009-01-01T00:00:00Z"


def test_a_naive_time_is_a_mistake_of_the_program() -> None:
    """A naive datetime names no moment and is never written as one."""
    with pytest.raises(ValueError, match="naive"):
        timestamps.format(NINE.replace(tzinfo=None))
