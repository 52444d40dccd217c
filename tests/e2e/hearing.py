"""Which message it is that a reader waits for."""

from collections.abc import Callable
from xml.etree import ElementTree as ET

from tests.e2e.xml_client import C

CORRECT = "{urn:xmpp:message-correct:0}"
RETRACT = "{urn:xmpp:message-retract:1}"


def says(words: str, about: str) -> Callable[[ET.Element], bool]:
    def fits(one: ET.Element) -> bool:
        body = one.findtext(f"{C}body") or ""
        return words in body and about in body and not is_correction(one)

    return fits


def is_correction(one: ET.Element) -> bool:
    return one.find(f"{CORRECT}replace") is not None


def replaces(first: ET.Element) -> Callable[[ET.Element], bool]:
    def fits(one: ET.Element) -> bool:
        replaced = one.find(f"{CORRECT}replace")
        return replaced is not None and replaced.get("id") == first.get("id")

    return fits
