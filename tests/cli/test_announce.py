"""`announce`: what it shows, asks, refuses and stores."""

import time

import pytest

from bot.service.ports.unit_of_work import UnitOfWork
from tests.cli.workplace import Workplace, next_at, plan, send, soon

MAINTENANCE = (
    *("announce", "maintenance", "--template", "maintenance"),
    *("--set", "summary=New disks", "--set", "summary:de=Neue Platten"),
    *("--set", "start=2040-12-05 22:00"),
)


PASSED = ("announce", "news", "--body", "Hi", "--at", "2001-01-01 09:00")


def test_a_dry_run_shows_texts_moments_and_readers_and_stores_nothing(
    place: Workplace,
) -> None:
    """--dry-run shows texts, local and UTC times and readers, and stores nothing."""
    soon(place)
    place.done("subscribers", "add", "maintenance", "a@example.org", "b@example.org")
    out = place.done(
        *MAINTENANCE, "--at", "2040-12-01 09:00", "--every", "FREQ=DAILY", "--dry-run"
    )
    assert "[en] Maintenance on Wednesday, December 5, 2040\n" in out
    assert "New disks" in out
    assert "Neue Platten" in out
    assert "10:00\u202fPM CET" in out or "10:00 PM CET" in out
    assert "2040-12-01 09:00:00 CET" in out
    assert "2040-12-01T08:00:00Z" in out
    assert "2040-12-10T08:00:00Z" in out  # ten, as commands in a client show
    assert "2040-12-11T08:00:00Z" not in out
    assert "readers now  2" in out
    assert place.data("schedules", "list")["items"] == []


def test_moments_relative_to_the_announcement(place: Workplace) -> None:
    """--set start=+28h is shown as the first tells it, and kept in one form."""
    soon(place)
    said = (
        *("announce", "maintenance", "--template", "maintenance"),
        *("--set", "summary=Disks", "--set", "start=+28h", "--set", "end=+1d6h"),
        *("--at", "2040-12-01 09:00", "--every", "FREQ=WEEKLY;COUNT=3"),
    )
    out = place.done(*said, "--dry-run").replace("\u202f", " ")
    assert "Sunday, December 2, 2040, 1:00 PM CET" in out
    assert "(about 2 hours)" in out
    data = place.data(*said, "--yes", "--id", "disks")
    assert data["values"]["start"] == {"": "+PT28H"}
    assert data["values"]["end"] == {"": "+P1DT6H"}
    # the same, written otherwise
    again = [one.replace("+28h", "+PT28H") for one in said]
    assert "was there already" in place.done(*again, "--yes", "--id", "disks")
    edit = ("schedules", "edit", "disks", "--dry-run", "--set")
    assert place.data(*edit, "start=+1680m")["differences"] == []
    [differs] = place.data(*edit, "start=+1d")["differences"]
    assert (differs["field"], differs["new"]) == ("set.start", "+P1D")
    moved = place.data("schedules", "edit", "disks", "--at", "2040-12-03 09:00", "-y")
    assert "December 4, 2040" in moved["texts"][0]["subject"]
    place.done("schedules", "skip", "disks")
    shown = place.done("schedules", "show", "disks")
    assert "Tuesday, December 11, 2040" in shown


def test_a_dry_run_as_json(place: Workplace) -> None:
    """--dry-run --json holds texts, moments, readers and warnings."""
    soon(place)
    data = place.data(
        *("announce", "news", "--body", "Hi", "--body-in", "de=Hallo"),
        *("--subject", "S", "--at", "2040-01-31T09:00:00+02:00"),
        *("--every", "FREQ=MONTHLY;COUNT=2", "--dry-run"),
    )
    assert data["texts"] == [
        {"language": "", "subject": "S", "body": "Hi"},
        {"language": "de", "subject": "S", "body": "Hallo"},
    ]
    assert [one["utc"] for one in data["moments"]] == [
        "2040-01-31T07:00:00Z",
        "2040-03-31T07:00:00Z",
    ]
    assert [one["code"] for one in data["warnings"]] == [
        *("skipped-months", "ends", "subject-not-in-body", "no-readers")
    ]
    assert data["readers"] == 0
    assert data["dry_run"] is True


