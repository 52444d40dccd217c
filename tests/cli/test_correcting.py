"""`broadcasts correct` and `retract`, and `announce --only-told`."""

from typing import Any

import pytest

from tests.cli.workplace import CTRL_C, Workplace, plan, send

A, B, C = (f"{name}@example.org" for name in "abc")
QUESTION = "Correct it? [y/N]"
DAY = "2040-02-01"


def goes_out(place: Workplace, failing: dict[str, str] | None = None) -> None:
    """As the running service does."""
    with place.use_cases() as use_cases:
        plan(use_cases)
        send(use_cases, failing or {})


@pytest.fixture
def sent(place: Workplace) -> Workplace:
    """With broadcast 1/1, which reached two of three people."""
    place.done("subscribers", "add", "news", A, B, C, "--no-welcome")
    place.done(
        *("announce", "news", "--id", "x", "--subject", "Disks", "--yes"),
        *("--body", "At 22:00", "--body-in", "de=Um 22:00", "--in", "9d"),
    )
    place.done("schedules", "send-now", "x")
    goes_out(place, {C: "forbidden"})
    return place


def corrected(place: Workplace, *options: str) -> Any:
    return place.data("broadcasts", "correct", "1", *options, "--yes")


def test_only_shown(sent: Workplace) -> None:
    """--dry-run tells the new text in each language and how many have the old one."""
    options = ("--body", "At 23:00", "--body-in", "de=Um 23:00", "--dry-run")
    out = sent.done("broadcasts", "correct", "1", *options)
    assert out.index("At 23:00") < out.index("[de] Disks") < out.index("Um 23:00")
    assert "have the old text  2" in out
    found = sent.data("broadcasts", "correct", "1", *options)
    assert (found["readers"], found["changes"], found["amendments"]) == (2, True, [])
    assert found["dry_run"] is True
    assert [one["body"] for one in found["texts"]] == ["At 23:00", "Um 23:00"]
    assert sent.data("broadcasts", "list")["count"] == 1


def test_corrected(sent: Workplace) -> None:
    """Those whom it reached are told, by an announcement of its own; what is not named
    stays, and the next correction goes on from there.
    """
    found = corrected(sent, "--body", "At 23:00")
    [made] = found["amendments"]
    assert (made["kind"], made["reference"], made["broadcast"]) == ("correct", 2, None)
    goes_out(sent)
    told = sent.data("broadcasts", "show", "2")
    assert (told["total"], told["sent"]) == (2, 2)
    out = sent.done("broadcasts", "show", "1")
    assert "corrected by   #2/1, sent: 2 of 2" in out
    [amendment] = sent.data("broadcasts", "show", "1")["amendments"]
    assert (amendment["kind"], amendment["sent"]) == ("correct", 2)
    found = corrected(sent, "--subject", "New disks")
    assert found["texts"] == [
        {"language": "", "subject": "New disks", "body": "At 23:00"}
    ]
    actions = [one["action"] for one in sent.data("audit")["items"]]
    assert actions[:2] == ["correct", "correct"]


def test_a_repeat(sent: Workplace) -> None:
    """What readers have already changes nothing."""
    found = corrected(sent, "--body", "At 23:00")
    again = corrected(sent, "--body", "At 23:00")
    assert (again["changes"], again["amendments"]) == (False, found["amendments"])
    out = sent.done("broadcasts", "correct", "1", "--body", "At 23:00", "--yes")
    assert "Nothing changes." in out
    assert sent.data("schedules", "list")["count"] == 1


def test_a_template(place: Workplace) -> None:
    """A field is said anew, the others stay; a moment is that of the wall."""
    place.done("subscribers", "add", "maintenance", A, "--no-welcome")
    place.done(
        *("announce", "maintenance", "--template", "maintenance", "--yes"),
        *("--set", "summary=Disks", "--set", f"start={DAY} 22:00"),
        *("--set", f"end={DAY} 23:00", "--id", "x", "--in", "9d"),
    )
    place.done("schedules", "send-now", "x")
    goes_out(place)
    found = place.data(
        *("broadcasts", "correct", "1", "--set", f"end={DAY} 23:30", "--yes")
    )
    english = next(one for one in found["texts"] if one["language"] == "en")
    assert "Disks" in english["body"]
    assert "10:00 PM" in english["body"]
    assert "11:30 PM" in english["body"]


