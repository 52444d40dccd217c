"""Where an import's people wait: a nameless SQLite file that ends with us."""

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence

from bot.domain.errors import Unavailable
from bot.domain.people import Person
from bot.domain.people_files import Record
from bot.domain.phrase import Phrase
from bot.service.ports.staging import BadLine, Duplicate

#: KiB that stay in memory; the rest goes into a temporary file without a name
_MEMORY = 16_384
_TABLES = """
CREATE TABLE person (
  jid TEXT PRIMARY KEY, language TEXT, timezone TEXT, seen TEXT, suspended TEXT,
  quiet TEXT, paused TEXT, line INTEGER
) WITHOUT ROWID;
CREATE TABLE duplicate (line INTEGER PRIMARY KEY, jid TEXT, first INTEGER);
CREATE TABLE fault (line INTEGER PRIMARY KEY, value TEXT, why TEXT);
"""


class SqlStaging:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.people = self.duplicates = self.faults = 0

    def add(self, records: Sequence[Record]) -> None:
        before = self._connection.total_changes
        self._connection.executemany(
            "INSERT INTO person VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [(*person, line) for line, person in records],
        )
        added = self._connection.total_changes - before
        self.people += added
        if added < len(records):
            self.duplicates += len(records) - added
            self._connection.executemany(
                "INSERT INTO duplicate SELECT ?1, jid, line FROM person"
                " WHERE jid = ?2 AND line <> ?1",
                [(line, person.jid) for line, person in records],
            )

    def refuse(self, bad: BadLine) -> None:
        self.faults += 1
        self._connection.execute("INSERT INTO fault VALUES (?, ?, ?)", bad)

    def page(self, after: str, limit: int) -> list[Person]:
        rows = self._connection.execute(
            "SELECT jid, language, timezone, seen, suspended, quiet, paused FROM person"
            " WHERE jid > ? ORDER BY jid LIMIT ?",
            (after, limit),
        )
        return list(map(Person._make, rows))

    def all_duplicates(self) -> Iterator[Duplicate]:
        rows = self._connection.execute("SELECT * FROM duplicate ORDER BY line")
        return map(Duplicate._make, rows)

    def all_faults(self) -> Iterator[BadLine]:
        rows = self._connection.execute("SELECT * FROM fault ORDER BY line")
        return map(BadLine._make, rows)


@contextlib.contextmanager
def staging() -> Iterator[SqlStaging]:
    """Raises Unavailable where the temporary folder has no room for it."""
    try:
        # "": a temporary file, without a name from the first moment on
        with contextlib.closing(sqlite3.connect("", isolation_level=None)) as made:
            for pragma in ("journal_mode = OFF", f"cache_size = -{_MEMORY}"):
                made.execute(f"PRAGMA {pragma}")
            made.executescript(_TABLES)
            made.execute("BEGIN")
            yield SqlStaging(made)
    except sqlite3.Error as error:
        raise Unavailable(
            Phrase(
                "The file cannot be kept aside while it is read: {error};"
                " is there room in the temporary folder ({variable})?",
                error=str(error),
                variable="$SQLITE_TMPDIR",
            )
        ) from None