def test_an_announcement_is_stored_as_asked(place: Workplace) -> None:
    """--at, --every, --tz, --expires, --late and --id reach the stored schedule."""
    soon(place)
    data = place.data(
        *MAINTENANCE,
        *("--at", "2040-07-01 09:00", "--tz", "America/New_York"),
        *("--every", "FREQ=WEEKLY;COUNT=3", "--expires", "2040-08-01 00:00"),
        *("--late", "run:2h", "--id", "summer", "--yes"),
    )
    assert data["next_at"] == "2040-07-01T13:00:00Z"
    assert data["timezone"] == "America/New_York"
    assert data["recurrence"] == "FREQ=WEEKLY;COUNT=3"
    assert data["expires_at"] == "2040-08-01T04:00:00Z"
    assert data["late"] == {"policy": "run", "within": 7200}
    assert (data["id"], data["owner"], data["origin"]) == (
        "summer",
        "role:admin",
        "cli",
    )
    assert data["values"]["summary"] == {"": "New disks", "de": "Neue Platten"}
    assert data["values"]["start"] == {"": "2040-12-06T03:00:00Z"}


def test_now_and_later(place: Workplace) -> None:
    """Without a time it is due within seconds, --in counts from now."""
    with place.use_cases() as service:
        now = service.clock.now().timestamp()
    at_once = place.data("announce", "news", "--body", "Hi", "--yes")
    later = place.data("announce", "news", "--body", "Hi", "--in", "1h", "--yes")
    with place.use_cases() as service:
        found = [
            service.database.look(next_at, data["reference"])
            for data in (at_once, later)
        ]
    assert now < found[0]
    assert 3590 < found[1] - found[0] < 3700


def test_the_same_id_again_changes_nothing(place: Workplace) -> None:
    """Repeating a command with --id is a repeat; other content is refused."""
    same = ("announce", "news", "--body", "Hi", "--id", "one", "--yes")
    first, second = place.data(*same), place.data(*same)
    assert first["reference"] == second["reference"]
    assert place.done(*same).splitlines()[-1] == (
        "#1 (one) was there already, and is scheduled; nothing was changed."
    )
    other = place("announce", "news", "--body", "Other", "--id", "one", "--yes")
    assert "'one' is taken" in other.fault()


def test_an_id_used_again(place: Workplace) -> None:
    """Once it is cancelled its id makes a new announcement, which commands mean by it;
    the old one is found by its number.
    """
    ask = ("announce", "news", "--in", "9d", "--id", "one", "--yes", "--body")
    place.done(*ask, "First")
    place.done("schedules", "cancel", "one")
    assert "#2 (one) is scheduled" in place.done(*ask, "Second")
    assert place.data("schedules", "show", "one")["reference"] == 2
    assert place.data("schedules", "show", "1")["state"] == "cancelled"
    place.done("schedules", "edit", "one", "--body", "Third", "--yes")
    assert place.data("schedules", "cancel", "one")["reference"] == 2
    assert place.data("schedules", "show", "1")["texts"][0]["body"] == "First"


def test_nobody_to_ask_is_a_usage_error(place: Workplace) -> None:
    """Without a terminal and --yes it ends with 2, says what to do, stores nothing."""
    assert "--yes" in place("announce", "news", "--body", "Hi").fault(2)
    assert "no list 'olds'" in place("announce", "olds", "--body", "Hi").fault()
    assert "has passed" in place(*PASSED).fault()
    assert place.data("schedules", "list", "--all")["count"] == 0


@pytest.mark.parametrize(("typed", "code", "stored"), [("y", 0, 1), ("n", 1, 0)])
def test_on_a_terminal_it_asks(
    place: Workplace, typed: str, code: int, stored: int
) -> None:
    """On a terminal the answer decides, after texts and moments were shown."""
    ended, seen = place.terminal(
        "announce", "news", "--body", "Hello readers", types=f"{typed}\n"
    )
    assert ended == code, seen
    assert seen.index("Hello readers") < seen.index("Announce this?")
    assert place.data("schedules", "list", "--all")["count"] == stored


