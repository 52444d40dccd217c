"""Somebody of whom there are a hundred thousand rows is forgotten, a few at a time."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, cast

from bot.desk.verb import Read, Write
from bot.desk.verbs import mydata
from bot.domain.access import Access
from bot.service.ports.unit_of_work import UnitOfWork
from bot.store import traces
from tests.store.releases import rows_of
from tests.world import ADMIN, SERVICE, World, blank_database, copy_of

BOB = "bob@example.org"
MANY = 100_000
#: microseconds since 1970
THEN = 1_700_000_000_000_000


def test_a_hundred_thousand_rows(tmp_path: Path) -> None:
    """No transaction changes more than some hundred of them, and none is left."""
    with closing(World(copy_of(blank_database(tmp_path), tmp_path))) as world:
        world.subscribe(BOB)
        broadcast = world.broadcast(world.due())
        _fill(world, broadcast.id)
        steps = mydata.FORGET.steps(
            world.use_cases, Access.operator(), mydata.Whose(jid=BOB)
        )
        done: Any = None
        most = transactions = 0
        while True:
            try:
                step = steps.send(done)
            except StopIteration:
                break
            done = None
            if isinstance(step, Read | Write):
                done, changed = world.do(_counted, step)
                most, transactions = max(most, changed), transactions + 1
        assert BOB not in repr(rows_of(world.url))
    # an announcement of his is a row, and what was sent of it three
    assert most <= 4 * traces.ROWS
    assert transactions > 4 * MANY // traces.ROWS


def _counted(unit: UnitOfWork, step: Read | Write) -> tuple[Any, int]:
    """What it gives, and how many rows it has changed."""
    connection = cast("Any", unit)._connection.connection.driver_connection
    before = connection.total_changes
    done = step.use_case(unit, *step.args)
    return done, connection.total_changes - before


_SUBSCRIPTIONS = """
INSERT INTO subscription
  (list_id, subscriber_id, origin, started_at, ended_at, ended_after, end_reason)
  VALUES (1, ?, 'presence', ?, ?, 0, 'left')
"""
_AUDIT = """
INSERT INTO audit (service, at, caller, role, door, action, about, result)
  VALUES (?, ?, ?, 'user', 'iq', 'query', ?, 'done')
"""
_RECIPIENTS = """
INSERT INTO broadcast_recipient (broadcast_id, position, jid) VALUES (?, ?, ?)
"""
_NOTICES = """
INSERT INTO notice (service, recipient, text, language, created_at)
  VALUES (?, ?, 'It was sent.', 'en', ?)
"""


def _fill(world: World, broadcast_id: int) -> None:
    file = world.url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(file)) as database:
        [(who,)] = database.execute("SELECT id FROM subscriber WHERE jid = ?", (BOB,))
        moments = range(THEN, THEN + MANY)
        database.executemany(_SUBSCRIPTIONS, ((who, at, at + 1) for at in moments))
        # asked by himself, or about him
        callers = (
            (SERVICE, at, BOB if at % 2 else ADMIN, f"news: {BOB}") for at in moments
        )
        database.executemany(_AUDIT, callers)
        recipients = ((broadcast_id, place, BOB) for place in range(MANY))
        database.executemany(_RECIPIENTS, recipients)
        database.executemany(_NOTICES, ((SERVICE, BOB, at) for at in moments))
        database.commit()
