"""Message Scheduling's own examples (draft 1.0.0), and how answers compare with them.

The XML is the draft's; whoever replays it puts his own JIDs, ids and moments into it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from xml.etree import ElementTree as ET

from tests.e2e.speaking import S, written
from tests.e2e.xml_client import C, XmlClient

INLINE = """
<message to='alice@example.org' type='chat'>
  <body>Happy birthday!</body>
  <schedule xmlns='urn:xmpp:scheduling:0'>
    <deliver-at>2025-12-01T09:00:00Z</deliver-at>
    <timezone>Europe/Warsaw</timezone>
    <id>msg-1234</id>
  </schedule>
</message>
"""
REQUEST = """
<iq to='scheduler.example.org' type='set' id='s1'>
  <schedule xmlns='urn:xmpp:scheduling:0'>
    <to>alice@example.org</to>
    <body>Happy birthday!</body>
    <deliver-at>2025-12-01T09:00:00Z</deliver-at>
    <timezone>Europe/Warsaw</timezone>
    <id>job-5678</id>
  </schedule>
</iq>
"""
RESULT = """
<iq from='scheduler.example.org' type='result' id='s1'>
  <schedule xmlns='urn:xmpp:scheduling:0'>
    <id>job-5678</id>
    <status>scheduled</status>
    <expires>2026-12-01T09:00:00Z</expires>
  </schedule>
</iq>
"""
EXPIRES = "<expires>2026-12-01T09:00:00Z</expires>"
RECURRENCE = "<recurrence>FREQ=MONTHLY;BYMONTHDAY=1;COUNT=12</recurrence>"
QUERY = """
<iq to='scheduler.example.org' type='get' id='q1'>
  <schedule-query xmlns='urn:xmpp:scheduling:0'>
    <id>job-5678</id>
  </schedule-query>
</iq>
"""
TOLD = """
<iq from='scheduler.example.org' type='result' id='q1'>
  <schedule-query xmlns='urn:xmpp:scheduling:0'>
    <id>job-5678</id>
    <status>scheduled</status>
    <deliver-at>2025-12-01T09:00:00Z</deliver-at>
    <created>2025-09-14T11:15:00Z</created>
  </schedule-query>
</iq>
"""
CANCEL = """
<iq to='scheduler.example.org' type='set' id='c1'>
  <schedule xmlns='urn:xmpp:scheduling:0'>
    <cancel>job-5678</cancel>
  </schedule>
</iq>
"""
#: the draft has no XML for it: the updated status, in the form of the other result
CANCELLED = """
<iq from='scheduler.example.org' type='result' id='c1'>
  <schedule xmlns='urn:xmpp:scheduling:0'>
    <id>job-5678</id>
    <status>cancelled</status>
  </schedule>
</iq>
"""
DELIVERED = """
<message xmlns='jabber:client' from='me@example.com' to='alice@example.org' type='chat'>
  <body>Happy birthday!</body>
  <scheduled-by xmlns='urn:xmpp:scheduling:0'>
    <scheduler>scheduler.example.org</scheduler>
    <id>job-5678</id>
    <delivered-at>2025-12-01T09:00:01Z</delivered-at>
  </scheduled-by>
</message>
"""
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
#: what we add to a delivered message, and what servers do
ADDED = {
    "{urn:xmpp:sid:0}origin-id",
    "{urn:xmpp:hints}store",
    "{urn:xmpp:sid:0}stanza-id",
    "{urn:xmpp:mam:tmp}archived",
}


def filled(xml: str, names: Mapping[str, str], due: datetime) -> str:
    """With these names in place of the draft's, and `due` in place of its moment."""
    moments = {
        "2025-12-01T09:00:00Z": written(due),
        "2026-12-01T09:00:00Z": written(due.replace(year=due.year + 1)),
    }
    for theirs, ours in {**names, **moments}.items():
        xml = xml.replace(theirs, ours)
    return xml.strip()


def replay(client: XmlClient, request: str) -> ET.Element:
    """Sent as it stands; the answer of the same id."""
    number = ET.fromstring(request).get("id")
    client.send(request)
    return client.take(lambda one: one.tag == f"{C}iq" and one.get("id") == number)


def without(xml: str, element: str) -> str:
    assert element in xml
    return xml.replace(element, "")


def compare(answer: ET.Element, example: str, added: Sequence[str]) -> None:
    """It is the draft's answer, whose children also come in the draft's order, with
    these children more.
    """
    wanted = ET.fromstring(example)
    for name in ("from", "type", "id"):
        assert answer.get(name) == wanted.get(name)
    [told], [draft] = list(answer), list(wanted)
    assert (told.tag, told.attrib) == (draft.tag, draft.attrib)
    names = [child.tag for child in draft]
    assert [plain(child) for child in told if child.tag in names] == [
        plain(child) for child in draft
    ]
    others = [child.tag for child in told if child.tag not in names]
    assert others == [f"{S}{name}" for name in added]


def plain(element: ET.Element) -> str:
    """Canonical XML, whatever the space between elements."""
    return ET.canonicalize(ET.tostring(element), strip_text=True, rewrite_prefixes=True)
