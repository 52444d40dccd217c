"""Cut off anywhere, corrected and withdrawn at any time: what each inbox holds."""

import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.domain.amendment import Amendment
from bot.domain.broadcast import BroadcastState
from bot.domain.errors import Finished
from bot.domain.lists import Preferences
from bot.domain.schedule import Schedule
from bot.service.ports.paging import Paging
from bot.service.ports.unit_of_work import UnitOfWork
from tests.domain.strategies import examples
from tests.engine.inboxes import correct, retract
from tests.service.sending_by_hand import LEASE, WINDOW, Retrying, Server, Worker
from tests.world import World, copy_of

READERS = [f"r{number:02}@example.org" for number in range(11)]
#: whom nothing reaches; who is reached at the second, and the third, time; who is on a
#: pause when his turn comes
REFUSING, BUSY, PAUSED = READERS[4], {READERS[2]: 1, READERS[7]: 2}, READERS[5]
CHUNK_SIZE = 6
#: what a worker may have written that it has not heard, or recorded: each of its two
#: chunks is told for itself
OPEN = 2 * WINDOW

STEPS = st.one_of(
    st.tuples(st.just("write"), st.integers(1, WINDOW), st.booleans()),
    st.tuples(st.just("acknowledge")),
    st.tuples(st.just("claim")),
    st.tuples(st.just("plan")),
    st.tuples(st.just("retry"), st.sampled_from(["claimed", "written", "recorded"])),
    st.tuples(st.just("pass"), st.sampled_from([61, 901, 4000])),
    st.tuples(st.just("leave"), st.sampled_from([0, 3, 8])),
    st.tuples(st.sampled_from(["crash", "run out", "lose stream", "stop"])),
    st.tuples(st.just("correct")),
    st.tuples(st.just("correct")),
    st.tuples(st.just("retract")),
)


#: amended twice before what a crash left open was repeated
TWICE_BEFORE_THE_REPEAT = [
    *(("claim",), ("write", WINDOW), ("crash",)),
    *(("correct",), ("claim",), ("correct",), ("write", 1), ("acknowledge",)),
]
#: withdrawn before a crash leaves open who has it
WITHDRAWN_BEFORE_THE_CRASH = [("claim",), ("write", 1, False), ("retract",), ("crash",)]
#: amended while the amendment before is being written
TWICE_IN_A_ROW = [
    *(("claim",), ("write", 4), ("acknowledge",), ("write", 4), ("acknowledge",)),
    *(("claim",), ("write", 4), ("acknowledge",), ("write", 4), ("acknowledge",)),
    *(("correct",), ("plan",), ("claim",), ("write", 1)),
    *(("correct",), ("plan",), ("claim",), ("write", 2, True), ("write", 1)),
]


