"""Single stanzas over the session that is up: all that doors and visits ask for.

    listen, serve              be called with what comes in
    ask                        send an IQ and await its answer
    send…                      send what needs no answer
    load, discovery, …         what slixmpp has ready-made

Nothing outside this package touches a stream, so it can be replaced, or be one of
several, without a change to doors and visits.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Literal
from xml.etree import ElementTree as ET

from slixmpp.exceptions import IqError, IqTimeout
from slixmpp.plugins.xep_0030 import XEP_0030
from slixmpp.plugins.xep_0115 import XEP_0115
from slixmpp.stanza import Message, Presence
from slixmpp.stanza.rootstanza import RootStanza
from slixmpp.types import PresenceTypes
from slixmpp.xmlstream import StanzaBase
from slixmpp.xmlstream.handler import Callback, CoroutineCallback
from slixmpp.xmlstream.matcher import MatchXPath
from slixmpp.xmlstream.matcher.idsender import MatchIDSender

from bot.domain.addresses import Addresses
from bot.xmpp.session.account import AccountStream
from bot.xmpp.session.component import ComponentStream
from bot.xmpp.session.discards import Reason
from bot.xmpp.stanzas.namespaces import CLIENT
from bot.xmpp.stanzas.verbatim import serialised

ANSWER_SECONDS = 30.0  #: that an answer may take, unless the asker says otherwise

_CLASSES: Mapping[str, type[Message | Presence]] = {
    f"{{{CLIENT}}}message": Message,
    f"{{{CLIENT}}}presence": Presence,
}


class NotConnected(Exception):
    """No session is up, so nothing was sent."""


class _At(MatchXPath):
    """Matches stanzas at a path, of one type only where one is given."""

    def __init__(self, path: str, stanza_type: str | None) -> None:
        super().__init__(f"{{{CLIENT}}}{path}")
        self._type = stanza_type

    def match(self, xml: StanzaBase) -> bool:
        # in this order: what is no stanza has no type, and slixmpp warns who asks
        return super().match(xml) and self._type in {None, xml["type"]}


class Exchange:
    """Registers who listens before connecting, and sends while there is a session."""

    def __init__(
        self, stream: ComponentStream | AccountStream, addresses: Addresses
    ) -> None:
        self.stream = stream
        self.addresses = addresses
        self._ready = asyncio.Event()

    @property
    def is_ready(self) -> bool:
        return self._ready.is_set()

    async def ready(self) -> None:
        await self._ready.wait()

    # --- what comes in -----------------------------------------------------------

    def guard(self, admits: Callable[[ET.Element], bool]) -> None:
        """Ask `admits`, which must be quick, of each stanza before anybody hears it.

        Its element is as it stands on the wire, in the stream's own namespace.
        """
        self.stream.admits = admits

    def listen(
        self,
        path: str,
        handler: Callable[[StanzaBase], None],
        *,
        stanza_type: str | None = None,
    ) -> None:
        """Call `handler`, which must be quick, with each stanza at `path`.

        A path is `message`, `presence` or `iq/{NAMESPACE}element`. COMPAT slixmpp
        gives each of several handlers of one stanza a copy that has lost how its
        failures are answered, so two must never take the same IQ.
        """
        matcher = _At(path, stanza_type)
        self.stream.register_handler(Callback(f"listen {path}", matcher, handler))

    def serve(
        self, path: str, handler: Callable[[StanzaBase], Awaitable[None]]
    ) -> None:
        """As `listen`, but each stanza is handled in a task of its own."""
        name, matcher = f"serve {path}", _At(path, None)
        self.stream.register_handler(CoroutineCallback(name, matcher, handler))

    def discard(self, reason: Reason, told: str) -> None:
        """Count what comes to nothing, as `Discards.count` does."""
        self.stream.discards.count(reason, told)

    # --- what goes out -----------------------------------------------------------

    async def ask(
        self,
        payload: ET.Element,
        *,
        to: str | None = None,
        sender: str | None = None,
        kind: Literal["get", "set"] = "get",
        seconds: float = ANSWER_SECONDS,
    ) -> ET.Element:
        """Send an IQ and await its result; without `to` the account's server answers.

        Raises NotConnected, slixmpp's IqError (refused) and IqTimeout.
        """
        if not self.is_ready:
            raise NotConnected
        iq = self.stream.Iq(stype=kind, sto=to, sfrom=sender)
        iq["id"] = iq["id"] or self.stream.new_id()
        iq.xml.append(payload)
        own, peer = self.stream.boundjid, iq["to"]
        matcher = MatchIDSender({"id": iq["id"], "self": own, "peer": peer})
        answered: asyncio.Future[StanzaBase] = asyncio.Future()

        def settle(answer: StanzaBase) -> None:
            # one of the type get or set is ours, to ourselves
            if answer["type"] in {"result", "error"} and not answered.done():
                answered.set_result(answer)

        # COMPAT slixmpp's own way leaves out attributes in namespaces that it does
        # not know, of what is to go on as somebody gave it
        name = f"answer to {iq['id']}"
        self.stream.register_handler(Callback(name, matcher, settle))
        try:
            self.stream.send(serialised(iq.xml, CLIENT))
            async with asyncio.timeout(seconds):
                answer = await answered
        except TimeoutError:
            raise IqTimeout(iq) from None
        finally:
            self.stream.remove_handler(name)
        if answer["type"] == "error":
            raise IqError(answer)
        return answer.xml

    def send(self, stanza: RootStanza | str) -> bool:
        """Send a presence, message or answer; False (and nothing kept) while down.

        One that is text is written as it stands.

        Between batches of a bulk write it goes first. What is on its way when the
        connection breaks is sent again only if the session is resumed.
        """
        if not self.is_ready:
            return False
        self.stream.send(stanza)
        return True

    def send_element(self, element: ET.Element) -> bool:
        """Send a message or presence that is XML already, as `send` does."""
        if not self.addresses.stamps_sender:
            # the server does; it may refuse one that is our bare JID
            element.attrib.pop("from", None)
        return self.send(_CLASSES[element.tag](stream=self.stream, xml=element))

    def send_presence(
        self,
        kind: PresenceTypes | None = None,
        *,
        to: str | None = None,
        sender: str | None = None,
        priority: int | None = None,
        status: str | None = None,
        language: str = "",
        payloads: Iterable[ET.Element] = (),
    ) -> bool:
        """Send a presence as `send` does; `language` is the status's tag."""
        presence = self.stream.make_presence(
            pto=to,
            ptype=kind,
            pstatus=status,
            ppriority=priority,
            pfrom=sender if self.addresses.stamps_sender else None,
        )
        if language:
            presence["lang"] = language
        for payload in payloads:
            presence.xml.append(payload)
        return self.send(presence)

    # --- what slixmpp has ready-made ------------------------------------------------

    def load(self, plugin: str, settings: Mapping[str, Any]) -> None:
        """Have a plugin work from now on; only before connecting."""
        self.stream.register_plugin(plugin, dict(settings))

    @property
    def discovery(self) -> XEP_0030:
        """Service discovery, once it is loaded."""
        return self.stream.plugin["xep_0030"]

    @property
    def capabilities(self) -> XEP_0115:
        """Entity capabilities, once they are loaded."""
        return self.stream.plugin["xep_0115"]

    def ignore(self, event: str, handler: Callable[..., Any]) -> None:
        """Have a plugin's own handler hear no more of an event."""
        self.stream.del_event_handler(event, handler)
