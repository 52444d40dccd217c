"""Holiday files: what an iCalendar file says, as days and spans."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.calendars.events import (
    BEFORE,
    MOST_DAYS,
    MOST_EVENTS,
    MOST_LINES,
    MOST_YEARS,
    holidays,
)
from bot.calendars.files import MOST_BYTES, FileCalendars
from bot.domain.errors import Invalid
from bot.domain.holidays import Holidays
from bot.domain.recurrence import Recurrence

TODAY = date(2026, 3, 1)
WARSAW = ZoneInfo("Europe/Warsaw")
TOKYO = ZoneInfo("Asia/Tokyo")


def event(*lines: str) -> str:
    return "\r\n".join(("BEGIN:VEVENT", *lines, "END:VEVENT"))


def file(*events: str) -> str:
    head = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//a test//EN")
    return "\r\n".join((*head, *events, "END:VCALENDAR", ""))


def read(*events: str) -> Holidays:
    return holidays("pl", file(*events), TODAY)


def on(found: Holidays, wall: str, zone: ZoneInfo = WARSAW) -> str | None:
    return found.on(datetime.fromisoformat(wall), zone)


def test_whole_days() -> None:
    """From its first day to before DTEND, on whoever's clocks; without an end, one."""
    found = read(
        event(
            "UID:1",
            "DTSTART;VALUE=DATE:20261225",
            "DTEND;VALUE=DATE:20261227",
            "SUMMARY:Christmas",
        ),
        event("UID:2", "DTSTART;VALUE=DATE:20261111", "SUMMARY:Independence Day"),
        event("UID:3", "DTSTART;VALUE=DATE:20260501", "DURATION:P3D"),
    )
    assert on(found, "2026-12-24T23:59") is None
    assert on(found, "2026-12-25T00:00") == "Christmas"
    assert on(found, "2026-12-26T23:59", TOKYO) == "Christmas"
    assert on(found, "2026-12-27T00:00") is None
    assert on(found, "2026-11-11T12:00") == "Independence Day"
    assert on(found, "2026-05-03T12:00") == "pl"


def test_hours() -> None:
    """A span with a zone is meant in that; one without, on whoever's clocks."""
    found = read(
        event(
            "UID:1",
            "DTSTART;TZID=Europe/Warsaw:20261224T120000",
            "DTEND;TZID=Europe/Warsaw:20261224T180000",
            "SUMMARY:Eve",
        ),
        event("UID:2", "DTSTART:20260601T100000Z", "DURATION:PT1H", "SUMMARY:Zulu"),
        event(
            "UID:3", "DTSTART:20260701T100000", "DTEND:20260701T110000", "SUMMARY:Any"
        ),
    )
    assert on(found, "2026-12-24T11:59") is None
    assert on(found, "2026-12-24T12:00") == "Eve"
    assert on(found, "2026-12-24T18:00") is None
    assert on(found, "2026-12-24T20:00", TOKYO) == "Eve"
    assert on(found, "2026-06-01T12:30") == "Zulu"
    assert [on(found, "2026-07-01T10:30", zone) for zone in (WARSAW, TOKYO)] == [
        "Any"
    ] * 2


def test_every_year() -> None:
    """What recurs is listed for the years ahead, but for what is moved or cancelled."""
    found = read(
        event(
            *("UID:1", "DTSTART;VALUE=DATE:19900101", "SUMMARY:New Year"),
            *("RRULE:FREQ=YEARLY", "EXDATE;VALUE=DATE:20280101"),
        ),
        event(
            *("UID:1", "RECURRENCE-ID;VALUE=DATE:20290101"),
            *("DTSTART;VALUE=DATE:20290102", "SUMMARY:Moved"),
        ),
        event(
            "UID:1",
            "RECURRENCE-ID;VALUE=DATE:20300101",
            "DTSTART;VALUE=DATE:20300101",
            "STATUS:CANCELLED",
        ),
        event(
            "UID:2",
            "DTSTART;VALUE=DATE:20261126",
            "SUMMARY:Thanks",
            "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;COUNT=3",
        ),
        event(
            "UID:3",
            "DTSTART;VALUE=DATE:20260105",
            "SUMMARY:Also",
            "RDATE;VALUE=DATE:20260107,20260109",
        ),
    )
    assert [on(found, f"{year}-01-01T09:00") for year in range(2026, 2032)] == [
        *("New Year", "New Year", None, None, None),
        "New Year",
    ]
    assert on(found, "2029-01-02T09:00") == "Moved"
    assert [
        on(found, day)
        for day in ("2027-11-25T09:00", "2028-11-23T09:00", "2029-11-22T09:00")
    ] == ["Thanks", "Thanks", None]
    assert [on(found, f"2026-01-0{day}T09:00") for day in range(5, 10)] == [
        "Also",
        None,
    ] * 2 + ["Also"]
    assert max(found.days).year < 2026 + 21


