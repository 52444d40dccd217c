"""Whatever is lost and whenever it crashes: nobody is skipped, repeats are few."""

import asyncio
import contextlib
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.broadcast import BroadcastState
from bot.engine.wire import Delivery
from tests.engine.worker import until, working
from tests.fakes import FakeWire, Loss
from tests.world import World, copy_of

READERS = [f"r{number}@example.org" for number in range(30)]
WINDOW = 8


@dataclass(frozen=True, slots=True)
class Life:
    """One process: at which writes it loses the stream, and at which it dies."""

    losses: dict[int, Loss]
    crash: int
    #: nothing is acknowledged
    hold: bool


LOSSES = st.builds(Loss, taken=st.integers(0, WINDOW), known=st.booleans())
LIVES = st.builds(
    Life,
    losses=st.dictionaries(st.integers(0, 6), LOSSES, max_size=3),
    crash=st.integers(1, 8),
    hold=st.booleans(),
)


class History:
    """The lives of a service that announces to READERS."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.subscribe(*READERS)
        self.job = world.due()
        self.taken: list[tuple[str, str]] = []
        #: the process that lives, or lived last
        self.name = ""
        #: streams lost and processes ended so far
        self.interruptions = 0

    async def live(self, life: Life | None) -> None:
        """A process from start to crash; without `life` until all is done."""
        # In turn, after what the life before had given to its thread.
        await self.world.database.run(lambda unit: unit.chunks.release(self.name))
        writes = 0

        def fate(_: Sequence[Delivery]) -> Loss | None:
            nonlocal writes
            writes += 1
            return life.losses.get(writes - 1) if life else None

        def ended() -> bool:
            return life is not None and writes >= life.crash

        wire = FakeWire(fate, hold=life is not None and life.hold)
        self.name = f"life {self.interruptions}"
        async with working(self.world, wire, window=WINDOW, name=self.name):
            if wire.hold:  # what is written stays on its way until the crash
                with contextlib.suppress(TimeoutError):
                    await until(ended, 0.1)
            else:
                await until(lambda: ended() or self.over)
        self.taken += wire.taken
        self.interruptions += wire.losses + 1

    @property
    def over(self) -> bool:
        broadcast = self.world.broadcast(self.job)
        return broadcast.state is not BroadcastState.SENDING


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
    ],
)
@given(lives=st.lists(LIVES, max_size=5), chunk=st.sampled_from([7, 30]))
def test_nobody_is_skipped(
    blank: Path, monkeypatch: pytest.MonkeyPatch, lives: list[Life], chunk: int
) -> None:
    """Over random losses and crashes everybody is told, seldom twice, by one id."""
    monkeypatch.setattr("bot.service.delivery.planning.CHUNK_SIZE", chunk)
    with tempfile.TemporaryDirectory() as folder:
        world = World(copy_of(blank, Path(folder)))
        try:
            history = History(world)
            for life in [*lives, None]:
                asyncio.run(history.live(life))
            times = Counter(to for to, _ in history.taken)
            assert set(times) == set(READERS)
            assert len(set(history.taken)) == len(READERS)
            repeats = sum(times.values()) - len(READERS)
            assert repeats <= WINDOW * (history.interruptions - 1)
            assert world.exceptions(history.job) == []
            assert world.progress(history.job).sent == len(READERS)
            assert world.get(history.job.id).wire_state == "sent"
        finally:
            world.close()
