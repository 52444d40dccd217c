"""Joins and leaves that wait: in order, bounded, and there after a crash."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.service.ports.spool import Move
from bot.store import spool
from bot.store.spool import SqlSpool
from bot.store.spool_files import spool_file
from tests.fakes import FakeClock
from tests.world import NOON

NEWS, WEATHER = "news@announce.example.org", "weather@announce.example.org"
A, B = "a@example.org", "b@example.org"
TRUSTED = frozenset({"example.org"})

Opened = Callable[..., SqlSpool]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """A spool over one file, which may be opened again, as after a crash."""
    with contextlib.ExitStack() as stack:

        def again(**bounds: int) -> SqlSpool:
            made = SqlSpool(tmp_path / "moves", FakeClock(NOON), TRUSTED, **bounds)
            return stack.enter_context(contextlib.closing(made))

        yield again


def join(jid: str, address: str = NEWS, **more: Any) -> Move:
    return Move(jid, address, joins=True, **more)


def leave(jid: str, address: str = NEWS, **more: Any) -> Move:
    return Move(jid, address, leaves=True, **more)


def seen(found: SqlSpool) -> list[tuple[str, str, bool, bool]]:
    """Who leaves and joins where, in order."""
    return [(one.jid, one.address, one.leaves, one.joins) for one in found.first(99)]


def test_a_moment_that_cannot_be_read(opened: Opened, tmp_path: Path) -> None:
    """Who left before a crash has left, also where the file no longer says when."""
    with contextlib.closing(opened()) as before:
        before.put([leave(A), leave(B)])
    with contextlib.closing(sqlite3.connect(tmp_path / "moves")) as file, file:
        file.execute("UPDATE move SET at = 'then' WHERE jid = ?", (A,))
    unknown, known = opened().first(2)
    assert (unknown.jid, unknown.leaves, unknown.before) == (A, True, None)
    assert (known.jid, known.before) == (B, NOON)


def test_in_order(opened: Opened) -> None:
    """What came first is first; what is done is gone."""
    found = opened()
    found.put([join(B), leave(A, WEATHER)])
    found.put([leave(A)])
    assert seen(found) == [
        (B, NEWS, False, True),
        (A, WEATHER, True, False),
        (A, NEWS, True, False),
    ]
    for one in found.first(2):
        found.done(one)
    assert seen(found) == [(A, NEWS, True, False)]
    assert found.waiting == 1
    assert (found.concerns(A), found.concerns(B)) == (True, False)


@pytest.mark.parametrize(
    ("steps", "leaves", "joins"),
    [
        ("jl", True, False),
        ("lj", True, True),
        ("ljl", True, False),
        ("jlj", True, True),
        ("jj", False, True),
        ("ll", True, False),
    ],
)
def test_one_for_each_address(
    opened: Opened, steps: str, leaves: bool, joins: bool
) -> None:
    """The last thing counts; a leave before a join, which may be refused, stays."""
    found = opened()
    for step in steps:
        found.put([join(A) if step == "j" else leave(A)])
        found.put([leave(B)])
    assert seen(found)[0] == (A, NEWS, leaves, joins)
    assert found.waiting == 2


def test_a_leave_that_is_answered(opened: Opened) -> None:
    """Of several leaves in one, one that asked is enough; a join keeps what it said."""
    found = opened()
    found.put([leave(A, asked=True), leave(A), join(B, id="7", language="de")])
    assert [(one.asked, one.id, one.language) for one in found.first(9)] == [
        (True, "", None),
        (False, "7", "de"),
    ]


def test_what_came_in_meanwhile_stays(opened: Opened) -> None:
    """What is done takes nothing with it that the same person did later."""
    found = opened()
    found.put([join(A)])
    [first] = found.first(1)
    found.put([leave(A)])
    found.done(first)
    assert seen(found) == [(A, NEWS, True, False)]


def test_after_a_crash(opened: Opened) -> None:
    """The next process finds all of it, and knows since when."""
    opened().put([leave(A), join(B)])
    found = opened()
    found.put([leave(B)])
    moments = {one.jid: one.before for one in found.first(9)}
    assert moments == {A: NOON, B: None}
    assert found.waiting == 2


def test_strangers_keep_nobody_waiting(opened: Opened) -> None:
    """However many strangers come first, those of trusted domains are next, and those
    of other domains have their turn; nobody is passed over or comes twice.
    """
    found = opened()
    found.put([leave(f"u{number}@flood.example") for number in range(200)])
    found.put([leave("x@one.example"), leave("x@two.example"), leave(A)])
    done: list[str] = []
    while moves := found.first(20):
        for move in moves:
            found.done(move)
            done.append(move.jid)
    assert done[0] == A
    assert {"x@one.example", "x@two.example"} <= set(done[:20])
    flood = [jid for jid in done if jid.endswith("@flood.example")]
    assert flood == [f"u{number}@flood.example" for number in range(200)]
    assert len(done) == 203


def test_joins_are_bounded(opened: Opened) -> None:
    """Beyond so many, joins are dropped, and no leave for them."""
    found = opened(max_joins=3)
    found.put([join(f"u{number}@example.org") for number in range(10)])
    found.put([leave(f"v{number}@example.org") for number in range(10)])
    assert found.waiting == 13
    assert found.dropped == (7, 0)


def test_leaves_of_strangers_go_first(opened: Opened) -> None:
    """Beyond so many, leaves are dropped of the untrusted domain with the most, and of
    trusted ones last.
    """
    found = opened(max_leaves=20)
    found.put([leave(f"u{number}@example.org") for number in range(10)])
    found.put([leave(f"u{number}@one.example") for number in range(5)])
    found.put([leave(f"u{number}@flood.example") for number in range(100)])
    kept = [one.jid for one in found.first(99)]
    count = {
        domain: len([jid for jid in kept if jid.endswith(domain)])
        for domain in ("@example.org", "@one.example", "@flood.example")
    }
    assert count == {"@example.org": 10, "@one.example": 5, "@flood.example": 5}
    found.put([leave(f"v{number}@example.org") for number in range(30)])
    assert {one.jid.partition("@")[2] for one in found.first(99)} == TRUSTED
    assert (found.waiting, found.dropped) == (20, (0, 125))


def test_one_person_has_a_share(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody fills it by leaving addresses that he makes up."""
    monkeypatch.setattr(spool, "MAX_OF_ONE", 5)
    found = opened()
    found.put([leave(A, f"x{number}@announce.example.org") for number in range(9)])
    found.put([leave(A, "x0@announce.example.org")])
    assert (found.waiting, found.dropped) == (5, (0, 4))


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """Without a file it works in memory."""
    (tmp_path / "a file").touch()
    file = tmp_path / "a file" / "moves"
    with contextlib.closing(SqlSpool(file, FakeClock(NOON), TRUSTED)) as found:
        found.put([leave(A)])
        found.secure()
        assert seen(found) == [(A, NEWS, True, False)]


