"""The service's doors over a real database, with stanzas put in by hand.

Everything is there but the network: slixmpp's component stream, the doors, the use
cases, SQLite. What a stanza changes is looked at and taken back. What the service asks
of servers meanwhile a `Server` answers.
"""

import asyncio
import logging
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar, TypeVarTuple, cast
from xml.etree import ElementTree as ET

import sqlalchemy as sa
from slixmpp.xmlstream import StanzaBase

from bot.desk.desk import Desk
from bot.desk.gate import Gate
from bot.domain import consent
from bot.domain.consent import Approval, ApprovalState
from bot.domain.identity import MessageIds
from bot.domain.lists import ListKind
from bot.service.delivery.outcomes import Bounce
from bot.service.ports.outside import Database
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.policy import People, Policy
from bot.service.use_cases import UseCases
from bot.settings import XMPPSettings
from bot.store.database import backend_of
from bot.store.sealing import Vault
from bot.store.spool import SqlSpool
from bot.store.unit_of_work import SqlUnitOfWork
from bot.xmpp.doors.opening import Doors
from bot.xmpp.doors.presence import PresenceDoor
from bot.xmpp.servers.servers import Servers
from bot.xmpp.session.component import ComponentStream
from bot.xmpp.session.connection import Connection
from tests.fuzz.asked import Server
from tests.world import (
    ADMIN,
    AUDITOR,
    PUBLISHER,
    SERVICE,
    STRANGER,
    USER,
    World,
    a_list,
    a_policy,
    blank_database,
    copy_of,
)

Ts = TypeVarTuple("Ts")
T = TypeVar("T")
#: (column, value) of each column
Row = tuple[tuple[str, Any], ...]
#: table -> its rows
Rows = Mapping[str, frozenset[Row]]

READER = "reader@example.org"
#: it may speak for its people
HOME = "example.org"
PEOPLE = (ADMIN, AUDITOR, PUBLISHER, USER, READER, STRANGER, HOME)
_HEADER = (
    b"<stream:stream xmlns='jabber:component:accept'"
    b" xmlns:stream='http://etherx.jabber.org/streams' id='s'>"
)
DAY_SECONDS = 86_400.0
#: steps of the loop after which nothing that a stanza began still runs
STEPS = 60


class OneTransaction:
    """A database in which each use case is a savepoint; `undo` takes all back."""

    def __init__(self, url: str) -> None:
        self._connection = backend_of(url).writing.connect()
        self.raw = cast(
            sqlite3.Connection, self._connection.connection.driver_connection
        )
        self._begun: sa.RootTransaction | None = None
        found = self.raw.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        self._tables = [name for (name,) in found]

    held_up = None

    def look_who_holds(self) -> None: ...

    async def run(self, use_case: Callable[[UnitOfWork, *Ts], T], *args: *Ts) -> T:
        return self.call(use_case, *args)

    async def read(self, use_case: Callable[[UnitOfWork, *Ts], T], *args: *Ts) -> T:
        return self.call(use_case, *args)

    def look(self, use_case: Callable[[UnitOfWork, *Ts], T], *args: *Ts) -> T:
        return self.call(use_case, *args)

    def call(self, use_case: Callable[[UnitOfWork, *Ts], T], *args: *Ts) -> T:
        self._begun = self._begun or self._connection.begin()
        with self._connection.begin_nested():
            return use_case(SqlUnitOfWork(self._connection, SERVICE, Vault()), *args)

    def rows(self) -> Rows:
        return {table: frozenset(self._rows(table)) for table in self._tables}

    def _rows(self, table: str) -> Iterator[Row]:
        found = self.raw.execute(f'SELECT * FROM "{table}"')
        names = [name for name, *_ in found.description]
        return (tuple(zip(names, row, strict=True)) for row in found)

    def undo(self) -> None:
        if self._begun is not None:
            self._begun.rollback()
            self._begun = None


