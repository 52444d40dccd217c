"""`broadcasts`: what is or was sent."""

import re

import pytest

from tests.cli.workplace import Workplace, plan, send, send_first


@pytest.fixture
def sending(place: Workplace) -> Workplace:
    """With broadcast 1 to three people under way."""
    people = ("a@example.org", "b@example.org", "c@example.org")
    place.done("subscribers", "add", "news", *people, "--no-welcome")
    place.done("announce", "news", "--body", "Hi", "--in", "9d", "--id", "x", "--yes")
    place.done("schedules", "send-now", "x")
    with place.use_cases() as use_cases:
        plan(use_cases)
    return place


def test_list_and_show(sending: Workplace) -> None:
    """A broadcast under way shows with its counts, as table and JSON."""
    out = sending.done("broadcasts", "list", "--sending")
    assert re.search(r"#1/1 +\S+ \S+ UTC +news +Hi +sending +0 of 3\b", out)
    data = sending.data("broadcasts", "list")
    assert data["items"] == [sending.data("broadcasts", "show", "1")]
    assert (data["count"], data["after"]) == (1, None)
    assert "sending" in sending.done("broadcasts", "show", "1")


def test_failures_in_pages(sending: Workplace) -> None:
    """Who was not told is listed by JID, and pages by --after JID."""
    failing = {"a@example.org": "forbidden", "c@example.org": "gone"}
    with sending.use_cases() as use_cases:
        send(use_cases, failing)
    out = sending.done("broadcasts", "failures", "1")
    assert "c@example.org  failed  the address no longer exists (gone)" in out
    first = sending.data("broadcasts", "failures", "1", "--limit", "1")
    assert [one["jid"] for one in first["items"]] == ["a@example.org"]
    assert first["after"] == "a@example.org"
    rest = sending.data("broadcasts", "failures", "1", "--after", first["after"])
    assert [one["condition"] for one in rest["items"]] == ["gone"]
    assert rest["after"] is None
    assert sending.data("broadcasts", "show", "1")["failed"] == 2


def test_no_failures(sending: Workplace) -> None:
    """Without failures the table says so, the JSON is empty."""
    assert "none" in sending.done("broadcasts", "failures", "1")
    assert sending.data("broadcasts", "failures", "1")["items"] == []


def test_watch_ends_with_the_broadcast(sending: Workplace) -> None:
    """`watch` stays until the last chunk is done."""
    watching = sending.background("broadcasts", "watch", "1")
    with sending.use_cases() as use_cases:
        send(use_cases)
    assert watching.wait(60) == 0, watching.log.read_text()
    assert "sent" in watching.log.read_text()


def test_watch_what_failed(sending: Workplace) -> None:
    """`watch` ends with 1 where nobody was told."""
    everybody = dict.fromkeys(
        ("a@example.org", "b@example.org", "c@example.org"), "forbidden"
    )
    with sending.use_cases() as use_cases:
        send(use_cases, everybody)
    ran = sending("broadcasts", "watch", "1", "--json")
    assert ran.fault() == "carillon: broadcast #1/1 is failed"
    assert '"failed": 3' in ran.out


def test_watch_tells_how_many_were_not_reached(sending: Workplace) -> None:
    """Where some were reached it ends with 0, and names the command for the others."""
    failing = dict.fromkeys(("a@example.org", "c@example.org"), "forbidden")
    with sending.use_cases() as use_cases:
        send(use_cases, failing)
    ran = sending("broadcasts", "watch", "1")
    assert (ran.code, ran.err) == (
        0,
        "2 of 3 were not reached; who and why: carillon broadcasts failures 1/1\n",
    )
    assert sending("broadcasts", "watch", "1", "--json").err == ""


def test_why_not_by_condition(sending: Workplace) -> None:
    """`failures --conditions` counts in words, `--condition` names those of one."""
    failing = {"a@example.org": "forbidden", "b@example.org": "item-not-found"}
    with sending.use_cases() as use_cases:
        send(use_cases, failing | {"c@example.org": "item-not-found"})
    said = sending.done("broadcasts", "failures", "1", "--conditions").splitlines()
    assert said[-2].split(maxsplit=1) == [
        "2",
        "there is no such address (item-not-found)",
    ]
    assert said[-1].startswith("1 ")
    found = sending.data("broadcasts", "failures", "1", "--conditions")["conditions"]
    assert found == [
        {"condition": "item-not-found", "count": 2},
        {"condition": "forbidden", "count": 1},
    ]
    items = sending.data("broadcasts", "failures", "1", "--condition", "forbidden")
    assert [one["jid"] for one in items["items"]] == ["a@example.org"]


def test_stop(sending: Workplace) -> None:
    """`stop` ends what is under way, once; a second time is no error."""
    assert sending.done("broadcasts", "stop", "1").endswith("\n1 stopped.\n")
    assert sending.data("broadcasts", "show", "1")["state"] == "stopped"
    assert sending.data("broadcasts", "stop", "1")["stopped"] == 1
    none = {"stopped": 0, "broadcasts": []}
    assert sending.data("broadcasts", "stop", "--all") == none
    assert "is stopped" in sending("broadcasts", "watch", "1").err


