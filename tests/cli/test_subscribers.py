"""`lists` and `subscribers`."""

import re
from datetime import datetime

import pytest

from bot.domain.lists import SubscriptionOrigin
from bot.domain.people import Person
from bot.service.ports.unit_of_work import UnitOfWork
from tests.cli.workplace import Workplace


def test_lists(place: Workplace) -> None:
    """Every configured list shows with the number on it."""
    place.done("subscribers", "add", "news", "a@example.org")
    out = place.done("lists")
    assert "maintenance        0          0  Maintenance  open, default" in out
    items = {one["name"]: one for one in place.data("lists")["items"]}
    assert items["news"]["subscribers"] == 1
    assert items["news"]["address"] == "news@announce.example.org"
    assert items["maintenance"]["timezone"] == "Europe/Warsaw"


def test_no_lists(place: Workplace) -> None:
    """Without lists it says how to declare one."""
    text = place.config.read_text()
    place.config.write_text(text[: text.index("[lists.maintenance]")])
    assert "[lists.NAME]" in place.done("lists")
    assert place.data("lists") == {"items": []}


def test_add_show_and_remove(place: Workplace) -> None:
    """People are added with preferences, listed, and taken off."""
    out = place.done(
        *("subscribers", "add", "news", "A@Example.org", "b@example.org"),
        *("--language", "de", "--tz", "Europe/Berlin"),
    )
    assert out == "2 added to news.\n"
    again = place.data("subscribers", "add", "news", "a@example.org", "c@example.org")
    counts = {"added": 1, "changed": 0, "left": 0, "suspended": 0, "forgotten": 0}
    assert again == {"list": "news", **counts, "given": 2}
    shown = place.done("subscribers", "list", "news")
    assert "a@example.org" in shown
    assert "Europe/Berlin" in shown
    items = place.data("subscribers", "list", "news")["items"]
    assert [one["language"] for one in items] == ["de", "de", None]
    assert place.done("subscribers", "remove", "news", "b@example.org").startswith("1 ")
    removed = place.data("subscribers", "remove", "news", "a@example.org")
    assert removed == {"list": "news", "removed": 1}
    items = place.data("subscribers", "list", "news")["items"]
    assert [one["jid"] for one in items] == ["c@example.org"]


def test_preferences_that_change_are_told(place: Workplace) -> None:
    """Who stands there already gets what is said now, and that is told."""
    add = ("subscribers", "add", "news", "a@example.org")
    place.done(*add, "--language", "de")
    assert place.done(*add, "--language", "pl") == (
        "0 added to news; 1 stood there already; 1 has another language or zone now.\n"
    )


def test_a_name_alone_is_nobody(place: Workplace) -> None:
    """What has no @ is refused, and nobody is added; what stands there can go."""
    ran = place("subscribers", "add", "news", "a@example.org", "bob")
    assert ran.fault() == (
        "carillon: JID: 'bob' has no @: write whole JIDs, such as bob@example.org."
    )
    assert place.data("subscribers", "list", "news")["items"] == []
    with place.use_cases() as service:
        found = service.database.look(service.subscribers.get_list, "news")
        now = service.clock.now()
        service.database.call(_put, found.id, Person("bob"), now)
    place.done("subscribers", "remove", "news", "bob")


def _put(uow: UnitOfWork, list_id: int, person: Person, now: datetime) -> None:
    uow.people.put(list_id, [person], SubscriptionOrigin.ADMIN, now)


def test_who_joins_is_welcomed_unless_told_otherwise(place: Workplace) -> None:
    """A welcome is scheduled for each new person, none with --no-welcome."""
    place.done("subscribers", "add", "news", "a@example.org", "--no-welcome")
    assert place.data("schedules", "list", "--all")["count"] == 0
    place.done("subscribers", "add", "news", "b@example.org", "c@example.org")
    assert place.data("schedules", "list")["count"] == 0
    welcomes = place.data("schedules", "list", "--all")["items"]
    assert [one["people"] for one in welcomes] == [["c@example.org"], ["b@example.org"]]
    ids = [one["id"] for one in welcomes]
    assert all(re.fullmatch("welcome-news-[0-9a-f]{16}", one) for one in ids)


def test_pages(place: Workplace) -> None:
    """A long list pages by --limit and --after."""
    people = [f"u{number}@example.org" for number in range(5)]
    place.done("subscribers", "add", "news", *people, "--no-welcome")
    seen: list[str] = []
    after: tuple[str, ...] = ()
    for _ in range(4):
        page = place.data("subscribers", "list", "news", "--limit", "2", *after)
        seen += [one["jid"] for one in page["items"]]
        if page["after"] is None:
            break
        after = ("--after", str(page["after"]))
    assert seen == people
    assert "--after" in place("subscribers", "list", "news", "--limit", "2").err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("news", "not a jid@example.org"), "is not a JID"),
        (("news", "a@example.org/phone"), "resource"),
        (("news", "@example.org"), "nothing before the @"),
        (("news", "a@"), "no domain"),
        (("news", "\x1b[31m@example.org"), "is not a JID"),
        (("news", "x" * 5000 + "@example.org"), "is not a JID"),
        (("news", "example.org"), "is a server"),
        (("news", "news@announce.example.org"), "itself"),
        (("nothing", "a@example.org"), "There is no list 'nothing'"),
        (("news", "a@example.org", "--tz", "Mars"), "'Mars' is not a time zone"),
        (("news", "a@example.org", "--language", "no tag"), "no language tag"),
        (("news", "a@example.org", "--language", "de_DE"), "do you mean 'de-DE'?"),
    ],
)
def test_refused_people(
    place: Workplace, arguments: tuple[str, ...], says: str
) -> None:
    """Who cannot be added is named in one line, and nobody else is added."""
    ran = place("subscribers", "add", *arguments, "good@example.org")
    assert says in ran.fault()
    assert place.data("subscribers", "list", "news")["items"] == []


def test_removing_is_for_all_or_none(place: Workplace) -> None:
    """One who does not stand on the list keeps the others on it."""
    place.done("subscribers", "add", "news", "a@example.org")
    ran = place("subscribers", "remove", "news", "a@example.org", "b@example.org")
    assert ran.fault() == "carillon: b@example.org does not stand on 'news'."
    assert len(place.data("subscribers", "list", "news")["items"]) == 1


@pytest.mark.parametrize(
    "arguments", [(), ("add",), ("add", "news"), ("remove", "news"), ("list",)]
)
def test_missing_arguments(place: Workplace, arguments: tuple[str, ...]) -> None:
    """A command without its arguments is a usage error."""
    assert place("subscribers", *arguments).code == 2
