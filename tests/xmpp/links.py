"""Connections of ours and readers of theirs, for tests with a real server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as ET

from slixmpp import ClientXMPP
from slixmpp.xmlstream import StanzaBase
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from bot.domain.message import Announcement, MessageType, Text
from bot.engine.wire import Delivery, Stencil
from bot.settings import XMPPSettings
from bot.xmpp.connection import Connection, Timing
from tests.servers.xmpp_server import XmppServer

QUICK = Timing(first=0.05, cap=0.4, attempt=10, silence=30, close=3)


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - a real clock is what is injected


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
    settings: XMPPSettings, timing: Timing = QUICK, *, wait: bool = True
) -> AsyncIterator[Link]:
    link = Link(settings, timing)
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


class Reader(ClientXMPP):
    """Somebody's client: keeps every message that reaches it, as XML."""

    def __init__(self, server: XmppServer, user: str) -> None:
        super().__init__(server.jid(user), "pw")
        self.enable_plaintext = True
        self.enable_starttls = self.enable_direct_tls = False
        self.plugin["feature_mechanisms"].unencrypted_scram = True
        self.register_plugin("xep_0030")
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
            "sender": link.profile.address("news"),
            "type": MessageType.CHAT,
            "texts": (Text(language="en", subject="News", body=body),),
            "scheduler": link.profile.service,
            "job": "job-1",
            **changes,
        }
    )


def deliveries(
    stencil: Stencil, to: str, count: int, prefix: str = "m"
) -> list[Delivery]:
    return [Delivery(stencil, to, f"{prefix}{number}") for number in range(count)]