@pytest.mark.parametrize(
    "command",
    [("broadcasts", "stop", "1"), ("broadcasts", "stop", "--all"),
     ("schedules", "cancel", "x")],
)  # fmt: skip
def test_how_many_were_told_before_a_stop(
    sending: Workplace, command: tuple[str, ...]
) -> None:
    """`stop` and `cancel` of what is being sent say how many have been told so far, and
    `watch` says it, too: who was left out is not among those who failed.
    """
    with sending.use_cases() as use_cases:
        send_first(use_cases, {"a@example.org": "forbidden"}, 2)
    said = sending.done(*command)
    assert said.startswith("Broadcast #1/1: 1 of 3 has been told so far; ")
    ran = sending("broadcasts", "watch", "1")
    assert ran.code == 1
    assert ran.err.splitlines()[:3] == [
        "1 of 3 was told",
        "1 of 3 was left out: it ended before",
        "1 of 3 was not reached; who and why: carillon broadcasts failures 1/1",
    ]
    assert ran.err.splitlines()[3].endswith("is stopped")
    again = sending.data("schedules", "cancel", "x")
    assert again["stopped"] == []


def test_stop_and_cancel_as_data(sending: Workplace) -> None:
    """JSON holds the counts of each broadcast that was stopped."""
    [one] = sending.data("schedules", "cancel", "x")["stopped"]
    assert (one["broadcast"], one["state"], one["sent"]) == ("1/1", "stopped", 0)
    [same] = sending.data("broadcasts", "stop", "1")["broadcasts"]
    assert same == one


def test_stop_all(sending: Workplace) -> None:
    """`stop --all` ends everything under way and tells how many."""
    assert sending.done("broadcasts", "stop", "--all").endswith("\n1 stopped.\n")
    assert sending.data("broadcasts", "list", "--sending")["items"] == []


@pytest.mark.parametrize(
    ("arguments", "code"), [((), 2), (("1", "--all"), 2), (("x",), 1), (("0",), 1)]
)
def test_stop_needs_to_know_which(
    sending: Workplace, arguments: tuple[str, ...], code: int
) -> None:
    """Neither or both of a broadcast and --all is a usage error; what names none is
    refused.
    """
    assert sending("broadcasts", "stop", *arguments).code == code
    assert sending.data("broadcasts", "show", "1")["state"] == "sending"


@pytest.mark.parametrize("command", ["show", "failures", "watch", "stop"])
def test_unknown_broadcasts(place: Workplace, command: str) -> None:
    """A broadcast that is not there is refused in one line."""
    for number in ("2", "2/1", "#2", "9223372036854775807"):
        fault = place("broadcasts", command, number).fault()
        named = number.lstrip("#").partition("/")[0]
        assert fault == f"carillon: There is no announcement #{named}."
    for number in ("x", "0", "1/0", "1/2/3", "-1", "²", ""):
        fault = place("broadcasts", command, "--", number).fault()
        assert "names no broadcast; write 12 for the latest" in fault
    assert "no broadcast" in place("broadcasts", command, "9" * 30).fault()


def test_each_name_means_one(sending: Workplace) -> None:
    """A number is that of an announcement, with or without its sign, and which of its
    broadcasts behind it; what was never sent, and what there is instead, is told.
    """
    sending.done("announce", "news", "--body", "Later", "--in", "9d", "--yes")
    for name in ("1", "#1", "1/1", "#1/1"):
        assert sending.data("broadcasts", "show", name)["broadcast"] == "1/1"
    never = sending("broadcasts", "show", "2").fault()
    assert never == "carillon: Nothing of #2 has been sent yet."
    assert sending("broadcasts", "show", "1/2").fault() == (
        "carillon: There is no broadcast #1/2; the latest of #1 is #1/1."
    )


def test_the_latest_come_first_in_pages(place: Workplace) -> None:
    """The list begins with the latest; --after goes on with earlier ones, by name."""
    for _ in range(3):
        place.done("announce", "news", "--body", "Hi", "--in", "9d", "--yes")
    for number in ("1", "2", "3"):
        place.done("schedules", "send-now", number)
        with place.use_cases() as use_cases:
            plan(use_cases)
    latest = place("broadcasts", "list", "--limit", "2")
    assert latest.err == "there are more: --after 2/1\n"
    data = place.data("broadcasts", "list", "--limit", "2")
    assert [one["broadcast"] for one in data["items"]] == ["3/1", "2/1"]
    rest = place.data("broadcasts", "list", "--limit", "2", "--after", data["after"])
    assert [one["broadcast"] for one in rest["items"]] == ["1/1"]
    assert rest["after"] is None
    assert place.data("broadcasts", "list", "--after", "0", "--limit", "2") == data


def test_a_page_behind_what_is_over(place: Workplace) -> None:
    """Of what is under way the next page is given also where the last of the one
    before is over.
    """
    place.done("subscribers", "add", "news", "a@example.org", "--no-welcome")
    for number in ("1", "2", "3"):
        place.done("announce", "news", "--body", "Hi", "--in", "9d", "--yes")
        place.done("schedules", "send-now", number)
        with place.use_cases() as use_cases:
            plan(use_cases)
    place.done("broadcasts", "stop", "2")
    page = place.data("broadcasts", "list", "--sending", "--after", "2/1")
    assert [one["broadcast"] for one in page["items"]] == ["1/1"]