def test_a_file_that_takes_no_more(opened: Opened, tmp_path: Path) -> None:
    """Where the disk is full, all that waits goes on in memory."""
    found = opened()
    found.put([leave(A)])
    found._connection.execute("PRAGMA query_only = 1")
    found.put([leave(B)])
    assert [one.jid for one in found.first(9)] == [A, B]
    assert found.waiting == 2
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_takes_some_again(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once there is room again all that waits is on the disk, in order, with what an
    earlier process left; and each is done once.
    """
    opened().put([leave("old@example.org")])
    found = opened()
    found._connection.execute("PRAGMA query_only = 1")
    found.put([join(A)])
    [first] = found.first(1)
    monkeypatch.setattr(spool, "AGAIN_SECONDS", 0.0)
    found._again_at = 0.0
    found.put([leave(B)])
    assert [(one.jid, one.before) for one in found.first(9)] == [
        ("old@example.org", NOON),
        (A, None),
        (B, None),
    ]
    found.done(first)
    assert [one.jid for one in opened().first(9)] == [A, B]


def test_a_file_that_others_hold(opened: Opened, tmp_path: Path) -> None:
    """Whoever holds it keeps nothing from the disk: there is another one at once."""
    found = opened()
    found.put([leave(A)])
    with contextlib.closing(
        sqlite3.connect(tmp_path / "moves", isolation_level=None)
    ) as other:
        other.execute("BEGIN IMMEDIATE")
        found.put([leave(B)])
    assert [one.jid for one in opened().first(9)] == [A, B]


def test_a_file_that_was_deleted(opened: Opened, tmp_path: Path) -> None:
    """What waited and what comes goes into a new one, though nobody has told us."""
    found = opened()
    found.put([leave(A)])
    for file in tmp_path.iterdir():
        file.unlink()
    found.put([leave(B)])
    assert [one.jid for one in opened().first(9)] == [A, B]
    (tmp_path / "moves").unlink()
    found.restore()
    assert [one.jid for one in opened().first(9)] == [A, B]


def test_a_file_that_was_replaced(opened: Opened, tmp_path: Path) -> None:
    """What somebody put in its place is kept, and done first."""
    file = tmp_path / "moves"
    with contextlib.closing(opened()) as other:
        other.put([leave(B, WEATHER), leave(A)])
    file.rename(tmp_path / "other")
    found = opened()
    found.put([join(A)])
    [first] = found.first(1)
    for name in ("", "-wal", "-shm"):
        file.with_name(f"moves{name}").unlink()
    (tmp_path / "other").rename(file)
    found.put([leave(B)])
    assert seen(found) == [
        (B, WEATHER, True, False),
        (A, NEWS, True, True),
        (B, NEWS, True, False),
    ]
    found.done(first)
    assert found.waiting == 3


def test_a_file_that_is_no_database(opened: Opened, tmp_path: Path) -> None:
    """It is put aside for whoever may read it, and a new one is begun."""
    (tmp_path / "moves").write_bytes(b"no database" * 1000)
    found = opened()
    found.put([leave(A)])
    assert [one.jid for one in opened().first(9)] == [A]
    assert (tmp_path / "moves.damaged").read_bytes().startswith(b"no database")


def test_at_the_end(opened: Opened) -> None:
    """Whoever ends in good order leaves on the disk what was in memory only."""
    with contextlib.closing(opened()) as found:
        found._connection.execute("PRAGMA query_only = 1")
        found.put([leave(A)])
    assert [one.jid for one in opened().first(9)] == [A]


@pytest.mark.parametrize("use", ["put", "first", "concerns", "done"])
def test_a_damaged_file(opened: Opened, tmp_path: Path, use: str) -> None:
    """What can be read of it goes on in memory, the rest is counted as lost, and
    whoever moves from then on is in a place of his own.
    """
    found = opened()
    found.put([leave(f"u{number}{'x' * 900}@example.org") for number in range(90)])
    found.put([leave(A)])
    before = found.first(99)
    found._connection.execute("PRAGMA cache_size = 1")
    found._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    with (tmp_path / "moves").open("r+b") as file:
        file.seek(16 * 4096)
        file.write(b"\xff" * 1_000_000)
    uses: dict[str, Callable[[], object]] = {
        "put": lambda: found.put([leave(A)]),
        "first": lambda: found.first(99),
        "concerns": lambda: found.concerns(A),
        "done": lambda: found.done(before[-1]),
    }
    uses[use]()
    found.put([leave(B)])
    *kept, latest = found.first(99)
    again = 1 if use == "put" else 0
    read = len(kept) - again
    assert kept[:read] == before[:read]
    assert read > 0
    assert (latest.jid, latest.place) == (B, before[-1].place + again + 1)
    assert found.dropped == (0, len(before) - read)
    assert found.waiting == read + again + 1
    assert list(tmp_path.iterdir()) == []


def test_only_its_owner_reads_it(opened: Opened, tmp_path: Path) -> None:
    """It names people, so others may not read it."""
    opened().secure()
    assert (tmp_path / "moves").stat().st_mode & 0o077 == 0


def test_where_it_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside SQLite's file; for PostgreSQL in the state folder that systemd, or the
    user, has for it, by the service's name.
    """
    beside = spool_file(f"sqlite:///{tmp_path}/carillon.db", "bot@example.org")
    assert beside == tmp_path / "carillon.db.waiting"
    server = "postgresql+psycopg://carillon@127.0.0.1/carillon"
    for name in ("STATE_DIRECTORY", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    folder = tmp_path / ".local" / "state" / "carillon"
    assert spool_file(server, "bot@example.org") == folder / "bot@example.org.waiting"
    monkeypatch.setenv("XDG_STATE_HOME", "/state")
    assert spool_file(server, "a b").as_posix() == "/state/carillon/a%20b.waiting"
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/carillon:/var/lib/other")
    assert spool_file(server, "bot").as_posix() == "/var/lib/carillon/bot.waiting"
