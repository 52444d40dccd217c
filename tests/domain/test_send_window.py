"""Send windows: when a list speaks, and when a reader hears it by both."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.errors import Invalid
from bot.domain.preview import shut_out
from bot.domain.quiet import QuietHours
from bot.domain.quiet import held_back as kept_quiet
from bot.domain.send_window import (
    Clocked,
    Outside,
    SendWindow,
    WindowZone,
    held_back,
    read,
    stored,
)

WARSAW, UTC_ZONE = ZoneInfo("Europe/Warsaw"), ZoneInfo("UTC")
OFFICE = SendWindow(read("09:00-20:00 MO TU WE TH FR"))
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
).map(lambda one: one.replace(second=0, microsecond=0))


def at(text: str, zone: ZoneInfo = WARSAW) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-12-01 08:59", "2026-12-01 09:00"),
        ("2026-12-01 09:00", "2026-12-01 09:00"),
        ("2026-12-01 19:59", "2026-12-01 19:59"),
        ("2026-12-01 20:00", "2026-12-02 09:00"),
        # over the weekend
        ("2026-12-04 20:00", "2026-12-07 09:00"),
        ("2026-12-06 12:00", "2026-12-07 09:00"),
    ],
)
def test_opening(now: str, opens: str) -> None:
    """It is open from its beginning to before its end, on its days."""
    assert OFFICE.opening(at(now), WARSAW) == at(opens)


def test_over_midnight() -> None:
    """A window over midnight belongs to the day on which it opens."""
    night = SendWindow(read("22:00-02:00 FR"))
    assert night.is_open(at("2026-12-05 01:59"), WARSAW)
    assert not night.is_open(at("2026-12-05 02:00"), WARSAW)
    assert night.opening(at("2026-12-05 23:00"), WARSAW) == at("2026-12-11 22:00")


@pytest.mark.parametrize(
    ("text", "now", "opens"),
    [
        # 02:30 is skipped: the window opens when clocks are beyond it
        ("02:30-05:00", "2026-03-29T00:59:00Z", "2026-03-29T01:30:00Z"),
        # 02:30 comes twice: it opens with the second, and closes with the first
        ("02:30-05:00", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"),
        ("01:00-02:30", "2026-10-25T00:30:00Z", "2026-10-26T00:00:00Z"),
        # all of it is skipped: it opens on the day after
        ("02:00-03:00", "2026-03-29T00:30:00Z", "2026-03-30T00:00:00Z"),
    ],
)
def test_where_clocks_change(text: str, now: str, opens: str) -> None:
    """At its edges it is rather too short than too long."""
    window = SendWindow(read(text))
    found = window.opening(datetime.fromisoformat(now), WARSAW)
    assert found == datetime.fromisoformat(opens)


@settings(max_examples=100)
@given(HOURS, ZONES, MOMENTS)
def test_by_the_minute(hours: QuietHours, zone: ZoneInfo, now: datetime) -> None:
    """Whenever it is open, a clock shows a time within it; and what it opens at is the
    first such minute, as a walk finds it that knows nothing of periods.
    """
    opens = SendWindow(hours).opening(now, zone)
    if opens is None:
        return
    assert _within(hours, opens, zone)
    moment, minute = max(now, opens - timedelta(hours=3)), timedelta(minutes=1)
    while moment < opens:
        assert not SendWindow(hours).is_open(moment, zone)
        moment += minute


def _within(hours: QuietHours, moment: datetime, zone: ZoneInfo) -> bool:
    here = moment.astimezone(zone)
    wall, day = here.time().replace(second=0, microsecond=0, fold=0), here.weekday()
    if hours.begin < hours.end:
        return day in hours.days and hours.begin <= wall < hours.end
    before = (day - 1) % 7
    return (day in hours.days and wall >= hours.begin) or (
        before in hours.days and wall < hours.end
    )


NIGHT = QuietHours(time(18), time(11))


@pytest.mark.parametrize(
    ("now", "until"),
    [
        # his quiet hours end within the window
        ("2026-12-01 09:30", "2026-12-01 11:00"),
        # the window closes before; he sleeps when it opens
        ("2026-12-01 20:30", "2026-12-02 11:00"),
        ("2026-12-04 19:00", "2026-12-07 11:00"),
    ],
)
def test_both(now: str, until: str) -> None:
    """Who has quiet hours hears it when they and the list's window allow it."""
    held = held_back(at(now), WARSAW, NIGHT, None, Clocked(OFFICE, WARSAW))
    assert held is not None
    assert held.until == at(until)


