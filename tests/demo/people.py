"""Those who take part: slixmpp clients that note every message they get."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Literal, TypeVar
from xml.etree import ElementTree as ET

from slixmpp import ClientXMPP
from slixmpp.stanza import Iq
from slixmpp.xmlstream import StanzaBase
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from tests.demo import DemoError
from tests.servers.prosody import Prosody

CLIENT = "{jabber:client}"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


T = TypeVar("T")


class Person(ClientXMPP):
    def __init__(self, server: Prosody, user: str, language: str) -> None:
        super().__init__(server.jid(user), "pw", lang=language)
        self.user, self.language = user, language
        self.enable_direct_tls = self.enable_starttls = False
        self.enable_plaintext = True
        self.plugin["feature_mechanisms"].unencrypted_scram = True
        self.received: asyncio.Queue[ET.Element] = asyncio.Queue()
        self.approved = asyncio.Event()
        for handler in ("IM", "IMError"):  # slixmpp's own see only some messages
            self.remove_handler(handler)
        self.register_handler(
            Callback("all messages", MatchXPath(f"{CLIENT}message"), self._note)
        )
        self.add_event_handler("presence_subscribed", lambda _: self.approved.set())

    def _note(self, stanza: StanzaBase) -> None:
        self.received.put_nowait(stanza.xml)

    async def subscribe(self, address: str) -> ET.Element:
        """Ask for somebody's presence and await the approval; gives the request."""
        request = self.make_presence(pto=address, ptype="subscribe")
        request["lang"] = self.language
        request.send()
        await within(15, self.approved.wait(), f"{self.user}'s subscription")
        return request.xml

    def say(self, to: str, text: str) -> ET.Element:
        message = self.make_message(mto=to, mbody=text, mtype="chat")
        message["id"] = "reply-1"
        message.send()
        return message.xml

    async def message(
        self, what: str, wanted: Callable[[ET.Element], bool], seconds: float = 30
    ) -> ET.Element:
        """The next message that is wanted; raises DemoError where none comes."""

        async def find() -> ET.Element:
            while not wanted(found := await self.received.get()):
                pass
            return found

        return await within(seconds, find(), f"{what} for {self.user}")

    async def ask(
        self, kind: Literal["get", "set"], to: str, payload: ET.Element
    ) -> tuple[Iq, Iq]:
        """An IQ of that kind and its result; raises slixmpp's IqError."""
        iq = self.make_iq(ito=to, itype=kind)
        iq.append(payload)
        return iq, await iq.send(timeout=15)


async def within(seconds: float, awaited: Awaitable[T], what: str) -> T:
    """Raises DemoError instead of TimeoutError."""
    try:
        async with asyncio.timeout(seconds):
            return await awaited
    except TimeoutError:
        raise DemoError(f"{what} did not come within {seconds:g} s") from None


@asynccontextmanager
async def online(server: Prosody, user: str, language: str) -> AsyncIterator[Person]:
    """A new account of that name, logged in and available."""
    server.register(user)
    person = Person(server, user, language)
    started = asyncio.Event()
    person.add_event_handler("session_start", lambda _: started.set())
    person.connect(server.host, server.c2s_port)
    try:
        await within(20, started.wait(), f"{user}'s login")
        await person.get_roster()  # who has not asked is not told of approvals
        person.send_presence()
        yield person
    finally:
        await person.disconnect(wait=2)
