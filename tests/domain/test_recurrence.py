"""The sentences of docs and specification about recurring moments, one by one."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from bot.domain import recurrence, wallclock
from bot.domain.errors import Invalid
from tests.domain.questions import first, next_after, sequence_of

UTC_ZONE = ZoneInfo("UTC")
WARSAW = ZoneInfo("Europe/Warsaw")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def walls(text: str, start: str, zone: ZoneInfo = UTC_ZONE, most: int = 5) -> list[str]:
    """What clocks show at the first moments of a rule."""
    sequence = sequence_of(recurrence.parse(text), at(start), zone)
    found = islice(sequence.matches(), most)
    return [f"{match.moment.astimezone(zone):%Y-%m-%d %H:%M%z}" for match in found]


def days(text: str, start: str, most: int = 5) -> list[str]:
    return [wall[:10] for wall in walls(text, start, most=most)]


@pytest.mark.parametrize(
    ("text", "start", "expected"),
    [
        # omitted parts come from deliver-at (a Thursday)
        ("DAILY", "2026-01-01", ["2026-01-01", "2026-01-02", "2026-01-03"]),
        ("WEEKLY", "2026-01-01", ["2026-01-01", "2026-01-08", "2026-01-15"]),
        ("MONTHLY", "2026-01-01", ["2026-01-01", "2026-02-01", "2026-03-01"]),
        ("YEARLY", "2026-01-01", ["2026-01-01", "2027-01-01", "2028-01-01"]),
        ("YEARLY;BYMONTH=6", "2026-01-09", ["2026-06-09", "2027-06-09", "2028-06-09"]),
        # short months and years are passed over
        ("MONTHLY", "2026-01-31", ["2026-01-31", "2026-03-31", "2026-05-31"]),
        ("YEARLY", "2028-02-29", ["2028-02-29", "2032-02-29", "2036-02-29"]),
        ("YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO", "2026-01-01", ["2044-02-29"]),
        # the last day, the second from last, the last working day
        ("MONTHLY;BYMONTHDAY=-1", "2028-01-01", ["2028-01-31", "2028-02-29"]),
        ("MONTHLY;BYDAY=-2FR", "2026-01-01", ["2026-01-23", "2026-02-20"]),
        (
            "MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            "2026-01-01",
            ["2026-01-30", "2026-02-27", "2026-03-31"],
        ),
        # plain and numbered days are a union
        (
            "MONTHLY;BYDAY=MO,1TU",
            "2026-06-01",
            ["2026-06-01", "2026-06-02", "2026-06-08", "2026-06-15"],
        ),
        # with BYMONTHDAY, BYDAY limits: Friday the 13th
        ("MONTHLY;BYDAY=FR;BYMONTHDAY=13", "2026-01-01", ["2026-02-13", "2026-03-13"]),
        # the number counts in the year, and with BYMONTH in the month
        ("YEARLY;BYDAY=20MO", "1997-05-19", ["1997-05-19", "1998-05-18"]),
        ("YEARLY;BYDAY=-1SU", "2026-01-01", ["2026-12-27", "2027-12-26"]),
        ("YEARLY;BYDAY=53MO", "2026-01-01", ["2029-12-31", "2035-12-31"]),
        ("YEARLY;BYMONTH=3;BYDAY=-1SU", "2026-01-01", ["2026-03-29", "2027-03-28"]),
        # every month and every such day of the year
        ("YEARLY;BYMONTHDAY=1", "2026-01-15", ["2026-02-01", "2026-03-01"]),
        ("YEARLY;BYDAY=TH", "2026-01-01", ["2026-01-01", "2026-01-08"]),
        ("YEARLY;BYDAY=TH;BYSETPOS=-1", "2026-01-01", ["2026-12-31", "2027-12-30"]),
        # WKST decides what a fortnight is (RFC 5545, page 46)
        (
            "WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=MO",
            "1997-08-05",
            ["1997-08-05", "1997-08-10", "1997-08-19", "1997-08-24"],
        ),
        (
            "WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU",
            "1997-08-05",
            ["1997-08-05", "1997-08-17", "1997-08-19", "1997-08-31"],
        ),
        # a week of positions begins on WKST, though the rule begins on Wednesday
        (
            "WEEKLY;BYDAY=MO,WE;BYSETPOS=-1,3,-7",
            "2026-01-01",
            ["2026-01-07", "2026-01-14"],
        ),
        (
            "WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=1",
            "2026-01-07",
            ["2026-01-12", "2026-01-19"],
        ),
        # INTERVAL counts from deliver-at, whatever the limits leave of it
        ("DAILY;INTERVAL=10;BYMONTH=2", "2026-01-01", ["2026-02-10", "2026-02-20"]),
        ("MONTHLY;INTERVAL=5", "2026-10-01", ["2026-10-01", "2027-03-01"]),
        ("YEARLY;INTERVAL=4;BYMONTH=1", "2026-06-15", ["2030-01-15", "2034-01-15"]),
        ("WEEKLY;BYMONTH=2", "2026-01-01", ["2026-02-05", "2026-02-12"]),
    ],
)
def test_the_days_of_a_rule(text: str, start: str, expected: list[str]) -> None:
    """Each rule gives the days that RFC 5545 says."""
    start += "T09:00Z"
    assert days("FREQ=" + text, start, len(expected)) == expected


def test_the_first_is_deliver_at_where_it_matches() -> None:
    """A deliver-at that matches is the first occurrence, to the second."""
    start = at("2026-01-01T09:00:07Z")
    rule = recurrence.parse("FREQ=MONTHLY;BYMONTHDAY=1")
    assert first(rule, start, UTC_ZONE) == start


def test_the_first_is_the_next_match_where_deliver_at_does_not() -> None:
    """A deliver-at that does not match is no occurrence; its time of day counts."""
    rule = recurrence.parse("FREQ=MONTHLY;BYMONTHDAY=1")
    found = first(rule, at("2026-12-02T09:00Z"), WARSAW)
    assert found == at("2027-01-01T09:00Z")


def test_deliver_at_in_the_second_pass_of_a_fold_stays_there() -> None:
    """It is that very instant, and the next one is a plain wall time again."""
    assert walls("FREQ=DAILY", "2026-10-25T02:30+01:00", WARSAW, 2) == [
        "2026-10-25 02:30+0100",
        "2026-10-26 02:30+0100",
    ]


def test_later_moments_keep_the_wall_time() -> None:
    """Nine o'clock stays nine o'clock when summer begins and ends."""
    found = walls("FREQ=MONTHLY;INTERVAL=3", "2026-01-01T09:00+01:00", WARSAW, 4)
    assert [wall[11:] for wall in found] == [
        *("09:00+0100", "09:00+0200", "09:00+0200", "09:00+0200"),
    ]


def test_a_gap_fires_once_and_later() -> None:
    """02:30 on the day that has none is 03:30, and the day after is 02:30 again."""
    assert walls("FREQ=DAILY", "2026-03-28T02:30+01:00", WARSAW, 3) == [
        "2026-03-28 02:30+0100",
        "2026-03-29 03:30+0200",
        "2026-03-30 02:30+0200",
    ]


def test_a_fold_fires_once_at_the_first() -> None:
    """02:30 on the day that has two is the earlier one alone."""
    assert walls("FREQ=DAILY", "2026-10-24T02:30+02:00", WARSAW, 3) == [
        "2026-10-24 02:30+0200",
        "2026-10-25 02:30+0200",
        "2026-10-26 02:30+0100",
    ]


def test_midnight_on_the_first_survives_spring() -> None:
    """A rule at 00:00 loses no day to a day of 23 hours."""
    found = walls("FREQ=MONTHLY;BYMONTHDAY=1", "2024-03-01T00:00+01:00", WARSAW, 3)
    assert found == [
        *("2024-03-01 00:00+0100", "2024-04-01 00:00+0200", "2024-05-01 00:00+0200"),
    ]


def test_two_wall_times_at_one_instant_are_one_occurrence() -> None:
    """Apia had no 30 December 2011: its nine o'clock is that of the 31st."""
    apia = ZoneInfo("Pacific/Apia")
    assert walls("FREQ=DAILY", "2011-12-29T09:00-10:00", apia, 3) == [
        "2011-12-29 09:00-1000",
        "2011-12-31 09:00+1400",
        "2012-01-01 09:00+1400",
    ]


