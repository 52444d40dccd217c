"""Connections of ours and readers of theirs, for tests with a real server."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from slixmpp import ClientXMPP
from slixmpp.xmlstream import StanzaBase
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from bot.domain.message import Announcement, MessageType, Text
from bot.engine.wire import Delivery, Stencil, StreamLost
from bot.settings import XMPPSettings
from bot.xmpp.session.connection import Connection
from bot.xmpp.session.timing import Timing
from bot.xmpp.writing.positions import Pending
from tests.servers.xmpp_server import XmppServer

Run = Callable[[Coroutine[Any, Any, None]], None]
QUICK = Timing(first=0.05, cap=0.4, attempt=10, silence=30, answer=5, close=3)


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - a real clock is what is injected


def newcomer(server: XmppServer) -> str:
    """A new account, with a name that no other test has."""
    name = f"u{secrets.token_hex(6)}"
    server.register(name)
    return name


def component_settings(server: XmppServer, **changes: Any) -> XMPPSettings:
    return XMPPSettings(
        **{
            "mode": "component",
            "jid": server.component,
            "password": server.secret,
            "host": server.host,
            "port": server.component_port,
            **changes,
        }
    )


def account_settings(server: XmppServer, user: str, **changes: Any) -> XMPPSettings:
    return XMPPSettings(
        **{
            "mode": "account",
            "jid": server.jid(user),
            "password": "pw",
            "host": server.host,
            "port": server.c2s_port,
            "tls": "off",
            **changes,
        }
    )


class Link(Connection):
    """A connection that runs for the length of a `with`, and notes its events."""

    def __init__(self, settings: XMPPSettings, timing: Timing = QUICK) -> None:
        self.sessions: list[bool] = []
        self.losses = 0
        self.lost = asyncio.Event()
        self._news = asyncio.Event()
        super().__init__(
            settings,
            now=now,
            on_session=self._note_session,
            on_lost=self._note_loss,
            timing=timing,
        )

    def _note_session(self, fresh: bool) -> None:
        self.sessions.append(fresh)
        self._news.set()

    def _note_loss(self) -> None:
        self.losses += 1
        self.lost.set()

    async def until_session(self, count: int) -> None:
        """Wait until so many sessions (resumed ones too) have been up."""
        async with asyncio.timeout(60):
            while len(self.sessions) < count or not self.is_ready:
                self._news.clear()
                await self._news.wait()


@asynccontextmanager
async def linked(
    settings: XMPPSettings,
    timing: Timing = QUICK,
    *,
    wait: bool = True,
    prepare: Callable[[Connection], None] = lambda _connection: None,
) -> AsyncIterator[Link]:
    link = Link(settings, timing)
    prepare(link)
    running = asyncio.create_task(link.run())
    try:
        if wait:
            async with asyncio.timeout(20):
                await link.ready()
        yield link
    finally:
        await link.stop()
        async with asyncio.timeout(20):
            await running


class Arrival:
    """The first stanza from a JID."""

    def __init__(self, sender: str) -> None:
        self._sender = sender
        self._found: asyncio.Future[ET.Element] = asyncio.Future()

    def look(self, stanza: StanzaBase) -> None:
        if stanza.xml.get("from") == self._sender and not self._found.done():
            self._found.set_result(stanza.xml)

    async def wait(self) -> ET.Element:
        async with asyncio.timeout(20):
            return await self._found


class Reader(ClientXMPP):
    """Somebody's client: keeps every message that reaches it, as XML."""

    def __init__(self, server: XmppServer, user: str) -> None:
        super().__init__(server.jid(user), "pw")
        self.enable_plaintext = True
        self.enable_starttls = self.enable_direct_tls = False
        self.plugin["feature_mechanisms"].unencrypted_scram = True
        self.register_plugin("xep_0030")
        self.register_plugin("xep_0115")
        self.register_plugin("xep_0199")
        self.messages: list[ET.Element] = []
        self.online = asyncio.Event()
        self._news = asyncio.Event()
        self.add_event_handler("session_start", self._started)
        matcher = MatchXPath("{jabber:client}message")
        self.register_handler(Callback("every message", matcher, self._keep))

    def _started(self, _: Any) -> None:
        self.send_presence()
        self.online.set()

    def _keep(self, message: StanzaBase) -> None:
        self.messages.append(message.xml)
        self._news.set()

    @contextmanager
    def next_stanza(self, kind: str, sender: str) -> Iterator["Arrival"]:
        """`with … as arrived: ask(); element = await arrived.wait()`."""
        arrival = Arrival(sender)
        matcher = MatchXPath(f"{{jabber:client}}{kind}")
        self.register_handler(Callback(f"next {id(arrival)}", matcher, arrival.look))
        try:
            yield arrival
        finally:
            self.remove_handler(f"next {id(arrival)}")

    @property
    def ids(self) -> list[str]:
        return [xml.get("id", "") for xml in self.messages]

    async def until(self, count: int) -> None:
        """Wait for so many messages."""
        async with asyncio.timeout(60):
            while len(self.messages) < count:
                self._news.clear()
                await self._news.wait()


@asynccontextmanager
async def reading(server: XmppServer, user: str) -> AsyncIterator[Reader]:
    reader = Reader(server, user)
    reader.connect(server.host, server.c2s_port)
    try:
        async with asyncio.timeout(20):
            await reader.online.wait()
        yield reader
    finally:
        await reader.disconnect(wait=2)


def announcement(link: Connection, body: str = "Hello", **changes: Any) -> Announcement:
    return Announcement(
        **{
            "sender": link.addresses.of_list("news"),
            "type": MessageType.CHAT,
            "texts": (Text(language="en", subject="News", body=body),),
            "scheduler": link.addresses.service,
            "job": "job-1",
            **changes,
        }
    )


def deliveries(
    stencil: Stencil, to: str, count: int, prefix: str = "m"
) -> list[Delivery]:
    return [Delivery(stencil, to, f"{prefix}{number}") for number in range(count)]


async def loss(barrier: Pending) -> tuple[int | None, bool]:
    """`handled` and `blamed` of a write that fails."""
    async with asyncio.timeout(30):
        with pytest.raises(StreamLost) as caught:
            await barrier.wait()
    return caught.value.handled, caught.value.blamed
