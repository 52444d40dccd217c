"""Bare JIDs as this service compares them (RFC 7622).

Standard library only: the local part is case-folded and checked for forbidden
characters, the domain lower-cased. `bot.xmpp` prepares what comes off the wire
with slixmpp's own stringprep; both agree on every JID a server hands out.
"""

import re
import unicodedata

from bot.domain.characters import illegal
from bot.domain.errors import Invalid
from bot.domain.phrase import Phrase

MAX_PART = 1023  #: bytes of UTF-8, RFC 7622 §3.1
_FORBIDDEN_LOCAL = re.compile(r"[\s\x00-\x20\x7f\"&'/:<>@]")
#: controls, signs that turn the direction of writing, private use, surrogates: no
#: server lets them into a JID (RFC 8264 §9; nodeprep, RFC 3920 appendix A)
_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs"})
_DOMAIN = re.compile(
    r"^(?=.{1,1023}$)(?!.*\.\.)[^\s\x00-\x2c/:;<=>?@^`\x7f{|}~]+\.?$|^\[[0-9A-Fa-f:.]+\]$"
)

#: what most JIDs look like: folding their case is all there is to do
_PLAIN = re.compile(
    r"[A-Za-z0-9._+-]{1,255}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,8}"
)


class JIDError(Invalid):
    """Not a usable JID; the phrase, without a full stop, says why."""


def bare(text: str) -> str:
    """`user@domain` or `domain`, normalised; any resource is refused."""
    return text.lower() if _PLAIN.fullmatch(text) else _bare(text)


def _bare(text: str) -> str:
    if not text or len(text) > 2 * MAX_PART + 1:
        raise JIDError(Phrase("{text!r} is not a JID", text=text[:40]))
    shown = text[:80]
    if "/" in text:
        raise JIDError(
            Phrase("{text!r} has a resource; a bare JID is wanted", text=shown)
        )
    local, at, domain = text.rpartition("@")
    if at and not local:
        raise JIDError(Phrase("{text!r} has nothing before the @", text=shown))
    local = unicodedata.normalize("NFKC", local).casefold()
    domain = unicodedata.normalize("NFKC", domain).lower().rstrip(".")
    if _hides_something(local + domain):
        raise JIDError(
            Phrase("{text!r} is not a JID: it has invisible characters", text=shown)
        )
    if _FORBIDDEN_LOCAL.search(local) or len(local.encode()) > MAX_PART:
        raise JIDError(
            Phrase(
                "{text!r} is not a JID: the part before the @ is not one", text=shown
            )
        )
    if not _DOMAIN.fullmatch(domain):
        raise JIDError(
            Phrase(
                "{text!r} is not a JID: {domain!r} is no domain",
                text=shown,
                domain=domain[:80],
            )
        )
    return f"{local}@{domain}" if at else domain


def _hides_something(text: str) -> bool:
    if text.isascii():
        return False  # the two patterns know those
    hidden = any(unicodedata.category(one) in _HIDDEN for one in text)
    return hidden or illegal(text) is not None


def domain_of(jid: str) -> str:
    """The domain of a bare or full JID."""
    return jid.partition("/")[0].rpartition("@")[2]
