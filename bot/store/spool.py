"""A SQLite file of its own in which joins and leaves wait for the database.

It lies beside SQLite's file; for PostgreSQL in the folder that systemd gives for a
service's state, else in the user's, and bears the service's name. Where it cannot be
written the moves are kept in memory. A process's death costs nothing that was put; a
power cut, what was put since `secure`.
"""

import contextlib
import logging
import os
import sqlite3
from collections.abc import Container, Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from bot.domain.jid import domain_of
from bot.service.ports.outside import Clock
from bot.service.ports.spool import Move
from bot.store.whereabouts import file_of

log = logging.getLogger(__name__)

MAX_LEAVES = 100_000  #: that wait
MAX_JOINS = 10_000  #: that wait; servers, or people, ask again
MAX_OF_ONE = 500  #: addresses at which one person joins or leaves
DROPS_PER_LOOK = 1_000  #: looking for whom to drop reads all that wait
_TABLE = """
CREATE TABLE IF NOT EXISTS move (
  place INTEGER PRIMARY KEY AUTOINCREMENT,
  jid TEXT NOT NULL, address TEXT NOT NULL,
  leaves INTEGER NOT NULL, joins INTEGER NOT NULL, asked INTEGER NOT NULL,
  id TEXT NOT NULL, language TEXT,
  at TEXT NOT NULL, domain TEXT NOT NULL, trusted INTEGER NOT NULL,
  UNIQUE (jid, address)
);
CREATE INDEX IF NOT EXISTS room ON move (leaves, trusted, domain);
"""
_FOUND = (
    "SELECT jid, address, leaves, joins, asked, id, language, place, at FROM move"
    " WHERE jid = ? AND address = ?"
)
_FIRST = (
    "SELECT jid, address, leaves, joins, asked, id, language, place, at FROM move"
    " ORDER BY place LIMIT ?"
)
_CROWD = (
    "SELECT leaves, trusted, domain FROM move WHERE leaves = ?"
    " GROUP BY trusted, domain ORDER BY trusted, count(*) DESC LIMIT 1"
)
_DONE = "DELETE FROM move WHERE place = ?"
_TOO_MANY = (
    "DELETE FROM move WHERE place IN (SELECT place FROM move"
    " WHERE leaves = ? AND trusted = ? AND domain = ? ORDER BY place DESC LIMIT ?)"
)


def spool_file(url: str, service: str) -> Path:
    """Where the moves of a service over this database wait."""
    if (file := file_of(url)) is not None:
        return Path(f"{file}.waiting")
    if given := os.environ.get("STATE_DIRECTORY"):  # systemd.exec(5)
        folder = Path(given.partition(":")[0])
    else:  # XDG Base Directory Specification 0.8
        state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
        folder = Path(state) / "carillon"
    return folder / f"{quote(service, safe='@')}.waiting"


