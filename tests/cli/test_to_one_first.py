"""`announce --to-me` and `--to`: a test for single people, before the announcement."""

import pytest

from bot.service.ports.paging import Paging
from bot.service.ports.unit_of_work import UnitOfWork
from tests.cli.workplace import Workplace, next_at, plan


def test_a_test_to_single_people(place: Workplace) -> None:
    """--to-me and --to have it sent at once to these people alone; its id stays free,
    and the trail tells of it.
    """
    place.done("subscribers", "add", "news", "reader@example.org", "--no-welcome")
    said = ("announce", "news", "--body", "Hi", "--id", "x", "--in", "1h")
    test = ("--to-me", "--to", "b@example.org")
    out = place.done(*said, *test, "--dry-run")
    assert "admin@example.org, b@example.org" in out
    data = place.data(*said, *test, "--yes")
    assert data["only"] == ["admin@example.org", "b@example.org"]
    assert data["readers"] == 2
    assert data["id"] != "x"
    with place.use_cases() as service:
        due = service.database.look(next_at, data["reference"])
        assert due < service.clock.now().timestamp() + 60
    [entry] = place.data("audit", "--action", "schedule")["items"]
    assert entry["about"] == "x to news, only admin@example.org, b@example.org"
    assert place.data(*said, "--yes")["id"] == "x"
    with place.use_cases() as service:
        while not service.database.look(_broadcasts):
            plan(service)  # it is due with the next second
    [sent] = place.data("broadcasts", "list")["items"]
    assert sent["people"] == ["admin@example.org", "b@example.org"]
    assert "to news" not in place.done("broadcasts", "list")
    shown = place.done("broadcasts", "show", str(sent["schedule"]))
    assert "admin@example.org, b@example.org" in shown


def _broadcasts(unit: UnitOfWork) -> int:
    return unit.broadcasts.page(Paging()).count


def test_a_test_asks_by_its_own_question(place: Workplace) -> None:
    """The question names who gets it."""
    question = "Send this to admin@example.org alone? [y/N]"
    said = ("announce", "news", "--body", "Hi", "--to-me")
    code, seen = place.dialogue(*said, turns=[(question, "n\n")])
    assert (code, question in seen) == (1, True)


@pytest.mark.parametrize(
    ("admins", "says"),
    [
        ("[]", "--to-me: no admin is configured; write --to JID"),
        (
            '["a@example.org", "b@example.org"]',
            (
                "--to-me: there are several admins (a@example.org, b@example.org);"
                " write --to JID"
            ),
        ),
    ],
)
def test_who_me_is(place: Workplace, admins: str, says: str) -> None:
    """--to-me needs exactly one admin, and says so."""
    text = place.config.read_text()
    place.config.write_text(text.replace('["admin@example.org"]', admins))
    fault = place("announce", "news", "--body", "Hi", "--to-me", "--yes").fault(2)
    assert fault == f"carillon: {says}"


def test_whom_a_test_cannot_go_to(place: Workplace) -> None:
    """What is no JID is told by the option; the service tells itself nothing."""
    said = ("announce", "news", "--body", "Hi", "--yes", "--to")
    assert "--to: '@@' is not a JID" in place(*said, "@@").fault()
    for own in ("announce.example.org", "main@announce.example.org"):
        fault = place(*said, own).fault()
        assert fault == "carillon: --to: The service does not announce to itself."
    assert place(*said, "ghost").fault() == (
        "carillon: --to: 'ghost' has no @: write whole JIDs, such as ghost@example.org"
    )
    assert place.data("schedules", "list", "--all")["count"] == 0
