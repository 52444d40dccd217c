"""A SQLite file of its own in which joins and leaves wait for the database.

It lies beside SQLite's file; for PostgreSQL in the folder that systemd gives for a
service's state, else in the user's, and bears the service's name. A process's death
costs nothing that was put; a power cut, what was put since `secure`. Where the file
cannot be written or read, or is deleted, the moves are kept in memory until it can be
written again.
"""

import contextlib
import logging
import sqlite3
import time
from collections.abc import Callable, Container, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from bot.domain.jid import domain_of
from bot.service.ports.outside import Clock
from bot.service.ports.spool import Move
from bot.store.files import identity_of
from bot.store.spool_files import connected, opened

log = logging.getLogger(__name__)

T = TypeVar("T")

MAX_LEAVES = 100_000  #: that wait
MAX_JOINS = 10_000  #: that wait; servers, or people, ask again
MAX_OF_ONE = 500  #: addresses at which one person joins or leaves
TURN = 5  #: moves of one untrusted domain before those of the next
DROPS_PER_LOOK = 1_000  #: looking for whom to drop reads all that wait
#: seconds before a file that could not be written is tried again
AGAIN_SECONDS = 10.0
_MOVE = "SELECT jid, address, leaves, joins, asked, id, language, place, at FROM move"
_FOUND = f"{_MOVE} WHERE jid = ? AND address = ?"
_FIRST = f"{_MOVE} ORDER BY place LIMIT ?"
# An index holds what is alike in the order of `place`.
_NEXT = f"{_MOVE} WHERE trusted = 1 ORDER BY place LIMIT ?"
_NEXT_OF = f"{_MOVE} WHERE trusted = 0 AND domain = ? ORDER BY place LIMIT ?"
_NEXT_DOMAIN = (
    "SELECT domain FROM move WHERE trusted = 0 AND domain > ? ORDER BY domain LIMIT 1"
)
_CROWD = (
    "SELECT leaves, trusted, domain FROM move WHERE leaves = ?"
    " GROUP BY trusted, domain ORDER BY trusted, count(*) DESC LIMIT 1"
)
_ALL = (
    "SELECT place, jid, address, leaves, joins, asked, id, language, at, domain,"
    " trusted FROM move ORDER BY place"
)
_COPY = "INSERT INTO move VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_DONE = "DELETE FROM move WHERE place = ? AND jid = ? AND address = ?"
_TOO_MANY = (
    "DELETE FROM move WHERE place IN (SELECT place FROM move"
    " WHERE leaves = ? AND trusted = ? AND domain = ? ORDER BY place DESC LIMIT ?)"
)


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
        #: the untrusted domain that had its turn last
        self._turn = ""
        #: device and inode of the file that is written to; None: in memory
        self._identity: tuple[int, int] | None = None
        #: until then, on the monotonic clock, the file is not tried again
        self._again_at = 0.0
        #: what is at or before it is an earlier process's
        self._inherited = 0
        #: the latest place that was given: none is given twice
        self._latest = 0
        self._connection = opened(None)
        try:
            self._to_disk()
        except (OSError, sqlite3.Error) as error:
            self._again_at = time.monotonic() + AGAIN_SECONDS
            log.warning("%s: joins and leaves wait in memory only: %s", file, error)

    def close(self) -> None:
        if self.waiting:
            self._again_at = 0.0
            self.restore()
        self._connection.close()

    @property
    def waiting(self) -> int:
        return sum(self._waiting)

    @property
    def dropped(self) -> tuple[int, int]:
        joins, leaves = self._dropped
        return joins, leaves

    def put(self, moves: Sequence[Move]) -> None:
        self.restore()
        self._surely(lambda: self._put(moves))

    def _put(self, moves: Sequence[Move]) -> None:
        counts = [*self._waiting], [*self._dropped]
        try:
            with self._connection as transaction:
                transaction.execute("BEGIN IMMEDIATE")
                for move in moves:
                    self._put_one(move)
                self._make_room(0, self._max_joins)
                self._make_room(1, self._max_leaves)
        except sqlite3.Error:
            self._waiting, self._dropped = counts
            raise

    def _put_one(self, move: Move) -> None:
        found = self._connection.execute(_FOUND, move[:2]).fetchone()
        if found is not None:
            earlier = self._move(found)
            self._delete(earlier.leaves, _DONE, *_key(earlier))
            move = earlier.then(move)
        elif self._of_one(move.jid) >= MAX_OF_ONE:
            self._dropped[move.leaves] += 1
            return
        self._waiting[move.leaves] += 1
        domain = domain_of(move.jid)
        added = self._connection.execute(
            "INSERT INTO move (jid, address, leaves, joins, asked, id, language, at,"
            " domain, trusted) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(move.jid, move.address, move.leaves, move.joins, move.asked),
                *(move.id, move.language, self._clock.now().isoformat()),
                *(domain, domain in self._trusted),
            ),
        )
        self._latest = added.lastrowid or self._latest

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
        return self._surely(lambda: self._first(limit))

    def _first(self, limit: int) -> list[Move]:
        ask = self._connection.execute
        rows = ask(_NEXT, (limit,)).fetchall()
        seen: set[str] = set()
        while len(rows) < limit:
            found = ask(_NEXT_DOMAIN, (self._turn,)).fetchone()
            found = found or ask(_NEXT_DOMAIN, ("",)).fetchone()
            if found is None or found[0] in seen:
                break
            [self._turn] = found
            seen.add(self._turn)
            rows += ask(_NEXT_OF, (self._turn, min(TURN, limit - len(rows))))
        return [self._move(row) for row in rows]

    def concerns(self, jid: str) -> bool:
        return self._surely(lambda: self._of_one(jid) > 0)

    def done(self, move: Move) -> None:
        self._surely(lambda: self._delete(move.leaves, _DONE, *_key(move)))

    def secure(self) -> None:
        if self._file is None or self._identity is None:
            return
        with (
            contextlib.suppress(sqlite3.Error, OSError),
            contextlib.closing(connected(self._file)) as apart,
        ):
            apart.execute("PRAGMA synchronous = FULL")
            apart.execute("PRAGMA wal_checkpoint(PASSIVE)")

    # --- the file, lost and found --------------------------------------------------

    def restore(self) -> None:
        if self._file is None:
            return
        if self._identity is not None:
            if identity_of(self._file) == self._identity:
                return
            self._to_memory("the file was deleted or replaced")
        if time.monotonic() < self._again_at:
            return
        try:
            self._to_disk()
        except (OSError, sqlite3.Error) as error:
            log.debug("%s: %s", self._file, error)
            self._again_at = time.monotonic() + AGAIN_SECONDS
        else:
            log.warning("joins and leaves wait on the disk again: %s", self._file)

    def _surely(self, work: Callable[[], T]) -> T:
        """Again, in memory, where the file takes no more or cannot be read."""
        try:
            return work()
        except sqlite3.Error as error:
            if self._identity is None:
                raise
            self._to_memory(error)
            self._remove()
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                self._again_at = time.monotonic() + AGAIN_SECONDS
            result = work()
            self.restore()  # whoever holds the old one holds no other
            return result

    def _to_memory(self, why: object) -> None:
        """Go on without the file, with all of it that can be read."""
        log.error("joins and leaves wait in memory only: %s", why)
        before, self._connection = self._connection, opened(None)
        self._identity = None
        there = self._waiting
        with contextlib.suppress(sqlite3.Error):
            before.rollback()
        with self._connection as copy:
            copy.execute("BEGIN")
            with contextlib.suppress(sqlite3.Error):  # damaged from here on
                self._copy(before)
            self._go_on_from_latest()
        before.close()
        self._count()
        lost = [had - has for had, has in zip(there, self._waiting, strict=True)]
        if any(lost):
            log.error("joins and leaves are lost: %d joins, %d leaves", *lost)
            self._dropped = [a + b for a, b in zip(self._dropped, lost, strict=True)]

    def _copy(self, others: sqlite3.Connection) -> None:
        for row in others.execute(_ALL):
            self._connection.execute(_COPY, row)

    def _go_on_from_latest(self) -> None:
        self._connection.execute("DELETE FROM sqlite_sequence")
        self._connection.execute(
            "INSERT INTO sqlite_sequence VALUES ('move', ?)", (self._latest,)
        )

    def _remove(self) -> None:
        """What it says is no longer so."""
        for name in ("", "-wal", "-shm"):
            with contextlib.suppress(OSError):
                Path(f"{self._file}{name}").unlink()

    def _to_disk(self) -> None:
        """Go on with the file, and all that is in memory; raises OSError or
        sqlite3.Error, and leaves all as it was.
        """
        before = self._connection
        made = opened(self._file)
        try:
            with made:
                made.execute("BEGIN IMMEDIATE")
                self._connection = made
                self._take_in(before)
        except BaseException:
            self._connection = before
            self._count()
            made.close()
            raise
        before.close()
        if self._file is not None:
            self._identity = identity_of(self._file)

    def _take_in(self, others: sqlite3.Connection) -> None:
        """All of `others`, behind what an earlier process has left here, if it has."""
        self._count()
        if not self.waiting:
            self._copy(others)
            self._go_on_from_latest()
            self._count()
            return
        moves = [self._move(row) for row in others.execute(_FIRST, (-1,))]
        [(self._inherited,)] = self._connection.execute("SELECT max(place) FROM move")
        self._latest = max(self._latest, self._inherited)
        self._go_on_from_latest()
        for move in moves:
            self._put_one(move)

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


def _key(move: Move) -> tuple[int, str, str]:
    return move.place, move.jid, move.address


def _moment(text: str) -> datetime | None:
    """None where it cannot be read: who left has left, and when is not known."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
