"""What cannot be taken back asks on a terminal, and shows what it is about."""

import re
from datetime import date, timedelta

import pytest

from tests.cli.workplace import CTRL_C, Workplace, hold, send
from tests.servers.processes import eventually

DAY = date.today() + timedelta(days=7)  # noqa: DTZ011 - any day to come will do


@pytest.fixture
def weekly(place: Workplace) -> Workplace:
    """With `weekly`, #3: at nine in Warsaw, four weeks from DAY on."""
    place.done("subscribers", "add", "maintenance", "a@example.org", "b@example.org")
    place.done(
        *("announce", "maintenance", "--id", "weekly", "--yes", "--at", f"{DAY} 09:00"),
        *("--subject", "Disks", "--body", "Hello", "--every", "FREQ=WEEKLY;COUNT=4"),
    )
    return place


def state(place: Workplace) -> tuple[str, int]:
    """Of `weekly`, and how many broadcasts there are."""
    shown = place.data("schedules", "show", "weekly")
    return shown["state"], len(shown["broadcasts"])


@pytest.mark.parametrize("answer", ["n\n", "\n", CTRL_C])
@pytest.mark.parametrize(
    ("command", "question", "otherwise"),
    [
        ("send-now", "Send it now? [y/N]", "nothing was sent"),
        ("cancel", "Cancel it? [y/N]", "nothing was cancelled"),
    ],
)
def test_no_changes_nothing(
    weekly: Workplace, command: str, question: str, otherwise: str, answer: str
) -> None:
    """List, readers, subject, and the next moment on clocks there stand above the
    question; whoever does not say yes gets exit code 1, and nothing is done.
    """
    code, seen = weekly.dialogue(
        "schedules", command, "weekly", turns=[(question, answer)]
    )
    assert code == 1
    for part in ("(weekly)", "maintenance", "Disks", f"{DAY} 09:00 CE"):
        assert seen.index(part) < seen.index(question)
    assert re.search(r"readers now\s+2\b", re.sub(r"\x1b\[\d*m", "", seen))
    assert f"carillon: {otherwise}" in seen
    assert state(weekly) == ("pending", 0)


@pytest.mark.parametrize(
    ("command", "question", "became"),
    [
        ("send-now", "Send it now? [y/N]", ("running", 1)),
        ("cancel", "Cancel it? [y/N]", ("cancelled", 0)),
    ],
)
def test_yes_does_it(
    weekly: Workplace, command: str, question: str, became: tuple[str, int]
) -> None:
    """The answer yes does it, and so does --yes, which is asked nothing."""
    code, seen = weekly.dialogue(
        "schedules", command, "weekly", turns=[(question, "y\n")]
    )
    assert code == 0, seen
    assert state(weekly) == became


def test_yes_is_not_asked(weekly: Workplace) -> None:
    """--yes on a terminal does it at once; --json wants it there."""
    code, seen = weekly.terminal("schedules", "cancel", "weekly", "--json")
    assert code == 2
    assert "add --yes" in seen
    code, seen = weekly.terminal("schedules", "cancel", "weekly", "--yes")
    assert (code, "?" in seen) == (0, False)
    assert state(weekly)[0] == "cancelled"
    # what is over is not asked about
    code, seen = weekly.terminal("schedules", "send-now", "weekly")
    assert (code, "is over" in seen) == (1, True)


def test_a_script_is_not_asked(weekly: Workplace) -> None:
    """Without a terminal they do what they are told, as ever."""
    weekly.done("schedules", "send-now", "weekly")
    weekly.done("schedules", "cancel", "weekly")
    assert state(weekly) == ("cancelled", 1)


def test_a_skip_that_ends_it(weekly: Workplace) -> None:
    """Of four the first three are skipped without a question; the last asks, for
    nothing is left then.
    """
    skip = ("schedules", "skip", "weekly")
    for week in range(3):
        day = DAY + timedelta(weeks=week)
        code, seen = weekly.terminal(*skip, str(day))
        assert (code, "?" in seen) == (0, False), seen
    question = "Skip it? [y/N]"
    last = str(DAY + timedelta(weeks=3))
    code, seen = weekly.dialogue(*skip, last, turns=[(question, "n\n")])
    assert code == 1
    assert "Nothing is left to send then, and it is over." in " ".join(seen.split())
    assert state(weekly)[0] == "pending"
    # an occurrence that is skipped already is left as it is
    code, seen = weekly.terminal(*skip)
    assert (code, "to skip another, name it" in " ".join(seen.split())) == (1, True)
    code, seen = weekly.terminal(*skip, str(DAY))
    assert (code, "?" in seen) == (0, False), seen
    code, _ = weekly.dialogue(*skip, last, turns=[(question, "y\n")])
    assert (code, state(weekly)[0]) == (0, "cancelled")


