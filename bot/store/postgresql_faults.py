"""What PostgreSQL's errors mean, by SQLSTATE (its manual, appendix A)."""

import re

import psycopg

from bot.domain.phrase import Phrase
from bot.store.faults import (
    Diagnosis,
    Fault,
    Says,
    diagnosis,
    outdated,
    too_busy,
    unusable,
)


def _read_only(_error: str) -> Phrase:
    return Phrase(
        "The database is read-only: name the primary in url of [database],"
        " or let it be written to again."
    )


def _no_connections(_error: str) -> Phrase:
    return Phrase(
        "The database has no connection left for us:"
        " raise max_connections, or close what holds them."
    )


def _full(error: str) -> Phrase:
    return Phrase("The database's disk is full: {error}: make room.", error=error)


def _no_memory(error: str) -> Phrase:
    return Phrase("The database has no memory left: {error}", error=error)


def _restarting(error: str) -> Phrase:
    return Phrase("The database is being stopped or started: {error}", error=error)


def _refused(error: str) -> Phrase:
    return Phrase(
        "The database refuses us: {error}: put url of [database] right,"
        " or the rights of its user.",
        error=error,
    )


def _damaged(error: str) -> Phrase:
    return Phrase(
        "The database is damaged: {error}: see its log, and restore a backup.",
        error=error,
    )


#: by the whole SQLSTATE, else by its class
_FAULTS: dict[str, tuple[Fault, Says]] = {
    "40001": (Fault.RETRY, too_busy),  # serialization_failure
    "40P01": (Fault.RETRY, too_busy),  # deadlock_detected
    # the limits of `bot.store.sessions`: lock_not_available, query_canceled,
    # idle_in_transaction_session_timeout
    "55P03": (Fault.RETRY, too_busy),
    "57014": (Fault.RETRY, too_busy),
    "25P03": (Fault.RETRY, too_busy),
    "42P01": (Fault.SCHEMA, outdated),  # undefined_table
    "42703": (Fault.SCHEMA, outdated),  # undefined_column
    "25006": (Fault.READ_ONLY, _read_only),  # read_only_sql_transaction
    "42501": (Fault.REFUSED, _refused),  # insufficient_privilege
    "28": (Fault.REFUSED, _refused),  # invalid authorization
    "3D": (Fault.REFUSED, _refused),  # invalid catalog name: no such database
    "53100": (Fault.FULL, _full),  # disk_full
    "53200": (Fault.AWAY, _no_memory),  # out_of_memory
    "53300": (Fault.BUSY, _no_connections),  # too_many_connections
    "57P01": (Fault.AWAY, _restarting),  # admin_shutdown
    "57P02": (Fault.AWAY, _restarting),  # crash_shutdown
    "57P03": (Fault.AWAY, _restarting),  # cannot_connect_now
    "58": (Fault.DAMAGED, _damaged),  # system error: input and output
    "XX001": (Fault.DAMAGED, _damaged),  # data_corrupted
    "XX002": (Fault.DAMAGED, _damaged),  # index_corrupted
}

#: libpq tells no SQLSTATE of a connection that did not come about, only the server's
#: words, in the server's language: where that is another, we wait instead of ending
_REFUSALS = {
    r"password authentication failed|no password supplied": "28P01",
    r"authentication failed for user|no pg_hba\.conf entry": "28000",
    r'role ".*" (does not exist|is not permitted to log in)': "28000",
    r'database ".*" does not exist': "3D000",
    r"permission denied for database": "42501",
    r"too many (clients|connections)|connection slots are reserved": "53300",
    r"the database system is |terminating connection": "57P03",
    r"session is read-only|server is in hot standby": "25006",
}


def diagnose(error: BaseException | None) -> Diagnosis:
    """`error` is the driver's."""
    state = getattr(error, "sqlstate", None) or _told(error)
    found = _FAULTS.get(state) or _FAULTS.get(state[:2])
    if found is None:
        ours = (psycopg.OperationalError, psycopg.InterfaceError)
        away = isinstance(error, ours)
        found = (Fault.AWAY if away else Fault.BUG, unusable)
    return diagnosis(*found, error)


def _told(error: BaseException | None) -> str:
    """The SQLSTATE that the words of a failed connection stand for, if we know."""
    words = str(error)
    states = (state for says, state in _REFUSALS.items() if re.search(says, words))
    return next(states, "") if isinstance(error, psycopg.OperationalError) else ""
