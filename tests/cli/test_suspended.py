"""Who is told nothing since messages came back: shown, counted, exported, kept."""

import json

import pytest

from bot.domain import timestamps
from bot.service.delivery.outcomes import Bounce
from bot.service.ports.paging import Paging
from bot.service.ports.unit_of_work import UnitOfWork
from tests.cli.workplace import Workplace, plan

GONE = "gone@example.org"


@pytest.fixture
def suspended(place: Workplace) -> Workplace:
    """One of two readers of a list has no account any more."""
    place.done("subscribers", "add", "news", GONE, "b@example.org", "--language", "de")
    with place.use_cases() as uses:
        plan(uses)

        def bounce(uow: UnitOfWork) -> None:
            welcome, *_ = uow.broadcasts.page(Paging()).items
            bounced = Bounce(
                broadcast_key=welcome.key,
                jid=GONE,
                condition="item-not-found",
                error_type="cancel",
            )
            uses.outcomes.bounced(uow, bounced)

        uses.database.call(bounce)
    return place


def test_who_is_suspended(suspended: Workplace) -> None:
    """With the moment and the reason, for people and programs, page by page."""
    shown = suspended.done("subscribers", "list", "news", "--suspended")
    assert GONE in shown
    assert "item-not-found" in shown
    assert GONE not in suspended.done("subscribers", "list", "news")
    found = suspended.data("subscribers", "list", "news", "--suspended")
    [one] = found["items"]
    assert (one["jid"], one["reason"]) == (GONE, "item-not-found")
    timestamps.parse(one["since"])
    assert found["after"] is None
    number = str(one["subscription"])
    rest = ("subscribers", "list", "news", "--suspended", "--after", number)
    assert suspended.data(*rest)["items"] == []
    assert suspended.data("subscribers", "list", "maintenance", "--suspended") == {
        "items": [],
        "after": None,
    }


def test_lists_count_them(suspended: Workplace) -> None:
    """Beside those who are told."""
    items = {one["name"]: one for one in suspended.data("lists")["items"]}
    assert (items["news"]["subscribers"], items["news"]["suspended"]) == (1, 1)
    assert items["maintenance"]["suspended"] == 0


def test_adding_brings_back(suspended: Workplace) -> None:
    """Then nobody is suspended any more, and that is said."""
    said = suspended.done("subscribers", "add", "news", GONE)
    assert said == "1 added to news; 1 of them was suspended.\n"
    assert suspended.data("subscribers", "list", "news", "--suspended")["items"] == []
    items = {one["name"]: one for one in suspended.data("lists")["items"]}
    assert (items["news"]["subscribers"], items["news"]["suspended"]) == (2, 0)


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_exports_hold_them(suspended: Workplace, suffix: str) -> None:
    """Imported again, here or into another list, they stay away unless asked for."""
    file = suspended.folder / f"people.{suffix}"
    suspended.done("subscribers", "export", "news", str(file))
    assert file.read_text().count(GONE) == 1
    for to, added in (("news", 0), ("maintenance", 1)):
        counts = suspended.data("subscribers", "import", to, str(file))["counts"]
        assert (counts["added"], counts["suspended"]) == (added, 1)
    again = ("subscribers", "import", "maintenance", str(file), "--rejoin")
    assert suspended.data(*again)["counts"]["added"] == 1
    told = suspended.done(*again[:2], "news", str(file))
    assert "1 is suspended and stays away; --rejoin adds such people, too" in told


def test_a_suspension_is_a_moment(place: Workplace) -> None:
    """A column of that name that says something else makes its line bad."""
    file = place.folder / "people.jsonl"
    file.write_text(json.dumps({"jid": GONE, "suspended": "perhaps"}))
    ran = place("subscribers", "import", "news", str(file), "--json")
    assert json.loads(ran.out)["counts"]["bad"] == 1
