"""`schedules edit`: a pending announcement changed; it shows what, then asks."""

import re
from datetime import date, timedelta
from typing import Any

import pytest

from tests.cli.workplace import CTRL_C, Workplace, plan, send

#: a day to come, at nine in Warsaw that is the next occurrence of `weekly`
DAY = date.today() + timedelta(days=7)  # noqa: DTZ011 - any day to come will do
NEXT = DAY + timedelta(days=1)
QUESTION = "Change this? [y/N]"
#: of the template `maintenance`
FIELDS = (
    *("--set", "summary=Disks", "--set", f"start={DAY} 12:00"),
    *("--set", f"end={DAY} 14:00"),
)


@pytest.fixture
def weekly(place: Workplace) -> Workplace:
    """With #1, `weekly`: at nine in Warsaw, four weeks from DAY on."""
    place.done(
        *("announce", "maintenance", "--id", "weekly", "--yes", "--at", f"{DAY} 09:00"),
        *("--subject", "Disks", "--body", "Hello", "--every", "FREQ=WEEKLY;COUNT=4"),
    )
    return place


@pytest.fixture
def templated(place: Workplace) -> Workplace:
    """With #1, `work`: once, by a template."""
    place.done(
        *("announce", "maintenance", "--id", "work", "--yes", "--at", f"{DAY} 09:00"),
        *("--template", "maintenance", *FIELDS),
    )
    return place


def edited(place: Workplace, *options: str, reference: str = "#1") -> Any:
    """What the command tells programs of an edit that is carried out."""
    return place.data("schedules", "edit", reference, *options, "--yes")


def changed(found: Any) -> dict[str, tuple[Any, Any]]:
    return {one["field"]: (one["old"], one["new"]) for one in found["differences"]}


def shown(place: Workplace) -> Any:
    return place.data("schedules", "show", "1")


def test_the_whole_text(weekly: Workplace) -> None:
    """--body says it anew, in place of all languages; the subject stays."""
    found = edited(weekly, "--body-in", "de=Hallo", "--body", "Ho")
    assert changed(found) == {"body": ("Hello", "Ho"), "body.de": (None, "Hallo"),
                              "subject.de": (None, "Disks")}  # fmt: skip
    found = edited(weekly, "--body", "Only this")
    assert shown(weekly)["texts"] == [
        {"language": "", "subject": "Disks", "body": "Only this"}
    ]
    assert changed(found)["body.de"] == ("Hallo", None)


def test_the_subject_alone(weekly: Workplace) -> None:
    """--subject leaves the text; an empty one takes it away."""
    assert changed(edited(weekly, "--subject", "Rays")) == {
        "subject": ("Disks", "Rays")
    }
    assert shown(weekly)["texts"][0]["body"] == "Hello"
    assert changed(edited(weekly, "--subject", "")) == {"subject": ("Rays", None)}


def test_a_field_of_its_template(templated: Workplace) -> None:
    """--set changes one field, a moment as wall time; the others stay."""
    found = edited(templated, "--set", "summary=Cables")
    assert changed(found) == {"set.summary": ("Disks", "Cables")}
    assert found["texts"][0]["body"].startswith("Planned maintenance: Cables\n")
    found = edited(templated, "--set", f"end={NEXT} 12:00")
    [(field, (old, new))] = changed(found).items()
    assert (field, old[:10], new[:10]) == ("set.end", str(DAY), str(NEXT))
    assert shown(templated)["values"]["summary"] == {"": "Cables"}


def test_one_language_of_a_field(templated: Workplace) -> None:
    """K:lang=V changes it in that language, its others stay; K=V is all of it."""
    edited(templated, "--set", "summary:de=Platten", "--set", "summary:pl=Dyski")
    assert shown(templated)["values"]["summary"] == {
        "": "Disks",
        "de": "Platten",
        "pl": "Dyski",
    }
    found = edited(templated, "--set", "summary:de=Kabel")
    assert changed(found) == {"set.summary.de": ("Platten", "Kabel")}
    edited(templated, "--set", "summary=Cables")
    assert shown(templated)["values"]["summary"] == {"": "Cables"}


def test_words_of_its_own_in_place_of_a_template(templated: Workplace) -> None:
    """--body takes the template away, and --template brings one with all fields."""
    found = edited(templated, "--body", "Own words")
    assert found["template"] is None
    assert changed(found)["template"] == ("maintenance", None)
    ran = templated("schedules", "edit", "1", "--template", "maintenance", "--yes")
    assert (
        "lacks 2 fields: 'summary' (one line of text), 'start' (a moment" in ran.fault()
    )
    found = edited(templated, "--template", "maintenance", *FIELDS)
    assert changed(found)["body"] == ("Own words", None)
    assert found["template"] == "maintenance"


