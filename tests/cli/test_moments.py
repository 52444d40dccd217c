"""Moments, rules and zones as people type them, and what they are told of them."""

import re
from datetime import timedelta

import pytest

from bot.domain.recurrence.rule import WEEKDAYS
from tests.cli.workplace import Workplace, soon

MAINTENANCE = (
    *("announce", "maintenance", "--template", "maintenance"),
    *("--set", "summary=New disks", "--set", "summary:de=Neue Platten"),
    *("--set", "start=2040-12-05 22:00"),
)
LATE = ("--late", "skip")


def test_a_wall_time_that_clocks_skip_is_warned_of(place: Workplace) -> None:
    """A wall time in a gap is shown as later, with a note."""
    soon(place)
    out = place.done(
        *("announce", "maintenance", "--body", "Hi", "--at", "2040-03-25 02:30"),
        "--dry-run",
    )
    assert "clocks in Europe/Warsaw skip 02:30" in out
    assert "03:30:00 CEST" in out


@pytest.mark.parametrize(
    ("rule", "recurrence"),
    [
        ("weekly", "FREQ=WEEKLY"),
        ("RRULE:FREQ=DAILY;COUNT=2;", "FREQ=DAILY;COUNT=2"),
        (" freq = monthly ; byday = 1sa ", "FREQ=MONTHLY;BYDAY=1SA"),
    ],
)
def test_rules_as_people_paste_them(
    place: Workplace, rule: str, recurrence: str
) -> None:
    """--every forgives a prefix, spaces, a last semicolon, and takes one word."""
    soon(place)
    said = ("announce", "news", "--body", "Hi", "--at", "2040-12-01 9:00")
    data = place.data(*said, "--every", rule, "--yes")
    assert data["recurrence"] == recurrence


def test_moments_and_zones_as_people_type_them(place: Workplace) -> None:
    """9:00 is 09:00, 24:00 the end of the day, and a zone has any case."""
    soon(place)
    said = ("announce", "news", "--body", "Hi", "--yes", "--tz", "europe/warsaw")
    assert place.data(*said, "--at", "2040-12-01 9:00")["timezone"] == "Europe/Warsaw"
    data = place.data(*said, "--at", "2040-12-01 24:00")
    assert data["next_at"] == "2040-12-01T23:00:00Z"
    ran = place(*said[:-1], "Europe/Warsow")
    assert "--tz: 'Europe/Warsow' is not" in ran.fault()
    assert "did you mean Europe/Warsaw?" in ran.err


def test_too_far_ahead_says_how_far_one_may_go(place: Workplace) -> None:
    """The refusal names option, moment, limit and where that is configured."""
    ran = place("announce", "news", "--body", "Hi", "--at", "2090-01-01 09:00", "--yes")
    assert ran.fault() == (
        "carillon: --at: 2090-01-01 09:00 UTC is too far ahead;"
        " 366 days at most ([limits.admin] window_days)."
    )


def test_the_rule_in_words(place: Workplace) -> None:
    """What a rule means is read back before anybody agrees to it, and later."""
    soon(place)
    said = ("announce", "maintenance", "--body", "Hi", "--at", "2040-12-01 22:00")
    rule = ("--every", "FREQ=MONTHLY;BYDAY=1SA", "--id", "a")
    words = "each first Saturday of the month at 22:00"
    assert words in place.done(*said, *rule, "--dry-run")
    place.done(*said, *rule, "--yes")
    for verb in ("list", "show a", "preview a"):
        assert words in place.done("schedules", *verb.split())
    assert place.data(*said, *rule, "--dry-run")["rule"] == words
    for command in (("show", "a"), ("preview", "a"), ("edit", "a", "--dry-run", *LATE)):
        assert place.data("schedules", *command)["rule"] == words


def test_one_note_for_a_time_that_comes_twice(place: Workplace) -> None:
    """A fold is told once, though it is typed and comes of it."""
    soon(place)
    said = ("announce", "maintenance", "--body", "Hi", "--at", "2040-10-28 02:30")
    for rule in ((), ("--every", "FREQ=DAILY")):
        out = place.done(*said, *rule, "--dry-run")
        assert out.count("Note: clocks ") == 1
        data = place.data(*said, *rule, "--dry-run")
        assert [one["code"] for one in data["warnings"]].count("fold") == 1


