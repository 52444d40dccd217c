"""Bare JIDs, prepared as the servers and slixmpp prepare them: one form a person.

    local part   Nodeprep (RFC 3920 appendix A)
    domain       Nameprep, and a name that DNS can hold (RFC 3490) or an IP literal;
                 `xn--…` is written in Unicode where that is the same name

docs/decisions/0027-one-preparation-of-identities.md
"""

import re
import stringprep
from ipaddress import AddressValueError, IPv6Address
from unicodedata import bidirectional, category

from bot.domain.errors import Invalid
from bot.domain.phrase import Phrase
from bot.domain.preparation import Unpreparable, prepared

MAX_LOCAL = 1023  #: bytes of UTF-8, RFC 6122 §2.3
MAX_DOMAIN, MAX_LABEL = 253, 63  #: characters as DNS has them, RFC 1035 §2.3.4
_LONGEST = 4 * MAX_LOCAL  #: characters, while what vanishes is still there
_SHOWN = 80
_ACE = "xn--"  # RFC 3490 §5

#: what most JIDs look like: lower case is all there is to prepare
_PLAIN = re.compile(
    r"[A-Za-z0-9._+-]{1,255}"
    r"@(?=[^@]{1,253}\Z)"
    r"(?!..--)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    r"(?:\.(?!..--)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)
_NOT_LOCAL = re.compile(r"[\x00-\x20\x7f\"&'/:<>@]")
#: hosts have letters, digits and inner hyphens; underscores are met in private names;
#: hyphens in third and fourth place are for ACE
_NO_LABEL = re.compile(r"[^a-z0-9_\-\x80-\U0010ffff]|^-|-$|^..--|[\u115f\u1160\u3002]")
#: what slixmpp (IDNA) does not let into a domain, though Nameprep does
_JOINERS = re.compile(r"[\u200c\u200d]")
_DOTS = re.compile(r"[.\uff0e]")


class JIDError(Invalid):
    """Not a usable JID; the phrase, without a full stop, says why."""


def bare(text: str) -> str:
    """`user@domain` or `domain`, prepared; any resource is refused."""
    return text.lower() if _PLAIN.fullmatch(text) else _bare(text)


def somebody(address: str) -> str:
    """The same, of a prepared JID that is somebody's; raises JIDError for a domain."""
    if "@" not in address:
        raise JIDError(
            Phrase(
                "{address!r} has no @: write whole JIDs, such as {example}",
                address=address,
                example=f"{address}@example.org",
            )
        )
    return address


def bare_of(jid: str) -> str | None:
    """A JID of the wire without its resource, prepared; None where it is none."""
    try:
        return bare(jid.partition("/")[0])
    except JIDError:
        return None


def domain_of(jid: str) -> str:
    """The domain of a bare or full JID."""
    return jid.partition("/")[0].rpartition("@")[2]


def _bare(text: str) -> str:
    shown = text[:_SHOWN]
    if not text or len(text) > _LONGEST:
        raise JIDError(Phrase("{text!r} is not a JID", text=shown))
    if "/" in text:
        raise JIDError(
            Phrase("{text!r} has a resource; a bare JID is wanted", text=shown)
        )
    local, at, domain = text.rpartition("@")
    if at and not local:
        raise JIDError(Phrase("{text!r} has nothing before the @", text=shown))
    try:
        domain = _domain(domain)
        return f"{_local(local)}@{domain}" if at else domain
    except Unpreparable as fault:
        raise JIDError(
            Phrase("{text!r} is not a JID: {why}", text=shown, why=fault.why)
        ) from None


def _local(text: str) -> str:
    local = prepared(text)
    if not local or _NOT_LOCAL.search(local) or len(local.encode()) > MAX_LOCAL:
        raise Unpreparable(Phrase("the part before the @ is not one"))
    return local


# --- the domain ---------------------------------------------------------------------


def _domain(text: str) -> str:
    if text.startswith("[") and text.endswith("]"):
        return _ip_literal(text)
    domain = prepared(text)
    if _JOINERS.search(text) or domain.count(".") != len(_DOTS.findall(text)):
        raise _no_domain(text, Phrase("some of its characters vanish or fall apart"))
    domain = domain.removesuffix(".")  # of the root: RFC 6122 §2.2
    in_dns = ".".join(_in_dns(label, domain) for label in domain.split("."))
    if len(in_dns) > MAX_DOMAIN:
        raise _no_domain(domain, Phrase("it is too long"))
    return _in_unicode(domain) if _ACE in domain else domain


def _ip_literal(text: str) -> str:
    try:
        address = IPv6Address(text[1:-1])
    except AddressValueError:
        address = None
    if address is None or address.scope_id:  # which is of one machine only
        raise _no_domain(text, Phrase("what stands in brackets is no IP address"))
    return text.lower()


def _in_dns(label: str, domain: str) -> str:
    """A prepared label of a domain as DNS has it."""
    if not label:
        raise _no_domain(domain, Phrase("there is nothing beside a dot"))
    shown, is_ace = label[:_SHOWN], label.isascii() and label.startswith(_ACE)
    if _NO_LABEL.search(label.removeprefix(_ACE) if is_ace else label):
        why = Phrase("{label!r} is not letters, digits and inner hyphens", label=shown)
        raise _no_domain(domain, why)
    if not label.isascii():
        if category(label[0]).startswith("M") or _turns(label):
            why = Phrase("{label!r} cannot be written in DNS", label=shown)
            raise _no_domain(domain, why)
        label = _ACE + label.encode("punycode").decode()
    elif is_ace and _decoded(label) is None:
        raise _no_domain(domain, Phrase("{label!r} stands for nothing", label=shown))
    if len(label) > MAX_LABEL:
        why = Phrase("no more than {most} letters go between dots", most=MAX_LABEL)
        raise _no_domain(domain, why)
    return label


def _turns(label: str) -> bool:
    """What stringprep has no direction for, in letters of the other (RFC 5893 §2)."""
    other = "L" if stringprep.in_table_d1(label[0]) else "AN"
    return any(bidirectional(one) == other for one in label)


def _decoded(ace: str) -> str | None:
    """What `xn--…` stands for, None for nothing."""
    try:
        label = ace.removeprefix(_ACE).encode().decode("punycode")
        again = label.encode("punycode").decode()
    except UnicodeError:
        return None
    same = again == ace.removeprefix(_ACE) and label.isprintable()
    return label if same and not label.isascii() else None


def _in_unicode(domain: str) -> str:
    """`domain` without `xn--`, if what comes out is one and the same to a server;
    else it is another name in DNS (`xn--strae-oqa` is not `strasse`) and stays.
    """
    written = ".".join(
        (_decoded(label) or label) if label.startswith(_ACE) else label
        for label in domain.split(".")
    )
    try:
        same = _domain(written) == written
    except Unpreparable:
        return domain
    return written if same else domain


def _no_domain(domain: str, why: Phrase) -> Unpreparable:
    return Unpreparable(
        Phrase("{domain!r} is no domain, {why}", domain=domain[:_SHOWN], why=why)
    )
