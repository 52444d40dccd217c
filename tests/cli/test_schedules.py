"""`schedules`: what is pending, and changing it."""

import re

import pytest

from tests.cli.workplace import Workplace, plan, send


@pytest.fixture
def weekly(place: Workplace) -> Workplace:
    """With #1, `weekly`: four weeks from now on."""
    place.done(
        *("announce", "maintenance", "--body", "Hello", "--in", "1d", "--id", "weekly"),
        *("--every", "FREQ=WEEKLY;COUNT=4", "--yes"),
    )
    return place


def test_list_shows_what_is_pending_in_pages(weekly: Workplace) -> None:
    """The list has a line for each schedule, and pages by --limit and --after."""
    weekly.done("announce", "news", "--body", "Hi", "--in", "1h", "--yes")
    out = weekly.done("schedules", "list")
    assert ", 4 times" in out
    assert "role:admin" in out
    first = weekly.data("schedules", "list", "--limit", "1")
    assert (first["count"], first["after"]) == (2, 1)
    assert "--after 1" in weekly("schedules", "list", "--limit", "1").err
    second = weekly.data("schedules", "list", "--after", "1")
    assert [one["reference"] for one in second["items"]] == [2]
    assert second["after"] is None


def test_list_leaves_out_what_is_over(weekly: Workplace) -> None:
    """What is cancelled shows with --all or --status cancelled only."""
    weekly.done("schedules", "cancel", "weekly")
    assert weekly.data("schedules", "list")["items"] == []
    for option in (("--all",), ("--status", "cancelled")):
        assert weekly.data("schedules", "list", *option)["count"] == 1
    assert weekly.data("schedules", "list", "--status", "sent")["count"] == 0


def test_show_tells_the_clocks_of_its_zone(weekly: Workplace) -> None:
    """When it was asked for, what became of it and when it ended is on its wall."""
    for command in ("skip", "send-now", "cancel"):
        weekly.done("schedules", command, "weekly")
    out = weekly.done("schedules", "show", "weekly")
    assert re.search(r"created +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d CES?T", out)
    assert re.search(r"ended +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d CES?T", out)
    # what is over has nothing ahead, so no UTC beside
    assert not re.search(r"T\d\d:\d\d:\d\dZ", out)


def test_a_status_is_named_as_the_table_does(weekly: Workplace) -> None:
    """--status takes the column's words, and the protocol's for several of them."""
    weekly.done("announce", "news", "--body", "Hi", "--in", "1h", "--yes")
    weekly.done("schedules", "pause", "weekly")
    found = {
        word: [
            one["reference"]
            for one in weekly.data("schedules", "list", "--status", word)["items"]
        ]
        for word in ("pending", "paused", "scheduled", "running", "queued", "held")
    }
    assert found == {
        "pending": [2],
        "paused": [1],
        "scheduled": [1, 2],
        "running": [],
        "queued": [],
        "held": [],
    }
    assert weekly("schedules", "list", "--status", "stopped").fault() == (
        "carillon: --status: one of pending, paused, running, sent, failed, cancelled,"
        " held, scheduled, queued."
    )


@pytest.mark.parametrize("reference", ["#1", "1", "weekly", "0001"])
def test_a_reference_is_a_number_or_an_id(weekly: Workplace, reference: str) -> None:
    """#N, N and the operator's id mean the same schedule."""
    assert weekly.data("schedules", "show", reference)["id"] == "weekly"


UNKNOWN = (
    ("2",),
    ("#2",),
    ("nothing",),
    ("99999999999999999999999",),
    ("9223372036854775808",),
    ("\x1b[31m",),
    ("weekly", "--owner", "bob@example.org"),
    ("1", "--owner", "role:admin"),
    ("",),
    ("#",),
    ("²",),
)


@pytest.mark.parametrize("command", ["show", "preview", "pause", "cancel"])
def test_unknown_references(weekly: Workplace, command: str) -> None:
    """What does not exist is refused in one line, whatever it looks like."""
    for arguments in UNKNOWN:
        ran = weekly("schedules", command, *arguments)
        assert "There is no announcement" in ran.fault()


