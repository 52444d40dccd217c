"""Broadcasts, chunks, exceptions and progress."""

from dataclasses import replace
from typing import Any

from bot.domain.broadcast import (
    BroadcastState,
    Chunk,
    DeliveryException,
    ExceptionKind,
    Progress,
)
from bot.domain.message import Text
from bot.domain.schedule import TextContent
from bot.service.ports.paging import Paging
from bot.service.ports.unit_of_work import UnitOfWork
from bot.store.database import SqlDatabase
from tests.store.samples import MINUTE, NOON, declare, sending

LEASE = 2 * MINUTE


def claimed(unit: UnitOfWork, worker: str = "w1") -> Chunk:
    found = unit.chunks.claim(worker, NOON, LEASE)
    assert found is not None
    return found


def failure(broadcast_id: int, jid: str, **changes: Any) -> DeliveryException:
    values: dict[str, Any] = {
        "broadcast_id": broadcast_id,
        "jid": jid,
        "kind": ExceptionKind.FAILED,
        "condition": "gone",
        "first_at": NOON,
    }
    return DeliveryException(**values | changes)


def test_broadcast_round_trip(database: SqlDatabase) -> None:
    """A broadcast comes back as it was stored, by id and by key."""

    def use(unit: UnitOfWork) -> None:
        news = declare(unit, "news")["news"]
        added = sending(
            unit, (0, 9, 3), list_id=news, highest=2**40, expires_at=NOON + MINUTE
        )
        assert unit.broadcasts.get(added.id) == added
        assert unit.broadcasts.by_key(added.key) == added
        assert unit.broadcasts.by_key("nothing") is None
        done = replace(
            added, state=BroadcastState.STOPPED, reason="asked", finished_at=NOON
        )
        unit.broadcasts.save(done)
        assert unit.broadcasts.lock(added.id) == done

    database.call(use)


def test_pages_of_broadcasts(database: SqlDatabase) -> None:
    """Pages can be of one schedule, or of those that are sending."""

    def use(unit: UnitOfWork) -> None:
        one, two, three = (sending(unit, (0, 3, 3)) for _ in range(3))
        unit.broadcasts.save(replace(two, state=BroadcastState.SENT))
        assert unit.broadcasts.page(Paging(), sending=True).items == [one, three]
        found = unit.broadcasts.page(Paging(), schedule_id=one.schedule_id)
        assert found.items == [one]
        assert unit.broadcasts.page(Paging(limit=1, after=one.id)).index == 1

    database.call(use)


def test_pages_of_what_concerns_somebody(database: SqlDatabase) -> None:
    """His own, and what his lists were told: not what single people were in the voice
    of one of them.
    """

    def use(unit: UnitOfWork) -> None:
        news = declare(unit, "news")["news"]
        told = sending(unit, (0, 3, 3), list_id=news, highest=9)
        single = sending(unit, (0, 1, 1), recipients=("a@example.org",), list_id=news)
        schedule = unit.schedules.get(told.schedule_id)
        assert schedule is not None
        page = unit.broadcasts.page
        assert page(Paging(), owner=schedule.owner).items == [told, single]
        assert page(Paging(), owner="x@example.org").items == []
        his_list = page(Paging(), owner="x@example.org", lists=[news])
        assert (his_list.items, his_list.count) == ([told], 1)

    database.call(use)


def test_failures_by_condition(database: SqlDatabase) -> None:
    """Counted, the most first; without those whose repeat was accepted."""

    def use(unit: UnitOfWork) -> None:
        broadcast = sending(unit, (0, 9, 9)).id
        conditions = ("gone", "forbidden", "gone", "wait")
        found = [
            failure(broadcast, f"{name}@example.org", condition=condition)
            for name, condition in zip("abcd", conditions, strict=True)
        ]
        found[3] = replace(found[3], kind=ExceptionKind.DEFERRED)
        unit.exceptions.put(found)
        assert unit.exceptions.conditions(broadcast) == [("gone", 2), ("forbidden", 1)]
        gone = unit.exceptions.page(broadcast, after="", limit=9, condition="gone")
        assert gone == [found[0], found[2]]
        assert unit.exceptions.conditions(broadcast + 1) == []

    database.call(use)


