"""Who waits: found at his moment, superseded, woken; and his preferences."""

from datetime import time, timedelta

from bot.domain.broadcast import (
    Broadcast,
    DeliveryException,
    ExceptionKind,
    Occurrence,
    OccurrenceState,
)
from bot.domain.lists import Preferences, SubscriptionOrigin
from bot.domain.people import Person
from bot.domain.quiet import LONGEST_PAUSE, QuietHours
from bot.service.ports.unit_of_work import UnitOfWork
from bot.store import upgrade
from bot.store.database import SqlDatabase
from tests.store.samples import (
    MINUTE,
    NOON,
    SERVICE,
    a_broadcast,
    declare,
    sending,
)

ANNA, BERT, CARL = "anna@b", "bert@b", "carl@b"
DAY = timedelta(days=1)
QUIET = QuietHours(time(22), time(7), frozenset({0, 4}))


def waiting(
    broadcast: Broadcast, jid: str, minutes: float = 0, **more: object
) -> DeliveryException:
    values: dict[str, object] = {
        "broadcast_id": broadcast.id,
        "jid": jid,
        "kind": ExceptionKind.WAITING,
        "condition": "quiet",
        "first_at": NOON,
        "next_at": NOON + minutes * MINUTE,
    }
    return DeliveryException(**values | more)  # type: ignore[arg-type]


def test_found_at_his_moment(database: SqlDatabase) -> None:
    """Not before it, however far ahead a pause may end, but where it ends farther ahead
    than any; what is repeated goes first.
    """

    def use(unit: UnitOfWork) -> None:
        one = sending(unit, (0, 9, 9))
        again = waiting(one, ANNA, -1, kind=ExceptionKind.RETRYING)
        weeks = LONGEST_PAUSE / MINUTE
        unit.exceptions.put(
            [
                *(again, waiting(one, BERT, -5), waiting(one, CARL, 1)),
                *(waiting(one, "d@b", weeks), waiting(one, "e@b", weeks + 20_000)),
            ]
        )
        assert unit.exceptions.due(NOON, 9) == {one.id}
        found = [row.jid for row in unit.exceptions.retries(NOON, 9)]
        assert found == [ANNA, BERT, "e@b"]
        assert [row.jid for row in unit.exceptions.retries(NOON, 2)] == [ANNA, BERT]
        assert unit.exceptions.any_awaited(one.id)
        assert not unit.exceptions.any_awaited(one.id, NOON - 6 * MINUTE)
        assert unit.exceptions.count_waiting() == 4

    database.call(use)


def test_superseded(database: SqlDatabase) -> None:
    """Of the same schedule alone, before it alone, and these people alone."""

    def use(unit: UnitOfWork) -> None:
        other, first, second = (sending(unit, (0, 9, 9)) for _ in range(3))
        occurrence = unit.occurrences.add(
            Occurrence(
                schedule_id=first.schedule_id,
                due_at=NOON + DAY,
                state=OccurrenceState.SENDING,
            )
        )
        assert occurrence is not None
        latest = unit.broadcasts.add(a_broadcast(occurrence), [(0, 9, 9)])
        unit.exceptions.put(
            [
                *(waiting(other, ANNA), waiting(first, ANNA), waiting(first, BERT)),
                *(waiting(second, ANNA), waiting(latest, ANNA)),
            ]
        )
        assert unit.exceptions.earlier(latest, [ANNA, CARL]) == {first.id}
        unit.exceptions.supersede(latest, [ANNA, CARL])
        gone = unit.exceptions.get(first.id, ANNA)
        assert gone is not None
        assert (gone.kind, gone.condition) == ("skipped", "superseded")
        assert gone.next_at is None
        ids = [other.id, first.id, second.id, latest.id]
        assert unit.exceptions.waiting(9) == ids
        assert unit.exceptions.waiting(9, latest.schedule_id) == [first.id, latest.id]
        assert unit.exceptions.skip_waiting(first.id, "stopped") == 1
        assert unit.exceptions.waiting(9, latest.schedule_id) == [latest.id]

    database.call(use)


