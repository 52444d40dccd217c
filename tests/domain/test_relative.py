"""Moments relative to the occurrence that tells them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import relative
from bot.domain.errors import Invalid
from bot.domain.relative import Anchor, Relative

WARSAW = ZoneInfo("Europe/Warsaw")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def read(text: str) -> Relative:
    found = relative.parse(text)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("+28h", "+PT28H"),
        ("+PT28H", "+PT28H"),
        ("+PT1680M", "+PT28H"),
        (" -30m ", "-PT30M"),
        ("+1d", "+P1D"),
        ("+1w", "+P7D"),
        ("-P1DT12H", "-P1DT12H"),
        ("+1d12h", "+P1DT12H"),
        ("+90m", "+PT1H30M"),
        ("+36h30s", "+PT36H30S"),
        ("+0m", "+PT0S"),
        ("-PT0S", "+PT0S"),
    ],
)
def test_one_form_for_each(text: str, canonical: str) -> None:
    """Plain and ISO 8601 forms come to one, and hours never to days."""
    assert str(read(text)) == canonical
    assert read(canonical) == read(text)


@pytest.mark.parametrize("text", ["2026-12-01T09:00:00Z", "9:00", "", "28", "x"])
def test_without_a_sign_it_is_none(text: str) -> None:
    """A sign is what tells it from a moment."""
    assert relative.parse(text) is None


@pytest.mark.parametrize("text", ["28h", "PT28H", " 1d12h ", "0m"])
def test_a_length_needs_a_sign(text: str) -> None:
    """Whether it is before or after the announcement has to be said."""
    with pytest.raises(Invalid, match=rf"needs a sign: \+{text.strip()} is after"):
        relative.parse(text)


@pytest.mark.parametrize(
    "text", ["+", "-", "+P", "+28", "+1y", "+-1h", "++1h", "+1h x"]
)
def test_refuses(text: str) -> None:
    """Anything else with a sign is refused, with what can be written."""
    with pytest.raises(Invalid, match=r"write \+28h, -30m, \+1d12h or \+PT28H"):
        relative.parse(text)


@pytest.mark.parametrize(
    ("text", "due", "moment"),
    [
        ("+28h", "2026-12-01T09:00+01:00", "2026-12-02T13:00+01:00"),
        ("-30m", "2026-12-01T09:00+01:00", "2026-12-01T08:30+01:00"),
        # clocks go forward in the night of 28 March, back in that of 31 October
        ("+1d", "2027-03-27T09:00+01:00", "2027-03-28T09:00+02:00"),
        ("+24h", "2027-03-27T09:00+01:00", "2027-03-28T10:00+02:00"),
        ("+1d", "2027-10-30T09:00+02:00", "2027-10-31T09:00+01:00"),
        ("-1d", "2027-03-28T09:00+02:00", "2027-03-27T09:00+01:00"),
        # what no clock shows is later, the hours are counted from there
        ("+1d", "2027-03-27T02:30+01:00", "2027-03-28T03:30+02:00"),
        ("+1d1h", "2027-03-27T02:30+01:00", "2027-03-28T04:30+02:00"),
        # the second of two: no days, so clocks do not matter
        ("+1h", "2027-10-31T02:30+01:00", "2027-10-31T03:30+01:00"),
    ],
)
def test_days_are_on_the_wall_and_hours_are_exact(
    text: str, due: str, moment: str
) -> None:
    """A day later clocks show the same time; 24 hours later perhaps another."""
    assert read(text).at(Anchor(at(due), WARSAW)) == at(moment)


@given(st.text(alphabet="+-PTWDHMSwdhms0123456789", max_size=16))
def test_total(text: str) -> None:
    """Whatever is given is none, a moment, or refused."""
    try:
        found = relative.parse(text)
    except Invalid:
        return
    if found is not None:
        assert read(str(found)) == found
        found.at(Anchor(at("2026-12-01T09:00Z"), WARSAW))


@pytest.mark.parametrize("text", ["+99999w", "-99999w", "+99999h999999m", "+14286w"])
def test_too_far(text: str) -> None:
    """What the canonical form has no digits for is refused as what it is."""
    with pytest.raises(Invalid, match="is too far from the announcement"):
        relative.parse(text)


@pytest.mark.parametrize("text", ["+99999d", "-99999d", "+99999h", "-99999h"])
def test_far_and_outside_the_calendar(text: str) -> None:
    """The farthest is told, and refused where there are no such years."""
    found = read(text)
    assert abs(found.at(Anchor(at("2126-12-01T09:00Z"), WARSAW)).year - 2126) < 275
    edge = at("9999-12-01T09:00Z" if text[0] == "+" else "0001-02-01T09:00Z")
    with pytest.raises(Invalid, match="outside the years 1 to 9999"):
        found.at(Anchor(edge, WARSAW))