def test_wait_ends_with_the_outcome(place: Workplace) -> None:
    """--wait stays until the broadcast is over and prints how it went."""
    place.done("subscribers", "add", "news", "a@example.org", "--no-welcome")
    arguments = ("announce", "news", "--body", "Hi", "--yes", "--wait", "--json")
    waiting = place.background(*arguments)
    with place.use_cases() as service:
        deadline = time.monotonic() + 60
        while not service.database.look(_is_final, 1) and time.monotonic() < deadline:
            plan(service)
            send(service)
            time.sleep(0.05)
    assert waiting.wait(60) == 0, waiting.log.read_text()
    assert '"sent": 1' in waiting.log.read_text()
    assert '"state": "sent"' in waiting.log.read_text()


def test_wait_for_what_fails_ends_with_1(place: Workplace) -> None:
    """--wait has exit code 1 and a reason where nothing can go out."""
    place.add_template("gone", "Body", 'languages = ["en"]\ntitle = { en = "Gone" }\n')
    asked = ("announce", "news", "--template", "gone", "--yes", "--id", "one")
    place.done(*asked)
    (place.folder / "templates" / "gone" / "body.en.txt.j2").write_text("{{ broken")
    deadline = time.monotonic() + 60
    with place.use_cases() as service:
        while time.monotonic() < deadline:
            plan(service)
            if service.database.look(_is_final, 1):
                break
            time.sleep(0.1)
    (place.folder / "templates" / "gone" / "body.en.txt.j2").write_text("Body")
    ran = place(*asked, "--wait")
    assert ran.code == 1
    assert ran.err.splitlines()[-1] == (
        "carillon: #1 is failed: its template or one of its fields can no longer be"
        " rendered"
    )


def _is_final(uow: UnitOfWork, reference: int) -> bool:
    found = uow.schedules.get(reference)
    return found is not None and found.is_final


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "say what"),
        (("--set", "a=b"), "say what"),
        (("--body", "x", "--set", "a=b"), "--set goes with"),
        (("--body", "x", "--template", "maintenance"), "either"),
        (("--template", "welcome", "--subject", "x"), "either"),
        (("--body", "x", "--at", "2040-01-01", "--in", "1h"), "not both"),
        (("--template", "maintenance", "--set", "nothing"), "K=V"),
        (("--template", "maintenance", "--set", "a=1", "--set", "a=2"), "twice"),
        (("--body-in", "Hallo"), "LANG=TEXT"),
        (("--body-in", "de=x", "--body-in", "de=y"), "--body-in 'de': this is given"),
        (
            ("--body", "x", "--subject-in", "de=", "--subject-in", "de="),
            "--subject-in 'de': this is given twice",
        ),
    ],
)
def test_usage(place: Workplace, arguments: tuple[str, ...], says: str) -> None:
    """Options that are missing, malformed or contradict each other: exit code 2."""
    assert says in place("announce", "news", *arguments, "--yes").fault(2)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--at", "2001-01-01 09:00"), "has passed"),
        (("--at", "2001-01-01T09:00:00Z"), "has passed"),
        (("--at", "tomorrow"), "--at: 'tomorrow' is not a moment"),
        (("--at", "2027-02-30 09:00"), "does not exist"),
        (("--at", "9999-12-31 23:59", "--tz", "America/New_York"), "outside the years"),
        (("--at", "9999-12-30 09:00"), "too far ahead"),
        (("--in", "soon"), "--in: 'soon' is no length of time"),
        (("--in", "99999w"), "too far ahead"),
        (("--in", "0m"), "--in: '0m' is no time at all"),
        (("--every", "FREQ=SECONDLY"), "FREQ must be one of"),
        (("--every", "nonsense\x1b[31m"), "--every: "),
        (("--every", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), "never matches"),
        (("--tz", "Mars/Olympus"), "'Mars/Olympus' is not a time zone"),
        (("--expires", "2001-01-01 00:00"), "expires"),
        (("--expires", "never"), "--expires: 'never'"),
        (("--late", "perhaps"), "run, skip or hold"),
        (("--late", "skip:10m"), "goes with the policy run"),
        (("--late", "run:x"), "--late: 'x'"),
        (("--late", "run:99999w"), "seconds at most"),
        (("--id", ""), "--id: 1 to 255"),
        (("--id", "x" * 256), "--id: 1 to 255"),
        (("--id", "\x07"), "--id: 1 to 255"),
        (("--body-in", "no tag=x"), "no language tag"),
        (
            ("--body-in", "German=x"),
            "--body-in German: 'German' is no language; do you",
        ),
        (("--subject-in", "de_DE=x"), "no language; do you mean 'de-DE'"),
        (("--subject-in", "de=x"), "--subject-in: There is no body in 'de'"),
        (("--body", ""), "empty"),
        (("--body", "a\x00b"), "U+0000"),
        (("--body", "x" * 16_001), "16000 at most"),
        (("--subject", "x" * 1_025), "1024 at most"),
    ],
)
def test_refusals(place: Workplace, arguments: tuple[str, ...], says: str) -> None:
    """A value that the service refuses: exit code 1, one line, nothing stored."""
    body = () if arguments[0] == "--body" else ("--body", "x")
    asked = ("announce", "news", *body, *arguments, "--yes")
    assert says in place(*asked).fault()
    assert place.data("schedules", "list", "--all")["count"] == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nothing", "--body", "x"), "There is no list 'nothing'; the lists: maint"),
        (("\x1b[31m", "--body", "x"), "There is no list '\\x1b[31m'"),
        (("news", "--template", "nothing"), "no template is called 'nothing'"),
        (("news", "--template", "../welcome"), "no template is called"),
        (("news", "--template", "maintenance"), "'summary'"),
        (("news", "--template", "welcome", "--set", "a=b"), "no field 'a'"),
        (
            (
                *("news", "--template", "maintenance"),
                *("--set", "summary=x", "--set", "start=x"),
            ),
            "--set start: 'x' is not a moment",
        ),
        (
            (
                *("news", "--template", "maintenance", "--set", "summary=a\x1bb"),
                *("--set", "start=2040-01-01T00:00:00Z"),
            ),
            "U+001B",
        ),
        (
            (
                *("news", "--template", "maintenance", "--set", "summary:1-=x"),
                *("--set", "start=2040-01-01T00:00:00Z"),
            ),
            "no language tag",
        ),
    ],
)
def test_unknown_things(
    place: Workplace, arguments: tuple[str, ...], says: str
) -> None:
    """Unknown lists, templates, fields and bad fields: exit code 1 and one line."""
    assert says in place("announce", *arguments, "--yes").fault()