class SqlSpool:
    def __init__(
        self,
        file: Path | None,
        clock: Clock,
        trusted: Container[str],
        *,
        max_leaves: int = MAX_LEAVES,
        max_joins: int = MAX_JOINS,
    ) -> None:
        """`file` None: in memory. `trusted`: domains whose people's moves are the last
        to be dropped.
        """
        self._file = file
        self._clock, self._trusted = clock, trusted
        self._max_leaves, self._max_joins = max_leaves, max_joins
        #: of joins, and of moves with a leave
        self._waiting, self._dropped = [0, 0], [0, 0]
        #: of each, where most of those that may be dropped came from
        self._crowd: list[tuple[int, int, str]] = [(0, 0, ""), (1, 0, "")]
        self._drops = DROPS_PER_LOOK
        try:
            self._connection = _opened(file)
            self._count()
        except (OSError, sqlite3.Error) as error:
            log.warning("%s: joins and leaves wait in memory only: %s", file, error)
            self._file, self._connection = None, _opened(None)
        [(self._inherited,)] = self._connection.execute(
            "SELECT coalesce(max(place), 0) FROM move"
        )

    def close(self) -> None:
        self._connection.close()

    @property
    def waiting(self) -> int:
        return sum(self._waiting)

    @property
    def dropped(self) -> tuple[int, int]:
        joins, leaves = self._dropped
        return joins, leaves

    def put(self, moves: Sequence[Move]) -> None:
        try:
            self._put(moves)
        except sqlite3.Error as error:
            self._to_memory(error)
            self._put(moves)

    def _put(self, moves: Sequence[Move]) -> None:
        with self._connection as transaction:
            transaction.execute("BEGIN IMMEDIATE")
            for move in moves:
                self._put_one(move)
            self._make_room(0, self._max_joins)
            self._make_room(1, self._max_leaves)

    def _put_one(self, move: Move) -> None:
        found = self._connection.execute(_FOUND, move[:2]).fetchone()
        if found is not None:
            earlier = self._move(found)
            self._delete(earlier.leaves, _DONE, earlier.place)
            move = earlier.then(move)
        elif self._of_one(move.jid) >= MAX_OF_ONE:
            self._dropped[move.leaves] += 1
            return
        self._waiting[move.leaves] += 1
        domain = domain_of(move.jid)
        self._connection.execute(
            "INSERT INTO move (jid, address, leaves, joins, asked, id, language, at,"
            " domain, trusted) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(move.jid, move.address, move.leaves, move.joins, move.asked),
                *(move.id, move.language, self._clock.now().isoformat()),
                *(domain, domain in self._trusted),
            ),
        )

    def _of_one(self, jid: str) -> int:
        counted = "SELECT count(*) FROM move WHERE jid = ?"
        [(count,)] = self._connection.execute(counted, (jid,))
        return int(count)

    def _make_room(self, leaves: int, most: int) -> None:
        """Drop the newest of whichever untrusted domain has the most, then of any."""
        while (excess := self._waiting[leaves] - most) > 0:
            if not any(self._dropped):
                log.error("too many wait for the database: joins and leaves are lost")
            _, trusted, _ = self._crowd[leaves]
            if trusted or self._drops >= DROPS_PER_LOOK:
                self._look(leaves)
            dropped = self._delete(leaves, _TOO_MANY, *self._crowd[leaves], excess)
            self._dropped[leaves] += dropped
            self._drops += dropped or DROPS_PER_LOOK  # none left there: look anew

    def _look(self, leaves: int) -> None:
        found = self._connection.execute(_CROWD, (leaves,))
        self._crowd[leaves], self._drops = found.fetchone(), 0

    def first(self, limit: int) -> list[Move]:
        rows = self._connection.execute(_FIRST, (limit,))
        return [self._move(row) for row in rows]

    def concerns(self, jid: str) -> bool:
        found = self._connection.execute("SELECT 1 FROM move WHERE jid = ?", (jid,))
        return found.fetchone() is not None

    def done(self, move: Move) -> None:
        try:
            self._delete(move.leaves, _DONE, move.place)
        except sqlite3.Error as error:
            self._to_memory(error)
            self._delete(move.leaves, _DONE, move.place)

    def secure(self) -> None:
        if self._file is None:
            return
        with (
            contextlib.suppress(sqlite3.Error, OSError),
            contextlib.closing(_opened(self._file)) as apart,
        ):
            apart.execute("PRAGMA synchronous = FULL")
            apart.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def _to_memory(self, error: sqlite3.Error) -> None:
        """The file takes no more: go on without it, with all that it holds."""
        if self._file is None:
            raise error
        log.error("joins and leaves wait in memory only: %s", error)
        before, self._connection = self._connection, _opened(None)
        with contextlib.suppress(sqlite3.Error):
            before.rollback()
            before.backup(self._connection)
        before.close()
        for name in ("", "-wal", "-shm"):
            with contextlib.suppress(OSError):
                Path(f"{self._file}{name}").unlink()
        self._file = None
        self._count()

    def _count(self) -> None:
        counted = "SELECT count(*), coalesce(sum(leaves), 0) FROM move"
        [(count, leaves)] = self._connection.execute(counted)
        self._waiting = [count - leaves, leaves]

    def _delete(self, leaves: int, statement: str, *values: object) -> int:
        """Moves of one kind; how many there were."""
        deleted = self._connection.execute(statement, values)
        self._waiting[leaves] -= deleted.rowcount
        return deleted.rowcount

    def _move(self, row: tuple[object, ...]) -> Move:
        *values, at = row
        move = Move(*values)  # type: ignore[arg-type]  # as the table has them
        inherited = move.place <= self._inherited
        return move._replace(
            leaves=bool(move.leaves),
            joins=bool(move.joins),
            asked=bool(move.asked),
            before=_moment(str(at)) if inherited else None,
        )


def _moment(text: str) -> datetime | None:
    """None where it cannot be read: who left has left, and when is not known."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _opened(file: Path | None) -> sqlite3.Connection:
    """Raises OSError or sqlite3.Error."""
    if file is not None:  # it names people
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    connection = sqlite3.connect(file or ":memory:", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.executescript(_TABLE)
    return connection
