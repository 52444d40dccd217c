"""Bare JIDs as this service compares them (RFC 7622).

Standard library only: the local part is case-folded and checked for forbidden
characters, the domain lower-cased. `bot.xmpp` prepares what comes off the wire
with slixmpp's own stringprep; both agree on every JID a server hands out.
"""

import re
import unicodedata

MAX_PART = 1023  #: bytes of UTF-8, RFC 7622 §3.1
_FORBIDDEN_LOCAL = re.compile(r"[\s\x00-\x20\x7f\"&'/:<>@]")
_DOMAIN = re.compile(
    r"^(?=.{1,1023}$)(?!.*\.\.)[^\s\x00-\x2c/:;<=>?@^`\x7f{|}~]+\.?$|^\[[0-9A-Fa-f:.]+\]$"
)


class JIDError(ValueError):
    """Not a usable JID; the text says why."""


def bare(text: str) -> str:
    """`user@domain` or `domain`, normalised; any resource is refused."""
    if not text or len(text) > 2 * MAX_PART + 1:
        raise JIDError(f"{text[:40]!r} is not a JID")
    if "/" in text:
        raise JIDError(f"{text[:80]!r} has a resource; a bare JID is wanted")
    local, at, domain = text.rpartition("@")
    if at and not local:
        raise JIDError(f"{text[:80]!r} has nothing before the @")
    local = unicodedata.normalize("NFKC", local).casefold()
    domain = unicodedata.normalize("NFKC", domain).lower().rstrip(".")
    if _FORBIDDEN_LOCAL.search(local) or len(local.encode()) > MAX_PART:
        raise JIDError(f"{text[:80]!r} is not a JID: the part before the @ is not one")
    if not _DOMAIN.match(domain):
        raise JIDError(f"{text[:80]!r} is not a JID: {domain[:80]!r} is no domain")
    return f"{local}@{domain}" if at else domain


def domain_of(jid: str) -> str:
    """The domain of a bare or full JID."""
    return jid.partition("/")[0].rpartition("@")[2]
