"""Many people at once, on either engine, and where they wait before."""

import pytest

from bot.domain.lists import EndReason, SubscriptionOrigin
from bot.domain.people import Person
from bot.service.ports.staging import BadLine
from bot.service.ports.unit_of_work import UnitOfWork
from bot.store.database import SqlDatabase
from bot.store.staging import staging
from tests.store.samples import MINUTE, NOON, declare, subscribe

ADMIN = SubscriptionOrigin.ADMIN
ANNA = Person("anna@example.org", "de", "Europe/Berlin", "en")
BERT = Person("bert@example.org")
ODD = Person("\"'\\{☃🔔}\u0085[1]@xn--example.org", "pl")


def jids(unit: UnitOfWork, list_id: int) -> list[str]:
    return [one.jid for _, one in unit.people.page(list_id, after=0, limit=100)]


def test_put(database: SqlDatabase) -> None:
    """New people get subscriptions in the order given; their ids come back."""

    def use(unit: UnitOfWork) -> None:
        news = declare(unit, "news")["news"]
        opened = unit.people.put(news, [BERT, ODD, ANNA], ADMIN, NOON)
        named = unit.people.named(opened)
        assert {one.jid for one in named} == {BERT.jid, ODD.jid, ANNA.jid}
        page = unit.people.page(news, after=0, limit=2)
        assert [person for _, person in page] == [BERT, ODD]
        rest = unit.people.page(news, after=page[-1][0], limit=9)
        assert [person for _, person in rest] == [ANNA]
        assert unit.people.put(news, [ODD, BERT], ADMIN, NOON) == []
        assert unit.people.put(news, [], ADMIN, NOON) == []
        [interval] = unit.subscriptions.of(named[0].id)
        assert (interval.origin, interval.started_at) == (ADMIN, NOON)

    database.call(use)


def test_preferences(database: SqlDatabase) -> None:
    """What is named is taken over, the rest stays; so does a language seen here."""

    def use(unit: UnitOfWork) -> None:
        news = declare(unit, "news")["news"]
        unit.people.put(news, [ANNA, BERT], ADMIN, NOON)
        changes = [
            Person(ANNA.jid, timezone="UTC", language_seen="fr"),
            Person(BERT.jid, language_seen="fr"),
        ]
        assert unit.people.differing([*changes, ODD]) == 2
        assert unit.people.differing([ANNA._replace(language_seen="fr"), BERT]) == 0
        assert unit.people.differing([]) == 0
        assert unit.people.put(news, changes, ADMIN, NOON) == []
        assert unit.people.differing(changes) == 0
        page = unit.people.page(news, after=0, limit=9)
        assert [person for _, person in page] == [
            Person(ANNA.jid, "de", "UTC", "en"),
            Person(BERT.jid, language_seen="fr"),
        ]

    database.call(use)


def test_intervals_are_only_added(database: SqlDatabase) -> None:
    """Who left gets a new interval with a higher id; the old one stays as it was."""

    def use(unit: UnitOfWork) -> None:
        news = declare(unit, "news")["news"]
        [anna, bert] = unit.people.put(news, [ANNA, BERT], ADMIN, NOON)
        highest = unit.people.page(news, after=0, limit=9)[-1][0]
        unit.subscriptions.end(bert, EndReason.LEFT, NOON + MINUTE)
        opened = unit.people.put(news, [ANNA, BERT], ADMIN, NOON + 2 * MINUTE)
        assert opened == [bert]
        [(first, _), (again, _)] = unit.people.page(news, after=0, limit=9)
        assert first < highest < again
        [interval] = unit.subscriptions.of(bert)
        assert interval.started_at == NOON + 2 * MINUTE
        assert [one.started_at for one in unit.subscriptions.of(anna)] == [NOON]

    database.call(use)


def test_standing(database: SqlDatabase) -> None:
    """Only who stands on this very list is counted."""

    def use(unit: UnitOfWork) -> None:
        ids = declare(unit, "news", "other")
        subscribe(unit, ids["news"], ANNA.jid)
        subscribe(unit, ids["other"], BERT.jid)
        assert unit.people.standing(ids["news"], [ANNA, BERT, ODD]) == 1
        assert unit.people.standing(ids["news"], []) == 0

    database.call(use)


def test_pages_leave_out_who_is_gone(database: SqlDatabase) -> None:
    """A page holds who stands on the list now, in the order of joining."""

    def use(unit: UnitOfWork) -> None:
        ids = declare(unit, "news", "other")
        unit.people.put(ids["other"], [ODD], ADMIN, NOON)
        [_, bert, _] = unit.people.put(ids["news"], [ANNA, BERT, ODD], ADMIN, NOON)
        unit.subscriptions.end(bert, EndReason.LEFT, NOON, list_id=ids["news"])
        assert jids(unit, ids["news"]) == [ANNA.jid, ODD.jid]

    database.call(use)


def test_staging() -> None:
    """The first line with a JID counts, within a batch and over batches."""
    with staging() as kept:
        later = ANNA._replace(language="pl")
        kept.add([(1, BERT), (2, ANNA), (3, later)])
        kept.add([(4, ODD), (6, BERT)])
        kept.refuse(BadLine(5, "x", "no JID"))
        assert (kept.people, kept.duplicates, kept.faults) == (3, 2, 1)
        assert list(kept.all_duplicates()) == [(3, ANNA.jid, 2), (6, BERT.jid, 1)]
        assert list(kept.all_faults()) == [(5, "x", "no JID")]
        assert kept.page("", 2) == [ODD, ANNA]
        assert kept.page(ANNA.jid, 2) == [BERT]
        assert kept.page(BERT.jid, 2) == []


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_pages_hold_everybody_once(size: int) -> None:
    """Whatever the size of a page, nobody is left out or comes twice."""
    people = [Person(f"user{number % 70}@example.org") for number in range(100)]
    with staging() as kept:
        for start in range(0, 100, 30):
            kept.add(list(enumerate(people, 1))[start : start + 30])
        seen: list[str] = []
        while page := kept.page(seen[-1] if seen else "", size):
            seen += [person.jid for person in page]
    assert seen == sorted({person.jid for person in people})
