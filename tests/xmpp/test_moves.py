"""Joins, leaves and probes on their way, bounded whatever comes in."""

import asyncio
import contextlib
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.domain.errors import Unavailable
from bot.domain.phrase import Phrase
from bot.service.ports.spool import Move
from bot.store.spool import SqlSpool
from bot.xmpp.doors import moves as moves_module
from bot.xmpp.doors.moves import MAX_PROBES_OF_ONE, Moves, Probe
from tests.fakes import FakeClock
from tests.world import NOON
from tests.xmpp.answering import at_work, until
from tests.xmpp.links import Run

NEWS, A = "news@announce.example.org", "a@example.org"


@dataclass
class Database:
    """What there is to move and to ask; `away` for as long as it says so."""

    away: bool = False
    connected: asyncio.Event = field(default_factory=asyncio.Event)
    handled: list[tuple[str, bool, bool]] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)

    async def handle(self, move: Move) -> None:
        if self.away:
            raise Unavailable(Phrase("away"))
        self.handled.append((move.jid, move.leaves, move.joins))

    async def ready(self) -> None:
        await self.connected.wait()

    async def answer(self, probe: Probe) -> None:
        self.answered.append(probe.asker)


@asynccontextmanager
async def moving(database: Database, file: Path) -> AsyncIterator[Moves]:
    with contextlib.closing(
        SqlSpool(file, FakeClock(NOON), frozenset({"example.org"}))
    ) as spool:
        moves = Moves(spool, database.handle, database.answer, database.ready)
        async with at_work(moves.run()):
            yield moves


def leave(jid: str) -> Move:
    return Move(jid, NEWS, leaves=True)


def test_all_in_order(tmp_path: Path, run: Run) -> None:
    """What came while the database was away is done in order once it is back."""

    async def scenario() -> None:
        database = Database(away=True)
        async with moving(database, tmp_path / "moves") as moves:
            jids = [f"u{number}@example.org" for number in range(100)]
            for jid in jids:
                moves.add(leave(jid))
            moves.add(Move(A, NEWS, joins=True))
            await until(lambda: moves.held)
            moves.add(leave(A))
            await until(lambda: moves.waiting == 101)
            database.away = False
            database.connected.set()
            await until(lambda: moves.waiting == 0)
            assert database.handled == [(jid, True, False) for jid in (*jids, A)]
            assert not moves.held

    run(scenario())


def test_nobody_joins_without_a_session(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who joins while there is none waits for it, and not for the database."""
    monkeypatch.setattr(moves_module, "LATE_SECONDS", 0.0)

    async def scenario() -> None:
        database = Database()
        async with moving(database, tmp_path / "moves") as moves:
            moves.add(Move(A, NEWS, joins=True))
            await until(lambda: moves.waiting == 1)
            await asyncio.sleep(0.05)
            assert (database.handled, moves.held) == ([], False)
            database.connected.set()
            await until(lambda: moves.waiting == 0)
            assert database.handled == [(A, False, True)]

    run(scenario())


def test_a_flood_of_leaves_is_no_memory(tmp_path: Path, run: Run) -> None:
    """Very many leaves under long names wait on the disk; one of each person."""

    async def scenario() -> None:
        async with moving(Database(away=True), tmp_path / "moves") as moves:
            moves.add(leave(A))
            await until(lambda: moves.held)
            tracemalloc.start()
            for number in range(5_000):
                for _ in range(2):
                    moves.add(leave(f"{number}{'x' * 1000}@example.org"))
                await asyncio.sleep(0)
            _, most = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            assert moves.waiting == 5_001
            assert most < 1_000_000

    run(scenario())


def test_probes_are_bounded(tmp_path: Path, run: Run) -> None:
    """Of one person so many wait, each once, and who moves meanwhile has no answer."""

    async def scenario() -> None:
        database = Database(away=True)
        async with moving(database, tmp_path / "moves") as moves:
            moves.add(leave(A))
            await until(lambda: moves.held)
            for number in range(1000):
                for _ in range(2):
                    moves.ask(Probe("b@example.org", NEWS, f"b@example.org/{number}"))
            assert moves.dropped["probe"] > 0
            moves.ask(Probe(A, NEWS, A))
            moves.ask(Probe("c@example.org", NEWS, "c@example.org"))
            moves.add(Move("c@example.org", NEWS, joins=True))
            database.away = False
            database.connected.set()
            await until(lambda: moves.waiting == 0)
            await until(lambda: A in database.answered)  # done: it joins no more
            assert len(database.answered) == MAX_PROBES_OF_ONE + 2

    run(scenario())
