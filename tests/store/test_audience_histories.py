"""Whatever people and clocks do, a frozen audience is who was subscribed then."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.broadcast import Broadcast
from bot.domain.lists import EndReason
from bot.service.ports.unit_of_work import UnitOfWork
from bot.store.database import SqlDatabase
from tests.store.copies import migrated
from tests.store.samples import NOON, SERVICE, declare, sending, subscribe

PEOPLE = [f"user{number}@example.org" for number in range(6)]
#: what is done by whom, and how far the clock is from noon then
Step = tuple[str, str, int]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["join", "leave", "join other"]),
        st.sampled_from(PEOPLE),
        st.integers(-30_000, 30_000),
    ),
    max_size=30,
)


class Undone(Exception):
    """Ends a use case so that it leaves no trace."""


@contextmanager
def a_database() -> Iterator[SqlDatabase]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/carillon.db"
        migrated(url)
        database = SqlDatabase(url, SERVICE)
        yield database
        database.close()


def readers(
    unit: UnitOfWork, broadcast: Broadcast, limit: int
) -> list[tuple[str, bool]]:
    found = []
    for chunk in unit.chunks.of(broadcast.id):
        after = chunk.after
        while page := unit.audiences.page(
            broadcast, after=after, last=chunk.last, limit=limit
        ):
            found += [(reader.jid, reader.left) for reader in page]
            after = page[-1].position
    return found


class History:
    """What the store is told, and the plain truth beside it."""

    def __init__(self, unit: UnitOfWork) -> None:
        self.unit = unit
        self.ids = declare(unit, "news", "other")
        self.active: list[str] = []
        self.gone: set[str] = set()
        self.now = NOON

    def go(self, steps: list[Step]) -> None:
        for verb, jid, hours in steps:
            self.now = NOON + timedelta(hours=hours)
            if verb == "join other":
                subscribe(self.unit, self.ids["other"], jid, at=self.now)
            elif verb == "join":
                subscribe(self.unit, self.ids["news"], jid, at=self.now)
                if jid not in self.active:
                    self.active.append(jid)
            elif jid in self.active:
                person = self.unit.subscribers.ensure(jid, self.now)
                self.unit.subscriptions.end(person.id, EndReason.LEFT, self.now)
                self.active.remove(jid)
                self.gone.add(jid)


def test_random_histories() -> None:
    """Each one subscribed at the freeze is paged once, marked if gone since, whatever
    the clock said at each step.
    """
    with a_database() as database:

        @settings(deadline=None, max_examples=200)
        @given(STEPS, STEPS, st.integers(1, 4), st.integers(1, 4))
        def check(
            before: list[Step],
            after: list[Step],
            size: int,
            limit: int,
        ) -> None:
            def use(unit: UnitOfWork) -> None:
                history = History(unit)
                history.go(before)
                cut = unit.audiences.freeze(history.ids["news"], history.now, size)
                told = list(history.active)
                assert cut.total == len(told)
                assert all(count <= size for _, _, count in cut.ranges)
                broadcast = sending(
                    unit, *cut.ranges, list_id=cut.list_id, highest=cut.highest,
                    frozen_at=cut.at, total=cut.total,
                )  # fmt: skip
                history.gone.clear()
                history.go(after)
                found = readers(unit, broadcast, limit)
                assert found == [(jid, jid in history.gone) for jid in told]
                for jid in PEOPLE:
                    one = unit.audiences.find(broadcast, jid)
                    assert (one is not None) == (jid in told)
                raise Undone

            try:
                database.call(use)
            except Undone:
                return
            raise AssertionError("the use case came to its end")

        check()