def test_rendition_stands(database: SqlDatabase) -> None:
    """The first text stored for a language and zone is the one that is sent."""
    text = Text(language="pl", body="Cześć", subject=None)
    other = Text(language="pl", body="Inny", subject="S")

    def use(unit: UnitOfWork) -> None:
        broadcast = sending(unit, (0, 3, 3)).id
        keep, kept = unit.broadcasts.keep, unit.broadcasts.renditions
        assert kept(broadcast, "UTC") == {}
        assert keep(broadcast, "UTC", {"pl": text}) == {"pl": text}
        both = keep(broadcast, "UTC", {"pl": other, "": other})
        assert both == {"pl": text, "": other}
        assert keep(broadcast, "Europe/Warsaw", {"pl": other}) == {"pl": other}
        assert kept(broadcast, "UTC") == both

    database.call(use)


def test_kept_content(database: SqlDatabase) -> None:
    """What goes out, or ended of late, keeps the content of before the first edit; what
    has long been over has none to keep.
    """

    def use(unit: UnitOfWork) -> None:
        declare(unit, "news")
        going, late, over = sending(unit), sending(unit), sending(unit)
        for one, end in ((late, NOON + MINUTE), (over, NOON)):
            ended = replace(one, state=BroadcastState.SENT, finished_at=end)
            unit.broadcasts.save(ended)
        before = unit.schedules.get(going.schedule_id)
        assert before is not None
        assert unit.broadcasts.kept_content(going.id) is None
        edited = replace(
            before, content=TextContent(texts=(Text(language="", body="x"),))
        )
        others = [unit.schedules.get(one.schedule_id) for one in (late, over)]
        for schedule in (before, edited, *filter(None, others)):
            unit.broadcasts.keep_content(schedule, NOON)
        kept = (before.content, before.timezone)
        assert unit.broadcasts.kept_content(going.id) == kept
        assert unit.broadcasts.kept_content(late.id) == kept
        assert unit.broadcasts.kept_content(over.id) is None

    database.call(use)


def test_smallest_first(database: SqlDatabase) -> None:
    """Chunks are claimed of the smallest broadcast first, then in their order."""

    def use(unit: UnitOfWork) -> None:
        large = sending(unit, (0, 5, 5), (5, 9, 4), total=9)
        small = sending(unit, (0, 1, 1), total=1)
        stopped = sending(unit, (0, 1, 1), total=0)
        unit.broadcasts.save(replace(stopped, state=BroadcastState.STOPPED))
        found = [claimed(unit) for _ in range(3)]
        assert [(entry.broadcast_id, entry.after) for entry in found] == [
            (small.id, 0),
            (large.id, 0),
            (large.id, 5),
        ]
        assert unit.chunks.claim("w2", NOON, LEASE) is None

    database.call(use)


def test_lease_runs_out(database: SqlDatabase) -> None:
    """Anybody takes over an expired lease, and only then, but who has it in hand."""

    def use(unit: UnitOfWork) -> None:
        sending(unit, (0, 3, 3))
        mine = claimed(unit)
        assert (mine.worker, mine.leased_until) == ("w1", NOON + LEASE)
        claim = unit.chunks.claim
        assert claim("w2", NOON + LEASE - MINUTE, LEASE) is None
        unit.chunks.renew("w1", NOON + 2 * LEASE, {mine.id})
        unit.chunks.renew("w1", NOON + 9 * LEASE, set())
        assert claim("w2", NOON + LEASE, LEASE) is None
        assert claim("w1", NOON + 2 * LEASE, LEASE, {mine.id}) is None
        assert unit.chunks.hold(mine.id, "w1") is not None
        again = claim("w1", NOON + 2 * LEASE, LEASE)
        assert again is not None
        assert again.id == mine.id
        theirs = claim("w2", NOON + 3 * LEASE, LEASE)
        assert theirs is not None
        assert theirs.id == mine.id
        assert unit.chunks.hold(mine.id, "w1") is None
        assert unit.chunks.hold(mine.id, "w2") == theirs

    database.call(use)


def test_releasing(database: SqlDatabase) -> None:
    """A worker's leases are given back, and no others."""

    def use(unit: UnitOfWork) -> None:
        sending(unit, (0, 1, 1), (1, 2, 1), (2, 3, 1))
        first = claimed(unit)
        claimed(unit, "w2")
        claimed(unit, "w2")
        unit.chunks.release("w1")
        assert claimed(unit, "w3").id == first.id
        unit.chunks.release("w2")
        assert {claimed(unit, "w4").after for _ in range(2)} == {1, 2}

    database.call(use)


