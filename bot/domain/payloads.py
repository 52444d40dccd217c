"""What a message is beside its words: encrypted, about another, with links to files.

Payloads are elements as text, as a door has read and written them. What is known here:

    encrypted         XEP-0380 0.4.0, Explicit Message Encryption; OMEMO (XEP-0384)
    about another     XEP-0461 0.2.0 replies, XEP-0444 0.2.1 reactions, XEP-0308
                      corrections, XEP-0424 retractions, XEP-0367 attachments
    links             words; XEP-0066 1.5, XEP-0447 0.3.1, XEP-0372
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from urllib.parse import SplitResult, urlsplit
from xml.etree import ElementTree as ET

from bot.domain.message import Text

#: shown by clients that know nothing of the encryption, whoever reads: in English, as
#: all clients write it
FALLBACK = (
    "This message is encrypted. Your client does not support the encryption, or has"
    " no key for it."
)

_EME = "{urn:xmpp:eme:0}encryption"
#: encrypted, also where XEP-0380 says nothing of it
_ENCRYPTED = frozenset(
    f"{{{namespace}}}encrypted"
    for namespace in (
        "eu.siacs.conversations.axolotl",
        "urn:xmpp:omemo:1",
        "urn:xmpp:omemo:2",
    )
)


#: each does something to another message, which its id names
_REFERRING = frozenset(
    {
        "{urn:xmpp:reply:0}reply",
        "{urn:xmpp:reactions:0}reactions",
        "{urn:xmpp:message-correct:0}replace",
        "{urn:xmpp:message-retract:0}retract",
        "{urn:xmpp:message-retract:1}retract",
        "{urn:xmpp:message-attaching:1}attach-to",
        "{urn:xmpp:fasten:0}apply-to",
    }
)

_OOB = "{jabber:x:oob}url"
#: element -> the attribute that is a link
_LINKING = {
    "{http://jabber.org/protocol/url-data}url-data": "target",
    "{urn:xmpp:reference:0}reference": "uri",
}
#: OMEMO's links to encrypted files (XEP-0454 0.1.0 §3) are of the same service
_LINK = re.compile(r"(?:https?|aesgcm)://[^\s<>\"]+", re.IGNORECASE)
#: what ends a sentence rather than a link
_AFTER = ".,;:!?)]}'»”\N{RIGHT SINGLE QUOTATION MARK}"
_PORTS = {"http": 80, "https": 443}


def is_encrypted(payloads: Sequence[str]) -> bool:
    """Whether it says so (XEP-0380 §3), and has a payload in the namespace it names."""
    elements = _elements(payloads)
    named = {one.get("namespace") or None for one in elements if one.tag == _EME}
    return any(one.tag != _EME and _namespace(one) in named for one in elements)


def seems_encrypted(payloads: Sequence[str]) -> bool:
    """Likewise, or something in it is known to be encrypted, or it says so at least."""
    return any(one.tag == _EME or one.tag in _ENCRYPTED for one in _elements(payloads))


def refers(payloads: Sequence[str]) -> bool:
    """Whether it answers, corrects or does anything else to another message."""
    return any(one.tag in _REFERRING for one in _elements(payloads))


def links(texts: Iterable[Text], payloads: Sequence[str]) -> tuple[str, ...]:
    """Of its words and its payloads, each once, as they are written there."""
    words = (text.body for text in texts)
    found = [link for body in words for link in _in_words(body)]
    for payload in _elements(payloads):
        found += _in_payload(payload)
    return tuple(dict.fromkeys(found))


def kept_for(link: str, uploads: Mapping[str, timedelta]) -> timedelta | None:
    """How long the file behind a link is kept, by the addresses under which services
    keep files; None where it is of none of them.
    """
    where = _split(link)
    if where is None:
        return None
    found = [time for base, time in uploads.items() if _is_under(where, _split(base))]
    return min(found, default=None)


def host_of(link: str) -> str:
    """As people see where a link leads."""
    where = _split(link)
    return (where.hostname if where else None) or link


def _in_words(body: str) -> Iterator[str]:
    for match in _LINK.finditer(body):
        yield match.group().rstrip(_AFTER)


def _in_payload(payload: ET.Element) -> Iterator[str]:
    for one in payload.iter():
        link = one.text if one.tag == _OOB else one.get(_LINKING.get(one.tag, ""))
        if link and _LINK.fullmatch(link.strip()):
            yield link.strip()


def _is_under(where: SplitResult, base: SplitResult | None) -> bool:
    return (
        base is not None
        and _host(where) == _host(base)
        and where.path.startswith(f"{base.path.rstrip('/')}/")
    )


def _host(url: SplitResult) -> tuple[str, int | None]:
    scheme = "https" if url.scheme == "aesgcm" else url.scheme
    return url.hostname or "", url.port or _PORTS.get(scheme)


def _split(url: str) -> SplitResult | None:
    """None for what is no URL: a port that is no number, brackets that do not end."""
    try:
        found = urlsplit(url)
        _host(found)
    except ValueError:
        return None
    return found


def _elements(payloads: Sequence[str]) -> list[ET.Element]:
    """But what cannot be read: then somebody changed the database."""
    found = []
    for payload in payloads:
        with suppress(ET.ParseError):
            found.append(ET.fromstring(payload))  # noqa: S314 - a door wrote it
    return found


def _namespace(element: ET.Element) -> str:
    return element.tag.rpartition("}")[0].removeprefix("{")