def test_a_wall_time_of_yesterday_may_still_be_to_come() -> None:
    """A gap over midnight moves an occurrence to a day whose date is later."""
    apia = ZoneInfo("Pacific/Apia")
    rule = recurrence.parse("FREQ=MONTHLY;BYMONTHDAY=30")
    # clocks already show the 31st, and nine o'clock of the 30th lies ahead
    found = next_after(
        rule, at("2011-11-30T09:00-10:00"), apia, at("2011-12-31T08:30+14:00")
    )
    assert found == at("2011-12-31T09:00+14:00")


@pytest.mark.parametrize(
    ("until", "last"),
    [
        # 09:00 in Warsaw is 08:00Z
        ("20260103T080000Z", "2026-01-03"),
        ("20260103T075959Z", "2026-01-02"),
        ("20260103T090000", "2026-01-03"),
        ("20260103T085959", "2026-01-02"),
        ("20260103", "2026-01-03"),
        ("20260102", "2026-01-02"),
    ],
)
def test_until_is_inclusive(until: str, last: str) -> None:
    """Z is that instant, local the schedule's wall clock, a date its whole day."""
    found = walls(f"FREQ=DAILY;UNTIL={until}", "2026-01-01T09:00+01:00", WARSAW)
    assert found[-1][:10] == last


