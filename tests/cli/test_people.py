"""`carillon people`: whom somebody takes messages from, what is stored of him."""

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


def test_taken_along_and_forgotten(place: Workplace) -> None:
    """All there is, in words and as JSON; then nothing, and no import undoes it."""
    bob = "bob@example.org"
    place.done("subscribers", "add", "maintenance", bob, "--language", "de")
    assert "maintenance: since" in place.done("people", "export", "Bob@example.org")
    told = place.data("people", "export", bob)
    assert told["person"]["language"] == "de"
    assert told["consent"] is None
    assert [one["list"] for one in told["subscriptions"]] == ["maintenance"]
    done = place("people", "erase", bob, "--yes")
    assert (done.code, done.out) == (0, "bob@example.org is forgotten.\n")
    told = place.data("people", "export", bob)
    assert {key for key, value in told.items() if value} == {"jid", "forgotten"}
    file = place.folder / "people.txt"
    file.write_text(f"{bob}\n")
    imported = ("subscribers", "import", "news", str(file))
    assert "1 asked to be forgotten and stays away" in place.done(*imported)
    assert place.data(*imported)["counts"]["forgotten"] == 1
    added = place.done("subscribers", "add", "news", bob)
    assert added.startswith("0 added to news; 1 asked to be forgotten and stays away")
    assert place.data("subscribers", "list", "news")["items"] == []
    back = place.done("subscribers", "add", "news", bob, "--rejoin")
    assert back == "1 added to news; 1 of them had asked to be forgotten.\n"
    # who asked for it stands in the trail, and of whom only as a digest
    abouts = [one["about"] for one in place.data("audit")["items"]]
    assert [one for one in abouts if one.startswith("forgotten:")] != []
    assert "bob" not in abouts[-1]


def test_what_stays_is_told(place: Workplace) -> None:
    """A role of the configuration, which nobody loses by being forgotten."""
    done = place("people", "erase", "admin@example.org", "--yes")
    assert "his role stays" in done.err
    assert place.data("people", "erase", "admin@example.org")["has_role"] is True
    assert "JID" in place("people", "erase", "bob@").fault()
