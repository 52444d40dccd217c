"""`carillon people preferences`: what somebody chose for himself."""

from datetime import timedelta

import pytest

from bot.clock import SystemClock
from tests.cli.workplace import Workplace, soon

TOMORROW = SystemClock().now().date() + timedelta(days=1)
BOB = ("people", "preferences", "Bob@example.org")
NOTHING: dict[str, object] = {
    "jid": "bob@example.org",
    "language": None,
    "timezone": None,
    "quiet_from": None,
    "quiet_to": None,
    "quiet_days": [],
    "paused_until": None,
}
CHOSEN: dict[str, object] = {
    "jid": "bob@example.org",
    "language": "de",
    "timezone": "Europe/Warsaw",
    "quiet_from": "22:00",
    "quiet_to": "07:00",
    "quiet_days": ["MO", "TU"],
    "paused_until": f"{TOMORROW}T09:00:00Z",
}
PAUSE = ("--paused-until", f"{TOMORROW} 09:00 UTC")
HOURS = ("--quiet-from", "22:00", "--quiet-to", "7:00", "--quiet-days", "mo, tue")


def test_shown_and_changed(place: Workplace) -> None:
    """Nothing given: what holds is shown, of whoever it is. Only what is given is
    changed, and '' takes it away.
    """
    assert place.data(*BOB) == NOTHING
    given = ("--language", "de", "--tz", "europe/warsaw", *HOURS, *PAUSE)
    assert place.data(*BOB, *given) == CHOSEN
    assert place.data(*BOB) == CHOSEN
    out = place.done(*BOB)
    assert "22:00 to 07:00, beginning on Monday, Tuesday" in out
    assert f"paused until  {TOMORROW} 1" in out
    later = place.data(*BOB, "--quiet-to", "8:30", "--quiet-days", "")
    week = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
    assert later == CHOSEN | {"quiet_to": "08:30", "quiet_days": week}
    assert "22:00 to 08:30, every day" in place.done(*BOB)
    gone = ("--language", "", "--tz", "", "--quiet-from", "", "--quiet-to", "")
    assert place.data(*BOB, *gone, "--paused-until", "") == NOTHING
    entries = place.data("audit")["items"]
    assert {one["action"] for one in entries} == {"prefer"}
    assert {one["about"] for one in entries} == {"bob@example.org"}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (("people", "preferences", "bob@"), "JID"),
        ((*BOB, "--language", "xx"), "--language"),
        ((*BOB, "--tz", "Europe/Warsav"), "--tz: 'Europe/Warsav' is not a time zone"),
        ((*BOB, "--quiet-from", "22"), "--quiet-from"),
        ((*BOB, "--quiet-from", "22:00"), "or neither"),
        ((*BOB, *HOURS[:4], "--quiet-days", "mo,never"), "--quiet-days"),
        ((*BOB, "--quiet-from", "0:00", "--quiet-to", "24:00"), "never end"),
        ((*BOB, "--paused-until", "2020-01-01 09:00"), "--paused-until"),
        ((*BOB, "--paused-until", "2099-01-01 09:00"), "366 days at most"),
    ],
)
def test_refused(place: Workplace, given: tuple[str, ...], says: str) -> None:
    """A fault is told by what was typed, and changes nothing."""
    assert says in place(*given).fault()
    assert place.data(*BOB) == NOTHING


def test_urgent(place: Workplace) -> None:
    """It is kept, shown, and taken away by an edit."""
    soon(place)
    words = ("announce", "news", "--body", "Fire", "--at", "2040-01-31 09:00")
    made = place.data(*words, "--urgent", "--yes", "--id", "fire")
    assert made["urgent"] is True
    assert "urgent" in place.done("schedules", "show", "fire")
    edited = place.data("schedules", "edit", "fire", "--no-urgent", "--yes")
    assert edited["differences"] == [{"field": "urgent", "old": True, "new": False}]
    assert place.data("schedules", "show", "fire")["urgent"] is False