def test_chunk_round_trip(database: SqlDatabase) -> None:
    """A chunk's cursor, lease and strikes are kept; a finished one is not claimed."""

    def use(unit: UnitOfWork) -> None:
        broadcast = sending(unit, (0, 2**40, 3), (2**40, 2**41, 2)).id
        chunk = claimed(unit)
        fresh = Chunk(
            id=chunk.id, broadcast_id=broadcast, after=0, last=2**40, count=3,
            through=0, worker="w1", leased_until=NOON + LEASE, window=0,
        )  # fmt: skip
        assert chunk == fresh
        moved = replace(
            chunk, through=7, done=2, strikes=1, suspect=2**40, edition=2,
            old_through=9, reach=2**33, lost=40,
        )  # fmt: skip
        unit.chunks.save(moved)
        assert unit.chunks.of(broadcast)[0] == moved
        finished = replace(moved, finished=True, worker=None, leased_until=None)
        unit.chunks.save(finished)
        assert unit.chunks.unfinished(broadcast) == 1
        assert claimed(unit, "w2").after == 2**40

    database.call(use)


def test_exceptions_replace(database: SqlDatabase) -> None:
    """There is one exception for each recipient: the latest one put."""

    def use(unit: UnitOfWork) -> None:
        broadcast = sending(unit, (0, 3, 3)).id
        first = failure(broadcast, "a@example.org")
        again = replace(
            first, kind=ExceptionKind.RETRYING, condition="wait", text="Later ☃",
            attempts=2, next_at=NOON + MINUTE,
        )  # fmt: skip
        other = failure(broadcast, "b@example.org", kind=ExceptionKind.SKIPPED)
        unit.exceptions.put([])
        unit.exceptions.put([first, other])
        unit.exceptions.put([again])
        assert unit.exceptions.get(broadcast, "a@example.org") == again
        assert unit.exceptions.page(broadcast, after="", limit=9) == [again, other]
        after = unit.exceptions.page(broadcast, after="a@example.org", limit=9)
        assert after == [other]
        assert unit.exceptions.any_awaited(broadcast)
        accepted = replace(again, kind=ExceptionKind.DEFERRED, next_at=None)
        unit.exceptions.put([accepted])
        assert unit.exceptions.get(broadcast, "a@example.org") == accepted
        assert unit.exceptions.page(broadcast, after="", limit=9) == [other]
        assert not unit.exceptions.any_awaited(broadcast)

    database.call(use)


def test_retries(database: SqlDatabase) -> None:
    """What is awaited comes in its order, until its broadcast is abandoned."""

    def use(unit: UnitOfWork) -> None:
        one, stopped = sending(unit, (0, 3, 3)), sending(unit, (0, 3, 3))
        retry, deferred = ExceptionKind.RETRYING, ExceptionKind.DEFERRED
        early = failure(one.id, "e@example.org", kind=retry, next_at=NOON - MINUTE)
        due = failure(one.id, "d@example.org", kind=deferred, next_at=NOON)
        later = failure(one.id, "l@example.org", kind=retry, next_at=NOON + MINUTE)
        other = failure(stopped.id, "o@example.org", kind=retry, next_at=NOON - LEASE)
        lost = failure(one.id, "f@example.org")
        unit.exceptions.put([later, due, early, other, lost])
        assert unit.exceptions.retries(NOON, 9) == [other, early, due]
        unit.exceptions.abandon(stopped.id)
        assert unit.exceptions.retries(NOON, 9) == [early, due]
        assert unit.exceptions.retries(NOON, 1) == [early]
        left = unit.exceptions.get(stopped.id, "o@example.org")
        assert left == replace(other, kind=ExceptionKind.FAILED, next_at=None)

    database.call(use)


def test_progress(database: SqlDatabase) -> None:
    """Sent are those passed without an exception, over all chunks, and those whose
    repeat was accepted.
    """

    def use(unit: UnitOfWork) -> None:
        other = sending(unit, (0, 9, 9), total=9)
        broadcast = sending(unit, (0, 6, 6), (6, 9, 3), total=9)
        assert unit.broadcasts.progress(broadcast.id) == Progress(
            total=9, sent=0, failed=0, skipped=0, deferred=0
        )
        for chunk in unit.chunks.of(broadcast.id):
            unit.chunks.save(replace(chunk, done=chunk.count))
        kinds = [*ExceptionKind, ExceptionKind.FAILED]
        put = [
            failure(broadcast.id, f"u{number}@example.org", kind=kind, next_at=NOON)
            for number, kind in enumerate(kinds)
        ]
        accepted = ExceptionKind.DEFERRED
        put.append(failure(broadcast.id, "u8@example.org", kind=accepted))
        unit.exceptions.put([*put, failure(other.id, "u0@example.org")])
        assert unit.broadcasts.progress(broadcast.id) == Progress(
            total=9, sent=3, failed=2, skipped=1, deferred=3, waiting=1
        )

    database.call(use)
