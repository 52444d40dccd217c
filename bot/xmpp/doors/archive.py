"""Switches an account's archive off, which would keep a copy of every message sent.

XEP-0313 (Message Archive Management) preferences, XEP-0441 version 0.2.0.

docs/conformance.md, Discovery and delivery: an account's archive
"""

import logging
from xml.etree import ElementTree as ET

from slixmpp.exceptions import IqError, IqTimeout

from bot.xmpp.session.connection import Connection
from bot.xmpp.session.exchange import NotConnected

log = logging.getLogger(__name__)

MAM = "urn:xmpp:mam:2"
_INFO = "http://jabber.org/protocol/disco#info"


async def keep_nothing(connection: Connection) -> bool:
    """Set the archiving default to `never`; False where that is not offered."""
    query, account = ET.Element(f"{{{_INFO}}}query"), connection.addresses.own
    try:
        info = await connection.ask(query, to=account)
        features = {feature.get("var") for feature in info.iter(f"{{{_INFO}}}feature")}
        if MAM not in features:
            return False
        await connection.ask(_preferences(), kind="set")
    except IqError as error:
        log.info("the archive's preferences stay as they are: %s", error.condition)
        return False
    except (IqTimeout, NotConnected):
        return False
    return True


def _preferences() -> ET.Element:
    preferences = ET.Element(f"{{{MAM}}}prefs", {"default": "never"})
    for name in ("always", "never"):
        ET.SubElement(preferences, f"{{{MAM}}}{name}")
    return preferences