@pytest.mark.parametrize("which", ["its own", "--all"])
def test_stop(weekly: Workplace, which: str) -> None:
    """`broadcasts stop` shows how far each is, and asks; one that is over does not."""
    weekly.done("schedules", "send-now", "weekly")
    number = str(weekly.data("schedules", "show", "weekly")["reference"])
    stop = ("broadcasts", "stop", "--all" if which == "--all" else number)
    code, seen = weekly.dialogue(*stop, turns=[("Stop 1? [y/N]", "n\n")])
    assert code == 1
    assert "carillon: nothing was stopped" in seen
    assert "Disks" in seen
    assert weekly.data("broadcasts", "show", number)["state"] == "sending"
    code, seen = weekly.dialogue(*stop, turns=[("Stop 1? [y/N]", "y\n")])
    assert code == 0, seen
    assert weekly.data("broadcasts", "show", number)["state"] == "stopped"
    code, seen = weekly.terminal(*stop)
    assert (code, "?" in seen) == (0, False), seen


def test_what_is_held(weekly: Workplace) -> None:
    """`resume` asks where it sends what is held for an admin, and only there."""
    weekly.done("schedules", "pause", "weekly")
    code, seen = weekly.terminal("schedules", "resume", "weekly")
    assert (code, "?" in seen) == (0, False), seen


def test_a_purge_of_the_trail(weekly: Workplace) -> None:
    """`audit --purge` says how many entries go, and asks."""
    before = weekly.data("audit")["count"]
    assert eventually(lambda: weekly.data("audit", "--until", "1s")["count"] == before)
    purge = ("audit", "--purge", "1s")
    code, seen = weekly.dialogue(*purge, turns=[(" entries? [y/N]", "n\n")])
    assert code == 1
    assert "carillon: nothing was dropped" in seen
    assert weekly.data("audit")["count"] == before


def test_a_refusal_is_written_down_once(weekly: Workplace) -> None:
    """What is refused while it is looked at for the question is in the trail once."""
    code, _ = weekly.terminal("schedules", "cancel", "nothing")
    assert code == 1
    [entry] = weekly.data("audit", "--result", "not-found")["items"]
    assert (entry["action"], entry["about"]) == ("cancel", "nothing")


def begin_another(place: Workplace) -> str:
    """One more broadcast of it is under way; what is typed then."""
    with place.use_cases() as service:
        service.database.call(hold, 3)
    place.done("schedules", "resume", "weekly")
    return "y\n"


def test_stop_what_was_shown(weekly: Workplace) -> None:
    """Where another broadcast of it begins while the question stands, the one that was
    asked about is stopped, and not the latest.
    """
    weekly.done("schedules", "send-now", "weekly")
    question = ("Stop 1? [y/N]", lambda: begin_another(weekly))
    code, seen = weekly.dialogue("broadcasts", "stop", "3", turns=[question])
    assert code == 0, seen
    assert weekly.data("broadcasts", "show", "3/1")["state"] == "stopped"
    assert weekly.data("broadcasts", "show", "3/2")["state"] == "sending"


def test_stop_all_that_was_shown(weekly: Workplace) -> None:
    """So with --all, which says that there is more."""
    weekly.done("schedules", "send-now", "weekly")
    question = ("Stop 1? [y/N]", lambda: begin_another(weekly))
    code, seen = weekly.dialogue("broadcasts", "stop", "--all", turns=[question])
    assert code == 0, seen
    assert "1 more is being sent that was not shown" in seen
    assert weekly.data("broadcasts", "show", "3/1")["state"] == "stopped"
    assert weekly.data("broadcasts", "show", "3/2")["state"] == "sending"


def test_stop_all_of_which_one_is_over(weekly: Workplace) -> None:
    """What ends by itself while the question stands is told of."""

    def over() -> str:
        with weekly.use_cases() as service:
            send(service)
        return "y\n"

    weekly.done("schedules", "send-now", "weekly")
    stop = ("broadcasts", "stop", "--all")
    code, seen = weekly.dialogue(*stop, turns=[("Stop 1? [y/N]", over)])
    assert code == 0, seen
    assert "Broadcast #3/1 is over: sent." in seen
    assert "0 stopped." in seen


@pytest.mark.parametrize(
    ("command", "question"),
    [
        ("send-now", "Send it now? [y/N]"),
        ("cancel", "Cancel it? [y/N]"),
        ("resume", "Send what is held now? [y/N]"),
    ],
)
def test_what_was_edited_at_the_question(
    weekly: Workplace, command: str, question: str
) -> None:
    """A yes is one to what was shown: what somebody has edited since is left alone."""

    def edit() -> str:
        weekly.done("schedules", "edit", "weekly", "--body", "Another", "--yes")
        return "y\n"

    if command == "resume":
        with weekly.use_cases() as service:
            service.database.call(hold, 3)
    code, seen = weekly.dialogue(
        "schedules", command, "weekly", turns=[(question, edit)]
    )
    assert code == 1, seen
    assert "carillon: #3 was changed meanwhile; look at it again." in seen
    assert state(weekly) == ("pending", 0)
