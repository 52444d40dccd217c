"""Lists, subscribers and subscriptions."""

import pytest

from bot.domain.lists import EndReason, ListKind, SubscriptionOrigin
from bot.domain.message import MessageType
from bot.domain.people import Person
from bot.domain.verdict import Score
from bot.service.ports.unit_of_work import UnitOfWork
from bot.store.database import SqlDatabase
from tests.store.samples import MINUTE, NOON, a_list, declare, prefer, subscribe

ANN = "ann@example.org"
BOB = "bob@example.org"


def person(unit: UnitOfWork, jid: str) -> int:
    found = unit.subscribers.get(jid)
    assert found is not None
    return found.id


def test_list_round_trip(database: SqlDatabase) -> None:
    """A list comes back as it was declared."""
    wanted = a_list(
        is_default=True,
        kind=ListKind.REQUEST,
        type=MessageType.HEADLINE,
        publishers=frozenset({ANN, BOB}),
        welcome="welcome",
        public=True,
        title="Nouvelles ☃",
    )

    def use(unit: UnitOfWork) -> None:
        unit.lists.declare([wanted])
        found = unit.lists.get("news")
        assert found is not None
        assert found == a_list(
            id=found.id,
            is_default=True,
            kind=ListKind.REQUEST,
            type=MessageType.HEADLINE,
            publishers=frozenset({ANN, BOB}),
            welcome="welcome",
            public=True,
            title="Nouvelles ☃",
        )

    database.call(use)


def test_declaring_retires_and_revives(database: SqlDatabase) -> None:
    """A list no longer declared is found by id alone; declared again it is itself."""

    def use(unit: UnitOfWork) -> None:
        before = declare(unit, "news", "old")
        unit.lists.declare([a_list("news", title="Renamed")])
        assert unit.lists.get("old") is None
        assert [entry.title for entry in unit.lists.all()] == ["Renamed"]
        retired = unit.lists.by_id(before["old"])
        assert retired is not None
        assert retired.name == "old"
        assert declare(unit, "news", "old") == before

    database.call(use)


def test_subscriber_life(database: SqlDatabase) -> None:
    """Preferences, language seen and score are kept; a sign of life resets scores."""

    def use(unit: UnitOfWork) -> None:
        assert unit.subscribers.get(ANN) is None
        assert unit.subscribers.seen(ANN, language="de") is None
        made = unit.subscribers.ensure(ANN, NOON)
        assert unit.subscribers.ensure(ANN, NOON + MINUTE) == made
        unit.subscribers.set_score(ANN, Score(3, NOON))
        news = declare(unit, "news")["news"]
        prefer(unit, news, Person(ANN, language="pl"))
        prefer(unit, news, Person(ANN, timezone="Europe/Warsaw"))
        found = unit.subscribers.get(ANN)
        assert found is not None
        assert (found.language, found.timezone) == ("pl", "Europe/Warsaw")
        assert found.score == Score(3, NOON)
        seen = unit.subscribers.seen(ANN, language="de")
        assert seen is not None
        assert (seen.score, seen.language_seen) == (Score(), "de")
        assert unit.subscribers.seen(ANN, language=None) == seen

    database.call(use)


def test_one_active_interval(database: SqlDatabase) -> None:
    """Subscribing twice adds one interval; after an end, a new one."""

    def use(unit: UnitOfWork) -> None:
        news = declare(unit, "news")["news"]
        ann = unit.subscribers.ensure(ANN, NOON)
        origin = SubscriptionOrigin.PRESENCE
        assert unit.subscriptions.open(news, ann, origin, NOON)
        assert not unit.subscriptions.open(news, ann, origin, NOON)
        (first,) = unit.subscriptions.of(ann.id)
        assert (first.jid, first.origin, first.started_at) == (ANN, origin, NOON)
        assert unit.subscriptions.end(ann.id, EndReason.LEFT, NOON + MINUTE) == 1
        assert unit.subscriptions.end(ann.id, EndReason.LEFT, NOON + MINUTE) == 0
        assert unit.subscriptions.of(ann.id) == []
        assert unit.subscriptions.open(news, ann, origin, NOON + MINUTE)
        (second,) = unit.subscriptions.of(ann.id)
        assert second.id > first.id

    database.call(use)


