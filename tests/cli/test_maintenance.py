"""`maintenance`: what is shown of it, and what is said of what was typed."""

from datetime import datetime, timedelta

import pytest

from bot.clock import SystemClock
from bot.domain import moments, timestamps
from tests.cli.workplace import Workplace, soon

DISKS = ("news", "--set", "summary=New disks")
ASKED = "you are asked whether it is over, since no end is known"
WELL = "people are told that all is well"
AWAY = ("--start", "2040-02-05 03:00")
HALF_A_MINUTE = timedelta(seconds=30)


def _begun() -> datetime:
    """A start by which it has begun when it is opened."""
    return timestamps.round_up(SystemClock().now() - HALF_A_MINUTE)


def test_what_is_over_early_ended_then(place: Workplace) -> None:
    """Who finishes it before its end sees when that was, wherever it is shown; JSON
    has the end as it was planned, too.
    """
    start = _begun()
    times = ("--start", timestamps.format(start), "--for", "2h")
    place.done("maintenance", "open", *DISKS, *times, "--yes")
    planned = moments.local(start + timedelta(hours=2), "UTC")
    assert planned in place.done("maintenance", "show", "M1")
    done = " ".join(place.done("maintenance", "finish", "M1").split())
    shown = place.done("maintenance", "show", "M1")
    listed = place.done("maintenance", "list", "--all")
    data = place.data("maintenance", "show", "M1")
    over = timestamps.parse(data["ends_at"])
    assert start < over <= timestamps.round_up(SystemClock().now())
    for said in (done, shown, listed):
        assert planned not in said
        assert moments.local(over, "UTC") in said
    windows = [data, *data["windows"]]
    assert {one["ends_at"] for one in windows} == {data["ends_at"]}
    planned_end = timestamps.format(start + timedelta(hours=2))
    assert {one["planned_end_at"] for one in windows} == {planned_end}


@pytest.mark.parametrize("finish", ["ask", "auto"])
def test_what_happens_at_an_unknown_end(place: Workplace, finish: str) -> None:
    """Its owner is asked whether it is over, whoever says so once an end is known."""
    start = ("--in", "9d", "--finish", finish)
    draft = place.done("maintenance", "open", *DISKS, *start, "--dry-run")
    place.done("maintenance", "open", *DISKS, *start, "--yes")
    shown = place.done("maintenance", "show", "M1")
    for said in (draft, shown):
        assert f"at its end {ASKED}" in " ".join(said.split())
        assert WELL not in said
    place.done("maintenance", "extend", "M1", "+2h")
    shown = " ".join(place.done("maintenance", "show", "M1").split())
    assert (f"at its end {WELL}" in shown) is (finish == "auto")
    assert ASKED not in shown


def test_the_whole_of_what_recurs(place: Workplace) -> None:
    """What is called off without a window is spoken of as a whole, also the second
    time; of one of them by its own name.
    """
    weekly = ("--in", "9d", "--every", "FREQ=WEEKLY", "--id", "works")
    place.done("maintenance", "open", *DISKS, *weekly, "--yes")
    one = place.done("maintenance", "call-off", "M1/1")
    assert one.startswith("M1/1 (works) is called off: 20")
    draft = place.done("maintenance", "call-off", "works", "--dry-run")
    assert "called off all that was to come" in " ".join(draft.split())
    for _ in range(2):
        said = place.done("maintenance", "call-off", "M1")
        assert said.startswith("M1 (works) is called off: all that was to come.\n")
    assert "M1 is over: called off" in place("maintenance", "finish", "M1").fault()
    one = place("maintenance", "move", "M1/1", "--in", "1d").fault()
    assert "M1/1 is over: called off" in one


@pytest.mark.parametrize(
    ("typed", "option"),
    [
        (("open", *DISKS, "--in", "0s"), "--in"),
        (("open", *DISKS, "--in", "9999d"), "--in"),
        (("open", *DISKS, "--in", "900d", "--every", "FREQ=YEARLY"), "--in"),
        (("open", *DISKS, "--start", "2090-01-01 00:00"), "--start"),
        (("open", *DISKS, "--in", "9d", "--for", "0s"), "--for"),
        (("open", *DISKS, "--in", "9d", "--for", "900d"), "--for"),
        (("open", *DISKS, "--in", "9d", "--end", "2090-01-01 00:00"), "--end"),
        (("move", "M1", "--in", "0s"), "--in"),
        (("move", "M1", "--in", "1d", "--for", "900d"), "--for"),
        (("move", "M1", "--in", "1d", "--end", "2090-01-01 00:00"), "--end"),
        (("extend", "M1", "+0s"), "UNTIL"),
        (("extend", "M1", "+900d"), "UNTIL"),
        (("extend", "M1", "2090-01-01 00:00"), "UNTIL"),
    ],
)
def test_faults_name_what_was_typed(
    place: Workplace, typed: tuple[str, ...], option: str
) -> None:
    """Not what a request makes of it."""
    place.done("maintenance", "open", *DISKS, "--in", "9d", "--yes")
    assert (
        place("maintenance", *typed, "--dry-run")
        .fault()
        .startswith(f"carillon: {option}: ")
    )


def test_a_window_by_its_day(place: Workplace) -> None:
    """The day does where one begins then: by the rule, or since it was moved there."""
    soon(place)
    monthly = ("--start", "2040-01-07 22:00", "--every", "FREQ=MONTHLY;BYDAY=1SA")
    place.done("maintenance", "open", *DISKS, *monthly, "--for", "2h", "--yes")

    def of(day: str) -> str:
        name: str = place.data("maintenance", "show", "M1", "--due", day)["maintenance"]
        return name

    # as it was opened, ahead of its turn, and by its time as well
    whole = "2040-02-04 22:00"
    assert [of("2040-01-07"), of(" 2040-03-03"), of(whole)] == ["M1/1", "M1/3", "M1/2"]
    place.done("maintenance", "move", "M1", "--due", "2040-02-04", *AWAY)
    # where the rule has it, and where it is
    assert [of("2040-02-04"), of("2040-02-05")] == ["M1/2", "M1/2"]
    fault = place("maintenance", "show", "M1", "--due", "2040-02-06").fault()
    assert "M1 has no such window" in fault
    place.done("maintenance", "move", "M1", "--due", "2040-03-03", *AWAY)
    fault = place("maintenance", "call-off", "M1", "--due", "2040-02-05").fault()
    assert "--due: 2040-02-05 has several" in fault
    assert (
        "--due: 'soon' is not a moment"
        in place("maintenance", "show", "M1", "--due", "soon").fault()
    )


def test_what_is_once_by_its_day(place: Workplace) -> None:
    """Likewise."""
    soon(place)
    place.done("maintenance", "open", *DISKS, "--start", "2040-01-07 22:00", "--yes")
    done = place.done("maintenance", "move", "M1", "--due", "2040-01-07", *AWAY)
    assert done.startswith("M1 (news-2040-01-07) is planned: 2040-02-05 03:00")
    for day in ("2040-01-07", "2040-02-05"):
        assert "M1" in place.done("maintenance", "show", "M1", "--due", day)
