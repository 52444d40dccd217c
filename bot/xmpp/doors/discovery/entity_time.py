"""Entity time (XEP-0202, version 2.0): what time it is here, in UTC.

COMPAT slixmpp 1.17's own plugin raises: it cannot read back the times it writes.
"""

from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from slixmpp.stanza import Iq
from slixmpp.xmlstream import StanzaBase

from bot.xmpp.session.connection import Connection

NS = "urn:xmpp:time"


def serve(connection: Connection) -> None:
    """Answer whoever asks, from now on; `disco` beside this tells the feature."""

    def answer(iq: StanzaBase) -> None:
        if not isinstance(iq, Iq) or iq["type"] != "get":
            iq.unhandled()
            return
        reply = iq.reply()
        reply.xml.append(_time(connection.now()))
        reply.send()

    connection.listen(f"iq/{{{NS}}}time", answer)


def _time(moment: datetime) -> ET.Element:
    element = ET.Element(f"{{{NS}}}time")
    ET.SubElement(element, f"{{{NS}}}tzo").text = "+00:00"
    utc = f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    ET.SubElement(element, f"{{{NS}}}utc").text = utc
    return element