def test_hours_that_recur() -> None:
    """A rule of a span goes by the wall of its zone, also where clocks change."""
    found = read(
        event(
            *("UID:1", "DTSTART;TZID=Europe/Warsaw:20260105T120000", "DURATION:PT1H"),
            *("RRULE:FREQ=WEEKLY;UNTIL=20260706T100000Z", "SUMMARY:Lunch"),
        )
    )
    assert on(found, "2026-01-12T12:30") == on(found, "2026-07-06T12:30") == "Lunch"
    assert on(found, "2026-07-13T12:30") is None
    assert on(found, "2026-07-06T11:30") is None


def test_a_zone_of_the_file() -> None:
    """What the file's own VTIMEZONE says is taken."""
    zone = "\r\n".join(
        (
            *("BEGIN:VTIMEZONE", "TZID:Here", "BEGIN:STANDARD"),
            *("DTSTART:19700101T000000", "TZOFFSETFROM:+0300", "TZOFFSETTO:+0300"),
            *("END:STANDARD", "END:VTIMEZONE"),
        )
    )
    found = read(
        zone,
        event(
            "UID:1", "DTSTART;TZID=Here:20260601T120000", "DURATION:PT1H", "SUMMARY:x"
        ),
    )
    assert on(found, "2026-06-01T09:30", ZoneInfo("UTC")) == "x"


def test_a_title() -> None:
    """One line, and not long."""
    found = read(
        event("UID:1", "DTSTART;VALUE=DATE:20260601", "SUMMARY:" + "a\\n" * 100)
    )
    title = on(found, "2026-06-01T12:00")
    assert title is not None
    assert "\n" not in title
    assert len(title) <= 81


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no event"),
        ("nonsense", "no iCalendar file"),
        (file(), "no event"),
        (file("BEGIN:VEVENT", "END:VALARM"), "no"),
        (file(event("UID:1", "SUMMARY:x")), "'x': it has no DTSTART"),
        (file(event("DTSTART:tomorrow", "SUMMARY:x")), "'x': it has no DTSTART"),
        (
            file(event("DTSTART;VALUE=DATE:20260601", "DTEND:20260602T100000Z")),
            "not of one kind",
        ),
        (
            file(event("DTSTART;VALUE=DATE:20260601", "DTEND;VALUE=DATE:20260501")),
            "ends before it begins",
        ),
        (
            file(event("DTSTART;VALUE=DATE:20260601", "DURATION:P3000D")),
            "longer than five years",
        ),
        (
            file(
                event("DTSTART;VALUE=DATE:20260101", "EXRULE:FREQ=WEEKLY", "SUMMARY:x")
            ),
            "'x': EXRULE is not read",
        ),
        (
            file(
                event(
                    "DTSTART;VALUE=DATE:20260101",
                    "RECURRENCE-ID;RANGE=THISANDFUTURE;VALUE=DATE:20260102",
                )
            ),
            "RANGE is not read",
        ),
        (file(event("DTSTART;TZID=Mars/Base:20260601T100000")), "'Mars/Base'"),
        (
            file(event("DTSTART:20260601T100000Z", "RRULE:FREQ=SECONDLY")),
            "FREQ must be one of",
        ),
        (
            file(
                event(
                    "DTSTART;VALUE=DATE:20260101", "DURATION:P300D", "RRULE:FREQ=DAILY"
                ),
                *(
                    event(
                        f"UID:{n}", f"DTSTART:20260101T{n:02}0000Z", "RRULE:FREQ=DAILY"
                    )
                    for n in range(8)
                ),
            ),
            f"more than {MOST_DAYS} days",
        ),
    ],
)
def test_what_it_cannot_be(text: str, why: str) -> None:
    """Each fault is told in words, whatever the file says."""
    with pytest.raises(Invalid, match=why):
        holidays("pl", text, TODAY)


def test_too_many_events() -> None:
    """A file has its bounds."""
    one = event("DTSTART;VALUE=DATE:20260601")
    with pytest.raises(Invalid, match=f"more than {MOST_EVENTS} events"):
        holidays("pl", file(*[one] * (MOST_EVENTS + 1)), TODAY)
    for other in ("BEGIN:VEV\r\n ENT", "BEGIN:VEV\r\n\r\n ENT", "BEGIN;X=Y:VEVENT"):
        written = one.replace("BEGIN:VEVENT", other)
        with pytest.raises(Invalid, match=f"more than {MOST_EVENTS} events"):
            holidays("pl", file(*[written] * (MOST_EVENTS + 1)), TODAY)


@pytest.mark.parametrize("junk", ["X:1", " folded", "", "BEGIN:VALARM\r\nEND:VALARM"])
def test_too_many_lines(junk: str) -> None:
    """Whatever they say, they are not parsed."""
    with pytest.raises(Invalid, match=f"more than {MOST_LINES} lines"):
        read(event("DTSTART;VALUE=DATE:20260601", *[junk] * MOST_LINES))


