"""The component's stream (XEP-0114 1.6).

docs/conformance.md, Limits and rights: sender of a component
"""

import logging
from typing import Any
from xml.etree import ElementTree as ET

from slixmpp import JID, ComponentXMPP
from slixmpp.jid import InvalidJID

from bot.domain.addresses import Addresses
from bot.settings import COMPONENT_PORT, LOOPBACK, XMPPSettings
from bot.xmpp.session.stream import STANZA, STANZA_TAGS, Listener, Stream
from bot.xmpp.stanzas.namespaces import CLIENT, COMPONENT
from bot.xmpp.writing.acknowledgements import Pings

log = logging.getLogger(__name__)

_OUTSIDE, _INSIDE = f"{{{COMPONENT}}}", f"{{{CLIENT}}}"


class ComponentStream(Stream, ComponentXMPP):
    """XEP-0114, pinging its own domain for acknowledgement."""

    def __init__(
        self, settings: XMPPSettings, addresses: Addresses, listener: Listener
    ) -> None:
        ComponentXMPP.__init__(
            self,
            addresses.service,
            settings.secret,
            settings.host or LOOPBACK[0],
            settings.port or COMPONENT_PORT,
            use_jc_ns=True,
        )
        self._prepare(addresses, listener)
        self.add_event_handler("session_start", self._on_session)

    def _on_session(self, _: Any) -> None:
        service = self.addresses.service
        self.begin(Pings(self, to=service, sender=service))
        self._up(fresh=True)

    def incoming_filter(self, xml: ET.Element) -> ET.Element:
        if xml.tag in STANZA_TAGS:
            for element in xml.iter():
                if element.tag.startswith(_OUTSIDE):
                    element.tag = _INSIDE + element.tag.removeprefix(_OUTSIDE)
        return super().incoming_filter(xml)

    def send_raw(self, data: str | bytes) -> None:
        """All that is written one by one passes here, slixmpp's own and text, too."""
        raw = self._stamp(data.encode() if isinstance(data, str) else data)
        if raw is not None:
            super().send_raw(raw)

    def _stamp(self, raw: bytes) -> bytes | None:
        """Let nothing through that ends the stream: a `from` outside the exact
        domain on any server, a missing `from` or `to` on ejabberd, what is no XML.
        """
        stanza = STANZA.match(raw)
        if stanza is None:
            return raw
        name = stanza["name"].decode()
        try:
            attributes = ET.fromstring(raw).attrib  # noqa: S314 - our own text
        except ET.ParseError as error:
            log.error("a %s is not well-formed (%s), dropped", name, error)  # noqa: TRY400
            return None
        if not attributes.get("to"):
            log.error("a component's %s needs a recipient, dropped", name)
            return None
        sender = attributes.get("from")
        if sender is None:
            after, service = stanza.end("name"), self.addresses.service
            return b"%s from='%s'%s" % (raw[:after], service.encode(), raw[after:])
        if not self._is_ours(sender):
            log.error("a stanza from %s is not ours to send, dropped", sender)
            return None
        return raw

    def _is_ours(self, sender: str) -> bool:
        try:
            return self.addresses.is_own(JID(sender).bare)
        except InvalidJID:
            return False