def test_no_changes_nothing(sent: Workplace) -> None:
    """On a terminal the text and how many have the old one stand above the question."""
    command = ("broadcasts", "correct", "1", "--body", "At 23:00")
    for answer in ("n\n", CTRL_C):
        code, seen = sent.dialogue(*command, turns=[(QUESTION, answer)])
        assert code == 1
        assert seen.index("At 23:00") < seen.index(QUESTION)
        assert "carillon: nothing was corrected" in seen
    assert sent.data("broadcasts", "list")["count"] == 1
    code, seen = sent.dialogue(*command, turns=[(QUESTION, "y\n")])
    assert (code, "#1/1 is corrected, by #2" in seen) == (0, True)


def test_withdrawn(sent: Workplace) -> None:
    """Asked about on a terminal; again it changes nothing, and ends all corrections."""
    question = "Withdraw it? [y/N]"
    code, seen = sent.dialogue("broadcasts", "retract", "1", turns=[(question, "n\n")])
    assert code == 1
    assert "carillon: nothing was withdrawn" in seen
    found = sent.data("broadcasts", "retract", "1")
    [made] = found["amendments"]
    assert made["kind"] == "retract"
    assert sent.data("broadcasts", "retract", "1")["amendments"] == [made]
    goes_out(sent)
    assert "withdrawn by   #2/1, sent: 2 of 2" in sent.done("broadcasts", "show", "1")
    refused = sent("broadcasts", "correct", "1", "--body", "At 23:00", "--yes")
    assert "withdrawn" in refused.fault()


def test_a_retraction_only_shown(sent: Workplace) -> None:
    """--dry-run tells what is said of it in each language, and how many hear that;
    the same stands above the question.
    """
    command = ("broadcasts", "retract", "1")
    out = sent.done(*command, "--dry-run")
    assert "The message “At 22:00” of" in out
    assert "[de]\n    Die Nachricht „Um 22:00“ von" in out
    assert "have it  2" in out
    looked = sent.data(*command, "--dry-run")
    assert (looked["readers"], looked["changes"], looked["dry_run"]) == (2, True, True)
    assert [one["language"] for one in looked["texts"]] == ["en", "de"]
    assert looked["amendments"] == []
    code, seen = sent.dialogue(*command, turns=[("Withdraw it? [y/N]", "n\n")])
    assert code == 1
    assert seen.index("“At 22:00” of") < seen.index("Withdraw it?")
    done = sent.data(*command)
    assert (done["texts"], done["dry_run"]) == (looked["texts"], False)
    again = sent.data(*command)
    assert (again["texts"], again["changes"]) == (looked["texts"], False)
    assert "Nothing changes." in sent.done(*command, "--dry-run")


def test_refused(sent: Workplace) -> None:
    """What is wrong is told with the option that it is about."""
    command = ("broadcasts", "correct")
    assert "nothing to change" in sent(*command, "1").fault(2)
    assert "--yes" in sent(*command, "1", "--body", "x").fault(2)
    assert "no announcement #9" in sent(*command, "9", "--body", "x", "--yes").fault()
    assert "names no broadcast" in sent(*command, "x/y", "--body", "x").fault()
    assert "--body: " in sent(*command, "1", "--body", " ", "--yes").fault()
    assert "--set" in sent(*command, "1", "--set", "start=now", "--yes").fault(2)
    assert "#9" in sent("broadcasts", "retract", "9").fault()


def test_said_to_those_alone(sent: Workplace) -> None:
    """--only-told is for whom a broadcast of that list reached, and nobody else."""
    told = ("--body", "Look again", "--only-told")
    found = sent.data("announce", "news", *told, "1", "--dry-run")
    assert found["readers"] == 2
    sent.done("announce", "news", *told, "1", "--in", "9d", "--yes")
    sent.done("schedules", "send-now", "2")
    goes_out(sent)
    assert sent.data("broadcasts", "show", "2")["sent"] == 2
    other = sent("announce", "maintenance", *told, "1", "--yes").fault()
    assert "--only-told: #1/1 did not go to 'maintenance'" in other
    missing = sent("announce", "news", *told, "7", "--yes").fault()
    assert "no announcement #7" in missing
