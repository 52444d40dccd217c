"""Zones, gaps and folds."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain import wallclock
from bot.domain.errors import Invalid
from tests.domain import day_walker
from tests.domain.strategies import places_and_moments

WARSAW = ZoneInfo("Europe/Warsaw")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize("name", ["UTC", "Europe/Warsaw", "America/Indiana/Knox"])
def test_an_iana_name_is_a_zone(name: str) -> None:
    """Names of the IANA database are taken as they are spelt there."""
    assert wallclock.zone(name).key == name


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", "UTC ", "utc", "europe/warsaw", "EUROPE/WARSAW", "Europe"),
        *("Europe/", "/Europe/Warsaw", "../UTC", "Europe/../UTC", "Europe//Warsaw"),
        *("localtime", "posixrules", "posix/UTC", "right/UTC", "Factory"),
        *("/etc/localtime", "tzdata.zi", "zone.tab", "leapseconds", "UTC\0", "."),
        *("CEST", "+01:00", "UTC+1", "EST5EDT4", "Europe\\Warsaw", "é" * 500),
    ],
)
def test_anything_else_is_no_zone(name: str) -> None:
    """Paths, other spellings, local files and offsets are refused as Invalid."""
    with pytest.raises(Invalid, match="not a time zone") as caught:
        wallclock.zone(name)
    assert caught.value.field == "timezone"
    assert len(caught.value.text) < 400


@pytest.mark.parametrize(
    ("zone", "wall", "moment", "gap", "fold"),
    [
        ("Europe/Warsaw", "2026-03-29T01:59:59", "2026-03-29T00:59:59Z", 0, 0),
        ("Europe/Warsaw", "2026-03-29T02:00:00", "2026-03-29T01:00:00Z", 1, 0),
        ("Europe/Warsaw", "2026-03-29T02:30:00", "2026-03-29T01:30:00Z", 1, 0),
        ("Europe/Warsaw", "2026-03-29T03:00:00", "2026-03-29T01:00:00Z", 0, 0),
        ("Europe/Warsaw", "2026-10-25T02:00:00", "2026-10-25T00:00:00Z", 0, 1),
        ("Europe/Warsaw", "2026-10-25T02:59:59", "2026-10-25T00:59:59Z", 0, 1),
        ("Europe/Warsaw", "2026-10-25T03:00:00", "2026-10-25T02:00:00Z", 0, 0),
        ("Europe/Dublin", "2026-03-29T01:30:00", "2026-03-29T01:30:00Z", 1, 0),
        ("Australia/Lord_Howe", "2026-10-04T02:15:00", "2026-10-03T15:45:00Z", 1, 0),
        ("Australia/Lord_Howe", "2026-04-05T01:45:00", "2026-04-04T14:45:00Z", 0, 1),
        ("Pacific/Apia", "2011-12-30T09:00:00", "2011-12-30T19:00:00Z", 1, 0),
        ("Pacific/Apia", "2011-12-31T09:00:00", "2011-12-30T19:00:00Z", 0, 0),
    ],
)
def test_a_wall_time_is_one_moment(
    zone: str, wall: str, moment: str, gap: int, fold: int
) -> None:
    """In a gap the offset before it counts, in a fold the first pass."""
    place = ZoneInfo(zone)
    found = wallclock.resolve(at(wall), place)
    assert found == at(moment)
    assert found.tzinfo is UTC
    assert wallclock.is_gap(at(wall), place) == bool(gap)
    assert wallclock.is_fold(at(wall), place) == bool(fold)


def test_half_past_two_in_a_gap_is_half_past_three() -> None:
    """The moment of a skipped wall time is shown later by the length of the gap."""
    moment = wallclock.resolve(at("2026-03-29T02:30"), WARSAW)
    assert wallclock.local(moment, WARSAW) == at("2026-03-29T03:30")


@settings(max_examples=300, deadline=None)
@given(place=places_and_moments(), minutes=st.integers(-90, 90))
def test_a_scan_of_the_zone_agrees(
    place: tuple[ZoneInfo, datetime], minutes: int
) -> None:
    """Resolving is what looking at the zone's offsets hour after hour gives."""
    zone, moment = place
    wall = wallclock.local(moment, zone) + timedelta(minutes=minutes)
    assert wallclock.resolve(wall, zone) == day_walker.moment_of(wall, zone)
    showing = day_walker.moments_showing(wall, zone)
    assert wallclock.is_gap(wall, zone) == (not showing)
    assert wallclock.is_fold(wall, zone) == (len(showing) == 2)
    assert moment in day_walker.moments_showing(wallclock.local(moment, zone), zone)


def test_the_ends_of_the_calendar_are_refused() -> None:
    """A moment that has no year from 1 to 9999 is Invalid, not a crash."""
    new_york = ZoneInfo("America/New_York")
    with pytest.raises(Invalid, match="outside the years"):
        wallclock.resolve(at("9999-12-31T23:00"), new_york)
    with pytest.raises(Invalid, match="outside the years"):
        wallclock.local(at("0001-01-01T00:00Z"), new_york)


@pytest.mark.parametrize(
    ("moment", "zone", "shown"),
    [
        ("2026-12-01T08:00:00Z", "Europe/Warsaw", "2026-12-01 09:00 CET"),
        ("2026-12-01T08:00:01Z", "Europe/Warsaw", "2026-12-01 09:00:01 CET"),
        ("2026-12-01T08:00:00Z", "Asia/Tashkent", "2026-12-01 13:00 UTC+05"),
        ("9999-12-31T23:30:00Z", "Europe/Warsaw", "9999-12-31 23:30 UTC"),
        ("0001-01-01T00:30:00Z", "America/New_York", "0001-01-01 00:30 UTC"),
        ("2026-12-01T08:00:00Z", "Mars/Olympus", "2026-12-01 08:00 UTC"),
    ],
)
def test_what_people_are_shown(moment: str, zone: str, shown: str) -> None:
    """Wall time and abbreviation; UTC's at the calendar's ends or without a zone."""
    assert wallclock.shown_in(at(moment), zone) == shown


def test_naive_and_aware_are_not_mixed_up() -> None:
    """An aware wall time or a naive moment is a mistake of the program."""
    with pytest.raises(ValueError, match="wall time"):
        wallclock.resolve(at("2026-01-01T00:00Z"), WARSAW)
    with pytest.raises(ValueError, match="no moment"):
        wallclock.local(at("2026-01-01T00:00"), WARSAW)