def test_a_start_that_clocks_skip(place: Workplace) -> None:
    """What was typed is kept: on the days after the gap it goes out at that very time,
    and the same words are the same announcement.
    """
    soon(place)
    typed = (
        *("announce", "news", "--body", "Hi", "--at", "2040-03-25 02:30"),
        *("--tz", "Europe/Warsaw", "--every", "FREQ=DAILY;COUNT=3"),
        *("--id", "night", "--yes"),
    )
    first, again = place.data(*typed), place.data(*typed)
    assert [one["local"][11:16] for one in first["moments"]] == [
        *("03:30", "02:30", "02:30"),
    ]
    assert again["reference"] == first["reference"]


@pytest.mark.parametrize(
    ("arguments", "result", "detail"),
    [
        (("nothing", "--body", "x"), "not-found", "There is no list 'nothing'"),
        (("news", "--body", "x", "--at", "soon"), "invalid", "deliver-at"),
        (("news", "--body", "x", "--tz", "Mars"), "invalid", "timezone"),
        (("news", "--body", "x", "--in", "99999w"), "policy-violation", "too far"),
        (("news", "--body-in", "xx=x"), "invalid", "--body-in xx"),
        (("news", "--template", "nothing"), "invalid", "template"),
        (
            ("news", "--template", "maintenance", "--set", "start=soon"),
            *("invalid", "set.start"),
        ),
    ],
)
def test_a_refusal_is_in_the_trail_once(
    place: Workplace, arguments: tuple[str, ...], result: str, detail: str
) -> None:
    """Wherever it is found, while reading, looking or storing, as at other doors."""
    place("announce", *arguments, "--id", "mine", "--yes").fault()
    [entry] = place.data("audit")["items"]
    assert (entry["action"], entry["door"]) == ("schedule", "cli")
    assert entry["about"] == f"mine to {arguments[0]}"
    assert entry["result"] == result
    assert detail in entry["detail"]
