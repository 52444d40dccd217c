"""The component's stream (XEP-0114 1.6)."""

import logging
from typing import Any
from xml.etree import ElementTree as ET

from slixmpp import JID, ComponentXMPP
from slixmpp.stanza.rootstanza import RootStanza
from slixmpp.xmlstream import StanzaBase

from bot.domain.addresses import Addresses
from bot.settings import LOOPBACK, XMPPSettings
from bot.xmpp.session.stream import STANZA_TAGS, Listener, Stream
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
            settings.port or 5347,
            use_jc_ns=True,
        )
        self._prepare(addresses, listener)
        self.add_filter("out", self._stamp)
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

    def _stamp(self, stanza: StanzaBase) -> StanzaBase | None:
        """Let nothing through that ends the stream: a `from` outside the exact
        domain on any server, a missing `from` or `to` on ejabberd.
        """
        if not isinstance(stanza, RootStanza):
            return stanza
        sender = stanza.xml.get("from")
        if not sender:
            stanza.xml.set("from", self.addresses.service)
        elif not self.addresses.is_own(JID(sender).bare):
            log.error("a stanza from %s is not ours to send, dropped", sender)
            return None
        if not stanza.xml.get("to"):
            log.error("a component's %s needs a recipient, dropped", stanza.name)
            return None
        return stanza
