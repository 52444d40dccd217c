"""Plays: who sends what, and who receives what, one after the other.

    admin sends:
      <iq type='set' id='1' to='{service}'>…</iq>
    reader receives:
      <message from='{service}'><body>hello</body></message>
    reader receives no:
      <message type='error'/>

A stanza fits what is written where it has the same name and namespace, each attribute
and child that is written, and the text that is written; `...` stands for anything but
nothing. What else it has does not matter, nor does the order of children. Who receives
waits for the first that fits; who receives none has got all that his server had for
him. Words in braces are names of the play, and people by their bare JIDs.
"""

import re
from collections.abc import Mapping
from xml.etree import ElementTree as ET

from tests.e2e.xml_client import XmlClient

ANY = "..."
_CUE = re.compile(r"^ *(\w+) (sends|receives|receives no):\n", re.MULTILINE)


def play(
    script: str, people: Mapping[str, XmlClient], names: Mapping[str, object]
) -> list[ET.Element]:
    """The stanzas that were received, in the order of the play."""
    known = {**{name: one.bare for name, one in people.items()}, **names}
    before, *parts = _CUE.split(script)
    assert not before.strip(), f"nobody says this: {before}"
    received = []
    for who, does, what in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        person, xml = people[who], what.format_map(known).strip()
        if does == "sends":
            person.send(xml)
            continue
        wanted = ET.fromstring(f"<play xmlns='jabber:client'>{xml}</play>")[0]
        if does == "receives":
            received.append(_received(person, wanted))
        else:
            person.settle()
            came = [one for one in person.waiting if fits(one, wanted)]
            assert came == [], [ET.tostring(one, "unicode") for one in came]
    return received


def _received(person: XmlClient, wanted: ET.Element) -> ET.Element:
    try:
        return person.take(lambda one: fits(one, wanted))
    except TimeoutError as late:
        raise AssertionError(f"no {ET.tostring(wanted, 'unicode')}: {late}") from None


def fits(element: ET.Element, wanted: ET.Element) -> bool:
    """Whether it is what the play says, and perhaps more."""
    return (
        element.tag == wanted.tag
        and all(_says(element.get(n), value) for n, value in wanted.attrib.items())
        and (not _text(wanted) or _says(_text(element), _text(wanted)))
        and all(any(fits(have, want) for have in element) for want in wanted)
    )


def _text(element: ET.Element) -> str:
    return (element.text or "").strip()


def _says(value: str | None, wanted: str) -> bool:
    return bool(value) if wanted == ANY else value == wanted
