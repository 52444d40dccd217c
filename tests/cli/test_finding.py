"""`carillon people show`, `suspended` and `restore`."""

from bot.service.delivery.outcomes import Bounce
from bot.service.ports.paging import Paging
from tests.cli.workplace import Workplace, plan, send

#: of the service's own server, where nobody of that name is left
BERT = "bert@example.org"


def announced(place: Workplace, *names: str, failing: str = "") -> None:
    """And sent, as soon as they are due."""
    for name in names:
        place.done("announce", "news", "--body", name, "--id", name, "--yes")
    with place.use_cases() as uses:
        plan(uses)
        send(uses, {BERT: failing} if failing else {})


def test_shown_in_pages(place: Workplace) -> None:
    """Where he stands, and what he was told: a page, and how to get the next."""
    place.done("subscribers", "add", "news", BERT, "--language", "de", "--no-welcome")
    announced(place, "one")
    announced(place, "two", failing="gone")
    first = place.data("people", "show", BERT, "--limit", "1")
    assert [(one["state"], one["condition"]) for one in first["told"]] == [
        ("failed", "gone")
    ]
    assert (first["language"], first["places"][0]["list"]) == ("de", "news")
    rest = place.data("people", "show", BERT, "--after", first["after"])
    assert [(one["title"], one["state"]) for one in rest["told"]] == [("one", "sent")]
    assert rest["after"] is None
    out = place.done("people", "show", BERT)
    assert "the address no longer exists" in out
    assert "on the list" in out
    assert "Stands on no list" in place.done("people", "show", "nobody@example.org")


def test_suspended_and_taken_up(place: Workplace) -> None:
    """Who is suspended is listed with the reason, until he is taken up again."""
    assert "Nobody is suspended" in place.done("people", "suspended")
    place.done("subscribers", "add", "news", BERT, "--no-welcome")
    announced(place, "one")
    with place.use_cases() as uses:
        page = uses.database.look(lambda unit: unit.broadcasts.page(Paging()))
        bounce = Bounce(
            broadcast_key=page.items[-1].key,
            jid=BERT,
            condition="item-not-found",
            error_type="cancel",
        )
        uses.database.call(uses.outcomes.bounced, bounce)
    [one] = place.data("people", "suspended")["items"]
    assert (one["jid"], one["list"], one["reason"]) == (
        *(BERT, "news", "item-not-found"),
    )
    assert "there is no such address" in place.done("people", "suspended")
    assert "suspended" in place.done("people", "show", BERT)
    assert place.data("people", "restore", BERT)["lists"] == ["news"]
    assert "suspended nowhere" in place("people", "restore", BERT).fault()
    assert "Nobody is suspended" in place.done("people", "suspended")
