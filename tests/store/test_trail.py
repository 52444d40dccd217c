"""What is kept of requests: their counts, and the audit trail."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.domain.audit import DONE, Action, AuditEntry
from bot.domain.errors import NotFound
from bot.domain.schedule import Origin
from bot.service.ports.paging import Page, Paging
from bot.service.ports.trail import AuditFilter
from bot.store.database import SqlDatabase
from tests.store.samples import MINUTE, NOON, SERVICE

SECOND = timedelta(seconds=1)
ALL = Paging(limit=100)


# --- counts --------------------------------------------------------------------------


def count(database: SqlDatabase, at: datetime, who: str = "a") -> tuple[int, datetime]:
    return database.call(lambda uow: uow.requests.add(who, at, MINUTE))


def test_a_minute_of_requests(database: SqlDatabase) -> None:
    """Counted from the first one on, for a minute, each asker for himself; then anew,
    as often as that happens.
    """
    assert count(database, NOON) == (1, NOON)
    assert count(database, NOON + MINUTE - SECOND) == (2, NOON)
    assert count(database, NOON + MINUTE - SECOND, "b") == (1, NOON + MINUTE - SECOND)
    for number in (1, 2, 5):
        start = NOON + number * MINUTE
        assert count(database, start) == (1, start)
        assert count(database, start + SECOND) == (2, start)


def test_a_clock_put_back(database: SqlDatabase) -> None:
    """A count that begins in the future begins anew: nobody waits for that moment."""
    count(database, NOON)
    earlier = NOON - timedelta(days=1)
    assert count(database, earlier) == (1, earlier)
    assert count(database, earlier + SECOND) == (2, earlier)


def test_counts_outlive_their_process(database: SqlDatabase, url: str) -> None:
    """What one process has counted another goes on with."""
    count(database, NOON)
    other = SqlDatabase(url, SERVICE)
    assert count(other, NOON + SECOND) == (2, NOON)
    other.close()


def test_requests_at_once(database: SqlDatabase, url: str) -> None:
    """Of requests that several connections count at once none gets lost."""
    others = [SqlDatabase(url, SERVICE) for _ in range(2)]
    databases = [database, *others]

    def many(number: int) -> list[int]:
        return [count(databases[number], NOON)[0] for _ in range(20)]

    with ThreadPoolExecutor(3) as threads:
        found = [one for part in threads.map(many, range(3)) for one in part]
    assert sorted(found) == list(range(1, 61))
    for one in others:
        one.close()


def test_old_counts_are_forgotten(database: SqlDatabase) -> None:
    """Those that began before a moment, and no others."""
    count(database, NOON, "old")
    count(database, NOON + SECOND, "new")
    database.call(lambda uow: uow.requests.forget(NOON + SECOND, 9))
    assert count(database, NOON + 2 * SECOND, "old")[0] == 1
    assert count(database, NOON + 2 * SECOND, "new")[0] == 2


# --- the audit trail -----------------------------------------------------------------


def an_entry(minutes: int = 0, **changes: Any) -> AuditEntry:
    values: dict[str, Any] = {
        "at": NOON + minutes * MINUTE,
        "caller": "admin@example.org",
        "role": "admin",
        "door": Origin.IQ,
        "action": Action.SCHEDULE,
        "about": "job to news",
        "reference": 7,
        "result": DONE,
        "detail": None,
    }
    return AuditEntry(**values | changes)


def add(database: SqlDatabase, *entries: AuditEntry) -> None:
    def every(uow: Any) -> None:
        for entry in entries:
            uow.audit.add(entry)

    database.call(every)


def test_no_entry_is_the_latest_of_none(database: SqlDatabase) -> None:
    """An empty trail has no latest moment."""
    assert database.look(lambda uow: uow.audit.latest()) is None


def page(
    database: SqlDatabase, paging: Paging = ALL, **wanted: Any
) -> Page[AuditEntry]:
    return database.look(lambda uow: uow.audit.page(AuditFilter(**wanted), paging))


def test_entries_come_back_as_they_were(database: SqlDatabase) -> None:
    """With their time zone, and with what is empty."""
    refused = an_entry(1, reference=None, result="forbidden", detail="Not \u2026 you")
    add(database, an_entry(), refused)
    first, second = page(database).items
    assert (first.id, second.id) == (1, 2)
    assert first == an_entry(id=1)
    assert second == an_entry(
        1, id=2, reference=None, result="forbidden", detail="Not \u2026 you"
    )


def test_every_action_and_door_is_taken(database: SqlDatabase) -> None:
    """Whatever can be asked through whichever door can be written down."""
    entries = [an_entry(action=action) for action in Action]
    entries += [an_entry(door=door) for door in Origin]
    add(database, *entries)
    found = page(database).items
    assert [(one.action, one.door) for one in found] == [
        (one.action, one.door) for one in entries
    ]


def test_filters(database: SqlDatabase) -> None:
    """By caller, action, result and time: from a moment on, up to before another."""
    add(
        database,
        an_entry(0),
        an_entry(1, caller="bob@example.org"),
        an_entry(2, action=Action.CANCEL),
        an_entry(3, result="not-allowed"),
    )

    def ids(**wanted: Any) -> list[int]:
        found = page(database, **wanted)
        assert found.count == len(found.items)
        return [one.id for one in found.items]

    assert ids(caller="bob@example.org") == [2]
    assert ids(action=Action.CANCEL) == [3]
    assert ids(result="not-allowed") == [4]
    assert ids(since=NOON + MINUTE) == [2, 3, 4]
    assert ids(until=NOON + MINUTE) == [1]
    assert ids(since=NOON + MINUTE, until=NOON + 3 * MINUTE) == [2, 3]
    assert ids(caller="bob@example.org", action=Action.CANCEL) == []


def test_pages(database: SqlDatabase) -> None:
    """Forwards, backwards and from the end, of those that match."""
    add(database, *(an_entry(n, result=DONE if n % 2 else "invalid") for n in range(9)))

    def ids(paging: Paging) -> tuple[list[int], int, int]:
        found = page(database, paging, result="invalid")
        return [one.id for one in found.items], found.count, found.index

    assert ids(Paging(limit=2)) == ([1, 3], 5, 0)
    assert ids(Paging(limit=2, after=3)) == ([5, 7], 5, 2)
    assert ids(Paging(limit=2, before=0)) == ([7, 9], 5, 3)
    assert ids(Paging(limit=2, before=7)) == ([3, 5], 5, 1)
    for item in (2, 99):
        with pytest.raises(NotFound):
            ids(Paging(after=item))


def test_a_walk_through_what_matches(database: SqlDatabase) -> None:
    """In slices that go on above any id, whether or not it is there or matches."""
    add(database, *(an_entry(n, result=DONE if n % 2 else "invalid") for n in range(9)))

    def ids(after: int) -> list[int]:
        wanted = AuditFilter(result="invalid", until=NOON + 8 * MINUTE)
        found = database.look(lambda uow: uow.audit.following(wanted, after, 3))
        return [one.id for one in found]

    assert [ids(0), ids(5), ids(6), ids(7), ids(99)] == [[1, 3, 5], [7], [7], [], []]


def test_purging(database: SqlDatabase) -> None:
    """The oldest go first, so many at a time; none that is young, and no id again."""
    add(database, *(an_entry(n) for n in (4, 0, 3, 1, 2)))

    def purge() -> int:
        return database.call(lambda uow: uow.audit.purge(NOON + 4 * MINUTE, 3))

    assert database.look(lambda uow: uow.audit.latest()) == NOON + 4 * MINUTE
    assert purge() == 3
    assert [one.at for one in page(database).items] == [
        NOON + 4 * MINUTE,
        NOON + 3 * MINUTE,
    ]
    assert [purge(), purge()] == [1, 0]
    database.call(lambda uow: uow.audit.purge(NOON + 9 * MINUTE, 3))
    add(database, an_entry(5))
    assert [one.id for one in page(database).items] == [6]
