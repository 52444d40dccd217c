"""A server for one connection that says, to the byte, what a test wants to be read.

It opens a session as a server does, answers what it is asked itself, acknowledges, and
keeps whatever else the service sends. What `say` writes comes as one read.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from bot.settings import Settings
from tests.xmpp.answering import LISTS, Answering, answering

DOMAIN = "scripted.example"
COMPONENT = f"announce.{DOMAIN}"
ACCOUNT = f"announce@{DOMAIN}/carillon"
SM = "urn:xmpp:sm:3"
_STREAMS = "http://etherx.jabber.org/streams"
_BIND = "urn:ietf:params:xml:ns:xmpp-bind"


class ScriptedServer:
    def __init__(self, mode: str) -> None:
        self.mode = mode
        #: how often somebody connected
        self.connections = 0
        #: what the service sent to others, in order
        self.sent: list[ET.Element] = []
        #: the `h` of each `<a/>` of the service
        self.handled: list[str] = []
        self._writer: asyncio.StreamWriter
        self._counted = 0
        self._managed = False

    @property
    def address(self) -> str:
        return COMPONENT if self.mode == "component" else ACCOUNT

    def say(self, *stanzas: str) -> None:
        """Write all of it at once."""
        self._writer.write("".join(stanzas).encode("utf-8", "surrogatepass"))

    def answers(self, identifier: str) -> list[ET.Element]:
        return [one for one in self.sent if one.get("id") == identifier]

    async def until(self, fact: Callable[[], object]) -> None:
        async with asyncio.timeout(20):
            while not fact():  # noqa: ASYNC110 - stanzas have no event
                await asyncio.sleep(0.005)

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.connections += 1
        self._writer, self._managed = writer, False
        with suppress(ConnectionError):
            await self._listen(reader)
        writer.close()

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        parser: ET.XMLPullParser[Any] = ET.XMLPullParser(("start", "end"))
        depth = 0
        while data := await reader.read(65536):
            parser.feed(data)
            events: Iterator[Any] = parser.read_events()
            for event, element in events:
                depth += 1 if event == "start" else -1
                if event == "start" and depth == 1:
                    self._open()
                elif event == "end" and depth == 1:
                    self._hear(element)
                elif event == "end" and depth == 0:
                    return

    def _open(self) -> None:
        ours = "component:accept" if self.mode == "component" else "client"
        self.say(
            f"<stream:stream xmlns='jabber:{ours}' xmlns:stream='{_STREAMS}'"
            f" id='s' from='{DOMAIN}' version='1.0'>"
        )
        if self.mode == "account":
            # whoever comes is let in
            offer = f"<bind xmlns='{_BIND}'/><sm xmlns='{SM}'/>"
            self.say(f"<stream:features>{offer}</stream:features>")

    def _hear(self, element: ET.Element) -> None:
        name = element.tag.rpartition("}")[2]
        if name in {"iq", "message", "presence"}:
            self._counted += self._managed
            self._take(element)
        elif name == "handshake":
            self.say("<handshake/>")
        elif name == "enable":
            self._managed, self._counted = True, 0
            self.say(f"<enabled xmlns='{SM}'/>")
        elif name == "r":
            self.say(f"<a xmlns='{SM}' h='{self._counted}'/>")
        elif name == "a":
            self.handled.append(element.get("h", ""))

    def _take(self, stanza: ET.Element) -> None:
        to, kind = stanza.get("to"), stanza.get("type")
        is_iq = stanza.tag.endswith("}iq") and kind in {"get", "set"}
        if self.mode == "component" and is_iq and to == COMPONENT:
            # a barrier: routed, it comes back
            self.say(
                f"<iq type='get' from='{to}' to='{to}' id='{stanza.get('id')}'>"
                "<ping xmlns='urn:xmpp:ping'/></iq>"
            )
        elif is_iq and to in {None, DOMAIN, ACCOUNT.partition("/")[0]}:
            bound = f"<bind xmlns='{_BIND}'><jid>{ACCOUNT}</jid></bind>"
            asks_to_bind = stanza.find(f"{{{_BIND}}}bind") is not None
            self.say(
                f"<iq type='result' id='{stanza.get('id')}'>"
                f"{bound if asks_to_bind else ''}</iq>"
            )
        else:
            for one in stanza.iter():
                one.tag = one.tag.replace("jabber:component:accept", "jabber:client")
            self.sent.append(stanza)


@asynccontextmanager
async def scripted(
    mode: str, folder: Path
) -> AsyncIterator[tuple[ScriptedServer, Answering]]:
    """The server, and the service's doors at it, with all said that it has to say."""
    found = ScriptedServer(mode)
    listening = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    settings = Settings.model_validate(
        {
            "xmpp": {
                "mode": mode,
                "jid": found.address.partition("/")[0],
                "password": "pw",
                "host": "127.0.0.1",
                "port": listening.sockets[0].getsockname()[1],
                "tls": "required" if mode == "component" else "off",
            },
            "database": {"url": f"sqlite:///{folder}/carillon.db"},
            "lists": LISTS,
        }
    )
    try:
        async with answering(settings) as bot:
            found.sent.clear()
            yield found, bot
    finally:
        listening.close()
        await listening.wait_closed()