@pytest.mark.parametrize(
    ("start", "rule", "most"),
    [
        ("20260101", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", MOST_YEARS // 21),
        (
            "00010101",
            "FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2;COUNT=9",
            MOST_YEARS // 2046,
        ),
    ],
)
def test_rules_that_take_no_day(start: str, rule: str, most: int) -> None:
    """It is bounded for how long they are looked for, in one event or in many."""
    day, why = f"DTSTART;VALUE=DATE:{start}", "rules reach over more than"
    with pytest.raises(Invalid, match=why):
        read(event(day, *[f"RRULE:{rule}"] * (most + 1)))
    with pytest.raises(Invalid, match=why):
        read(*[event(day, *[f"RRULE:{rule}"] * (most // 9 + 1))] * 9)


def test_many_rules() -> None:
    """What a calendar of holidays holds is far from any bound."""
    yearly = [
        event(f"UID:{n}", "DTSTART;VALUE=DATE:20200601", "RRULE:FREQ=YEARLY")
        for n in range(200)
    ]
    assert on(read(*yearly), "2040-06-01T09:00") == "pl"


def test_an_old_rule_is_read_from_today_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """What recurs since long ago, or comes never again, costs the years ahead alone."""
    walls: list[datetime] = []

    def counted(self: Recurrence, wall: datetime) -> datetime:
        walls.append(wall)
        return moment(self, wall)

    moment = Recurrence.moment
    monkeypatch.setattr(Recurrence, "moment", counted)
    day = ("DTSTART;VALUE=DATE:00010102", "SUMMARY:Daily")
    found = read(
        event("UID:1", *day, "RRULE:FREQ=DAILY;UNTIL=20260302"),
        event("UID:2", *day, "RRULE:FREQ=DAILY;UNTIL=20000101"),
        event("UID:3", *day, "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"),
    )
    assert on(found, "2026-03-02T09:00") == "Daily"
    assert on(found, "2026-03-03T09:00") is None
    assert min(found.days) == date(1, 1, 2)
    assert len(walls) < BEFORE.days + 10


def test_what_is_left_out_counts() -> None:
    """Else a file could leave out as much as it likes, and be read for as long."""
    many = range(MOST_DAYS // 7_000 + 1)
    days = (date(2026, 6, 1) + timedelta(days=one) for one in range(7_000))
    excluded = "EXDATE;VALUE=DATE:" + ",".join(f"{day:%Y%m%d}" for day in days)
    rules = ["RRULE:FREQ=DAILY" for _ in many]
    with pytest.raises(Invalid, match=f"more than {MOST_DAYS} days"):
        read(event("UID:1", "DTSTART;VALUE=DATE:20260601", *rules, excluded))


def now() -> datetime:
    return datetime(2026, 3, 1, tzinfo=UTC)


def test_files(tmp_path: Path) -> None:
    """A file is read once; one that cannot be read says so, and has no holiday."""
    good, bad = tmp_path / "pl.ics", tmp_path / "bad.ics"
    good.write_text(file(event("DTSTART;VALUE=DATE:20260601")))
    bad.write_bytes(b"\xff\xfe\x00")
    big = tmp_path / "big.ics"
    big.write_bytes(b"x" * (MOST_BYTES + 1))
    names = {"pl": good, "bad": bad, "big": big, "none": tmp_path / "none.ics"}
    found = FileCalendars(names, now)
    assert found.names() == ["bad", "big", "none", "pl"]
    assert on(found.get("pl"), "2026-06-01T12:00") == "pl"
    assert [str(fault).count("holidays '") for fault in found.faults()] == [1, 1, 1]
    assert found.get("none").days == {}
    assert "there are no holidays 'other' any more" in str(found.get("other").fault)


def test_read_anew(tmp_path: Path) -> None:
    """What is read anew counts; where it is broken by now, what was read stays."""
    path = tmp_path / "pl.ics"
    path.write_text(file(event("DTSTART;VALUE=DATE:20260601")))
    found = FileCalendars({"pl": path}, now)
    assert on(found.get("pl"), "2026-06-01T12:00") == "pl"
    path.write_text(file(event("DTSTART;VALUE=DATE:20260602")))
    found.use(FileCalendars({"pl": path}, now))
    assert on(found.get("pl"), "2026-06-01T12:00") is None
    assert on(found.get("pl"), "2026-06-02T12:00") == "pl"
    path.write_text("broken")
    found.use(FileCalendars({"pl": path}, now))
    assert on(found.get("pl"), "2026-06-02T12:00") == "pl"
    found.use(FileCalendars({}, now))
    assert found.get("pl").fault is not None


def test_beyond() -> None:
    """The next day that is none, at the same time; none where all are holidays."""
    found = read(
        event("UID:1", "DTSTART;VALUE=DATE:20261225", "DURATION:P2D"),
        event("UID:2", "DTSTART:20261227T080000", "DURATION:PT2H"),
    )
    nine, ten = map(datetime.fromisoformat, ("2026-12-25T09:00", "2026-12-25T10:00"))
    assert found.beyond(nine, WARSAW) == nine + timedelta(days=3)
    assert found.beyond(ten, WARSAW) == ten + timedelta(days=2)
    always = read(event("DTSTART;VALUE=DATE:20260101", "RRULE:FREQ=DAILY"))
    assert always.beyond(nine, WARSAW) is None
