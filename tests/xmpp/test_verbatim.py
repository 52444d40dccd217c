"""Elements written as text are the same elements when read again."""

from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from bot.xmpp.stanzas.verbatim import serialised

_CHARACTERS = st.characters(
    blacklist_categories=["Cs", "Cc"], blacklist_characters="\ufffe\uffff"
) | st.sampled_from("\t\n\r")
TEXTS = st.text(_CHARACTERS, max_size=8)
NAMESPACES = st.sampled_from(
    ["urn:a", "urn:b", "", 'urn:it\'s & <"quoted">', "jabber:client"]
)
NAMES = st.sampled_from(["a", "b", "c-d"])


@st.composite
def tags(draw: st.DrawFn) -> str:
    namespace, name = draw(NAMESPACES), draw(NAMES)
    return f"{{{namespace}}}{name}" if namespace else name


KEYS = tags() | st.just("{http://www.w3.org/XML/1998/namespace}lang")


@st.composite
def elements(draw: st.DrawFn, depth: int = 3) -> ET.Element:
    element = ET.Element(draw(tags()), draw(st.dictionaries(KEYS, TEXTS, max_size=3)))
    element.text = draw(TEXTS)
    for child in draw(st.lists(elements(depth - 1), max_size=2)) if depth else ():
        child.tail = draw(TEXTS)
        element.append(child)
    return element


@given(elements())
def test_round_trip(element: ET.Element) -> None:
    """Namespaces, attributes, text and tails all survive."""
    again = ET.fromstring(serialised(element))
    assert ET.canonicalize(ET.tostring(again)) == ET.canonicalize(ET.tostring(element))


def test_it_reads_as_it_was_written() -> None:
    """A default namespace stays one; nothing is declared twice."""
    text = '<a xmlns="urn:a" xml:lang="de"><b/><c xmlns="urn:c">&lt;</c>tail</a>'
    assert serialised(ET.fromstring(text)) == text