def test_a_pair_that_never_meets() -> None:
    """Quiet hours that cover the whole window leave no moment."""
    asleep = QuietHours(time(8), time(21))
    held = held_back(at("2026-12-01 10:00"), WARSAW, asleep, None, _office())
    assert held == ("quiet", None)


def test_a_pause_and_a_window() -> None:
    """Who comes back from a pause hears it when the window is open next."""
    back = at("2026-12-12 10:00")
    held = held_back(at("2026-12-01 10:00"), WARSAW, None, back, _office())
    assert held == ("paused", at("2026-12-14 09:00"))


@settings(max_examples=100)
@given(HOURS, HOURS, ZONES, ZONES, MOMENTS)
def test_neither_is_broken(
    window: QuietHours,
    hours: QuietHours,
    there: ZoneInfo,
    here: ZoneInfo,
    now: datetime,
) -> None:
    """What is found is a moment at which the window is open and nobody is asleep."""
    clocked = Clocked(SendWindow(window), there)
    held = held_back(now, here, hours, None, clocked)
    moment = now if held is None else held.until
    if moment is not None:
        assert clocked.window.is_open(moment, there)
        assert kept_quiet(moment, here, hours) is None


def _office() -> Clocked:
    return Clocked(OFFICE, WARSAW)


def test_as_it_is_stored() -> None:
    """A window is stored as it is typed; what cannot be read is none."""
    one = SendWindow(read("09:00-20:00 mo"))
    assert stored(str(one), "list", "wait") == one
    reader = stored("09:00-20:00 MO", "reader", "skip")
    assert reader is not None
    assert (reader.zone, reader.outside) == (WindowZone.READER, Outside.SKIP)
    assert stored("09:00-20:00 MO", "moon", "wait") is None
    assert stored(None, None, None) is None
    assert OFFICE.shown == "09:00-20:00 MO TU WE TH FR"
    assert SendWindow(read("09:00-20:00")).shown == "09:00-20:00"


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("Mon\u2013Fri 09:00\u201320:00", "09:00-20:00 MO TU WE TH FR"),
        ("9:00 - 20:00 mo, tu", "09:00-20:00 MO TU"),
        ("fri-mon 18.00-24:00", "18:00-00:00 MO FR SA SU"),
        ("22:00-2:00 Saturday", "22:00-02:00 SA"),
        ("08:00-09:00", "08:00-09:00 MO TU WE TH FR SA SU"),
    ],
)
def test_as_people_write_it(text: str, stored: str) -> None:
    """Days before or after, in words or as a range, with whatever dash."""
    assert str(read(text)) == stored


@pytest.mark.parametrize(
    "text",
    [
        *("", "9-20", "09:00-25:00", "09:00-20:00 XX", "always", "00:00-24:00"),
        *(
            "09:00",
            "09:00-12:00-13:00",
            "09:00-12:00 13:00-14:00",
            "MO-WE-FR 9:00-8:00",
        ),
    ],
)
def test_none(text: str) -> None:
    """What is no window is refused with a sample."""
    with pytest.raises(Invalid, match="09:00-20:00 MO TU WE TH FR"):
        read(text)


@pytest.mark.parametrize(
    ("outside", "expires", "told"),
    [
        (Outside.WAIT, None, "goes out at 2026-12-07 09:00 CET"),
        (Outside.WAIT, "2026-12-07 08:00", "is left out"),
        (Outside.SKIP, None, "is left out"),
    ],
)
def test_what_it_makes_of_one_moment(
    outside: Outside, expires: str | None, told: str
) -> None:
    """Of a notice of a maintenance, say; within the window there is nothing to tell."""
    clocked = Clocked(replace(OFFICE, outside=outside), WARSAW)
    friday = at("2026-12-04 22:00")
    found = shut_out(friday, clocked, at(expires) if expires else None)
    assert found is not None
    assert f"2026-12-04 22:00 CET {told}" in found.text
    assert shut_out(at("2026-12-04 12:00"), clocked) is None