def test_woken(database: SqlDatabase) -> None:
    """All that he waits for is due; not what is being told him at this moment."""

    def use(unit: UnitOfWork) -> None:
        one, other = sending(unit, (0, 9, 9)), sending(unit, (0, 9, 9))
        claimed = waiting(one, CARL, 15, attempts=1)
        later = [waiting(one, ANNA, 60), waiting(other, ANNA, 90)]
        unit.exceptions.put([*later, waiting(one, BERT, 60), claimed])
        assert unit.exceptions.wake(ANNA, NOON) == 2
        assert unit.exceptions.wake(CARL, NOON) == 0
        found = [row.jid for row in unit.exceptions.retries(NOON, 9)]
        assert found == [ANNA, ANNA]

    database.call(use)


def test_preferences(database: SqlDatabase) -> None:
    """They are kept as they were chosen, and each page of readers has them."""

    def use(unit: UnitOfWork) -> None:
        news = declare(unit, "news")["news"]
        person = unit.subscribers.ensure(ANNA, NOON)
        unit.subscriptions.open(news, person, SubscriptionOrigin.ADMIN, NOON)
        chosen = Preferences(
            language="de", timezone="Europe/Rome", quiet=QUIET, paused_until=NOON + DAY
        )
        unit.subscribers.prefer(person.id, chosen)
        found = unit.subscribers.get(ANNA)
        assert found is not None
        assert found.preferences == chosen
        cut = unit.audiences.freeze(news, NOON, 9)
        listed = sending(
            unit, *cut.ranges, list_id=news, highest=cut.highest, total=cut.total
        )
        [reader] = unit.audiences.page(listed, after=0, last=99, limit=9)
        assert (reader.quiet, reader.paused_until) == (str(QUIET), NOON + DAY)
        assert unit.audiences.find(listed, ANNA) == reader
        assert not reader.left
        unit.subscribers.prefer(person.id, Preferences())
        [reader] = unit.audiences.page(listed, after=0, last=99, limit=9)
        assert (reader.quiet, reader.paused_until) == (None, None)

    database.call(use)


def test_imported(database: SqlDatabase) -> None:
    """Quiet hours and a pause come along; what somebody has chosen here stays."""

    def use(unit: UnitOfWork) -> None:
        news = declare(unit, "news")["news"]
        mine = unit.subscribers.ensure(ANNA, NOON)
        unit.subscribers.prefer(mine.id, Preferences(quiet=QUIET))
        moment = "2026-03-02T12:00:00Z"
        given = [
            Person(jid, quiet="01:00-02:00 MO", paused_until=moment)
            for jid in (ANNA, BERT)
        ]
        plain = Person(CARL)
        assert unit.people.differing([given[0]]) == 1
        unit.people.put(news, [*given, plain], SubscriptionOrigin.ADMIN, NOON)
        people = [person for _, person in unit.people.page(news, after=0, limit=9)]
        stays = given[0]._replace(quiet=str(QUIET))
        assert people == [stays, given[1], plain]
        assert unit.people.differing([given[0]]) == 0

    database.call(use)


def test_the_step_back(url: str) -> None:
    """An older release tells who waits like whom it repeats; nobody is lost."""
    upgrade.upgrade(url, SERVICE)
    database = SqlDatabase(url, SERVICE)

    def use(unit: UnitOfWork) -> None:
        unit.exceptions.put([waiting(sending(unit, (0, 9, 9)), ANNA)])

    database.call(use)
    database.close()
    upgrade.downgrade(url, "0014")
    upgrade.upgrade(url, SERVICE)
    database = SqlDatabase(url, SERVICE)
    [row] = database.call(lambda unit: unit.exceptions.retries(NOON, 9))
    assert (row.kind, row.condition, row.next_at) == ("retrying", "quiet", NOON)
    database.close()