def test_show_tells_everything(weekly: Workplace) -> None:
    """Texts, next moments, occurrences and broadcasts of a schedule are shown."""
    weekly.done("subscribers", "add", "maintenance", "a@example.org", "--no-welcome")
    weekly.done("schedules", "send-now", "weekly")
    with weekly.use_cases() as use_cases:
        plan(use_cases)
        send(use_cases)
    out = weekly.done("schedules", "show", "weekly")
    assert "Hello" in out
    assert "Europe/Warsaw" in out
    data = weekly.data("schedules", "show", "weekly")
    assert len(data["moments"]) == 4
    assert [one["state"] for one in data["occurrences"]] == ["sent"]
    assert [one["sent"] for one in data["broadcasts"]] == [1]
    assert data["texts"] == [{"language": "", "subject": None, "body": "Hello"}]


def test_preview_counts_what_is_ahead(weekly: Workplace) -> None:
    """A preview begins with the next moment and ends with the rule's count."""
    before = weekly.data("schedules", "preview", "weekly")
    weekly.done("schedules", "skip", "weekly")
    after = weekly.data("schedules", "preview", "weekly")
    assert len(before["moments"]) == 4
    assert after["moments"] == before["moments"][1:]
    assert after["warnings"][-1]["text"] == before["warnings"][-1]["text"]
    limited = weekly.data("schedules", "preview", "weekly", "--limit", "1")
    assert limited["moments"] == after["moments"][:1]
    out = weekly.done("schedules", "preview", "#1")
    assert before["moments"][1]["utc"] in out
    assert "Note: ends after 4 times" in out


def test_pause_resume_and_cancel(weekly: Workplace) -> None:
    """Each change tells the new state, and what is over refuses changes."""
    assert "is paused" in weekly.done("schedules", "pause", "#1")
    assert weekly.data("schedules", "resume", "#1")["state"] == "pending"
    assert weekly.data("schedules", "cancel", "#1")["status"] == "cancelled"
    assert "is cancelled" in weekly.done("schedules", "cancel", "#1")
    for command in ("pause", "resume", "skip", "send-now"):
        assert "is over: cancelled" in weekly("schedules", command, "1").fault()


def test_send_now_makes_once_due(place: Workplace) -> None:
    """What was asked for once is due at once, and nothing is left to skip."""
    place.done("announce", "news", "--body", "Hi", "--in", "9d", "--id", "x", "--yes")
    assert "cancel it instead" in place("schedules", "skip", "x").fault()
    place.done("schedules", "send-now", "x")
    with place.use_cases() as use_cases:
        plan(use_cases)
    assert place.data("schedules", "show", "x")["state"] == "sent"
    assert "nothing is ahead" in place.done("schedules", "preview", "x")


def test_another_owners_id(weekly: Workplace) -> None:
    """--owner names whose id it is."""
    shown = weekly.data("schedules", "show", "weekly", "--owner", "role:admin")
    assert shown["reference"] == 1


@pytest.mark.parametrize("command", ["show", "preview", "pause", "cancel"])
def test_an_id_may_be_somebody_elses(weekly: Workplace, command: str) -> None:
    """An id that the operator has not given points to --owner."""
    assert weekly("schedules", command, "party").fault() == (
        "carillon: There is no announcement 'party' of role:admin;"
        " say whose id it is with --owner JID, or use #N."
    )


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--limit", "0"), 2),
        (("--limit", "1001"), 2),
        (("--limit", "x"), 2),
        (("--after", "-1"), 2),
        (("--after", "9223372036854775808"), 2),
        (("--after", "9223372036854775807"), 1),
        (("--status", "nonsense"), 1),
        (("--nonsense",), 2),
    ],
)
def test_bad_pages(place: Workplace, arguments: tuple[str, ...], code: int) -> None:
    """Pages that cannot be are refused by usage or by the service."""
    ran = place("schedules", "list", *arguments)
    assert ran.code == code
    assert ran.err
    assert not ran.out


@pytest.mark.parametrize(
    ("owner", "says"), [("", "it is empty"), ("@@", "'@@' is not a JID")]
)
def test_an_owner_who_cannot_be(weekly: Workplace, owner: str, says: str) -> None:
    """--owner '' is refused, and is not as if nothing were given; so is no JID."""
    ran = weekly("schedules", "show", "weekly", "--owner", owner)
    assert ran.fault().startswith(f"carillon: --owner: {says}")


@pytest.mark.parametrize("verb", ["edit", "skip", "unskip", "pause"])
def test_what_was_tried_with_an_unknown_name(weekly: Workplace, verb: str) -> None:
    """The trail tells of the change, also where it failed at the first look."""
    more = ("--body", "x") if verb == "edit" else ()
    assert weekly("schedules", verb, "nothing", *more).code == 1
    entries = weekly.data("audit", "--result", "not-found")["items"]
    assert [one["action"] for one in entries] == [verb]
