"""What SQLite's errors mean, by its result code (sqlite.org/rescode.html)."""

import sqlite3

from bot.domain.phrase import Phrase
from bot.store.faults import Diagnosis, Fault, Says, diagnosis, outdated, unusable

#: extended result codes keep the primary one in their lowest byte
_PRIMARY = 0xFF


def _locked(_error: str) -> Phrase:
    return Phrase(
        "The database is locked by another program, which has to finish first."
    )


def _read_only(error: str) -> Phrase:
    return Phrase(
        "The database is read-only: {error}:"
        " its file and folder must belong to the service's user.",
        error=error,
    )


def _full(_error: str) -> Phrase:
    return Phrase("The disk that the database is on is full: make room.")


def _unreadable(error: str) -> Phrase:
    return Phrase(
        "The disk fails to read or write the database: {error}: see the system's log.",
        error=error,
    )


def _refused(error: str) -> Phrase:
    return Phrase(
        "The database cannot be opened: {error}:"
        " its file and folder must belong to the service's user.",
        error=error,
    )


def _damaged(error: str) -> Phrase:
    return Phrase(
        "The database is damaged, or is none: {error}: restore a backup.", error=error
    )


_FAULTS: dict[int, tuple[Fault, Says]] = {
    sqlite3.SQLITE_BUSY: (Fault.RETRY, _locked),
    sqlite3.SQLITE_LOCKED: (Fault.RETRY, _locked),
    sqlite3.SQLITE_PROTOCOL: (Fault.RETRY, _locked),
    sqlite3.SQLITE_READONLY: (Fault.READ_ONLY, _read_only),
    sqlite3.SQLITE_FULL: (Fault.FULL, _full),
    sqlite3.SQLITE_IOERR: (Fault.AWAY, _unreadable),
    sqlite3.SQLITE_INTERRUPT: (Fault.AWAY, unusable),
    sqlite3.SQLITE_NOMEM: (Fault.AWAY, unusable),
    sqlite3.SQLITE_CORRUPT: (Fault.DAMAGED, _damaged),
    sqlite3.SQLITE_NOTADB: (Fault.DAMAGED, _damaged),
    sqlite3.SQLITE_CANTOPEN: (Fault.REFUSED, _refused),
    sqlite3.SQLITE_PERM: (Fault.REFUSED, _refused),
    sqlite3.SQLITE_AUTH: (Fault.REFUSED, _refused),
}


def diagnose(error: BaseException | None) -> Diagnosis:
    """`error` is the driver's."""
    found = _FAULTS.get(getattr(error, "sqlite_errorcode", 0) & _PRIMARY)
    if found is None:
        missing = str(error).startswith(("no such table", "no such column"))
        found = (Fault.SCHEMA, outdated) if missing else (Fault.BUG, unusable)
    return diagnosis(*found, error)
