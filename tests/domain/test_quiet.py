"""Quiet hours and pauses: when a reader may be told again."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.errors import Invalid
from bot.domain.quiet import (
    EVERY_DAY,
    PAUSED,
    QUIET,
    QuietHours,
    held_back,
    stored,
    time_of_day,
    weekday,
)

WARSAW = ZoneInfo("Europe/Warsaw")
NIGHT = QuietHours(time(22), time(7))
ZONES = st.sampled_from(
    [
        *("Europe/Warsaw", "America/New_York", "Australia/Lord_Howe", "UTC"),
        *("Asia/Kolkata", "Pacific/Apia", "America/Sao_Paulo"),
    ]
).map(ZoneInfo)
TIMES = st.builds(time, st.integers(0, 23), st.sampled_from([0, 1, 15, 30, 59]))
HOURS = st.builds(
    QuietHours, TIMES, TIMES, st.frozensets(st.integers(0, 6), min_size=1)
).filter(lambda one: not one.is_always)
MOMENTS = st.datetimes(
    datetime(2010, 1, 1),  # noqa: DTZ001 - strategies.datetimes takes no other
    datetime(2030, 1, 1),  # noqa: DTZ001 - likewise
    timezones=st.just(UTC),
).map(lambda one: one.replace(microsecond=0))


def at(text: str, zone: ZoneInfo = WARSAW) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def until(quiet: QuietHours, now: datetime, zone: ZoneInfo = WARSAW) -> datetime | None:
    held = held_back(now, zone, quiet)
    return held.until if held else None


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-11-30 21:59", None),
        ("2026-11-30 22:00", "2026-12-01 07:00"),
        ("2026-12-01 03:00", "2026-12-01 07:00"),
        ("2026-12-01 06:59", "2026-12-01 07:00"),
        ("2026-12-01 07:00", None),
    ],
)
def test_over_midnight(now: str, end: str | None) -> None:
    """Quiet hours over midnight hold from their beginning to before their end."""
    assert until(NIGHT, at(now)) == (at(end) if end else None)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        # Friday night is quiet, into Saturday
        ("2026-12-04 23:00", "2026-12-05 07:00"),
        ("2026-12-05 06:00", "2026-12-05 07:00"),
        # Saturday night is not, nor the night before Monday
        ("2026-12-05 23:00", None),
        ("2026-12-07 03:00", None),
        ("2026-12-07 22:00", "2026-12-08 07:00"),
    ],
)
def test_weekdays(now: str, end: str | None) -> None:
    """A weekday is the one on which they begin."""
    working = QuietHours(time(22), time(7), frozenset(range(5)))
    assert until(working, at(now)) == (at(end) if end else None)


def test_whole_days() -> None:
    """From midnight to midnight is the whole day, and days in a row are one."""
    weekend = QuietHours(time(0), time(0), frozenset({5, 6}))
    assert until(weekend, at("2026-12-05 00:00")) == at("2026-12-07 00:00")
    assert until(weekend, at("2026-12-04 23:59")) is None


@pytest.mark.parametrize(
    ("now", "hours"),
    [
        # the night in which clocks go forward is an hour shorter, back: longer
        ("2026-03-28 22:00", 8),
        ("2026-10-24 22:00", 10),
        ("2026-11-24 22:00", 9),
    ],
)
def test_nights_of_other_lengths(now: str, hours: int) -> None:
    """They end when his clocks say so, however long the night is."""
    start = at(now)
    assert until(NIGHT, start) == start + timedelta(hours=hours)


def test_ends_that_come_twice() -> None:
    """An end that clocks show twice is the second; one that they skip is no earlier
    than the change.
    """
    early = QuietHours(time(22), time(2, 30))
    first = at("2026-10-25 02:30")
    assert until(early, first - timedelta(minutes=1)) == first + timedelta(hours=1)
    change = datetime(2026, 3, 29, 1, tzinfo=UTC)
    end = until(early, change - timedelta(minutes=1))
    assert end is not None
    assert end >= change


def test_beginnings_that_come_twice() -> None:
    """They begin with the first of two."""
    late = QuietHours(time(2, 30), time(9))
    first = at("2026-10-25 02:30")
    assert until(late, first) == at("2026-10-25 09:00")
    assert until(late, first + timedelta(minutes=40)) == at("2026-10-25 09:00")


def test_pauses() -> None:
    """A pause holds until its end, and what quiet hours hold then, holds on."""
    now, end = at("2026-12-01 12:00"), at("2026-12-20 23:00")
    held = held_back(now, WARSAW, paused_until=end)
    assert held == (PAUSED, end)
    held = held_back(now, WARSAW, NIGHT, end)
    assert held == (PAUSED, at("2026-12-21 07:00"))
    assert held_back(end, WARSAW, paused_until=end) is None
    night = at("2026-12-01 23:00")
    assert held_back(night, WARSAW, NIGHT, now) == (QUIET, at("2026-12-02 07:00"))


@given(HOURS, ZONES, MOMENTS, st.none() | st.integers(-(10**6), 3 * 10**6))
@settings(max_examples=300)
@example(NIGHT, WARSAW, datetime(2026, 3, 28, 22, tzinfo=UTC), None)
def test_until_is_the_first_moment(
    quiet: QuietHours, zone: ZoneInfo, now: datetime, pause: int | None
) -> None:
    """At `until` nothing holds any more, at each moment before it something does."""
    end = None if pause is None else now + timedelta(seconds=pause)
    held = held_back(now, zone, quiet, end)
    if held is None:
        return
    assert held.until > now
    assert held_back(held.until, zone, quiet, end) is None
    for part in range(8):
        between = now + (held.until - now) * part / 8
        again = held_back(between, zone, quiet, end)
        assert again is not None
        assert again.until == held.until


@given(HOURS, ZONES, MOMENTS)
@settings(max_examples=300)
def test_what_the_clock_shows(quiet: QuietHours, zone: ZoneInfo, now: datetime) -> None:
    """Whenever a clock on his wall shows a time within them, he is not told."""
    wall = now.astimezone(zone)
    clock, today = wall.time(), wall.weekday()
    yesterday = (today - 1) % 7
    if quiet.begin < quiet.end:
        within = today in quiet.days and quiet.begin <= clock < quiet.end
    else:
        within = (today in quiet.days and clock >= quiet.begin) or (
            yesterday in quiet.days and clock < quiet.end
        )
    if within and zone.key != "Pacific/Apia":  # a day was skipped there
        assert held_back(now, zone, quiet) is not None


@given(HOURS)
def test_as_stored(quiet: QuietHours) -> None:
    """What is stored is read as it was; what is none is none."""
    assert stored(str(quiet)) == quiet


@pytest.mark.parametrize(
    "text",
    [None, "", "22:00-07:00", "25:00-07:00 MO", "22:00-07:00 XX", "00:00-00:00 "],
)
def test_nothing_stored(text: str | None) -> None:
    """What cannot be read holds nothing back; nor may what would hold all back."""
    assert stored(text) is None
    assert stored(str(QuietHours(time(1), time(1), EVERY_DAY))) is None


def test_as_typed() -> None:
    """Times and weekdays are read as people type them, and refused in words."""
    assert time_of_day(" 7:05 ") == time(7, 5)
    assert time_of_day("22.30") == time(22, 30)
    assert time_of_day("24:00") == time(0)
    assert [weekday(one) for one in ("mo", "Tue", "SUNDAY")] == [0, 1, 6]
    for text in ("", "7", "24:01", "12:60", "22:00:00", "noon"):
        with pytest.raises(Invalid):
            time_of_day(text)
    for text in ("", "m", "Mox", "tomorrow"):
        with pytest.raises(Invalid):
            weekday(text)
