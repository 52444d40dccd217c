"""`schedules`: what is pending, and changing it."""

import json
import re

import pytest

from tests.cli.workplace import Workplace, hold, plan, send, soon


@pytest.fixture
def weekly(place: Workplace) -> Workplace:
    """With #1, `weekly`: four weeks from now on."""
    place.done(
        *("announce", "maintenance", "--body", "Hello", "--in", "1d", "--id", "weekly"),
        *("--every", "FREQ=WEEKLY;COUNT=4", "--yes"),
    )
    return place


def test_list_shows_what_is_pending_in_pages(weekly: Workplace) -> None:
    """The list has a line for each, what goes out next first, and pages by --limit and
    --after.
    """
    weekly.done("announce", "news", "--body", "Hi", "--in", "1h", "--yes")
    out = weekly.done("schedules", "list")
    assert ", 4 times" in out
    assert [line.split()[0] for line in out.splitlines()] == ["number", "#2", "#1"]
    first = weekly.data("schedules", "list", "--limit", "1")
    assert (first["count"], first["after"]) == (2, 2)
    assert "--after 2" in weekly("schedules", "list", "--limit", "1").err
    second = weekly.data("schedules", "list", "--after", "2")
    assert [one["reference"] for one in second["items"]] == [1]
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
    assert re.search(r"asked for at +\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)? CES?T", out)
    assert re.search(r"ended +\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)? CES?T", out)
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
        "scheduled": [2, 1],
        "running": [],
        "queued": [],
        "held": [],
    }
    german = {"LC_ALL": "", "LANG": "de_DE.UTF-8"}
    table = weekly("schedules", "list", "--status", "pausiert", env=german).out
    assert table.rstrip().endswith("pausiert")
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


def test_show_tells_all_that_was_given(place: Workplace) -> None:
    """Template and every value in each language, moments by its clocks; rule, end,
    lateness, zone, revision, who asked, when and through which door.
    """
    soon(place)
    place.done(
        *("announce", "maintenance", "--template", "maintenance", "--id", "disks"),
        *("--set", "start=2040-05-12 22:00", "--set", "duration=2h"),
        *("--set", "summary=New disks", "--set", "summary:de=Neue Platten"),
        *("--at", "2040-05-05 09:00", "--every", "FREQ=WEEKLY;COUNT=4"),
        *("--expires", "2040-06-01 00:00", "--late", "hold", "--yes"),
    )
    place.done("schedules", "edit", "disks", "--set", "duration=3h", "--yes")
    shown = _pairs(place.done("schedules", "show", "disks"))
    created = shown.pop("asked for at")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)? CES?T", created)
    assert shown == {
        "number": "#1",
        "id": "disks",
        "to": "maintenance",
        "state": "pending",
        "next": "2040-05-05 09:00 CEST",
        "rule": "each Saturday at 09:00, 4 times (FREQ=WEEKLY;COUNT=4)",
        "zone": "Europe/Warsaw",
        "expires": "2040-06-01 00:00 CEST",
        "when late": "hold: it waits for an admin",
        "template": "maintenance",
        "value of duration": "3h",
        "value of start": "2040-05-12 22:00 CEST",
        "value of summary": "New disks",
        "value of summary:de": "Neue Platten",
        "revision": "2",
        "asked for by": "role:admin",
        "door": "on the command line",
    }
    data = place.data("schedules", "show", "disks")
    assert data["values"]["summary"] == {"": "New disks", "de": "Neue Platten"}
    assert (data["template"], data["title"]) == ("maintenance", "maintenance")
    assert data["late"]["policy"] == "hold"
    assert (data["revision"], data["owner"], data["origin"]) == (2, "role:admin", "cli")
    assert (data["held"], data["paused_at"]) == (False, None)


def test_show_tells_that_it_is_paused_or_held(place: Workplace) -> None:
    """Since when it is paused; and that an occurrence waits for an admin, and why, also
    in lists and in `status`.
    """
    place.done("announce", "news", "--body", "Hi", "--in", "9d", "--id", "p", "--yes")
    place.done("schedules", "pause", "p")
    place.done("announce", "news", "--body", "Hi", "--in", "9d", "--id", "h", "--yes")
    with place.use_cases() as service:
        service.database.call(hold, 2)
    paused = _pairs(place.done("schedules", "show", "p"))
    assert paused["state"] == "paused"
    assert paused["paused since"]
    assert place.data("schedules", "show", "p")["paused_at"]
    out = place.done("schedules", "show", "h")
    assert _pairs(out)["state"] == "held"
    assert re.search(r"UTC +held +the service was not up when it was due", out)
    assert place.data("schedules", "show", "h")["held"]
    [line] = [
        one for one in place.done("schedules", "list").splitlines() if "(h)" in one
    ]
    assert line.split()[-1] == "held"
    status = json.loads(place("status", "--json").out)
    assert [one["id"] for one in status["paused"]] == ["p"]
    assert [one["id"] for one in status["held"]] == ["h"]
    told = place("status").out
    assert "Held, until an admin resumes or skips it:" in told
    assert "Paused, until somebody resumes it:" in told


def _pairs(out: str) -> dict[str, str]:
    """The names and values at its beginning."""
    lines = out.partition("\n\n")[0].splitlines()
    pairs = (re.split(" {2,}", line.strip(), maxsplit=1) for line in lines)
    return dict(pairs)


def test_a_page_behind_what_is_over(place: Workplace) -> None:
    """What was the last of a page, and is over before the next is asked for: the list
    begins anew, and says so; of what there never was it is refused.
    """
    for day in ("2d", "3d", "4d"):
        place.done("announce", "news", "--body", "Hi", "--in", day, "--yes")
    page = ("schedules", "list", "--limit", "2")
    assert place.data(*page)["after"] == 2
    place.done("schedules", "cancel", "2")
    ran = place(*page, "--after", "2", "--json")
    assert ran.err == "#2 is no longer on this list; it begins anew\n"
    data = json.loads(ran.out)
    assert [one["reference"] for one in data["items"]] == [1, 3]
    assert (data["count"], data["after"]) == (2, None)
    assert "no longer" not in place(*page, "--after", "1").err
    never = place(*page, "--after", "9").fault()
    assert never == "carillon: There is no #9 on this list of results."
