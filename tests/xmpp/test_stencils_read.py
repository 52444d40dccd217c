"""Whatever is written into a stencil, an XML parser reads that very thing."""

from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.addresses import Addresses
from bot.domain.message import Announcement, MessageType, Text
from bot.xmpp.writing.stencil import Moment, cut
from tests.xmpp.test_fast_path import LEGAL, MOMENT, TEXT, TEXTS

SERVICE = "announce.example.org"
ADDRESSES = Addresses(service=SERVICE, component=True)
#: what an attribute gives back: a parser reads white space in it as one blank
ATTRIBUTE = st.one_of(
    st.sampled_from(
        ["a'b\"c<d>&amp;", "x' to='y", "/>", "]]>", "🎉", "\u2028", "{}%s"]
    ),
    st.text(LEGAL.filter(lambda one: one not in "\t\n"), min_size=1, max_size=20),
)


@st.composite
def payloads(draw: st.DrawFn) -> str:
    """An element with others in it, as a request may bring it."""
    root = ET.Element("{urn:x}a", {"b": draw(ATTRIBUTE)})
    parent = root
    for _ in range(draw(st.integers(0, 4))):
        child = ET.SubElement(parent, draw(st.sampled_from(["{urn:y}c", "{urn:x}d"])))
        child.text, child.tail = draw(TEXT), draw(TEXT)
        parent = draw(st.sampled_from([parent, child]))
    return ET.tostring(root, "unicode")


@given(
    TEXTS,
    st.lists(payloads(), max_size=2),
    st.lists(st.tuples(ATTRIBUTE, ATTRIBUTE), min_size=1, max_size=5),
)
def test_as_many_as_written(
    texts: tuple[Text, ...], more: list[str], readers: list[tuple[str, str]]
) -> None:
    """A write is read as one message for each reader, with his address, id and text."""
    one = Announcement(
        sender=f"news@{SERVICE}",
        type=MessageType.CHAT,
        texts=texts,
        payloads=tuple(more),
        scheduler=SERVICE,
        job="job",
    )
    stencil = cut(one, ADDRESSES, Moment(lambda: MOMENT))
    written = b"".join(stencil.fill(to, identifier) for to, identifier in readers)
    read = ET.fromstring(b"<s xmlns='jabber:client'>" + written + b"</s>")
    assert {element.tag for element in read} == {"{jabber:client}message"}
    assert [(m.get("to"), m.get("id")) for m in read] == readers
    for message, (_, identifier) in zip(read, readers, strict=True):
        bodies = message.findall("{jabber:client}body")
        assert [body.text for body in bodies] == [
            text.body for text in texts if text.body
        ]
        assert message.find("{urn:xmpp:sid:0}origin-id").get("id") == identifier  # type: ignore[union-attr]
        payloads_read = message.findall("{urn:x}a")
        assert [_same(part) for part in more] == [
            _same(ET.tostring(part, "unicode")) for part in payloads_read
        ]


def _same(xml: str) -> str:
    """Whatever its prefixes."""
    return ET.canonicalize(xml, rewrite_prefixes=True)