def test_its_moment(weekly: Workplace) -> None:
    """--at and --in say when it goes out next, and its rule goes on from there."""
    found = edited(weekly, "--at", f"{NEXT} 10:30")
    assert [one["local"][:16] for one in found["moments"]][:2] == [
        f"{NEXT}T10:30",
        f"{NEXT + timedelta(days=7)}T10:30",
    ]
    assert len(found["moments"]) == 4
    before = found["next_at"]
    found = edited(weekly, "--in", "2d")
    assert changed(found).keys() == {"at", "begin"}
    assert found["next_at"] < before


def test_its_zone(weekly: Workplace) -> None:
    """--tz keeps the wall time in another zone; empty it is UTC."""
    found = edited(weekly, "--tz", "America/New_York")
    assert found["timezone"] == "America/New_York"
    assert found["moments"][0]["local"].startswith(f"{DAY}T09:00:00-0")
    found = edited(weekly, "--tz", "")
    assert found["next_at"] == f"{DAY}T09:00:00Z"
    assert changed(found)["tz"] == ("America/New_York", None)


def test_its_rule(weekly: Workplace) -> None:
    """--every gives another rule, which begins with the next; empty it is sent once."""
    found = edited(weekly, "--every", "FREQ=DAILY;COUNT=2")
    assert [one["local"][:10] for one in found["moments"]] == [str(DAY), str(NEXT)]
    found = edited(weekly, "--every", "")
    assert found["recurrence"] is None
    assert [one["local"][:10] for one in found["moments"]] == [str(DAY)]


def test_its_end_and_its_lateness(weekly: Workplace) -> None:
    """--expires and --late change what they name; an empty --expires takes it away."""
    found = edited(weekly, "--expires", f"{NEXT} 09:00", "--late", "run:30m")
    assert found["expires_at"].startswith(str(NEXT))
    assert found["late"] == {"policy": "run", "within": 1800}
    assert changed(edited(weekly, "--late", "hold"))["late"] == ("run", "hold")
    found = edited(weekly, "--expires", "")
    assert found["expires_at"] is None
    assert found["late"]["policy"] == "hold"


def test_its_list(weekly: Workplace) -> None:
    """--list tells another list, with how many read it."""
    weekly.done("subscribers", "add", "news", "a@example.org", "--no-welcome")
    found = edited(weekly, "--list", "news")
    assert (found["list"], found["readers"]) == ("news", 1)
    assert changed(found) == {"list": ("maintenance", "news")}


def test_its_names_and_its_past_stay(weekly: Workplace) -> None:
    """Number, id and owner, and what was sent, are those of before."""
    weekly.done("subscribers", "add", "maintenance", "a@example.org", "--no-welcome")
    weekly.done("schedules", "send-now", "weekly")
    with weekly.use_cases() as use_cases:
        plan(use_cases)
        send(use_cases)
    before = shown(weekly)
    edited(weekly, "--body", "Ho", "--at", f"{NEXT} 09:00", "--list", "news")
    after = shown(weekly)
    for name in ("reference", "id", "owner", "created_at", "broadcasts", "occurrences"):
        assert after[name] == before[name], name
    assert (before["revision"], after["revision"]) == (1, 2)
    assert [one["state"] for one in after["occurrences"]] == ["sent"]


def test_it_shows_the_difference_and_asks(weekly: Workplace) -> None:
    """A terminal gets a table of before and after, texts and moments; yes does it."""
    command = ("schedules", "edit", "weekly", "--body", "Ho", "--at", f"{NEXT} 09:00")
    code, seen = weekly.dialogue(*command, turns=[(QUESTION, "y\n")])
    assert code == 0
    seen = re.sub(r"\x1b\[\d*m", "", seen)
    table, _, rest = seen.partition("\n\n")
    rows = [row.split() for row in table.splitlines()]
    assert rows[0] == ["field", "before", "after"]
    assert rows[1] == ["body", "Hello", "Ho"]
    assert rows[2][:3] == ["at", str(DAY), "09:00"]
    assert [row[0] for row in rows[1:]] == ["body", "at"], "begin tells nothing more"
    parts = ("[any language] Disks\n    Ho\n", f"{NEXT} 09:00:00", QUESTION)
    assert sorted(parts, key=rest.index) == list(parts)
    assert rest.rstrip().splitlines()[-1].startswith("#1 (weekly) is pending; next: ")
    assert all(len(row) <= 80 for row in seen.splitlines())
    assert shown(weekly)["texts"][0]["body"] == "Ho"


