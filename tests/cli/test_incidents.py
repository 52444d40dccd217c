"""`carillon incidents`: what is broken, and what is said of it."""

from tests.cli.workplace import Workplace, plan, send

BERT = "bert@example.org"
SLOW = ("--set", "summary=Messages arrive late", "--set", "since=2026-03-01 12:00")


def test_a_thread(place: Workplace) -> None:
    """Opened, updated, resolved: each says in words what goes out to how many, and the
    whole is shown.
    """
    place.done("subscribers", "add", "news", BERT)
    out = place.done("incidents", "open", "news", *SLOW, "--id", "late", "--yes")
    assert "Messages arrive late" in out
    assert "I1 (late) goes out to news now, to 1 reader" in out
    assert "Messages arrive late" in place.done("incidents", "list")
    identified = ("--set", "status=identified", "--set", "details:de=Kabel")
    place.done("incidents", "update", "late", *identified, "--yes")
    again = place.done("incidents", "update", "I1", *identified, "--yes")
    assert "was said already" in again
    with place.use_cases() as uses:
        plan(uses)
        send(uses)
    place.done("incidents", "resolve", "1", "--set", "cause=A cable", "--yes")
    shown = place.done("incidents", "show", "I1")
    for text in ("resolved", "Cause: A cable", "first notice", "update", "1 of 1"):
        assert text in shown, text
    assert "There is nothing." in place.done("incidents", "list")
    assert "I1" in place.done("incidents", "list", "--all")
    fault = place("incidents", "update", "I1", *SLOW, "--yes").fault()
    assert "I1 is resolved" in fault


def test_for_programs(place: Workplace) -> None:
    """JSON has what a program needs to go on: revision, texts, fields as they stand."""
    words = ("open", "news", *SLOW)
    draft = place.data("incidents", *words, "--dry-run")
    assert (draft["kind"], draft["dry_run"], draft["repeat"]) == ("opened", True, False)
    assert {one["language"] for one in draft["texts"]} >= {"en", "de"}
    assert place.data("incidents", "list")["items"] == []
    made = place.data("incidents", *words, "--yes")
    assert made["values"]["since"] == {"": "2026-03-01T12:00:00Z"}
    number, revision = made["incident"], made["revision"]
    stale = ("update", number, "--set", "status=monitoring", "--revision")
    place.data("incidents", *stale, str(revision), "--yes")
    assert "look at it again" in place(
        "incidents", *("update", number, "--set", "status=identified"),
        *("--revision", str(revision), "--yes"),
    ).fault()  # fmt: skip
    shown = place.data("incidents", "show", number)
    assert [one["kind"] for one in shown["updates"]] == ["opened", "updated"]
    assert [one["schedule"] for one in shown["updates"]] == [1, 2]


def test_what_is_wrong(place: Workplace) -> None:
    """Each fault says what to do, and nothing is said."""
    for words, why in (
        (("open", "news"), "lacks 1 field: 'summary'"),
        (("open", "nowhere", *SLOW), "nowhere"),
        (("open", "news", *SLOW, "--set", "nonsense=x"), "no field 'nonsense'"),
        (("update", "I9", *SLOW), "There is no incident I9"),
        (("update", "nix", *SLOW), "There is no incident nix"),
        (("resolve", "99999999999999999999"), "There is no incident"),
    ):
        assert why in place("incidents", *words, "--yes").fault(), words
    assert "add --yes" in place("incidents", "open", "news", *SLOW).fault(2)
    assert place.data("incidents", "list", "--all")["items"] == []
