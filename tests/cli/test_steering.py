"""`schedules skip`, `unskip`, `send-now`, `pause` and `resume`; previews of it."""

from datetime import date, timedelta

import pytest

from tests.cli.workplace import Workplace, plan

#: occurrences of `weekly`
COUNT = 4


@pytest.fixture
def weekly(place: Workplace) -> Workplace:
    """With #1, `weekly`: at nine in Warsaw, four weeks from the next on."""
    day = date.today() + timedelta(days=7)  # noqa: DTZ011 - any day to come will do
    place.done(
        *("announce", "maintenance", "--body", "Hello", "--id", "weekly", "--yes"),
        *("--at", f"{day} 09:00", "--every", f"FREQ=WEEKLY;COUNT={COUNT}"),
    )
    return place


def moments(place: Workplace, reference: str = "weekly") -> list[str]:
    """Those to come, in UTC."""
    data = place.data("schedules", "preview", reference, "--limit", "100")
    return [one["utc"] for one in data["moments"]]


def skipped(place: Workplace, reference: str = "weekly") -> list[str]:
    found: list[str] = place.data("schedules", "preview", reference)["skipped"]
    return found


def days(place: Workplace) -> list[str]:
    """Those of the moments to come."""
    data = place.data("schedules", "preview", "weekly")
    return [one["local"][:10] for one in data["moments"]]


@pytest.mark.parametrize("named", ["day", "wall time", "moment"])
def test_an_occurrence_is_named_in_three_ways(weekly: Workplace, named: str) -> None:
    """DUE is a day, a wall time in the schedule's zone, or a moment."""
    before, day = moments(weekly), days(weekly)[2]
    due = {"day": day, "wall time": f"{day} 09:00", "moment": before[2]}[named]
    out = weekly.done("schedules", "skip", "weekly", due)
    assert out.startswith(f"{day} 09:00 ")
    assert " is skipped.\n#1 (weekly) is pending; next: " in out
    assert skipped(weekly) == [before[2]]
    assert moments(weekly) == [*before[:2], before[3]]
    out = weekly.done("schedules", "unskip", "#1", due)
    assert " is not skipped.\n" in out
    assert (skipped(weekly), moments(weekly)) == ([], before)


@pytest.mark.parametrize("command", ["skip", "unskip"])
def test_a_repeat_gets_the_same_answer(weekly: Workplace, command: str) -> None:
    """Who names the occurrence may ask again: it changes nothing more."""
    day = days(weekly)[1]
    weekly.done("schedules", "skip", "weekly", day)
    first = weekly.done("schedules", command, "weekly", day)
    stands = moments(weekly), skipped(weekly)
    assert weekly.done("schedules", command, "weekly", day) == first
    assert (moments(weekly), skipped(weekly)) == stands


def test_without_due_the_next_is_skipped_and_put_back(weekly: Workplace) -> None:
    """It is told which one it was; a second time is refused, so that it acts once."""
    before, first = moments(weekly), days(weekly)[0]
    assert weekly.done("schedules", "skip", "weekly").startswith(first)
    assert moments(weekly) == before[1:]
    assert "is skipped already" in weekly("schedules", "skip", "weekly").fault()
    assert weekly.done("schedules", "unskip", "weekly").startswith(first)
    assert moments(weekly) == before
    fault = weekly("schedules", "unskip", "weekly").fault()
    assert fault == "carillon: Nothing that is still to come of #1 is skipped."


def test_unskip_without_due_puts_back_the_earliest(weekly: Workplace) -> None:
    """Of several that are skipped the one that comes first is sent."""
    second, third = days(weekly)[1:3]
    for day in (third, second):
        weekly.done("schedules", "skip", "weekly", day)
    assert weekly.done("schedules", "unskip", "weekly").startswith(second)
    assert days(weekly)[1] == second
    assert third not in days(weekly)


def test_json_tells_what_is_skipped(weekly: Workplace) -> None:
    """Programs get the schedule with all that is skipped of it."""
    before = moments(weekly)
    found = weekly.data("schedules", "skip", "weekly", before[1])
    assert (found["id"], found["state"]) == ("weekly", "pending")
    assert found["skipped"] == [before[1]]
    assert weekly.data("schedules", "unskip", "weekly", before[1])["skipped"] == []


def test_what_is_no_occurrence(weekly: Workplace) -> None:
    """A day or moment at which nothing is due is refused, and nothing is skipped."""
    first = days(weekly)[0]
    other = str(date.fromisoformat(first) + timedelta(days=1))
    past = str(date.fromisoformat(first) - timedelta(days=70))
    for day in (other, past):
        for command in ("skip", "unskip"):
            fault = weekly("schedules", command, "weekly", day).fault()
            assert f"DUE: nothing is due on {day}; the nearest are {first} " in fault
    fault = weekly("schedules", "skip", "weekly", f"{past} 08:00 UTC").fault()
    assert fault.startswith(f"carillon: DUE: {past} ")
    assert fault.endswith(("CET has passed.", "CEST has passed."))
    for moment in (f"{other} 09:00", f"{first} 09:01"):
        fault = weekly("schedules", "skip", "weekly", moment).fault()
        assert "is no occurrence of #1" in fault
    for nonsense in ("tomorrow", "2026-13-01", "", "9:00"):
        fault = weekly("schedules", "skip", "weekly", nonsense).fault()
        assert fault.startswith(f"carillon: DUE: {nonsense!r} is not a moment")
    assert skipped(weekly) == []