@pytest.mark.parametrize("answer", ["n\n", "\n", CTRL_C])
def test_answering_no_changes_nothing(weekly: Workplace, answer: str) -> None:
    """Whoever does not say yes leaves it as it was, and gets exit code 1."""
    before = shown(weekly)
    command = ("schedules", "edit", "weekly", "--body", "Ho")
    code, seen = weekly.dialogue(*command, turns=[(QUESTION, answer)])
    assert code == 1
    assert "carillon: nothing was changed" in seen
    assert shown(weekly) == before


def test_where_nobody_can_be_asked(weekly: Workplace) -> None:
    """Without a terminal --yes or --dry-run has to be there; nothing is changed."""
    before = shown(weekly)
    for form in ((), ("--json",)):
        ran = weekly("schedules", "edit", "weekly", "--body", "Ho", *form)
        assert "add --yes" in ran.fault(2)
        assert ran.out == ""
    assert shown(weekly) == before


def test_dry_run_changes_nothing(weekly: Workplace) -> None:
    """--dry-run shows all that the edit would do, and asks nothing."""
    before = shown(weekly)
    command = ("schedules", "edit", "weekly", "--body", "Ho", "--dry-run")
    out = weekly.done(*command)
    assert "Ho" in out.splitlines()[1]
    assert "pending; next" not in out
    found = weekly.data(*command)
    assert found["dry_run"] is True
    assert changed(found) == {"body": ("Hello", "Ho")}
    assert found["texts"][0]["body"] == "Ho"
    assert shown(weekly) == before


def test_a_stale_revision_is_a_conflict(weekly: Workplace) -> None:
    """An edit of a revision that is no longer there is refused with the present one."""
    assert re.search("revision +1\n", weekly.done("schedules", "show", "weekly"))
    edited(weekly, "--body", "Ho", "--revision", "1")
    assert re.search("revision +2\n", weekly.done("schedules", "show", "weekly"))
    ran = weekly(
        *("schedules", "edit", "weekly", "--body", "Hi", "--revision", "1", "--yes")
    )
    assert ran.fault() == (
        "carillon: #1 is in revision 2 now, not 1; look at it and edit that."
    )
    assert shown(weekly)["texts"][0]["body"] == "Ho"
    assert edited(weekly, "--body", "Hi", "--revision", "2")["revision"] == 3


def test_who_edits_in_between_is_not_overrun(weekly: Workplace) -> None:
    """An edit by somebody else during the question stays, and the trail has both."""
    command = ("schedules", "edit", "weekly", "--body", "Mine")

    def meanwhile() -> str:
        edited(weekly, "--body", "Other")
        return "y\n"

    code, seen = weekly.dialogue(*command, turns=[(QUESTION, meanwhile)])
    assert code == 1
    assert "is in revision 2 now, not 1" in seen
    assert shown(weekly)["texts"][0]["body"] == "Other"
    assert edits(weekly) == ["done", "conflict"]


@pytest.mark.parametrize("named", [(), ("--revision", "1")])
def test_a_repeat_changes_nothing_more(
    weekly: Workplace, named: tuple[str, ...]
) -> None:
    """The same command again ends well, without a question, and nothing is changed."""
    command = ("schedules", "edit", "weekly", "--body", "Ho", *named)
    first = weekly.data(*command, "--yes")
    again = weekly.data(*command, "--yes")
    assert again["differences"] == []
    for name in ("revision", "next_at", "texts", "moments"):
        assert again[name] == first[name], name
    assert weekly.done(*command, "--yes") == "Nothing changes.\n"
    assert weekly.dialogue(*command, turns=[]) == (0, "Nothing changes.\n")
    assert shown(weekly)["revision"] == 2


def test_what_is_over_is_refused(weekly: Workplace) -> None:
    """Only what is still to be sent can be edited."""
    weekly.done("schedules", "cancel", "weekly")
    for form in ("--yes", "--dry-run"):
        ran = weekly("schedules", "edit", "weekly", "--body", "Ho", form)
        assert ran.fault() == "carillon: #1 is over: cancelled."
    ran = weekly("schedules", "edit", "party", "--body", "Ho", "--yes")
    assert "There is no announcement 'party' of role:admin" in ran.fault()


