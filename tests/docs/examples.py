"""The examples of docs/reference/protocol.md."""

from xml.etree import ElementTree as ET

from tests.docs.pages import DOCS, page

PAGE = page(DOCS / "reference" / "protocol.md")


def _read(text: str) -> ET.Element:
    return ET.fromstring(f"<stream xmlns='jabber:client'>{text}</stream>")[0]


EXAMPLES = [_read(block.text) for block in PAGE.blocks("xml")]
#: what a client asks
REQUESTS = [
    one
    for one in EXAMPLES
    if one.tag == "{jabber:client}iq" and one.get("type") in {"get", "set"}
]
#: id of a request -> the result that the page shows
RESULTS = {
    one.get("id"): one
    for one in EXAMPLES
    if one.tag == "{jabber:client}iq" and one.get("type") == "result"
}
