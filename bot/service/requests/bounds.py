"""How much a request may hold, found out before anything is done with it.

A long namespace is written again wherever it changes, so what comes in as kilobytes
could go out as megabytes: counted is what goes out.
"""

from xml.etree import ElementTree as ET

from bot.domain.errors import PolicyViolation
from bot.domain.phrase import Phrase

MAX_REQUEST_CHARACTERS = 65_536  #: beside its texts
MAX_REQUEST_ELEMENTS = 2_000  #: and attributes
MAX_REQUEST_NAMESPACES = 100

_TOO_MUCH = {
    "size": Phrase(
        "The request has over {most} characters beside its texts; say less in one.",
        most=MAX_REQUEST_CHARACTERS,
    ),
    "elements": Phrase(
        "The request has over {most} elements and attributes; say less in one.",
        most=MAX_REQUEST_ELEMENTS,
    ),
    "namespaces": Phrase(
        "The request has over {most} namespaces; say less in one.",
        most=MAX_REQUEST_NAMESPACES,
    ),
}


def check_request(element: ET.Element, free: frozenset[str]) -> None:
    """Raises PolicyViolation; the text of `free` children is not counted."""
    count = size = 0
    own = _namespace(element.tag)
    seen = {own}
    waiting = [(child, own, True) for child in element]
    while waiting:
        found, around, first = waiting.pop()
        namespace = _namespace(found.tag)
        seen |= {namespace, *map(_namespace, found.attrib)}
        count += 1 + len(found.attrib)
        size += len(found.tag) - (len(namespace) if namespace == around else 0)
        size += sum(len(key) + len(value) for key, value in found.attrib.items())
        if not (first and found.tag in free):
            size += len(found.text or "")
        if not first:
            size += len(found.tail or "")
        _limit("size", size, MAX_REQUEST_CHARACTERS)
        _limit("elements", count, MAX_REQUEST_ELEMENTS)
        _limit("namespaces", len(seen), MAX_REQUEST_NAMESPACES)
        waiting += [(child, namespace, False) for child in found]


def _namespace(tag: str) -> str:
    return tag.rpartition("}")[0]


def _limit(name: str, value: int, most: int) -> None:
    if value > most:
        raise PolicyViolation(_TOO_MUCH[name], limit=name, maximum=most, wait=False)
