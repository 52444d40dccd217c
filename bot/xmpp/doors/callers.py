"""Who has sent something: from the JID that the servers stamped to a `Caller`.

The stamp is read as it stands, never through slixmpp's JID: that takes characters
which servers do not know for those that they resemble (`ᴿoot` for `Root`).
"""

from xml.etree import ElementTree as ET

from bot.domain.access import Caller
from bot.domain.errors import Forbidden
from bot.domain.jid import bare_of, domain_of
from bot.domain.phrase import Phrase
from bot.service.rules.policy import Policy


def caller_of(sender: str, policy: Policy) -> Caller:
    """The caller with the rights that the policy gives him; raises Forbidden."""
    found = bare_of(sender)
    if found is None:
        raise Forbidden(Phrase("This service does not know who you are."))
    return policy.caller(found)


def person_of(jid: str, server: str) -> str | None:
    """The bare JID of one of that server's people; None for all else: others, and the
    server itself.
    """
    found = bare_of(jid)
    if found is None or "@" not in found or domain_of(found) != server:
        return None
    return found


def sender_of(stanza: ET.Element) -> str | None:
    """The sender's bare JID, None where there is none to answer to."""
    return bare_of(stanza.get("from", ""))
