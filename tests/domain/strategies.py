"""Rules, zones and moments for the property tests."""

import os
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from bot.domain.recurrence import Freq, Rule

#: each with the moments around which its clocks do something remarkable
ZONES = {
    "Europe/Warsaw": ("2026-03-29T01:00", "2026-10-25T01:00"),
    "America/New_York": ("2026-03-08T07:00", "2026-11-01T06:00"),
    # half an hour, and summer when it is winter elsewhere
    "Australia/Lord_Howe": ("2026-04-04T15:00", "2026-10-03T15:30"),
    # back for the month of Ramadan, forward after it
    "Africa/Casablanca": ("2026-02-15T02:00", "2026-03-22T02:00"),
    # 30 December 2011 never was
    "Pacific/Apia": ("2011-12-30T10:00", "2012-03-31T14:00"),
}


def examples(usual: int) -> int:
    """How many a test looks at; `make fuzz` looks at many times as many."""
    return usual * int(os.environ.get("CARILLON_TEST_TIMES", "1"))


@st.composite
def places_and_moments(draw: st.DrawFn) -> tuple[ZoneInfo, datetime]:
    """A zone and a moment, often within three days of a change of its clocks."""
    name = draw(st.sampled_from(sorted(ZONES)))
    change = datetime.fromisoformat(draw(st.sampled_from(ZONES[name])))
    reach = draw(st.sampled_from([60 * 24 * 3, 60 * 24 * 60]))
    minutes = draw(st.integers(-reach, reach) | st.sampled_from([-60, -30, 0, 30, 60]))
    moment = change.replace(tzinfo=UTC) + timedelta(minutes=minutes)
    return ZoneInfo(name), moment


def _several(values: st.SearchStrategy[int], most: int = 4) -> st.SearchStrategy:
    listed = st.lists(values, max_size=most, unique=True).map(sorted).map(tuple)
    return st.just(()) | listed


def _signed(most: int) -> st.SearchStrategy[int]:
    return st.integers(1, most) | st.integers(-most, -1)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """Any rule that the grammar can produce, without COUNT and UNTIL."""
    freq = draw(st.sampled_from(Freq))
    by_month = draw(_several(st.integers(1, 12)))
    by_month_day = () if freq is Freq.WEEKLY else draw(_several(_signed(31)))
    number: st.SearchStrategy[int | None] = st.none()
    if freq is Freq.MONTHLY or (freq is Freq.YEARLY and by_month):
        number |= _signed(5)
    elif freq is Freq.YEARLY:
        number |= _signed(53)
    by_day = draw(
        st.just([]) | st.lists(st.tuples(number, st.integers(0, 6)), max_size=5)
    )
    most = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 31, "YEARLY": 366}[freq]
    positions = _several(_signed(min(most, 5)) | _signed(most))
    return Rule(
        freq=freq,
        interval=draw(st.integers(1, 3) | st.integers(1, 40)),
        by_month=by_month,
        by_month_day=by_month_day,
        by_day=tuple(sorted(set(by_day), key=lambda day: (day[0] or 0, day[1]))),
        by_set_pos=draw(positions) if by_day or by_month_day or by_month else (),
        wkst=draw(st.integers(0, 6)),
    )
