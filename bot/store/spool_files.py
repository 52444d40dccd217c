"""The file of a spool: where it lies, opened, put aside where it is damaged."""

import logging
import os
import sqlite3
from pathlib import Path
from urllib.parse import quote

from bot.store.whereabouts import file_of

log = logging.getLogger(__name__)

#: seconds that the event loop may wait for somebody else who holds the file
_BUSY_SECONDS = 0.5
_DAMAGED = frozenset({sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT})
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
CREATE INDEX IF NOT EXISTS turn ON move (trusted, domain);
CREATE INDEX IF NOT EXISTS line ON move (trusted);
"""


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


def opened(file: Path | None) -> sqlite3.Connection:
    """Raises OSError or sqlite3.Error. One that is damaged is put aside."""
    try:
        return connected(file)
    except sqlite3.DatabaseError as error:
        damaged = getattr(error, "sqlite_errorcode", 0) in _DAMAGED
        if file is None or not damaged:
            raise
        aside = file.with_name(f"{file.name}.damaged")
        log.error("%s is damaged: it is kept as %s", file, aside)  # noqa: TRY400 - told
        file.replace(aside)
    for name in ("-wal", "-shm"):
        Path(f"{file}{name}").unlink(missing_ok=True)
    return connected(file)


def connected(file: Path | None) -> sqlite3.Connection:
    if file is not None:  # it names people
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    connection = sqlite3.connect(
        file or ":memory:", isolation_level=None, timeout=_BUSY_SECONDS
    )
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.executescript(_TABLE)
    except BaseException:
        connection.close()
        raise
    return connection
