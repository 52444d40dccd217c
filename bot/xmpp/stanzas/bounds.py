"""How much a stanza may hold, found out before anything is done with it.

Reading, writing and comparing XML costs by elements; copying and writing recurse by
depth. What a request may hold says `bot.service.requests.bounds`.
"""

from xml.etree import ElementTree as ET

MAX_STANZA_ELEMENTS = 3_000  #: of any stanza but our roster
MAX_STANZA_DEPTH = 100  #: elements within elements


def is_overfull(stanza: ET.Element, account: str | None) -> bool:
    """It is nothing that we would ever read: only a roster may be as large.

    That is a result, of our `account` (a bare JID; None for a component, which has no
    roster): RFC 6121 §2.1.4, RFC 6120 §8.1.2.1.
    """
    from_account = account is not None and stanza.get("from") in {None, account}
    if from_account and stanza.tag.endswith("iq") and stanza.get("type") == "result":
        return False
    count = depth = 0
    level = [stanza]
    while level:
        count += len(level)
        depth += 1
        if count > MAX_STANZA_ELEMENTS or depth > MAX_STANZA_DEPTH:
            return True
        level = [child for parent in level for child in parent]
    return False
