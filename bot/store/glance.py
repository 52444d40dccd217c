"""A short look into the database, for what a shell completes.

Plain SQL over the drivers, since SQLAlchemy alone takes longer to load than somebody
who pressed the tab key wants to wait. It only reads, makes nothing, and gives up at
once where others are in the way; docs/decisions/0041 says what it may cost.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from bot.domain.broadcast import BroadcastState
from bot.domain.incident import IncidentState
from bot.domain.schedule import FINAL, Origin

_SQLITE = "sqlite:///"
_DRIVER = "+psycopg"
#: seconds that others may be in the way, of each step
_PATIENCE = 0.3
_CONNECTING = 2  # the least that libpq takes
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Announced(NamedTuple):
    """A schedule, by what it is called and told from others."""

    number: int
    id: str
    owner: str
    list_name: str | None
    next_at: datetime | None


class Planned(NamedTuple):
    """A maintenance, likewise."""

    number: int
    id: str
    owner: str
    list_name: str


class Sent(NamedTuple):
    """A broadcast: the `number`th of its schedule."""

    schedule: int
    number: int
    list_name: str | None
    started_at: datetime


class Glance:
    """What one service has in the database at `url`; raises the driver's errors."""

    def __init__(self, url: str, service: str) -> None:
        self._url = url
        self._service = service

    def schedules(self, limit: int, *, ended: bool = False) -> list[Announced]:
        """The latest first, without welcomes; `ended`: those that are over, too."""
        over = ", ".join(f"'{state}'" for state in sorted(FINAL))
        rows = self._rows(
            "SELECT id, client_id, owner, audience, next_at FROM schedule"  # noqa: S608 - ours
            " WHERE service = ? AND origin <> ?"
            + ("" if ended else f" AND state NOT IN ({over})")
            + " ORDER BY id DESC LIMIT ?",
            self._service,
            Origin.WELCOME.value,
            limit,
        )
        return [
            Announced(number, called, owner, _list(audience), _moment(next_at))
            for number, called, owner, audience, next_at in rows
        ]

    def maintenances(self, limit: int, *, ended: bool = False) -> list[Planned]:
        """The latest first; `ended`: those that are over, too."""
        rows = self._rows(
            "SELECT id, client_id, owner, list_name FROM maintenance"  # noqa: S608 - ours
            " WHERE service = ?"
            + ("" if ended else " AND ended_at IS NULL")
            + " ORDER BY id DESC LIMIT ?",
            self._service,
            limit,
        )
        return [Planned(*row) for row in rows]

    def incidents(self, limit: int, *, over: bool) -> list[tuple[int, str, str]]:
        """Number, id and list, the latest first; `over`: what is resolved, too."""
        rows = self._rows(
            "SELECT id, client_id, list_name FROM incident WHERE service = ?"  # noqa: S608 - ours
            + ("" if over else f" AND state = '{IncidentState.OPEN}'")
            + " ORDER BY id DESC LIMIT ?",
            self._service,
            limit,
        )
        return [(number, called, told) for number, called, told in rows]

    def lists(self) -> list[tuple[str, str]]:
        """Name and title, of those that commands made, too."""
        rows = self._rows(
            "SELECT name, title FROM list WHERE service = ? AND retired = ?"
            " ORDER BY name",
            self._service,
            False,
        )
        return [(name, title) for name, title in rows]

    def template(self, number: int | None, called: str, owner: str) -> str | None:
        """What the schedule with this number, else of this id, is made from."""
        found = self._rows(
            "SELECT content FROM schedule WHERE service = ?"  # noqa: S608 - ours
            + (" AND id = ?" if number else " AND client_id = ? AND owner = ?")
            + " ORDER BY id DESC LIMIT 1",  # an id can have been used before
            self._service,
            *((number,) if number else (called, owner)),
        )
        content = _data(found[0][0]) if found else None
        return content.get("template") if isinstance(content, dict) else None

    def broadcasts(self, limit: int, *, sending: bool = False) -> list[Sent]:
        """The latest first; `sending`: of those that go out now."""
        rows = self._rows(
            "SELECT schedule.id, (SELECT count(*) FROM broadcast AS earlier"  # noqa: S608
            " WHERE earlier.schedule_id = schedule.id AND earlier.id <= broadcast.id),"
            " schedule.audience, broadcast.created_at"
            " FROM broadcast JOIN schedule ON schedule.id = broadcast.schedule_id"
            " WHERE broadcast.service = ?"
            + (f" AND broadcast.state = '{BroadcastState.SENDING}'" if sending else "")
            + " ORDER BY broadcast.id DESC LIMIT ?",
            self._service,
            limit,
        )
        return [
            Sent(schedule, number, _list(audience), _moment(started) or _EPOCH)
            for schedule, number, audience, started in rows
        ]

    def people(self, beginning: str, limit: int, list_name: str | None) -> list[str]:
        """Whose JID begins so, on a list or, where none is named, of all who are known.

        A range and no LIKE: an index finds it whatever characters there are.
        """
        where = "person.service = ? AND person.jid >= ? AND person.jid < ?"
        values: list[Any] = [self._service, beginning, beginning + "\U0010ffff"]
        if list_name is not None:
            where += (
                " AND EXISTS (SELECT 1 FROM subscription JOIN list"
                " ON list.id = subscription.list_id"
                " WHERE subscription.subscriber_id = person.id"
                " AND subscription.ended_at IS NULL"
                " AND list.service = person.service AND list.name = ?)"
            )
            values.append(list_name)
        rows = self._rows(
            f"SELECT person.jid FROM subscriber AS person WHERE {where}"  # noqa: S608
            " ORDER BY person.jid LIMIT ?",
            *values,
            limit,
        )
        return [jid for (jid,) in rows]

    def _rows(self, query: str, *values: Any) -> Sequence[Any]:
        with _connected(self._url) as connection:
            if isinstance(connection, psycopg.Connection):
                query = query.replace("?", "%s")
            found: list[Any] = connection.execute(query, values).fetchall()
            return found


@contextmanager
def _connected(url: str) -> Iterator[Any]:
    if url.startswith(_SQLITE):
        file = Path(url.removeprefix(_SQLITE)).absolute()
        # of a file that is there: looking makes none. `ro` would leave a -wal behind.
        connection = sqlite3.connect(
            f"{file.as_uri()}?mode=rw", uri=True, timeout=_PATIENCE
        )
        with closing(connection):
            connection.execute("PRAGMA query_only = 1")
            yield connection
        return
    patience = int(_PATIENCE * 1000)
    with psycopg.connect(
        url.replace(_DRIVER, "", 1), connect_timeout=_CONNECTING, autocommit=True
    ) as connected:
        connected.execute("SET default_transaction_read_only = on")
        connected.execute(f"SET statement_timeout = {patience}")
        yield connected


def _data(stored: Any) -> Any:
    """A JSON column: SQLite has a text. None where it is encrypted (decision 43)."""
    if not isinstance(stored, str):
        return stored
    with suppress(ValueError):
        return json.loads(stored)
    return None


def _list(audience: Any) -> str | None:
    found = _data(audience)
    return found.get("list") if isinstance(found, dict) else None


def _moment(stored: Any) -> datetime | None:
    """SQLite counts microseconds since 1970."""
    if isinstance(stored, int):
        return _EPOCH + timedelta(microseconds=stored)
    return stored if isinstance(stored, datetime) else None
