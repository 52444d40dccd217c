"""A list's audience is frozen by rule, any other is copied."""

from dataclasses import replace
from datetime import datetime

from bot.domain.broadcast import (
    Broadcast,
    DeliveryException,
    ExceptionKind,
    Occurrence,
    OccurrenceState,
    Recipient,
)
from bot.domain.lists import EndReason
from bot.domain.people import Person
from bot.domain.schedule import ToldAudience
from bot.service.ports.unit_of_work import UnitOfWork
from bot.store.database import SqlDatabase
from tests.store.samples import (
    MINUTE,
    NOON,
    a_broadcast,
    a_schedule,
    declare,
    prefer,
    sending,
    subscribe,
)


def frozen(unit: UnitOfWork, list_id: int, at: datetime, size: int) -> Broadcast:
    cut = unit.audiences.freeze(list_id, at, size)
    return sending(
        unit, *cut.ranges, list_id=list_id, highest=cut.highest, frozen_at=at,
        total=cut.total,
    )  # fmt: skip


def readers(unit: UnitOfWork, broadcast: Broadcast) -> list[Recipient]:
    """Everybody, chunk by chunk in pages of two."""
    found = []
    for chunk in unit.chunks.of(broadcast.id):
        after = chunk.after
        while page := unit.audiences.page(
            broadcast, after=after, last=chunk.last, limit=2
        ):
            assert len(page) <= 2
            found += page
            after = page[-1].position
    return found


def leave(unit: UnitOfWork, jid: str, at: datetime) -> None:
    person = unit.subscribers.ensure(jid, at)
    unit.subscriptions.end(person.id, EndReason.LEFT, at)


def test_ranges_cover_the_list(database: SqlDatabase) -> None:
    """Ranges hold chunk_size people each, from 0 to the highest, without a gap."""

    def use(unit: UnitOfWork) -> None:
        ids = declare(unit, "news", "other")
        for number in range(7):
            subscribe(unit, ids["news"], f"user{number}@example.org")
            subscribe(unit, ids["other"], f"user{number}@example.org")
        cut = unit.audiences.freeze(ids["news"], NOON, 3)
        assert [count for _, _, count in cut.ranges] == [3, 3, 1]
        assert cut.total == 7
        ends = [last for _, last, _ in cut.ranges]
        assert [after for after, _, _ in cut.ranges] == [0, *ends[:-1]]
        assert ends[-1] == cut.highest

    database.call(use)


def test_empty_list(database: SqlDatabase) -> None:
    """A list that nobody stands on has no ranges."""

    def use(unit: UnitOfWork) -> None:
        ids = declare(unit, "news")
        cut = unit.audiences.freeze(ids["news"], NOON, 3)
        assert cut.ranges == ()
        assert cut.total == 0

    database.call(use)


def test_later_changes_do_not_move_the_audience(database: SqlDatabase) -> None:
    """Who leaves later is marked, who joins later is not there, nor who left before."""

    def use(unit: UnitOfWork) -> None:
        news = declare(unit, "news")["news"]
        subscribe(unit, news, "a@example.org", "b@example.org", "c@example.org")
        leave(unit, "a@example.org", NOON - MINUTE / 2)
        broadcast = frozen(unit, news, NOON, 2)
        assert broadcast.total == 2
        leave(unit, "b@example.org", NOON + MINUTE)
        subscribe(unit, news, "b@example.org", "d@example.org", at=NOON + MINUTE)
        found = [(reader.jid, reader.left) for reader in readers(unit, broadcast)]
        assert found == [("b@example.org", True), ("c@example.org", False)]

    database.call(use)


