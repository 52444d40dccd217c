"""Who has sent something: from the JID that the servers stamped to a `Caller`."""

from xml.etree import ElementTree as ET

from slixmpp import JID

from bot.domain.access import Caller
from bot.domain.errors import Forbidden
from bot.domain.jid import JIDError, bare
from bot.domain.phrase import Phrase
from bot.service.rules.policy import Policy


def caller_of(sender: JID, policy: Policy) -> Caller:
    """The caller with the rights that the policy gives him; raises Forbidden."""
    try:
        return policy.caller(bare(sender.bare))
    except JIDError:
        raise Forbidden(Phrase("This service does not know who you are.")) from None


def sender_of(stanza: ET.Element) -> str | None:
    """The sender's bare JID, None where there is none to answer to."""
    return bare_of(stanza.get("from", ""))


def bare_of(jid: str) -> str | None:
    """A JID without its resource, None where it is none."""
    try:
        return bare(jid.partition("/")[0])
    except JIDError:
        return None
