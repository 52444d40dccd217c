"""The service's doors on a real server, with its real database, without engine."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from slixmpp import BaseXMPP
from slixmpp.exceptions import IqError

from bot.app.configured import lists_of, pictures_of
from bot.app.wiring import open_use_cases, spool_of
from bot.desk.desk import Desk
from bot.domain.identity import MessageIds
from bot.domain.lists import AnnouncementList
from bot.service.delivery.outcomes import Bounce
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.use_cases import UseCases
from bot.settings import Settings
from bot.store import upgrade
from bot.xmpp.doors.opening import Doors
from bot.xmpp.servers.servers import Servers
from bot.xmpp.session.connection import Connection
from bot.xmpp.stanzas.namespaces import STANZAS
from bot.xmpp.stanzas.scheduling import NS
from tests.servers.xmpp_server import XmppServer
from tests.xmpp.links import QUICK, account_settings, component_settings, newcomer

S, X = f"{{{NS}}}", "{urn:x-carillon:announce:0}"
LISTS: dict[str, dict[str, Any]] = {
    "news": {"default": True, "welcome": None, "publishers": []},
    "weather": {"welcome": None},
    "staff": {"kind": "closed", "welcome": None},
    "rules": {"kind": "mandatory", "welcome": None},
}
MODES = ("component", "account")


@dataclass
class Answering:
    """A bot that answers and sends nothing on its own."""

    use_cases: UseCases
    connection: Connection
    desk: Desk
    doors: Doors
    ids: MessageIds
    servers: Servers
    bounces: list[Bounce] = field(default_factory=list)

    @property
    def address(self) -> str:
        return self.use_cases.policy.addresses.service

    @property
    def contact(self) -> str:
        """What people subscribe and write to: a bare JID."""
        return self.use_cases.policy.addresses.own

    def standing(self, jid: str) -> list[str]:
        """The names of the lists on which somebody stands."""

        def find(uow: UnitOfWork) -> list[str]:
            subscriber = uow.subscribers.get(jid)
            names = {entry.id: entry.name for entry in uow.lists.all()}
            active = uow.subscriptions.of(subscriber.id) if subscriber else []
            return [names[one.list_id] for one in active]

        return self.use_cases.database.look(find)


def configured(
    server: XmppServer, mode: str, folder: Path, **sections: dict[str, Any]
) -> Settings:
    """An account of its own, or the component; a database in `folder`."""
    if mode == "component":
        xmpp = component_settings(server, contact="help@example.org")
    else:
        xmpp = account_settings(server, newcomer(server), contact="help@example.org")
    given: dict[str, Any] = {
        "xmpp": xmpp,
        "database": {"url": f"sqlite:///{folder}/carillon.db"},
        "lists": LISTS,
        **sections,
    }
    return Settings(**given)


@asynccontextmanager
async def answering(settings: Settings) -> AsyncIterator[Answering]:
    """Started, with everything said that a fresh session asks for."""
    upgrade.prepare(settings.database.url, settings.xmpp.addresses.own)
    with (
        open_use_cases(settings) as use_cases,
        contextlib.closing(spool_of(settings, use_cases)) as spool,
    ):
        key, lists = await use_cases.database.run(_start)
        ids = MessageIds(key)
        bounces: list[Bounce] = []
        desk = Desk(use_cases)
        doors = Doors(
            use_cases=use_cases,
            desk=desk,
            ids=ids,
            lists=lists,
            on_bounce=bounces.append,
            spool=spool,
            contact=settings.xmpp.contact,
            pictures=pictures_of(settings),
        )
        connection = Connection(
            settings.xmpp,
            now=use_cases.clock.now,
            on_session=doors.on_session,
            on_lost=doors.on_lost,
            timing=QUICK,
        )
        doors.open(connection)
        servers = Servers(connection, use_cases, bounces.append, doors.introduce)
        servers.open()
        desk.neighbours = servers.standings
        running = asyncio.create_task(connection.run())
        try:
            async with asyncio.timeout(30):
                await doors.arrived.wait()
            assert len(lists) == len(lists_of(settings))
            yield Answering(use_cases, connection, desk, doors, ids, servers, bounces)
        finally:
            await connection.stop()
            async with asyncio.timeout(20):
                await running
            await doors.close()


def _start(uow: UnitOfWork) -> tuple[bytes, list[AnnouncementList]]:
    return uow.facts.digest_key(), uow.lists.all()


async def ask(
    client: BaseXMPP,
    to: str,
    kind: str,
    *payloads: str,
    sender: str | None = None,
    language: str | None = None,
) -> ET.Element:
    """Send an IQ; the answer, be it a result or an error."""
    iq = client.Iq()
    iq["to"], iq["type"] = to, kind
    if sender is not None:
        iq["from"] = sender
    if language is not None:
        iq["lang"] = language
    for payload in payloads:
        iq.xml.append(ET.fromstring(payload))
    try:
        answer = await iq.send(timeout=20)
    except IqError as error:
        return error.iq.xml
    return answer.xml


def schedule(content: str, attributes: str = "") -> str:
    return f"<schedule xmlns='{NS}' {attributes}>{content}</schedule>"


def query(content: str = "") -> str:
    return f"<schedule-query xmlns='{NS}'>{content}</schedule-query>"


def refusal(stanza: ET.Element) -> tuple[str, str]:
    """(condition, type) of an error stanza, which has a text in English."""
    error = stanza.find("{jabber:client}error")
    assert error is not None, ET.tostring(stanza)
    condition = next(
        child.tag.removeprefix(f"{{{STANZAS}}}")
        for child in error
        if child.tag != f"{{{STANZAS}}}text"
    )
    assert error.findtext(f"{{{STANZAS}}}text")
    return condition, error.get("type", "")


def text_of(stanza: ET.Element) -> str:
    return stanza.findtext(f".//{{{STANZAS}}}text") or ""


@asynccontextmanager
async def at_work(coroutine: Coroutine[Any, Any, object]) -> AsyncIterator[None]:
    """Runs beside the block, and ends with it."""
    task = asyncio.create_task(coroutine)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what nobody tells of."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - the database has no event
            await asyncio.sleep(0.02)