class History:
    """Of a service that announces to READERS, and amends that."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.subscribe(*READERS)
        world.do(_pause, PAUSED, world.clock.now() + timedelta(hours=1))
        self.job = world.due()
        self.server = Server(busy=dict(BUSY), refusing=frozenset({REFUSING}))
        self.retrying = Retrying(world, self.server)
        self.workers = [self._worker()]
        #: the texts, from the first on
        self.editions = ["Hello"]
        self.is_retracted = False
        #: by reader who has left: what he had by then
        self.left: dict[str, int] = {}
        #: crashes and lost streams, and repeats broken off
        self.cuts = self.broken_off = 0
        #: originals written of an edition, or at a time, that was over
        self.stale = 0
        #: who has a withdrawal and nothing before it
        self.only_withdrawn = 0

    def _worker(self) -> Worker:
        count = len(getattr(self, "workers", ()))
        return Worker(self.world, self.server, f"worker {count}")

    @property
    def worker(self) -> Worker:
        return self.workers[-1]

    def do(self, step: tuple[Any, ...]) -> bool:
        name, *given = step
        doing: Callable[..., bool] = getattr(self, f"_{name.replace(' ', '_')}")
        return doing(*given)

    def _write(self, count: int, latest: bool = False) -> bool:
        worker = self.worker
        before = len(worker.log)
        done = worker.write(count, latest=latest)
        number, edition = self.world.broadcast(self.job).id, len(self.editions)
        for broadcast_id, written, _, _ in worker.log[before:]:
            is_old = written < edition or self.is_retracted
            self.stale += broadcast_id == number and is_old
        return done

    def _acknowledge(self) -> bool:
        return self.worker.acknowledge()

    def _claim(self) -> bool:
        return self.worker.claim()

    def _plan(self) -> bool:
        self.world.clock.advance(seconds=1)
        return self.world.plan() > 0

    def _retry(self, upto: str) -> bool:
        before = len(self.retrying.log)
        done = self.retrying.step(upto)
        if upto != "recorded":
            self.broken_off += len(self.retrying.log) - before
        return done

    def _pass(self, seconds: int) -> bool:
        self.world.clock.advance(seconds=seconds)
        renew = self.world.chunk_progress.renew
        self.world.do(renew, self.worker.name, tuple(self.worker.hands))
        return False

    def _leave(self, number: int) -> bool:
        jid = READERS[number]
        if jid not in self.left:
            leave, caller = self.world.use_cases.joining.leave, self.world.caller(jid)
            self.world.do(leave, caller, "news")
            self.left[jid] = len(self.server.inboxes[jid])
        return False

    def _crash(self) -> bool:
        """A new process takes over at once."""
        name = self.worker.name
        self.world.do(lambda unit: unit.chunks.bereave(name))
        return self._begin_anew()

    def _run_out(self) -> bool:
        """A new process waits until the leases of the one before have run out."""
        self.world.clock.advance(seconds=LEASE)
        return self._begin_anew()

    def _begin_anew(self) -> bool:
        self.cuts += 1
        self.workers.append(self._worker())
        return False

    def _lose_stream(self) -> bool:
        self.cuts += 1
        self.worker.lose_stream()
        return False

    def _stop(self) -> bool:
        """In good order: the next process hears how far this one came."""
        self.cuts += 1
        reached = {number: one.reached for number, one in self.worker.hands.items()}
        release, name = self.world.chunk_progress.release, self.worker.name
        self.world.do(release, name, reached)
        self.workers.append(self._worker())
        return False

    def _correct(self) -> bool:
        if len(self.editions) > 3:
            return False
        body = f"Goodbye {len(self.editions)}"
        if self._amend(lambda: correct(self.world, self.job, body)):
            self.editions.append(body)
        return False

    def _retract(self) -> bool:
        if self._amend(lambda: retract(self.world, self.job)):
            self.is_retracted = True
        return False

    def _amend(self, ask: Callable[[], Schedule]) -> bool:
        if self.is_retracted:
            with pytest.raises(Finished):
                ask()
            return False
        ask()
        return True

    def to_the_end(self) -> None:
        """Nothing disturbs it any more."""
        for _ in range(600):
            busy = self._claim() or self._write(WINDOW) or self._acknowledge()
            busy = self._plan() or busy
            busy = self._retry("recorded") or busy
            if not busy:
                if self._is_over():
                    return
                self._pass(600)
        raise AssertionError("it never ends")

    def _is_over(self) -> bool:
        page = self.world.do(lambda unit: unit.broadcasts.page(Paging(limit=99)))
        if any(one.state is BroadcastState.SENDING for one in page.items):
            return False
        if self.world.do(lambda unit: unit.schedules.next_due()) is not None:
            return False
        return not any(
            self.world.do(lambda unit, n: unit.exceptions.any_awaited(n), one.id)
            for one in page.items
        )

    def check(self) -> None:
        for jid in READERS:
            self._check_inbox(jid)
        assert self.only_withdrawn <= OPEN * self.cuts
        amended = len(self.editions) - 1 + self.is_retracted
        assert self.stale <= OPEN * (self.cuts + amended)
        repeats = Counter(
            (written, jid)
            for worker in self.workers
            for written, _, jid, _ in worker.log
        )
        assert sum(repeats.values()) - len(repeats) <= WINDOW * self.cuts

    def _check_inbox(self, jid: str) -> None:
        got = self.server.inboxes[jid]
        by_id = {one.id: one for one in got}
        assert all(by_id[one.id] == one for one in got), "two texts under one id"
        seen = list(dict.fromkeys(got))
        if jid in self.left:
            assert len(got) == self.left[jid], "told after he left"
            return
        if not seen:
            assert jid == REFUSING or self.is_retracted, "skipped"
            return
        if jid in BUSY and self.cuts and seen[0].amends is not None:
            # The original came back, and nobody was there any more to note that: so
            # he may have it.
            return
        first, *rest = seen
        if self.is_retracted and self.cuts and first.amends is Amendment.RETRACT:
            # Nobody knows any more whether he has it.
            self.only_withdrawn += 1
            assert rest == []
            return
        assert first.amends is None
        assert all(one.original == first.id for one in rest)
        assert all(one.amends is not None for one in rest)
        if self.is_retracted:
            last = rest.pop()
            assert last.amends is Amendment.RETRACT
        assert all(one.amends is Amendment.CORRECT for one in rest)
        heard = [self.editions.index(one.body) for one in (first, *rest)]
        assert heard == sorted(set(heard)), "an older one came later"
        if not self.is_retracted:
            assert heard[-1] == len(self.editions) - 1, "has not the newest"


def _pause(unit: UnitOfWork, jid: str, until: Any) -> None:
    found = unit.subscribers.get(jid)
    assert found is not None
    unit.subscribers.prefer(found.id, replace(Preferences(), paused_until=until))


@settings(
    max_examples=examples(15),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEPS, max_size=40))
@example(steps=TWICE_BEFORE_THE_REPEAT)
@example(steps=TWICE_IN_A_ROW)
@example(steps=WITHDRAWN_BEFORE_THE_CRASH)
def test_each_inbox(
    blank: Path, monkeypatch: pytest.MonkeyPatch, steps: list[tuple[Any, ...]]
) -> None:
    """Whoever may have the old text gets that under its id, and then the newest as its
    correction; who has nothing gets the newest alone; what is withdrawn reaches nobody
    else, but that it is withdrawn reaches whoever may have it. Repeats are at most a
    window a crash.
    """
    monkeypatch.setattr("bot.service.delivery.planning.CHUNK_SIZE", CHUNK_SIZE)
    with tempfile.TemporaryDirectory() as folder:
        world = World(copy_of(blank, Path(folder)))
        try:
            history = History(world)
            for step in steps:
                history.do(step)
            history.to_the_end()
            history.check()
        finally:
            world.close()
