"""`carillon people consent`: who may schedule messages to somebody."""

import pytest

from tests.cli.workplace import Workplace

BOB = ("people", "consent", "Bob@example.org")
CHOSEN = {
    "jid": "bob@example.org",
    "who": "ask",
    "allow": ["ann@example.org"],
    "block": ["evil.example"],
    "max_per_day": 3,
    "max_ahead": 3600,
    "preview": True,
}


def test_shown_and_changed(place: Workplace) -> None:
    """Nothing given: what holds is shown. Only what is given is changed."""
    assert place.data(*BOB)["who"] == "server"
    given = ("--who", "ask", "--allow", "ann@example.org", "--block", "evil.example")
    bounds = ("--max-per-day", "3", "--max-ahead", "3600", "--preview")
    assert place.data(*BOB, *given, *bounds) == CHOSEN
    assert place.data(*BOB) == CHOSEN
    out = place.done(*BOB)
    assert "ann@example.org" in out
    assert "evil.example" in out
    changed = place.data(*BOB, "--who", "nobody", "--max-per-day", "0")
    assert changed == CHOSEN | {"who": "nobody", "max_per_day": None, "preview": False}
    entries = place.data("audit")["items"]
    assert [one["action"] for one in entries] == ["consent", "consent"]
    assert {one["about"] for one in entries} == {
        "bob@example.org: ask",
        "bob@example.org: nobody",
    }


def test_named(place: Workplace) -> None:
    """Whoever is allowed is blocked no more, and the reverse; or he is forgotten."""
    allow = ("--allow", "ann@example.org", "--allow", "eve@example.org")
    assert place.data(*BOB, *allow)["allow"] == ["ann@example.org", "eve@example.org"]
    blocked = place.data(*BOB, "--block", "EVE@example.org")
    assert blocked["allow"] == ["ann@example.org"]
    assert blocked["block"] == ["eve@example.org"]
    back = place.data(*BOB, "--allow", "eve@example.org")
    assert back["allow"] == ["ann@example.org", "eve@example.org"]
    assert back["block"] == []
    gone = place.data(*BOB, "--forget", "eve@example.org")
    assert gone["allow"] == ["ann@example.org"]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (("people", "consent", "bob@"), "JID"),
        ((*BOB, "--allow", "@"), "--allow"),
        ((*BOB, "--block", "a@b/c"), "--block"),
        ((*BOB, "--forget", "@"), "--forget"),
        ((*BOB, "--who", "everyone", "--preview"), "--preview"),
    ],
)
def test_refused(place: Workplace, given: tuple[str, ...], says: str) -> None:
    """A fault is told by what was typed, and changes nothing."""
    before = place.data(*BOB)
    assert says in place(*given).fault()
    assert place.data(*BOB) == before
