"""What slixmpp's two streams, an account's and a component's, do differently here.

    out   every stanza is counted where its bytes are written, for the server
          acknowledges by count; without a session it is dropped, not kept
    in    a stanza is counted, then its addresses are judged, before all else; one
          that holds too much is emptied; who asks before the session is up waits
          until it is; what fails over one stanza ends with it, answered for once

A component's stanzas have the namespace `jabber:component:accept` on the wire and
`jabber:client` everywhere in this process: slixmpp's Error class knows one
namespace for all streams, and reads errors of the other wrongly. COMPAT marks what
works around slixmpp 1.17.

docs/conformance.md, Limits and rights: addresses
docs/conformance.md, Limits and rights: a failure
"""

import asyncio
import logging
import os
import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol, TypeVar, cast
from xml.etree import ElementTree as ET

from slixmpp import BaseXMPP
from slixmpp.exceptions import IqError, IqTimeout, XMPPError
from slixmpp.stanza import Iq
from slixmpp.stanza.rootstanza import RootStanza
from slixmpp.xmlstream import StanzaBase
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from bot.domain.addresses import Addresses
from bot.domain.phrase import Phrase
from bot.xmpp.session.discards import Discards, Reason, is_addressable
from bot.xmpp.session.endings import BLAMELESS
from bot.xmpp.session.parser import FLAWED, StreamParser
from bot.xmpp.stanzas.bounds import MAX_STANZA_DEPTH, MAX_STANZA_ELEMENTS, is_overfull
from bot.xmpp.stanzas.errors import StanzaError, error_answer, make_readable
from bot.xmpp.stanzas.namespaces import ANNOUNCE, CLIENT, COMPONENT
from bot.xmpp.writing.acknowledgements import Acknowledgements
from bot.xmpp.writing.positions import Pending

log = logging.getLogger(__name__)

#: the beginning of one that is written
STANZA = re.compile(rb"\s*<(?P<name>message|presence|iq)[\s/>]")
MAX_EARLY_STANZAS = 1_000  #: that wait for the session to be up
#: stands in for the content of a stanza that holds too much
_OVERFULL = f"{{{ANNOUNCE}}}overfull"
STANZA_TAGS = frozenset(
    f"{{{namespace}}}{name}"
    for namespace in (CLIENT, COMPONENT)
    for name in ("message", "presence", "iq")
)
_IQ = f"{{{CLIENT}}}iq"
_IQS = frozenset({_IQ, f"{{{COMPONENT}}}iq"})
Received = TypeVar("Received", ET.Element, StanzaBase)
# slixmpp keeps a roster of its own in memory and answers from it; ours is in the
# database (and an unknown contact's probe would be answered `unsubscribed`).
_ROSTER_EVENTS = {
    **{
        f"presence_{show}": "_handle_available"
        for show in ("available", "dnd", "xa", "chat", "away")
    },
    "presence_unavailable": "_handle_unavailable",
    "presence_subscribe": "_handle_subscribe",
    "presence_subscribed": "_handle_subscribed",
    "presence_unsubscribe": "_handle_unsubscribe",
    "presence_unsubscribed": "_handle_unsubscribed",
    "presence_probe": "_handle_probe",
    "roster_subscription_request": "_handle_new_subscription",
}


class Listener(Protocol):
    """Who wants to know how the stream fares."""

    def up(self, *, fresh: bool) -> None:
        """Stanzas may flow; not `fresh` where an old session was resumed."""
        ...

    def down(self) -> None:
        """The transport is gone."""
        ...