def test_a_day_with_several_occurrences(place: Workplace) -> None:
    """Clocks in Nuuk skip the hour before a midnight in March: what was due in it
    comes the day after, which has its own, too. Then the time is asked for.
    """
    sunday = _last_sunday_of_march()
    place.done(
        *("announce", "maintenance", "--body", "Hi", "--id", "late", "--yes"),
        *("--at", f"{sunday - timedelta(days=2)} 23:30", "--tz", "America/Nuuk"),
        *("--every", "FREQ=DAILY;COUNT=5"),
    )
    before = moments(place, "late")
    fault = place("schedules", "skip", "late", str(sunday)).fault()
    assert fault == (
        f"carillon: DUE: {sunday} has several occurrences; say the time, too"
    )
    place.done("schedules", "skip", "late", f"{sunday} 23:30")
    assert skipped(place, "late") == [before[2]]
    place.done("schedules", "skip", "late", f"{sunday} 00:30")
    assert skipped(place, "late") == before[1:3]


def _last_sunday_of_march() -> date:
    """The next that is some days away."""
    today = date.today()  # noqa: DTZ011 - a day more or less makes no difference
    for year in (today.year, today.year + 1):
        day = date(year, 3, 31)
        day -= timedelta(days=day.isoweekday() % 7)
        if day - today > timedelta(days=7):
            break
    return day


def test_tables_show_what_is_skipped(weekly: Workplace) -> None:
    """A skipped occurrence stands at its place in previews, and says so."""
    before = moments(weekly)
    weekly.done("schedules", "skip", "weekly", before[1])
    for command in ("preview", "show"):
        out = weekly.done("schedules", command, "weekly")
        rows = [row for row in out.splitlines() if "T" in row and "CE" in row]
        at = [row for row in rows if before[1] in row]
        assert len(at) == 1, out
        assert at[0].rstrip().endswith("skipped")
        assert [before[0] in row for row in rows].index(True) + 1 == rows.index(at[0])
        assert out.count("skipped") == 1
    data = weekly.data("schedules", "show", "weekly")
    assert data["skipped"] == [before[1]]
    assert [one["utc"] for one in data["moments"]] == [before[0], *before[2:]]


def test_what_is_over_is_steered_no_more(weekly: Workplace) -> None:
    """Also with DUE the answer is that it is over, not that nothing is due then."""
    day = days(weekly)[0]
    weekly.done("schedules", "cancel", "weekly")
    for command in ("skip", "unskip"):
        for due in ((), (day,)):
            fault = weekly("schedules", command, "weekly", *due).fault()
            assert fault == "carillon: #1 is over: cancelled."


def test_once_has_nothing_to_skip(place: Workplace) -> None:
    """What goes out once is cancelled instead."""
    place.done("announce", "news", "--body", "Hi", "--in", "9d", "--id", "x", "--yes")
    [moment] = moments(place, "x")
    for due in ((), (moment,), (moment[:10],)):
        assert "cancel it instead" in place("schedules", "skip", "x", *due).fault()


def test_pause_and_resume_repeated(weekly: Workplace) -> None:
    """Asked again, both say the same and change nothing; skipped stays skipped."""
    before = moments(weekly)
    weekly.done("schedules", "skip", "weekly", before[1])
    for command, state in (("pause", "paused"), ("resume", "pending")):
        first = weekly.data("schedules", command, "weekly")
        assert first["state"] == state
        assert weekly.data("schedules", command, "weekly") == first
    assert skipped(weekly) == [before[1]]


def test_a_paused_one_is_skipped_too(weekly: Workplace) -> None:
    """Who has paused it may still say which occurrence is left out."""
    weekly.done("schedules", "pause", "weekly")
    out = weekly.done("schedules", "skip", "weekly", days(weekly)[1])
    assert "is skipped.\n#1 (weekly) is paused; next: " in out


def test_send_now_repeated(weekly: Workplace) -> None:
    """What goes out already is not sent twice: once is due once, a series refuses."""
    weekly.done("announce", "news", "--body", "Hi", "--in", "9d", "--id", "x", "--yes")
    first = weekly.data("schedules", "send-now", "x")
    assert weekly.data("schedules", "send-now", "x") == first
    weekly.done("subscribers", "add", "maintenance", "a@example.org", "--no-welcome")
    before = moments(weekly)
    weekly.done("schedules", "send-now", "weekly")
    fault = weekly("schedules", "send-now", "weekly").fault()
    assert fault == "carillon: #1 is going out already."
    assert moments(weekly) == before
    with weekly.use_cases() as use_cases:
        plan(use_cases)
    shown = weekly.data("schedules", "show", "weekly")
    assert len(shown["broadcasts"]) == 1


def test_the_trail_tells_what_was_steered(weekly: Workplace) -> None:
    """Each change, repeat and refusal is in the audit trail by its own name."""
    day = days(weekly)[1]
    weekly.done("schedules", "skip", "weekly", day)
    weekly.done("schedules", "unskip", "weekly", day)
    weekly("schedules", "unskip", "weekly").fault()
    weekly("schedules", "skip", "weekly", f"{day} 10:00").fault()
    found = [
        (one["action"], one["result"])
        for one in reversed(weekly.data("audit")["items"])
        if one["action"] in {"skip", "unskip"}
    ]
    assert found == [
        ("skip", "done"),
        ("unskip", "done"),
        ("unskip", "conflict"),
        ("skip", "invalid"),
    ]