class Faults(logging.Handler):
    """Records that tell of a fault of ours."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


class Standing:
    """The service as it stands between two stanzas; `put` gives it one."""

    def __init__(self, policy: Policy | None = None) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="carillon-fuzz-"))
        world = World(
            copy_of(blank_database(self._folder), self._folder),
            lists=[a_list(), a_list("staff", kind=ListKind.CLOSED)],
            policy=policy or a_policy(people=People(servers=frozenset({HOME}))),
        )
        #: what every server says
        self.server = Server()
        key, theirs = _fill(world)
        world.close()
        self.ids = MessageIds(b"a secret for the fuzzer")
        #: of our message to READER
        self.message_id = self.ids.of(key).to(READER)
        #: of what USER wrote to him
        self.their_id = self.ids.of(theirs).to(READER)
        self._clock = world.clock
        self.database = OneTransaction(world.url)
        self.before = self.database.rows()
        self.sent: list[ET.Element] = []
        self._faults = Faults()
        logging.getLogger().addHandler(self._faults)
        self._loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._open(world))

    def close(self) -> None:
        self._loop.run_until_complete(self._doors.close())
        self._loop.close()
        asyncio.set_event_loop(None)
        logging.getLogger().removeHandler(self._faults)
        self.database.undo()
        shutil.rmtree(self._folder)

    def put(self, stanza: ET.Element) -> tuple[list[ET.Element], Rows]:
        """What is sent for one stanza as the server hands it over, and the new rows.

        Raises AssertionError where something went wrong inside.
        """
        return self._handle(lambda: self._connection.stream._spawn_event(stanza))

    def read(self, data: bytes) -> list[ET.Element]:
        """What is sent for well-formed stanzas that come as one read.

        Raises AssertionError where something went wrong inside, and whatever would
        end the connection.
        """
        return self.given(data)[0]

    def given(self, data: bytes) -> tuple[list[ET.Element], Rows]:
        """As `read`, and the new rows."""
        return self._handle(lambda: self._connection.stream.data_received(data))

    def now(self) -> datetime:
        return self._clock.now()

    @property
    def discarded(self) -> Mapping[str, int]:
        return self._connection.discarded

    def _handle(self, receive: Callable[[], None]) -> tuple[list[ET.Element], Rows]:
        self.sent.clear()
        self._faults.records.clear()
        self._forget()
        changes = self.database.raw.total_changes
        try:
            self._loop.run_until_complete(self._deal_with(receive))
            # SQLite counts what a savepoint took back too
            same = changes == self.database.raw.total_changes
            after = self.before if same else self.database.rows()
        finally:
            self.database.undo()
        for record in self._faults.records:
            cause = record.exc_info[1] if record.exc_info else None
            raise AssertionError(record.getMessage()) from cause
        return list(self.sent), after

    async def _deal_with(self, receive: Callable[[], None]) -> None:
        receive()
        for _ in range(STEPS):
            await asyncio.sleep(0)
        # not at the pace at which strangers may have the database looked into
        while self._doors._stored._waiting:
            await self._doors._stored._tell_some()
        assert self._presence.moves.waiting == 0
        assert not self._doors._signs._waiting

    async def _open(self, world: World) -> None:
        def bounced(bounce: Bounce) -> None:
            self.database.call(world.outcomes.bounced, bounce)

        database = cast(Database, self.database)
        use_cases = UseCases.over(database, world.policy, world.templates, world.clock)
        desk = Desk(use_cases)
        self._seconds = 0.0
        desk.gate = Gate(lambda: self._seconds)
        self._doors = Doors(
            use_cases=use_cases,
            desk=desk,
            ids=self.ids,
            lists=self.database.call(lambda uow: uow.lists.all()),
            on_bounce=bounced,
            spool=SqlSpool(None, world.clock, world.policy.trusted_domains),
            contact="help@example.org",
        )
        settings = XMPPSettings.model_validate(
            {"mode": "component", "jid": SERVICE, "password": "x"}
        )
        self._connection = Connection(settings, now=world.clock.now)
        self._doors.open(self._connection)
        self._servers = Servers(self._connection, use_cases, bounced)
        self._servers.open()
        desk.neighbours = self._servers.standings
        self.desk = desk
        self._presence: PresenceDoor = self._doors._presence
        stream = self._connection.stream
        # instead of a socket
        stream.send = self._note  # type: ignore[method-assign]
        stream.init_parser()
        stream.data_received(_HEADER)
        stream._session_started = True
        self._connection._ready.set()
        await self._doors._arrive()
        self.database.undo()

    def _note(self, data: StanzaBase | str, use_filters: bool = True) -> None:  # noqa: ARG002 - slixmpp's signature
        """What goes out, as far as the stream lets it through."""
        stream = cast(ComponentStream, self._connection.stream)
        raw = stream._stamp(str(data).encode())
        if raw is None:
            return
        stanza = ET.fromstring(raw)
        answer = self.server.answer(stanza)
        if answer is None:
            self.sent.append(stanza)
        else:
            self._loop.call_soon(stream._spawn_event, answer)

    def _forget(self) -> None:
        """What one stanza leaves in memory must not count for the next."""
        self._doors.limit._limit._buckets.clear()
        self._doors.joins._buckets.clear()
        self._seconds += DAY_SECONDS  # all shares are full again
        self._doors.limit._backlog.clear()
        self._doors._signs._written.clear()
        self._doors._online.session(told_anew=True)
        self._servers.on_lost()


def _fill(world: World) -> tuple[str, str]:
    """Jobs of several people, and two broadcasts that were sent; their keys."""
    world.subscribe(READER)
    world.subscribe(PUBLISHER, to="staff")
    world.schedule(PUBLISHER, client_id="theirs")
    world.schedule(
        ADMIN, client_id="weekly", recurrence="FREQ=WEEKLY", timezone="Europe/Warsaw"
    )
    private = world.schedule(ADMIN, client_id="private", people=(USER,))
    approval = Approval(
        id=407193,
        schedule_id=private.id,
        recipient=USER,
        state=ApprovalState.WAITING,
        preview=False,
        created_at=world.clock.now(),
    )
    world.do(lambda uow: uow.approvals.add(approval))
    ours = world.broadcast(world.due(client_id="sent")).key
    request = world.request(
        to=READER, list_name=None, client_id="written", delay_seconds="1"
    )
    here = consent.Standing(exists=True, subscription="none")
    write = world.schedules.write
    written = world.do(write, world.caller(USER), request, here)[0].schedule
    world.clock.advance(seconds=2)
    world.plan_all()
    return ours, world.broadcast(written).key