class Stream(BaseXMPP):
    """What both streams share."""

    addresses: Addresses
    listener: Listener
    #: the present session's, None while there is none to count for
    acknowledgements: Acknowledgements | None = None
    #: the session is up and the transport takes more
    writable: asyncio.Event
    #: when the server was last heard, on the loop's clock
    heard: float = 0.0
    #: the condition of the stream error that ended the last connection
    stream_error: str | None = None
    #: what the server said beside it; of see-other-host, the host
    stream_text = ""
    #: why the server, or its certificate, was refused or refuses us
    refusal: Phrase | None = None
    #: the server refused the password or secret
    secret_refused = False
    #: why the last attempt found no server
    unreachable: str | None = None
    #: whether a stanza may come in; answers for itself those that may not
    admits: Callable[[ET.Element], bool] | None = None
    _paused = False

    def _prepare(self, addresses: Addresses, listener: Listener) -> None:
        self.addresses, self.listener = addresses, listener
        self.discards = Discards(self.loop.time)
        self._early: list[StanzaBase] = []
        self.writable = asyncio.Event()
        self.auto_authorize, self.auto_subscribe = None, False
        for event, name in _ROSTER_EVENTS.items():
            if handler := getattr(self, name, None):
                self.del_event_handler(event, handler)
        self.del_event_handler("session_start", self._start_keepalive)
        self.add_event_handler("connection_failed", self._on_unreachable)
        for name, tag, pointer in (
            ("Presence", f"{{{self.default_ns}}}presence", self._on_presence),
            ("Stream Error", f"{{{self.stream_ns}}}error", self._on_stream_error),
        ):
            self.remove_handler(name)
            self.register_handler(Callback(name, MatchXPath(tag), pointer))

    # --- writing ----------------------------------------------------------------

    def send(self, data: StanzaBase | str, use_filters: bool = True) -> None:
        """Queue a stanza for the open session; without one it is dropped.

        COMPAT slixmpp keeps such stanzas and sends them at the next session.
        """
        negotiation = isinstance(data, Iq) and any(
            data.get_plugin(name, check=True) for name in ("bind", "session")
        )
        free = isinstance(data, RootStanza | str) and not negotiation
        if free and not self._session_started:
            # never its content, which may be what people wrote or are told
            name = data.name if isinstance(data, RootStanza) else "stanza"
            log.info("not connected: dropped a %s", name)
            self.event("stanza_not_sent", data)
            return
        super().send(data, use_filters)

    def send_raw(self, data: str | bytes) -> None:
        """The one way out of slixmpp; stanzas are counted here.

        COMPAT what is queued passes asynchronous filters (XEP-0115) first. A server
        that refuses us at once has closed by then, and slixmpp, with a traceback,
        would miss the transport for our handshake: nobody is there to read it.
        """
        if self.transport is None:
            log.debug("not connected: nothing is sent")
            return
        raw = data.encode() if isinstance(data, str) else data
        super().send_raw(raw)
        if self.acknowledgements is not None and STANZA.match(raw):
            self.acknowledgements.positions.record((raw,))

    def send_many(self, stanzas: Sequence[bytes], pending: Pending) -> None:
        """Write whole stanzas at once, counted, and ask for acknowledgement."""
        if self.acknowledgements is None:
            raise RuntimeError("no session to write to")
        super().send_raw(b"".join(stanzas))
        self.acknowledgements.positions.record(stanzas, pending)
        self.acknowledgements.request()

    def begin(self, acknowledgements: Acknowledgements | None) -> None:
        """Count for these from here on."""
        self.acknowledgements = acknowledgements

    def pause_writing(self) -> None:
        self._paused = True
        self.writable.clear()

    def resume_writing(self) -> None:
        self._paused = False
        if self.acknowledgements is not None and self._session_started:
            self.writable.set()

    def _up(self, *, fresh: bool) -> None:
        self._session_started = True
        self.stream_error = self.refusal = None
        self.secret_refused = False
        if not self._paused:
            self.writable.set()
        self.listener.up(fresh=fresh)
        early, self._early = self._early, []
        for stanza in early:
            self._guarded(stanza.xml, self.recv_stanza, stanza)

    # --- reading ----------------------------------------------------------------

    def init_parser(self) -> None:
        super().init_parser()
        self.parser = cast("ET.XMLPullParser[Any]", StreamParser())

    def data_received(self, data: bytes | str) -> None:
        self.heard = self.loop.time()
        super().data_received(data)

    def _spawn_event(self, xml: ET.Element) -> None:
        self._guarded(xml, self._receive, xml)

    def _guarded(
        self, xml: ET.Element, handle: Callable[[Received], None], received: Received
    ) -> None:
        """Nothing that one element does reaches those that were read with it.

        What escapes slixmpp's reading makes asyncio close the connection, and the
        rest of the same read is lost.
        """
        try:
            handle(received)
        except Exception as error:  # noqa: BLE001 - told and answered in there
            self._failed(xml, error)

    def _receive(self, xml: ET.Element) -> None:
        if xml.tag in STANZA_TAGS:
            session = self.acknowledgements
            if session is not None and session.received(xml):
                return
            if FLAWED in xml.attrib:
                self.discards.count(Reason.NAMES, "dropped what has no valid names")
                return
            if not is_addressable(xml):
                self.discards.count(Reason.ADDRESS, "dropped what has no valid address")
                return
            if self.admits is not None and not self.admits(xml):
                return
            account = self.addresses.own if self.addresses.has_account else None
            if is_overfull(xml, account):
                xml[:] = [ET.Element(_OVERFULL)]
        # COMPAT slixmpp's own way hides what goes wrong in making the stanza
        self.recv_stanza(self._build_stanza(self.incoming_filter(xml)))

    def incoming_filter(self, xml: ET.Element) -> ET.Element:
        xml = super().incoming_filter(xml)
        if xml.tag in STANZA_TAGS:
            make_readable(xml)
        return xml

    def recv_stanza(self, stanza: StanzaBase) -> None:
        if not self._session_started and _asks(stanza):
            # from binding on we can be written to, and could not answer yet
            if len(self._early) < MAX_EARLY_STANZAS:
                self._early.append(stanza)
            else:
                told = "dropped what came before the session was up"
                self.discards.count(Reason.EARLY, told)
            return
        # COMPAT slixmpp answers a handler's exception with an error stanza, to
        # error messages too; all its ways there go through this attribute.
        vars(stanza)["exception"] = partial(self._failed, stanza.xml)
        vars(stanza)["unhandled"] = partial(self._unknown, stanza.xml)
        if _wants_answer(stanza.xml):
            if len(stanza.xml) != 1:
                # RFC 6120 §8.2.3; several children would have several handlers answer
                text = Phrase("An IQ takes exactly one child element.")
                self._answer(
                    stanza.xml,
                    StanzaError(condition="bad-request", type="modify", text=text),
                )
                return
            if stanza.xml[0].tag == _OVERFULL:
                text = Phrase(
                    "A stanza has {most} elements at most, {deepest} deep.",
                    most=MAX_STANZA_ELEMENTS,
                    deepest=MAX_STANZA_DEPTH,
                )
                self._answer(
                    stanza.xml,
                    StanzaError(condition="policy-violation", type="modify", text=text),
                )
                return
        super().recv_stanza(stanza)

    def exception(self, exception: Exception) -> None:
        """COMPAT slixmpp says nothing of a handler that fails without a stanza."""
        self.discards.failed(exception, "in a handler of an event")

    def _failed(self, stanza: ET.Element, error: Exception) -> None:
        """Handling it raised: answer requests, and requests only.

        `XMPPError` is a deliberate answer; anything else is told as a reference
        number, and logged under it.
        """
        name = stanza.tag.rpartition("}")[2]
        if (
            isinstance(error, XMPPError)
            and not isinstance(error, IqError | IqTimeout)
            and _wants_answer(stanza)
        ):
            answer = StanzaError(
                condition=error.condition, type=error.etype, text=_said_of(error)
            )
        else:
            answer = self.discards.failed(error, f"over a <{name}/>")
        try:
            self._answer(stanza, answer)
        except Exception as another:  # noqa: BLE001 - told; there is no other answer
            self.discards.failed(another, f"over the answer to a <{name}/>")

    def _unknown(self, stanza: ET.Element) -> None:
        """Nobody handles it: answer requests (RFC 6120 §8.2.3), and requests only."""
        text = Phrase("This is not offered here; disco#info tells what is.")
        self._answer(
            stanza,
            StanzaError(condition="feature-not-implemented", type="cancel", text=text),
        )

    def _answer(self, stanza: ET.Element, error: StanzaError) -> None:
        """Answer a request with an error, and nothing else.

        Made of the element alone: of the stanza slixmpp would make all that is in it.
        """
        if not _wants_answer(stanza):
            return
        answer = error_answer(stanza, error)
        answer.tag = _IQ
        if not self.addresses.stamps_sender:
            answer.attrib.pop("from", None)
        self.send(Iq(stream=self, xml=answer))

    def _on_presence(self, presence: StanzaBase) -> None:
        self.event("presence", presence)
        self.event(f"presence_{presence['type']}", presence)

    def _on_unreachable(self, reason: OSError | str) -> None:
        code = reason.errno if isinstance(reason, OSError) else None
        self.unreachable = os.strerror(code) if code else str(reason)

    def _on_stream_error(self, error: StanzaBase) -> None:
        """Note why; never follow see-other-host, which would move the TLS name."""
        self.stream_error = error["condition"] or "undefined-condition"
        self.stream_text = error["see_other_host"] or error["text"]
        self.secret_refused = self.stream_error == "not-authorized"
        log.warning("stream error %s %s", self.stream_error, self.stream_text)

    # --- the connection -----------------------------------------------------------

    @property
    def blamed(self) -> bool:
        return self.stream_error is not None and self.stream_error not in BLAMELESS

    def give_up(self) -> None:
        """Nobody will connect again: end what waits for a resumption."""

    def reschedule_connection_attempt(self) -> None:
        """One attempt per call: whoever supervises the stream waits between them."""
        self._current_connection_attempt = None

    def connection_lost(self, exception: BaseException | None) -> None:
        self.writable.clear()
        self._paused = False
        ended, self.acknowledgements = self.acknowledgements, None
        if ended is not None:
            ended.lost(blamed=self.blamed)
        super().connection_lost(exception)
        self._session_started = False
        self._early.clear()  # who asked hears of it by the server
        self.listener.down()


def _asks(stanza: StanzaBase) -> bool:
    """It comes from somebody, and is no answer to what we asked."""
    answer = isinstance(stanza, Iq) and stanza["type"] in {"result", "error"}
    return isinstance(stanza, RootStanza) and not answer


def _wants_answer(stanza: ET.Element) -> bool:
    """A request (RFC 6120 §8.2.3)."""
    return stanza.tag in _IQS and stanza.get("type") in {"get", "set"}


def _said_of(error: XMPPError) -> Phrase:
    if error.condition == "item-not-found":
        return Phrase("There is nothing like that here.")
    return Phrase("This service does not do that.")
