"""Who joins a list and who freezes it do not overlap, on PostgreSQL.

Ids are given before they are committed, so the highest that a freeze sees says nothing
of lower ones whose transactions are still open. So whoever adds subscriptions to a list
holds its entrance before any id is given (shared, to the transaction's end), and a
freeze waits until it is alone there: by then every id that was given is committed or
void, and the next ones are higher.

These are advisory locks: nobody else's transaction is ever in the way, however long it
holds the table (a copy by pg_dump, a forgotten `BEGIN` in psql), and one list does not
wait for another. On SQLite there is one writer, and nothing to do.
"""

from collections.abc import Callable

import sqlalchemy as sa

# A pair of numbers, which PostgreSQL keeps apart from the single ones that the other
# advisory locks are (of services, owners, upgrades): so a list's is nobody else's.
_ENTRANCES = int.from_bytes(b"list", "big")
_NUMBERS = 2**31


def join(connection: sa.Connection, list_id: int) -> None:
    """Before a subscription to this list is added."""
    _hold(connection, list_id, sa.func.pg_advisory_xact_lock_shared)


def close(connection: sa.Connection, list_id: int) -> None:
    """Before it is read as a whole; waits for those who are joining."""
    _hold(connection, list_id, sa.func.pg_advisory_xact_lock)


def _hold(
    connection: sa.Connection,
    list_id: int,
    lock: Callable[[int, int], sa.ColumnElement[object]],
) -> None:
    if connection.dialect.name == "postgresql":
        held = lock(_ENTRANCES, list_id % _NUMBERS)
        connection.execute(sa.select(held))
