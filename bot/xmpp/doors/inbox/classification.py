"""What an incoming message is to a no-reply address (XEP-0506 version 0.1.0).

Pure: XML in, a class out. The rules come from XEP-0506 §4 (only what humans
write is refused), RFC 6120 §8.3.1 (errors are never answered) and §8.4 (what is
not understood is ignored), and RFC 6121 §5.2.2 (what the types mean).

docs/conformance.md, XEP-0506: §4
"""

from collections.abc import Container
from dataclasses import dataclass
from enum import StrEnum
from xml.etree import ElementTree as ET

from bot.domain.addresses import Addresses
from bot.xmpp.doors.callers import sender_of
from bot.xmpp.stanzas.namespaces import CLIENT
from bot.xmpp.stanzas.scheduling import NS as SCHEDULING

_OMEMO = ("eu.siacs.conversations.axolotl", "urn:xmpp:omemo:1", "urn:xmpp:omemo:2")
_MUC_USER = "{http://jabber.org/protocol/muc#user}"

#: messages that speak for a protocol, whatever body they carry as a fallback
_MACHINE = frozenset(
    {
        "{urn:xmpp:carbons:2}sent",
        "{urn:xmpp:carbons:2}received",
        "{urn:xmpp:mam:1}result",
        "{urn:xmpp:mam:2}result",
        "{http://jabber.org/protocol/pubsub#event}event",
        "{jabber:x:conference}x",  # XEP-0249, direct invitation
    }
)
#: what a human meant to say without a body
_HUMAN = frozenset(
    {
        "{urn:xmpp:eme:0}encryption",
        "{urn:xmpp:openpgp:0}openpgp",
        "{jabber:x:encrypted}x",
        "{urn:xmpp:reactions:0}reactions",
        "{urn:xmpp:message-correct:0}replace",
        "{urn:xmpp:message-retract:0}retract",
        "{urn:xmpp:message-retract:1}retract",
        "{urn:xmpp:reply:0}reply",
        "{urn:xmpp:sfs:0}file-sharing",
        "{urn:xmpp:sims:1}media-sharing",
        "{urn:xmpp:stickers:0}sticker",
        "{jabber:x:oob}x",
    }
)


class MessageClass(StrEnum):
    """What to do with a message."""

    #: take no notice
    IGNORE = "ignore"
    #: an error that came back
    ERROR = "error"
    #: refuse: nobody reads it
    NO_REPLY = "no reply"
    #: refuse: scheduling is asked for by IQ
    INLINE = "inline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Whom a message may come from without being somebody's."""

    addresses: Addresses
    #: domains of the servers that we belong to
    servers: Container[str]

    def is_ours(self, sender: str) -> bool:
        """The service itself, one of its lists, or a server's own notice."""
        return self.addresses.is_own(sender) or sender in self.servers


def classify(message: ET.Element, around: Surroundings) -> MessageClass:
    """The class of one `<message/>` of `jabber:client`."""
    kind = message.get("type", "normal")
    if kind == "error":
        return MessageClass.ERROR
    sender = sender_of(message)
    if kind == "headline" or sender is None or around.is_ours(sender):
        return MessageClass.IGNORE
    if kind == "groupchat" and around.addresses.has_account:
        return MessageClass.IGNORE  # a room's: an account is in none
    if any(child.tag in _MACHINE or _is_invitation(child) for child in message):
        return MessageClass.IGNORE
    if message.find(f"{{{SCHEDULING}}}schedule") is not None:
        return MessageClass.INLINE
    return MessageClass.NO_REPLY if _is_human(message) else MessageClass.IGNORE


def is_backlog(message: ET.Element) -> bool:
    """It was kept for us while we were away (XEP-0203)."""
    return message.find("{urn:xmpp:delay}delay") is not None


def _is_invitation(child: ET.Element) -> bool:
    # XEP-0045 §7.8; an empty <x/> only marks a private message from a room
    return child.tag == f"{_MUC_USER}x" and any(
        child.find(f"{_MUC_USER}{name}") is not None for name in ("invite", "decline")
    )


def _is_human(message: ET.Element) -> bool:
    bodies = message.findall(f"{{{CLIENT}}}body")
    if any((body.text or "").strip() for body in bodies):
        return True
    if any(_is_key_transport(child) for child in message):
        return False  # EME stands beside it too
    return any(
        child.tag in _HUMAN or _is_omemo(child) or _is_media(child) for child in message
    )


def _is_omemo(child: ET.Element) -> bool:
    return any(child.tag == f"{{{namespace}}}encrypted" for namespace in _OMEMO)


def _is_key_transport(child: ET.Element) -> bool:
    """XEP-0384 §5.8 (0.8.3): keys only, sent by programs on their own."""
    if not _is_omemo(child):
        return False
    names = {part.tag.rpartition("}")[2] for part in child}
    return "header" in names and "payload" not in names


def _is_media(child: ET.Element) -> bool:
    """XEP-0385: a reference that shares a file."""
    return (
        child.tag == "{urn:xmpp:reference:0}reference"
        and child.find("{urn:xmpp:sims:1}media-sharing") is not None
    )
