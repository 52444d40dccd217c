"""Sessions of ours with PostgreSQL: none waits for others, or keeps them, without end.

What the server's own settings leave open is set by each session for itself, and not
in its start-up message, which poolers refuse. What `options` of the URL says stands.
"""

import json
import os
import socket
from collections.abc import Mapping
from typing import Any

import psycopg
import sqlalchemy as sa

from bot.store import statements
from bot.store.moments import Moments

#: seconds that the server may take to answer a new connection
CONNECT_TIMEOUT = 5
#: milliseconds that others may be in the way of one statement: as SQLite's busy timeout
LOCK_TIMEOUT = 5_000
#: of one statement: the longest reads all subscriptions of a list of millions
STATEMENT_TIMEOUT = 60_000
#: between two statements of one transaction, where we only compute. A process that was
#: stopped in the middle of one (Ctrl-Z) keeps its locks for no longer.
IDLE_TIMEOUT = 10_000
#: an upgrade moves whole tables, and computes in between; others wait for it, and a
#: second one that was started beside it
UPGRADE_LOCK_TIMEOUT = 60_000
UPGRADE_IDLE_TIMEOUT = 600_000

# A host that vanished is noticed within half a minute, where something is on its way
# (`tcp_user_timeout`, ms) and where nothing is. The system's own defaults are hours.
_NETWORK: Mapping[str, Any] = {
    "connect_timeout": CONNECT_TIMEOUT,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
#: how the names of our sessions begin, for those who look at who waits for whom
NAME = "carillon"
_LONGEST_NAME = 63

# Durable: what is answered is on the disk of the server. All other values than `off`
# mean that at least.
_DURABLE = {"synchronous_commit": "on"}
USUAL: Mapping[str, str] = {
    **_DURABLE,
    "lock_timeout": str(LOCK_TIMEOUT),
    "statement_timeout": str(STATEMENT_TIMEOUT),
    "idle_in_transaction_session_timeout": str(IDLE_TIMEOUT),
}
UPGRADING: Mapping[str, str] = {
    **_DURABLE,
    "lock_timeout": str(UPGRADE_LOCK_TIMEOUT),
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": str(UPGRADE_IDLE_TIMEOUT),
}
_SET = """
SELECT set_config(name, ours.wanted, false)
FROM pg_settings JOIN json_each_text(%s::json) AS ours(name, wanted) USING (name)
WHERE source <> 'client' AND (name <> 'synchronous_commit' OR setting = 'off')
"""


def engine(url: sa.URL, settings: Mapping[str, str] = USUAL, **pool: Any) -> sa.Engine:
    """An engine whose sessions are set so."""
    made = sa.create_engine(
        url,
        isolation_level="READ COMMITTED",
        connect_args=connect_args(url),
        hide_parameters=True,  # texts and addresses, in the errors that are logged
        execution_options=statements.SHARED,
        **pool,
    )

    def prepare(connection: Any, _record: Any) -> None:
        _set(connection, settings)
        connection.commit()
        connection.adapters.register_loader("timestamptz", Moments)

    def settle(connection: Any, _record: Any) -> None:
        # COMPAT SQLAlchemy leaves a session that has read as one that says READ WRITE
        # itself, whatever the operator has set (default_transaction_read_only).
        if connection is not None and not connection.closed:
            connection.read_only = None

    def renew(failed: sa.ExceptionContext) -> None:
        # SQLAlchemy notes by the wall clock since when a pool is stale: noted by one
        # far ahead, each transaction would have a session of its own until then.
        if failed.is_disconnect:
            failed.invalidate_pool_on_disconnect = False
            made.dispose()

    sa.event.listen(made, "connect", prepare)
    sa.event.listen(made, "checkin", settle)
    sa.event.listen(made, "handle_error", renew)
    return made


def connect(url: sa.URL, **more: Any) -> "psycopg.Connection[Any]":
    """A connection outside any pool, in autocommit; `more` for libpq, which counts."""
    dialect = url.get_dialect()()
    positional, named = dialect.create_connect_args(url)
    options = {**connect_args(url), **named, **more, "autocommit": True}
    made: psycopg.Connection[Any] = psycopg.connect(*positional, **options)
    _set(made, USUAL)
    return made


def connect_args(url: sa.URL) -> dict[str, Any]:
    """What the URL does not say itself."""
    named = {**_NETWORK, "application_name": name()}
    return {key: value for key, value in named.items() if key not in url.query}


def name() -> str:
    """Which process it is, as `pg_stat_activity` has it."""
    return f"{NAME} {os.getpid()} on {socket.gethostname()}"[:_LONGEST_NAME]


def _set(connection: "psycopg.Connection[Any]", settings: Mapping[str, str]) -> None:
    connection.execute(_SET, [json.dumps(dict(settings))])