def test_warnings_of_what_is_steered(place: Workplace) -> None:
    """What to know is told again by show, preview, edit and the verbs of steering."""
    soon(place)
    place.done(
        *MAINTENANCE, "--id", "a", "--yes", "--tz", "EST",
        *("--at", "2040-12-04 09:00", "--every", "FREQ=DAILY"),
    )  # fmt: skip
    codes = ["fixed-offset", "moment-before-occurrence", "no-readers"]
    for words in (
        *(("show", "a"), ("preview", "a"), ("edit", "a", "--late", "skip", "--yes")),
        *(("skip", "a"), ("unskip", "a"), ("pause", "a"), ("resume", "a")),
    ):
        data = place.data("schedules", *words)
        assert [one["code"] for one in data["warnings"]] == codes, words
    for verb in ("show", "preview", "resume"):
        out = place.done("schedules", verb, "a")
        assert "Note: EST never has summer time" in out
        assert "from that of 2040-12-06 09:00 EST on" in " ".join(out.split())


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("2040-12-01T24:00:00Z", "2040-12-02T00:00:00Z"),
        ("2040-12-31 24:00 +01:00", "2040-12-31T23:00:00Z"),
        ("2040-12-01 9:00z", "2040-12-01T09:00:00Z"),
        ("2040-12-01T09:00:00.5Z", "2040-12-01T09:00:01Z"),
        # as it is shown
        ("2040-12-01 09:00 CET", "2040-12-01T08:00:00Z"),
        ("2040-12-01 09:00 UTC", "2040-12-01T09:00:00Z"),
        # which of two
        ("2040-10-28 02:30", "2040-10-28T00:30:00Z"),
        ("2040-10-28 02:30 CEST", "2040-10-28T00:30:00Z"),
        ("2040-10-28 02:30 cet", "2040-10-28T01:30:00Z"),
    ],
)
def test_moments_as_they_are_typed_and_shown(
    place: Workplace, typed: str, moment: str
) -> None:
    """The end of a day, a short hour, and what the program shows itself are read."""
    soon(place)
    said = ("announce", "maintenance", "--body", "Hi", "--at", typed)
    assert place.data(*said, "--dry-run")["moments"][0]["utc"] == moment
    weekly = place.data(*said, "--every", "weekly", "--dry-run")
    assert weekly["moments"][0]["utc"] == moment


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("2040-12-01 24:01", "names a day or time that does not exist"),
        ("2040-12-01T25:00:00Z", "names a day or time that does not exist"),
        ("9999-12-31 24:00", "names a day or time that does not exist"),
        ("2040-12-01 09:00 CEST", "clocks in Europe/Warsaw do not show CEST then"),
        ("2040-03-25 02:30 CET", "clocks in Europe/Warsaw do not show CET then"),
        ("2040-03-25 02:30 CEST", "clocks in Europe/Warsaw do not show CEST then"),
        ("2040-12-01 09:00 in the morning", "is not a moment; write"),
    ],
)
def test_moments_that_are_none(place: Workplace, typed: str, says: str) -> None:
    """What is on no clock is refused at each option that takes a moment."""
    soon(place)
    said = ("announce", "maintenance", "--yes", "--at", "2040-01-01 09:00")
    for option, given in (
        ("--at", ("--body", "Hi", "--at", typed)),
        ("--expires", ("--body", "Hi", "--expires", typed)),
        ("--set start", (*MAINTENANCE[2:-2], "--set", f"start={typed}")),
    ):
        fault = place(*said, *given).fault()
        assert fault.startswith(f"carillon: {option}: ")
        assert says in fault


@pytest.mark.parametrize(
    ("rule", "note"),
    [
        ("daily", "skip 02:30 on 2040-03-25; it goes out at 03:30 CEST"),
        ("FREQ=WEEKLY;BYDAY=MO", None),
    ],
)
def test_a_rule_that_begins_where_clocks_skip(
    place: Workplace, rule: str, note: str | None
) -> None:
    """A beginning in a gap is told of once where it is an occurrence, else not."""
    soon(place)
    said = ("announce", "maintenance", "--body", "Hi", "--at", "2040-03-25 02:30")
    warnings = place.data(*said, "--every", rule, "--dry-run")["warnings"]
    of_clocks = [one["text"] for one in warnings if one["code"] == "gap"]
    assert len(of_clocks) == (0 if note is None else 1)
    assert note is None or note in of_clocks[0]


