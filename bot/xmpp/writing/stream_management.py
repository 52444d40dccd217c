"""XEP-0198: Stream Management 1.6, counted where bytes are written.

slixmpp's plugin counts stanza objects and must not be loaded beside this: what
is written in bulk has no object, and the server counts it. It also forgets, on
a failed resumption, how many stanzas the server says it had handled.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, ClassVar, Protocol
from xml.etree import ElementTree as ET

from slixmpp.plugins.xep_0198.stanza import StreamManagement as Feature
from slixmpp.stanza import StreamFeatures
from slixmpp.xmlstream import StanzaBase, register_stanza_plugin
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from bot.xmpp.writing import counter
from bot.xmpp.writing.acknowledgements import Acknowledgements, RawStream
from bot.xmpp.writing.positions import Positions

NS = "urn:xmpp:sm:3"
#: when slixmpp negotiates it; it binds at 10000
RESUME_ORDER, ENABLE_ORDER = 9000, 10100

log = logging.getLogger(__name__)


class ManagedStream(RawStream, Protocol):
    """What stream management asks of the stream that it manages."""

    #: a resource is bound (RFC 6120 §7)
    bound: bool

    @property
    def loop(self) -> asyncio.AbstractEventLoop: ...

    def register_feature(
        self,
        name: str,
        handler: Callable[..., Any],
        restart: bool = False,
        order: int = 5000,
    ) -> None: ...

    def register_handler(self, handler: Any, before: Any = None) -> None: ...

    def event(self, name: str, data: Any = ...) -> None: ...

    def abort(self) -> None: ...

    def begin(self, acknowledgements: Acknowledgements | None) -> None:
        """Count from here on; None: there is nothing to count by."""
        ...

    def resume(self, acknowledgements: Acknowledgements, again: bytes) -> None:
        """The old session lives on: write what the server had not taken."""
        ...


class StreamManagement:
    """Enable, acknowledge, resume.

    What we send counts from `<enable/>` on, what we receive from `<enabled/>` on.
    While the connection is down, `positions` keeps what was not acknowledged. A
    resumed stream sends it again as the same bytes in the same order. Where a
    stream error blamed the content this would only end the stream again: then, as
    after a failed resumption, the writes under way end with as many stanzas handled
    as the server's h says.

    A resumption is believed only once the server has answered on it. COMPAT
    Prosody 0.12.3 feeds a resumed stream to the parser of the old one, so what
    was cut in the middle of a stanza swallows all that follows.
    """

    #: ejabberd acknowledges what it has read, and bounces a little later
    follows_bounces: ClassVar[bool] = False

    def __init__(self, stream: ManagedStream, patience: float) -> None:
        """`patience`: seconds that a resumed stream has for its first answer."""
        self.positions = Positions(keep=True)
        #: the server took `<enable/>`
        self.enabled = False
        self._stream = stream
        self._previous: str | None = None
        self._inbound = 0
        self._blamed = False
        self._answer: asyncio.Future[str] | None = None
        self._patience = patience
        self._doubt: asyncio.TimerHandle | None = None
        register_stanza_plugin(StreamFeatures, Feature)
        for order in (RESUME_ORDER, ENABLE_ORDER):
            stream.register_feature("sm", self._negotiate, restart=True, order=order)
        for name, handle in (
            ("enabled", self._on_enabled),
            ("resumed", self._on_resumed),
            ("failed", self._on_failed),
            ("a", self._on_answer),
            ("r", self._on_request),
        ):
            matcher = MatchXPath(f"{{{NS}}}{name}")
            stream.register_handler(Callback(f"XEP-0198 {name}", matcher, handle))

    # --- Acknowledgements -----------------------------------------------------

    def request(self) -> None:
        self._stream.send_raw(f"<r xmlns='{NS}'/>")

    def received(self, xml: ET.Element) -> bool:  # noqa: ARG002 - every stanza counts
        if self.enabled:
            self._inbound = counter.after(self._inbound)
        return False

    def lost(self, *, blamed: bool) -> None:
        self.enabled = False
        if self._answer is not None:
            self._answer.cancel()
        self._believe()
        if self._previous is None:
            self.positions.lose(known=False, blamed=blamed)
        else:
            self._blamed = self._blamed or blamed

    def give_up(self) -> None:
        self._previous = None
        self.lost(blamed=False)

    @property
    def resumable(self) -> bool:
        return self._previous is not None

    # --- negotiation ------------------------------------------------------------

    async def _negotiate(self, features: StanzaBase) -> bool:  # noqa: ARG002
        """Resume before binding, enable after it; True ends the negotiation."""
        if self.enabled:
            return False
        if not self._stream.bound:
            if self._previous is None:
                return False
            return await self._ask(
                f"<resume xmlns='{NS}' h='{self._inbound}' previd='{self._previous}'/>"
            )
        self.give_up()
        self.positions = Positions(keep=True)
        await self._ask(f"<enable xmlns='{NS}' resume='true'/>")
        return False

    async def _ask(self, request: str) -> bool:
        self._answer = asyncio.get_running_loop().create_future()
        self._stream.send_raw(request)
        if request.startswith("<enable"):
            self._stream.begin(self)
        try:
            return await self._answer == "resumed"
        finally:
            self._answer = None

    def _is_asked(self) -> bool:
        """An answer is awaited; any other would undo what is there."""
        return self._answer is not None and not self._answer.done()

    def _answered(self, name: str) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(name)

    def _on_enabled(self, stanza: StanzaBase) -> None:
        if not self._is_asked():
            return
        self.enabled = True
        self._inbound = 0
        if stanza.xml.get("resume") in ("true", "1"):
            self._previous = stanza.xml.get("id")
        self._answered("enabled")

    def _on_resumed(self, stanza: StanzaBase) -> None:
        if not self._is_asked():
            return
        self.enabled = True
        if self._handled(stanza):
            self._doubt = self._stream.loop.call_later(self._patience, self._give_back)
            self.request()
        self._answered("resumed")

    def _resume(self) -> None:
        if self._blamed:
            self.positions.lose(known=True, blamed=True)
            self._blamed = False
        again = self.positions.unacknowledged
        log.info("stream resumed, %d stanzas are sent again", len(again))
        self._stream.resume(self, b"".join(again))

    def _give_back(self) -> None:
        """The resumed stream is deaf; nothing was written to it yet."""
        log.warning("the resumed stream does not answer: starting a new session")
        self._previous = None
        self.positions.lose(known=True, blamed=self._blamed)
        self._stream.event("session_end")
        self._stream.abort()

    def _believe(self) -> bool:
        """End the doubt; True if there was any."""
        doubt, self._doubt = self._doubt, None
        if doubt is not None:
            doubt.cancel()
        return doubt is not None

    def _on_failed(self, stanza: StanzaBase) -> None:
        """§5: the h of a failed resumption says what was handled, where given.

        One that makes no sense says as little as none: the session is over anyway.
        """
        if not self._is_asked():
            return
        if self._previous is not None:
            known = stanza.xml.get("h") is not None and self._acknowledge(stanza)
            self.positions.lose(known=known, blamed=self._blamed)
            self._previous, self._blamed = None, False
            self._stream.event("session_end")
        else:
            self._stream.begin(None)
        self._answered("failed")

    def _on_answer(self, stanza: StanzaBase) -> None:
        if self._handled(stanza) and self._believe():
            self._resume()

    def _on_request(self, stanza: StanzaBase) -> None:  # noqa: ARG002
        self._stream.send_raw(f"<a xmlns='{NS}' h='{self._inbound}'/>")

    def _handled(self, stanza: StanzaBase) -> bool:
        """Move on to the server's h; give the session up over one that cannot be."""
        if self._acknowledge(stanza):
            return True
        self._previous = None
        self.positions.lose(known=False, blamed=False)
        self._stream.abort()
        return False

    def _acknowledge(self, stanza: StanzaBase) -> bool:
        positions = self.positions
        try:
            reached = counter.position(
                stanza.xml.get("h"),
                acknowledged=positions.acknowledged,
                written=positions.written,
            )
        except ValueError as error:
            log.error("the server's XEP-0198 count makes no sense: %s", error)  # noqa: TRY400
            return False
        positions.acknowledge(reached)
        return True