def test_preferences(database: SqlDatabase) -> None:
    """The language chosen goes before the one seen; the zone comes along."""

    def use(unit: UnitOfWork) -> None:
        news = declare(unit, "news")["news"]
        subscribe(unit, news, "a@example.org", "b@example.org", "c@example.org")
        unit.subscribers.seen("a@example.org", language="de")
        unit.subscribers.seen("b@example.org", language="de")
        prefer(unit, news, Person("b@example.org", "pl", "Europe/Rome"))
        found = readers(unit, frozen(unit, news, NOON, 10))
        assert [(reader.language, reader.timezone) for reader in found] == [
            ("de", None),
            ("pl", "Europe/Rome"),
            (None, None),
        ]

    database.call(use)


def test_find_in_a_list(database: SqlDatabase) -> None:
    """A person of the frozen audience is found at the position of the page."""

    def use(unit: UnitOfWork) -> None:
        news = declare(unit, "news")["news"]
        subscribe(unit, news, "a@example.org", "b@example.org")
        broadcast = frozen(unit, news, NOON, 10)
        subscribe(unit, news, "c@example.org", at=NOON + MINUTE)
        first, second = readers(unit, broadcast)
        assert unit.audiences.find(broadcast, "a@example.org") == first
        leave(unit, "b@example.org", NOON + MINUTE)
        gone = unit.audiences.find(broadcast, "b@example.org")
        assert gone is not None
        assert (gone.position, gone.left) == (second.position, True)
        assert unit.audiences.find(broadcast, "c@example.org") is None
        assert unit.audiences.find(broadcast, "nobody@example.org") is None

    database.call(use)


def test_copied_audience(database: SqlDatabase) -> None:
    """A copied audience has positions from 1, and preferences where they are known."""

    def use(unit: UnitOfWork) -> None:
        prefer(unit, declare(unit, "news")["news"], Person("b@example.org", "pl"))
        jids = ("a@example.org", "b@example.org", "c@example.org")
        broadcast = sending(unit, (0, 2, 2), (2, 3, 1), recipients=jids)
        found = readers(unit, broadcast)
        assert found == [
            Recipient(position=1, jid=jids[0], language=None, timezone=None),
            Recipient(position=2, jid=jids[1], language="pl", timezone=None),
            Recipient(position=3, jid=jids[2], language=None, timezone=None),
        ]
        assert unit.audiences.find(broadcast, jids[1]) == found[1]
        assert unit.audiences.find(broadcast, "d@example.org") is None

    database.call(use)


def test_whoever_has_an_edition_that_is_not_meant(database: SqlDatabase) -> None:
    """Of those who have an edition before one, who was told that one is none; nor is he
    told what goes to those who were.
    """
    jids = ("a@example.org", "b@example.org", "c@example.org")

    def use(unit: UnitOfWork) -> None:
        original = sending(unit, (0, 3, 3), recipients=jids)
        unit.broadcasts.save(replace(original, edition=2))
        for jid, edition in zip(jids[1:], (1, 2), strict=True):
            deferred = DeliveryException(
                broadcast_id=original.id,
                jid=jid,
                kind=ExceptionKind.DEFERRED,
                condition="paused",
                first_at=NOON,
                edition=edition,
            )
            unit.exceptions.put([deferred])
        word = _to_readers_of(unit, original, before=2)
        found = unit.audiences.reached(replace(word, id=0), [(0, 3)], NOON)
        assert found.total == 2
        told = unit.broadcasts.add(word, found.ranges)
        further = _to_readers_of(unit, told)
        for one in (told, unit.broadcasts.add(further, found.ranges)):
            page = unit.audiences.page(one, after=0, last=3, limit=9)
            assert [reader.unreached for reader in page] == [False, False, True]

    database.call(use)


def _to_readers_of(
    unit: UnitOfWork, original: Broadcast, before: int | None = None
) -> Broadcast:
    audience = ToldAudience(
        broadcast_id=original.id, list_name=None, before=before, personal=True
    )
    schedule = unit.schedules.add(a_schedule(f"to-{original.id}", audience=audience))
    occurrence = unit.occurrences.add(
        Occurrence(schedule_id=schedule.id, due_at=NOON, state=OccurrenceState.SENDING)
    )
    assert occurrence is not None
    return a_broadcast(occurrence, told_by=original.id)