@pytest.mark.parametrize(("of", "left"), [("news", ["maintenance"]), (None, [])])
def test_ending_some(database: SqlDatabase, of: str | None, left: list[str]) -> None:
    """Only the interval of that list ends; without one, all do."""

    def use(unit: UnitOfWork) -> list[str]:
        ids = declare(unit, "news", "maintenance")
        ann = unit.subscribers.ensure(ANN, NOON)
        opened = unit.subscriptions.open
        opened(ids["news"], ann, SubscriptionOrigin.PRESENCE, NOON)
        opened(ids["maintenance"], ann, SubscriptionOrigin.ADMIN, NOON)
        list_id = None if of is None else ids[of]
        unit.subscriptions.end(ann.id, EndReason.LEFT, NOON, list_id=list_id)
        names = {list_id: name for name, list_id in ids.items()}
        return [names[entry.list_id] for entry in unit.subscriptions.of(ann.id)]

    assert database.call(use) == left


def test_suspended(database: SqlDatabase) -> None:
    """Suspended are lists whose latest interval ended so, and none else."""

    def use(unit: UnitOfWork) -> None:
        ids = declare(unit, "a", "b", "c")
        for list_id in ids.values():
            subscribe(unit, list_id, ANN, BOB)
        ann = person(unit, ANN)
        unit.subscriptions.end(ann, EndReason.SUSPENDED, NOON)
        subscribe(unit, ids["b"], ANN, at=NOON + MINUTE)
        subscribe(unit, ids["c"], ANN, at=NOON + MINUTE)
        unit.subscriptions.end(ann, EndReason.LEFT, NOON, list_id=ids["c"])
        (found,) = unit.subscriptions.suspended(ann)
        assert (found.list_id, found.end_reason) == (ids["a"], EndReason.SUSPENDED)
        assert found.ended_at == NOON
        assert unit.subscriptions.suspended(person(unit, BOB)) == []

    database.call(use)


def test_pages_and_counts(database: SqlDatabase) -> None:
    """Pages hold the active ones in order; counts agree; origins tell apart."""

    def use(unit: UnitOfWork) -> None:
        ids = declare(unit, "news", "other")
        jids = [f"user{number}@example.org" for number in range(5)]
        subscribe(unit, ids["news"], *jids)
        ann = unit.subscribers.ensure(ANN, NOON)
        unit.subscriptions.open(ids["other"], ann, SubscriptionOrigin.PRESENCE, NOON)
        unit.subscriptions.end(person(unit, jids[1]), EndReason.REMOVED, NOON)
        first = unit.subscriptions.page(ids["news"], after=0, limit=2)
        assert [who.jid for _, who in first] == [jids[0], jids[2]]
        assert first[0][1] == unit.subscribers.get(jids[0])
        rest = unit.subscriptions.page(ids["news"], after=first[-1][0].id, limit=9)
        assert [interval.jid for interval, _ in rest] == jids[3:]
        assert unit.lists.counts() == {ids["news"]: 4, ids["other"]: 1}
        assert unit.subscriptions.by_origin(SubscriptionOrigin.PRESENCE) == [ANN]

    database.call(use)


def test_welcome_once(database: SqlDatabase) -> None:
    """A person is welcomed to a list once, whatever comes after."""

    def use(unit: UnitOfWork) -> None:
        ids = declare(unit, "news", "other")
        ann = unit.subscribers.ensure(ANN, NOON).id
        assert unit.subscriptions.welcome(ids["news"], ann, NOON)
        assert not unit.subscriptions.welcome(ids["news"], ann, NOON + MINUTE)
        assert unit.subscriptions.welcome(ids["other"], ann, NOON)

    database.call(use)
