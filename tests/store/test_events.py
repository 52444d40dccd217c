"""What happened is told after the commit, once, and in the words of nobody's text."""

import asyncio
from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa
import structlog

from bot.domain.audit import Action
from bot.domain.errors import Unavailable
from bot.domain.events import Event, Requested
from bot.domain.message import Text
from bot.domain.schedule import Origin
from bot.service.ports.notices import Notice
from bot.service.ports.unit_of_work import UnitOfWork
from bot.store import upgrade
from bot.store.database import SqlDatabase
from tests.store.copies import migrated
from tests.store.samples import NOON, SERVICE

EVENT = Requested(door=Origin.IQ, action=Action.CANCEL, result="done", reference=7)


@dataclass
class Told:
    """Keeps what it is told, with the ids that a line of the log would bear."""

    events: list[Event] = field(default_factory=list)
    ids: list[dict[str, object]] = field(default_factory=list)
    transactions: list[bool] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    breaks: bool = False

    def happened(self, event: Event) -> None:
        self.events.append(event)
        self.ids.append(structlog.contextvars.get_contextvars())
        if self.breaks:
            raise RuntimeError("no room for the log")

    def transacted(self, *, writing: bool, seconds: float) -> None:
        assert seconds >= 0
        self.transactions.append(writing)

    def database_failed(self, fault: str) -> None:
        self.faults.append(fault)


def note(unit: UnitOfWork) -> None:
    unit.notices.add(
        Notice(
            to="a@example.org", said=Text(language="en", body="Held."), created_at=NOON
        )
    )
    unit.happened(EVENT)


def test_told_once_after_the_commit(url: str) -> None:
    """An event is told when its rows can be seen, and not where they were undone."""
    migrated(url)
    told = Told()
    database = SqlDatabase(url, SERVICE, told)

    def in_vain(unit: UnitOfWork) -> None:
        note(unit)
        raise KeyError("a")

    with pytest.raises(KeyError):
        database.call(in_vain)
    assert told.events == []
    database.call(note)
    assert told.events == [EVENT]
    assert database.look(lambda unit: unit.notices.waiting()) == 1
    assert told.transactions == [True, True, False]
    assert told.faults == []
    database.close()


def test_telling_undoes_nothing(url: str, caplog: pytest.LogCaptureFixture) -> None:
    """What is committed has happened, even if the telling of it fails."""
    migrated(url)
    database = SqlDatabase(url, SERVICE, Told(breaks=True))
    database.call(note)
    assert "not told of" in caplog.text
    assert database.look(lambda unit: unit.notices.waiting()) == 1
    database.close()


def test_threads_know_whose_work_they_do(url: str) -> None:
    """The ids of the task that asked are those of what its use case tells."""
    migrated(url)
    told = Told()
    database = SqlDatabase(url, SERVICE, told)

    async def go() -> None:
        with structlog.contextvars.bound_contextvars(request="5f0c"):
            await database.run(note)
        await database.run(note)

    asyncio.run(go())
    assert told.ids == [{"request": "5f0c"}, {}]
    database.close()


def test_a_database_that_fails_is_told(sqlite_url: str) -> None:
    """Each attempt in vain is told with its kind."""
    told = Told()
    database = SqlDatabase(sqlite_url, SERVICE, told)
    with pytest.raises(Unavailable):
        database.call(note)
    upgrade.upgrade(sqlite_url, SERVICE)
    with database._backend.writing.begin() as connection:
        connection.exec_driver_sql("DROP TABLE notice")
    with pytest.raises(Unavailable):
        database.call(note)
    assert told.faults == ["schema"]
    database.close()


def test_errors_quote_no_values(database: SqlDatabase) -> None:
    """A failed statement is logged without what it was to store."""

    def use(unit: UnitOfWork) -> None:
        # no such type of value
        text: str = object()  # type: ignore[assignment] # for the driver to refuse
        unit.notices.add(
            Notice(
                to="anna@example.org",
                said=Text(language="en", body=text),
                created_at=NOON,
            )
        )

    with pytest.raises((sa.exc.DBAPIError, sa.exc.StatementError)) as failed:
        database.call(use)
    assert "anna@example.org" not in str(failed.value)
    assert "hidden" in str(failed.value)
