"""`carillon roles`: who may do what."""

import pytest

from tests.cli.workplace import Workplace

ANNA = "anna@example.org"


def test_given_shown_and_taken(place: Workplace) -> None:
    """A role is there with who gave it, beside the configuration's, and gone again;
    the trail says so.
    """
    publisher = (ANNA, "publisher", "--list", "news")
    given = place.data("roles", "add", *publisher)
    assert (given["jid"], given["list"], given["by"]) == (ANNA, "news", "role:admin")
    assert "an admin now" in place.done("roles", "add", "Bob@example.org", "admin")
    items = place.data("roles", "list")["items"]
    assert items[0] == {
        "jid": "admin@example.org",
        "role": "admin",
        "list": None,
        "configured": True,
        "by": None,
        "at": None,
    }
    assert given in items
    shown = place.done("roles", "list")
    assert "the operator" in shown
    assert "the configuration" in shown
    assert "no more" in place.done("roles", "remove", *publisher)
    assert given not in place.data("roles", "list")["items"]
    assert [
        (one["action"], one["about"])
        for one in place.data("audit", "--caller", "role:admin")["items"]
    ] == [
        ("take-role", f"{ANNA}: publisher news"),
        ("give-role", "bob@example.org: admin"),
        ("give-role", f"{ANNA}: publisher news"),
    ]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (("add", "anna", "admin"), "anna"),
        (("add", ANNA, "publisher"), "--list"),
        (("add", ANNA, "admin", "--list", "news"), "--list"),
        (("add", ANNA, "publisher", "--list", "nix"), "nix"),
        (("remove", ANNA, "admin"), "no admin"),
        (("remove", "admin@example.org", "admin"), "[access] admins"),
    ],
)
def test_what_is_refused(place: Workplace, given: tuple[str, ...], says: str) -> None:
    """It says what to do, with the option's name or the configuration's key."""
    assert says in place("roles", *given).fault()


def test_an_announcement_of_who_lost_it(place: Workplace) -> None:
    """Who was given a role may use it in another process, and not once it is taken."""
    place.done("roles", "add", ANNA, "publisher", "--list", "news")
    with place.use_cases() as use_cases:
        assert use_cases.policy.caller(ANNA).publishes == {"news"}
    place.done("roles", "remove", ANNA, "publisher", "--list", "news")
    with place.use_cases() as use_cases:
        assert use_cases.policy.caller(ANNA).role == "user"