def test_other_wall_times_that_clocks_skip(place: Workplace) -> None:
    """A field and the expiry are read as later, too, and each is told of."""
    soon(place)
    said = (*MAINTENANCE[:-2], "--at", "2040-01-01 09:00", "--dry-run")
    typed = ("--set", "start=2040-03-25 02:30", "--expires", "2041-03-31 2:15")
    warnings = place.data(*said, *typed)["warnings"]
    assert [one["text"] for one in warnings if one["code"] == "gap"] == [
        "clocks in Europe/Warsaw skip 02:15 on 2041-03-31; it is read as 03:15",
        "clocks in Europe/Warsaw skip 02:30 on 2040-03-25; it is read as 03:30",
    ]


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        (
            ("--in", "4000d"),
            r"--in: 20\d\d-\d\d-\d\d \d\d:\d\d(:\d\d)? CES?T is too far",
        ),
        (("--in", "99999w"), r"--in: 39\d\d-\d\d-\d\d .* CES?T is too far"),
        (("--at", "2090-07-01 09:00"), r"--at: 2090-07-01 09:00 CEST is too far"),
    ],
)
def test_which_moment_is_too_far_ahead(
    place: Workplace, typed: tuple[str, ...], fault: str
) -> None:
    """The refusal tells the moment in the list's zone, and blames what leads there."""
    ran = place("announce", "maintenance", "--body", "Hi", *typed, "--yes")
    limit = r" ahead; 366 days at most \(\[limits.admin\] window_days\)\."
    assert re.fullmatch(f"carillon: {fault}{limit}", ran.fault())


def test_a_rule_that_begins_too_far_ahead(place: Workplace) -> None:
    """Where the first moment is far from where the rule starts, the rule is blamed."""
    with place.use_cases() as service:
        start = service.clock.now() + timedelta(days=1)
    # of the week that begins the day before, only that day
    day = WEEKDAYS[(start.weekday() - 1) % 7]
    said = ("announce", "news", "--body", "Hi", "--yes", "--at", f"{start:%F %H:%M}")
    rule = f"FREQ=WEEKLY;INTERVAL=100;BYDAY={day};WKST={day}"
    first = start + timedelta(weeks=100, days=-1)
    fault = place(*said, "--every", rule).fault()
    assert fault.startswith(f"carillon: --every: {first:%F %H:%M} UTC is too far ahead")


@pytest.mark.parametrize(
    ("typed", "proposed"),
    [
        ("PST", "America/Los_Angeles"),
        ("CEST", "Europe/Warsaw"),
        ("warsaw", "Europe/Warsaw"),
        ("New York", "America/New_York"),
        ("Europe/Berlim", "Europe/Berlin"),
    ],
)
def test_zones_that_are_none(place: Workplace, typed: str, proposed: str) -> None:
    """An abbreviation, a city and a misspelt name are refused with a proposal."""
    said = ("announce", "news", "--body", "Hi", "--yes", "--tz", typed)
    assert place(*said).fault() == (
        f"carillon: --tz: {typed!r} is not a time zone; did you mean {proposed}?"
    )


def test_a_reader_in_a_zone_without_summer(place: Workplace) -> None:
    """A reader's zone is warned of as an announcement's is."""
    out = place.done("subscribers", "add", "news", "a@example.org", "--tz", "est")
    assert "Note: EST never has summer time; America/New_York has it." in out


def test_an_edit_shows_a_fields_moment_on_the_wall(place: Workplace) -> None:
    """Before and after are told by the clocks of the zone, a field's moment, too."""
    soon(place)
    place.done(*MAINTENANCE, "--at", "2040-12-01 09:00", "--id", "a", "--yes")
    typed = ("--set", "start=2040-12-07 6:30", "--dry-run")
    out = place.done("schedules", "edit", "a", *typed)
    assert re.search("start +2040-12-05 22:00 CET +2040-12-07 06:30 CET", out)


def test_a_zone_that_is_taken_away(place: Workplace) -> None:
    """An edit without the zone reads its wall times, a field's too, in UTC."""
    soon(place)
    said = ("--at", "2040-12-01 09:00", "--id", "a", "--tz", "Asia/Tokyo", "--yes")
    place.done(*MAINTENANCE, *said)
    typed = ("--tz", "", "--set", "start=2040-12-06 22:00", "--at", "2040-12-02 9:00")
    data = place.data("schedules", "edit", "a", *typed, "--yes")
    assert data["values"]["start"] == {"": "2040-12-06T22:00:00Z"}
    assert data["next_at"] == "2040-12-02T09:00:00Z"


@pytest.mark.parametrize("value", ["+", "+28", "-x", "+99999w", "+1y", "28h"])
def test_no_time_from_the_announcement_on(place: Workplace, value: str) -> None:
    """What has a sign and is no length, or leads too far, is refused by its option."""
    soon(place)
    said = (*MAINTENANCE[:-2], "--at", "2040-12-01 09:00", "--yes")
    fault = place(*said, "--set", f"start={value}").fault()
    assert fault.startswith(f"carillon: --set start: {value!r} ")
    assert fault.endswith(("or +PT28H", "from the announcement", "-28h before it"))
