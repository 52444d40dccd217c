"""The roster that a server keeps for an account (RFC 6121 §2)."""

from xml.etree import ElementTree as ET

from bot.domain.jid import bare_of
from bot.xmpp.session.connection import Connection
from bot.xmpp.stanzas.namespaces import ROSTER


async def contacts_of(connection: Connection) -> frozenset[str]:
    """Bare JIDs of those who have an account as a contact, as its server has it;
    raises as `ask` does.
    """
    answer = await connection.ask(ET.Element(f"{{{ROSTER}}}query"))
    return frozenset(
        jid
        for item in answer.iter(f"{{{ROSTER}}}item")
        if item.get("subscription") in {"from", "both"}
        and (jid := bare_of(item.get("jid", "")))
    )
