"""The vCard of an account, which its server keeps and shows to whoever looks.

Set once, where the account has none: one that is there may be the operator's, who
knows better what people are to see. Presence carries the digest of the picture in it,
whosever it is (XEP-0153 1.1.1, §3.1).
"""

import base64
import binascii
import hashlib
import logging
from xml.etree import ElementTree as ET

from slixmpp.exceptions import IqError, IqTimeout

from bot.xmpp.doors.contacts.profiles import Profile
from bot.xmpp.doors.contacts.showing import update
from bot.xmpp.doors.contacts.vcards import vcard
from bot.xmpp.session.connection import Connection
from bot.xmpp.stanzas.namespaces import VCARD

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 10.0  #: that presence waits for the server's answer
_NONE = frozenset({"item-not-found"})


async def settle(connection: Connection, profile: Profile) -> ET.Element | None:
    """What our presence says of the picture; None where the server keeps no vCards, or
    does not say: presence goes out in any case. Raises NotConnected.
    """
    try:
        card = await _present(connection)
        if card is None:
            card = vcard(profile, profile.language)
            await connection.ask(card, kind="set", seconds=PATIENCE_SECONDS)
            log.info("the account had no vCard: it has one now")
    except (IqError, IqTimeout) as error:
        log.info("the server keeps no vCard for us: %s", error.condition)
        return None
    return update(_digest(card))


async def _present(connection: Connection) -> ET.Element | None:
    """None where there is none: said by an error, or by nothing in it."""
    tag = f"{{{VCARD}}}vCard"
    try:
        answer = await connection.ask(ET.Element(tag), seconds=PATIENCE_SECONDS)
    except IqError as error:
        if error.condition in _NONE:
            return None
        raise
    card = answer.find(tag)
    return card if card is not None and len(card) else None


def _digest(card: ET.Element) -> str | None:
    """Of the picture in it, if any."""
    content = card.findtext(f"{{{VCARD}}}PHOTO/{{{VCARD}}}BINVAL")
    if not content:
        return None
    try:
        picture = base64.b64decode("".join(content.split()), validate=True)
    except binascii.Error:
        return None
    return hashlib.sha1(picture, usedforsecurity=False).hexdigest()
