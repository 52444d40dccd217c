"""Whole reads: several stanzas, some of which have addresses that are none.

The input is `<read/>` with stanzas in it. After each a ping of somebody good is put,
and all of it comes at once. What is looked for:

    an exception that would end the connection, a failure inside
    a ping that is not answered, or not once
    an answer to a stanza whose `from` or `to` cannot be prepared
"""

from xml.etree import ElementTree as ET

from slixmpp.jid import JID, InvalidJID

from bot.domain.jid import bare_of
from tests.fuzz.stanzas import ADDRESSES, COMPONENT, service
from tests.world import SERVICE, USER

KINDS = frozenset(f"{{{COMPONENT}}}{name}" for name in ("iq", "message", "presence"))
PINGER = "pinger@example.org/x"


def reads(data: bytes) -> None:
    stanzas = read(data)
    if not stanzas:
        return
    standing = service()
    before = standing.discarded["address"]
    whole = b"".join(
        ET.tostring(stanza) + _ping(number) for number, stanza in enumerate(stanzas)
    )
    sent = standing.read(whole)
    answered = [one.get("id") for one in sent if one.get("to") == PINGER]
    assert sorted(answered, key=str) == sorted(
        (f"good-{number}" for number in range(len(stanzas))), key=str
    ), "a good stanza is not answered once"
    bad = [stanza for stanza in stanzas if not _is_addressed(stanza)]
    assert standing.discarded["address"] - before == len(bad), "another number dropped"
    senders = {stanza.get("from") for stanza in stanzas if stanza not in bad}
    bares = {str(JID(sender).bare) for sender in senders}
    for one in sent:
        to = one.get("to", "")
        assert to == PINGER or str(JID(to).bare) in bares, "an answer to somebody else"


def read(data: bytes) -> list[ET.Element]:
    """The stanzas as a lenient server would deliver them; none where it would not."""
    if b"<!" in data or b"<?" in data:
        return []  # RFC 6120 §11.1; servers end the stream
    wrapped = b"<s xmlns='%s'>%s</s>" % (COMPONENT.encode(), data)
    try:
        [whole] = ET.fromstring(wrapped)
    except (ET.ParseError, ValueError):
        return []
    stanzas = [one for one in whole if one.tag in KINDS]
    for number, stanza in enumerate(stanzas):
        sender, to = stanza.get("from", ""), stanza.get("to", "")
        if not sender or _is_ours(sender):
            # servers vouch for whom it comes from
            stanza.set("from", f"{USER}/x")
        if not to or (_is_valid(to) and to not in ADDRESSES):
            stanza.set("to", SERVICE)
        stanza.set("id", " ".join(stanza.get("id", "").split()) or f"none-{number}")
        stanza.tail = None
    return stanzas


def _ping(number: int) -> bytes:
    return (
        f"<iq type='get' from='{PINGER}' to='{SERVICE}' id='good-{number}'>"
        "<ping xmlns='urn:xmpp:ping'/></iq>"
    ).encode()


def _is_addressed(stanza: ET.Element) -> bool:
    return _is_valid(stanza.get("from", "")) and _is_valid(stanza.get("to", ""))


def _is_valid(address: str) -> bool:
    """As slixmpp prepares it, and as servers do."""
    if address and bare_of(address) is None:
        return False
    try:
        JID(address)
    except InvalidJID:
        return False
    return True


def _is_ours(address: str) -> bool:
    return _is_valid(address) and JID(address).domain == SERVICE