def test_what_is_no_longer_skipped_is_told(weekly: Workplace) -> None:
    """Skipped stays skipped where it still is an occurrence; what is not is named."""
    day = str(DAY + timedelta(days=7))
    weekly.done("schedules", "skip", "weekly", day)
    out = weekly.done("schedules", "edit", "weekly", "--body", "Ho", "--dry-run")
    assert f"{day} 09:00:00" in out
    assert "skipped\n" in out
    rule = ("--every", "FREQ=MONTHLY;COUNT=3")
    found = edited(weekly, *rule, "--dry-run")
    assert [one[:10] for one in found["put_back"]] == [day]
    out = weekly.done("schedules", "edit", "weekly", *rule, "--yes")
    assert f"Note: {day} 09:00 " in out
    assert " is no longer skipped.\n" in out
    assert weekly.data("schedules", "preview", "weekly")["skipped"] == []


BAD = [
    (("--at", "x"), "--at: 'x' is not a moment"),
    (("--at", ""), "--at: '' is not a moment"),
    (("--at", "2020-01-01T00:00:00Z"), "--at: 2020-01-01 01:00 CET has passed"),
    (("--in", "x"), "--in: 'x' is no length of time"),
    (("--in", ""), "--in: '' is no length of time"),
    (("--every", "x"), "--every: 'x' is not offered"),
    (("--every", "FREQ=WEEKLY;COUNT=0"), "--every: COUNT must be"),
    (("--tz", "Europe/Nowhere"), "--tz: 'Europe/Nowhere' is not a time zone"),
    (("--expires", "x"), "--expires: 'x' is not a moment"),
    (("--expires", "2026-01-01T00:00:00Z"), "--expires: "),
    (("--late", "x"), "--late: the policy is run, skip or hold"),
    (("--late", ""), "--late: the policy is run, skip or hold"),
    (("--late", "run:x"), "--late: 'x' is no length of time"),
    (("--list", "x"), "--list: There is no list 'x'; the lists: maintenance, news."),
    (("--body-in", "xx=x"), "--body-in xx: there is no language 'xx'"),
    (("--subject-in", "de=x"), "--subject-in: There is no body in 'de'."),
    (("--template", "x"), "--template: no template is called 'x'"),
    (("--body", ""), "--body: The body is empty."),
]


@pytest.mark.parametrize(("options", "why"), BAD, ids=[" ".join(one) for one, _ in BAD])
def test_bad_input_names_its_option(
    weekly: Workplace, options: tuple[str, ...], why: str
) -> None:
    """What cannot be is refused in one line that says what to type otherwise."""
    before = shown(weekly)
    fault = weekly("schedules", "edit", "weekly", *options, "--yes").fault()
    assert fault.startswith(f"carillon: {why}")
    assert shown(weekly) == before


USAGE = [
    ((), "nothing to change: give --body TEXT or --at TIME; see --help"),
    (("--revision", "1"), "nothing to change"),
    (("--at", f"{DAY} 09:00", "--in", "1d"), "give --at or --in, not both"),
    (("--template", "news", "--body", "x"), "give either --template or --body"),
    (("--set", "what=x"), "--set goes with --template NAME"),
    (("--set", "what=x", "--body", "x"), "--set goes with --template NAME"),
    (("--body-in", "x"), "--body-in 'x': write LANG=TEXT"),
    (("--subject-in", "=x"), "--subject-in '=x': write LANG=TEXT"),
]


@pytest.mark.parametrize(("options", "why"), USAGE)
def test_usage(weekly: Workplace, options: tuple[str, ...], why: str) -> None:
    """Options that are missing or contradict each other end with 2."""
    ran = weekly("schedules", "edit", "weekly", *options, "--yes")
    assert ran.fault(2).startswith(f"carillon: {why}")


def test_bad_fields_of_its_template(templated: Workplace) -> None:
    """A field that there is not, or that no moment is in, is refused by its name."""
    for setting, why in (
        ("nope=1", "--set nope: template 'maintenance' has no field 'nope'"),
        ("end=tomorrow", "--set end: 'tomorrow' is not a moment"),
    ):
        ran = templated("schedules", "edit", "work", "--set", setting, "--yes")
        assert ran.fault().startswith(f"carillon: {why}")
    ran = templated("schedules", "edit", "work", "--set", "what", "--yes")
    assert ran.fault(2) == "carillon: --set 'what': write K=V, or K:lang=V"


def test_the_trail_tells_what_was_edited(weekly: Workplace) -> None:
    """Each edit is in the audit trail, a look at one is not."""
    weekly.done("schedules", "edit", "weekly", "--body", "Ho", "--dry-run")
    assert edits(weekly) == []
    edited(weekly, "--body", "Ho")
    edited(weekly, "--body", "Hi")
    assert edits(weekly) == ["done", "done"]


def edits(place: Workplace) -> list[str]:
    """What became of each edit."""
    found = place.data("audit", "--action", "edit")["items"]
    return [one["result"] for one in reversed(found)]