def test_until_as_a_date_is_a_day_of_the_zone() -> None:
    """The end of a local day is not the end of the day in UTC."""
    honolulu = ZoneInfo("Pacific/Honolulu")
    found = walls("FREQ=DAILY;UNTIL=20260102", "2026-01-01T20:00-10:00", honolulu)
    assert [wall[:10] for wall in found] == ["2026-01-01", "2026-01-02"]


@pytest.mark.parametrize("until", ["99991231", "99991231T235959", "99991231T235959Z"])
@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Apia"])
def test_until_the_end_of_time_is_no_end(until: str, zone: str) -> None:
    """The greatest UNTIL works in zones on either side of UTC."""
    found = walls(f"FREQ=DAILY;UNTIL={until}", "2026-01-01T09:00Z", ZoneInfo(zone))
    assert len(found) == 5


@pytest.mark.parametrize("until", ["00010101", "00010101T000000", "20251231T235959Z"])
def test_until_before_the_first_moment_is_refused(until: str) -> None:
    """A rule that has ended before it begins has no first moment, and says so."""
    rule = recurrence.parse(f"FREQ=DAILY;UNTIL={until}")
    start = at("2026-01-01T09:00Z")
    assert first(rule, start, WARSAW) is None
    with pytest.raises(Invalid, match="UNTIL"):
        recurrence.first_or_refuse(rule, wallclock.local(start, WARSAW), WARSAW)


def test_count_is_left_to_the_row() -> None:
    """COUNT ends nothing here: only the schedule knows how many there were."""
    rule = recurrence.parse("FREQ=DAILY;COUNT=1")
    start = at("2026-01-01T09:00Z")
    found = next_after(rule, start, WARSAW, start)
    assert found == start + timedelta(days=1)


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=4;BYMONTHDAY=31",
        "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
        "FREQ=MONTHLY;INTERVAL=12;BYMONTH=2",
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29",
        "FREQ=MONTHLY;BYMONTHDAY=1;BYDAY=2MO",
        "FREQ=YEARLY;BYDAY=MO;BYSETPOS=60",
    ],
)
def test_a_rule_that_never_matches_is_refused(text: str) -> None:
    """What no day is like is said never to match."""
    with pytest.raises(Invalid, match="never matches"):
        recurrence.first_or_refuse(
            recurrence.parse(text), datetime.fromisoformat("2026-01-01T09:00"), WARSAW
        )


@pytest.mark.parametrize(
    ("text", "start", "expected"),
    [
        ("YEARLY;INTERVAL=60", "2026-01-01", ["2026-01-01", "2086-01-01"]),
        ("YEARLY;INTERVAL=999", "2026-01-01", ["2026-01-01", "3025-01-01"]),
        ("MONTHLY;INTERVAL=999", "2026-01-01", ["2026-01-01", "2109-04-01"]),
        ("WEEKLY;INTERVAL=999", "2026-01-01", ["2026-01-01", "2045-02-23"]),
        ("DAILY;INTERVAL=999", "2026-01-01", ["2026-01-01", "2028-09-26"]),
        # 29 February on a Monday, every seventh year
        (
            "YEARLY;INTERVAL=7;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO",
            "2044-02-29",
            ["2044-02-29", "2072-02-29", "2912-02-29"],
        ),
    ],
)
def test_a_long_pause_is_no_end(text: str, start: str, expected: list[str]) -> None:
    """However long a rule waits for its next day, it goes on."""
    assert days("FREQ=" + text, start + "T09:00Z", len(expected)) == expected


def test_the_end_of_the_calendar_ends_the_rule() -> None:
    """In the last days of the year 9999 a rule ends instead of failing."""
    for text in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY"):
        for zone in (UTC_ZONE, ZoneInfo("America/New_York"), ZoneInfo("Pacific/Apia")):
            start = at("9999-12-29T05:00Z")
            rule = recurrence.parse("FREQ=" + text)
            moment: datetime | None = start
            for _ in range(4):
                if moment is not None:
                    moment = next_after(rule, start, zone, moment)
            assert moment is None


def test_a_week_that_the_calendar_cuts_off_breaks_nothing() -> None:
    """In the weeks in which the years 1 and 9999 begin and end, rules do not fail."""
    assert days("FREQ=WEEKLY;BYDAY=SA", "9999-12-01T09:00Z") == [
        *("9999-12-04", "9999-12-11", "9999-12-18", "9999-12-25"),
    ]
    rule = recurrence.parse("FREQ=WEEKLY;BYDAY=SA;WKST=SU")
    found = first(rule, at("0001-01-01T09:00Z"), UTC_ZONE)
    assert found == at("0001-01-06T09:00Z")
