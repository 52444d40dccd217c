"""Changes to a stanza that leave it well-formed."""

import copy
from random import Random
from xml.etree import ElementTree as ET

from tests.fuzz import tokens

DEEP, MANY = 700, 60
LARGEST = 8_192  #: bytes


def changed(data: bytes, random: Random) -> bytes | None:
    """The stanza with one to four changes; None where it is none, or too large."""
    try:
        stanza = ET.fromstring(data)
    except (ET.ParseError, ValueError):
        return None
    try:
        for _ in range(random.randint(1, 4)):
            _change(stanza, random)
        new = ET.tostring(stanza)
    except (RecursionError, UnicodeEncodeError, ValueError):
        return None
    return new if len(new) <= LARGEST else None


def _change(stanza: ET.Element, random: Random) -> None:
    elements = list(stanza.iter())
    found, other = random.choice(elements), random.choice(elements)
    match random.randrange(8):
        case 0:
            found.text = random.choice(tokens.XML_TEXTS)
        case 1:
            name = random.choice(tokens.ATTRIBUTES)
            found.set(name, random.choice(tokens.XML_TEXTS))
        case 2:
            found.append(_element(random))
        case 3 if found is not stanza:
            found.tag = _tag(random)
        case 4 if found is not stanza:
            other.append(copy.deepcopy(found))
        case 5 if len(found):
            found.remove(random.choice(list(found)))
        case 6 if found.attrib:
            del found.attrib[random.choice(sorted(found.attrib))]
        case 7:
            _grow(found, random)


def _grow(found: ET.Element, random: Random) -> None:
    """Deeper, or more of the same."""
    one = _element(random)
    if random.random() < 0.5:
        found.extend([one] * random.randint(2, MANY))
        return
    for _ in range(random.randint(2, DEEP)):
        found = ET.SubElement(found, one.tag)


def _element(random: Random) -> ET.Element:
    element = ET.Element(_tag(random))
    element.text = random.choice(tokens.XML_TEXTS)
    return element


def _tag(random: Random) -> str:
    # mostly of the first few, which are ours
    spaces = tokens.NAMESPACES if random.random() < 0.4 else tokens.NAMESPACES[:3]
    return f"{{{random.choice(spaces)}}}{random.choice(tokens.NAMES)}"
