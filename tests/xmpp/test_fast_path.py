"""The stencil writes exactly what slixmpp would, on any content."""

from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slixmpp import Message
from slixmpp.xmlstream.tostring import tostring

from bot.domain.addresses import Addresses
from bot.domain.amendment import Amendment
from bot.domain.message import Announcement, MessageType, Text
from bot.domain.updates import Remark, Update, WireState
from bot.xmpp.stanzas.namespaces import ANNOUNCE, LANG
from bot.xmpp.writing.stencil import Moment, Stencil, StencilError, cut
from tests.servers.xmpp_server import XmppServer
from tests.xmpp.links import (
    Run,
    account_settings,
    announcement,
    component_settings,
    deliveries,
    linked,
    newcomer,
    reading,
)

SCHEDULING = "{urn:xmpp:scheduling:0}"
MOMENT = datetime(2026, 12, 1, 9, 0, 1, 999_999, tzinfo=UTC)
ADDRESSES = {
    "component": Addresses(service="announce.example.org", component=True),
    "account": Addresses(service="announce@example.org/carillon", component=False),
}
# Characters of XML 1.0 §2.2; expat turns \r into \n, as any reader would.
LEGAL = st.characters(
    exclude_categories=["Cs"],
    exclude_characters=[chr(n) for n in range(32) if n not in (9, 10)]
    + ["\r", "\ufffe", "\uffff"],
)
HOSTILE = st.sampled_from(
    [
        "]]>",
        "%s %(to)b {0}",
        "<b>&amp;",
        "'\"",
        "🔔🏳️‍🌈",
        "\U0010fffd",
        "\u202eabc",
        "\x85",
        "&#38;",
    ]
)
TEXT = st.lists(st.one_of(HOSTILE, st.text(LEGAL, max_size=20)), max_size=6).map(
    "".join
)
LANGUAGE = st.sampled_from(["", "en", "de", "pt-BR", "zh-Hans"])
TEXTS = st.lists(
    st.builds(Text, language=LANGUAGE, body=TEXT, subject=st.one_of(st.none(), TEXT)),
    min_size=1,
    max_size=3,
    unique_by=lambda text: text.language,
).map(tuple)
PAYLOAD = "<encrypted xmlns='urn:x' y:z='1' xmlns:y='urn:y'><k>a&lt;b</k></encrypted>"
ANNOUNCEMENTS = st.builds(
    Announcement,
    sender=st.just("news@announce.example.org"),
    type=st.sampled_from(MessageType),
    texts=TEXTS,
    payloads=st.sampled_from([(), (PAYLOAD,), (PAYLOAD, "<x xmlns='urn:y'/>")]),
    scheduler=st.just("announce.example.org"),
    job=TEXT,
)
# White space in an attribute would be read as one blank.
IDENTIFIERS = st.text(
    st.characters(
        exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"],
        exclude_characters="\ufffe\uffff",
    ),
    min_size=1,
    max_size=30,
)
RECIPIENTS = st.sampled_from(
    [
        "reader@example.org",
        "example.org",
        "ärger@exämple.org",
        r"d\27artagnan\26@example.org",
        'a@b/it\'s <&> "quoted" %s',
    ]
)


def _announcement(**changes: Any) -> Announcement:
    return Announcement(
        **{
            "sender": "news@announce.example.org",
            "type": MessageType.CHAT,
            "texts": (Text(language="en", body="Hello"),),
            "scheduler": "announce.example.org",
            "job": "job-1",
            **changes,
        }
    )


def _cut(announcement: Announcement, mode: str = "component") -> Stencil:
    return cut(announcement, ADDRESSES[mode], Moment(lambda: MOMENT))


def _plain(one: Announcement, mode: str, to: str, identifier: str) -> Message:
    """The way without stencils: one stanza object, made for one recipient."""
    message = Message()
    message["to"], message["id"] = to, identifier
    if mode == "component":
        message["from"] = one.sender
    message["type"] = one.type.value
    several = len(one.texts) > 1
    if not several and one.texts[0].language:
        message["lang"] = one.texts[0].language
    for interface in ("subject", "body"):
        for text in one.texts:
            value = getattr(text, interface)
            tag = f"|{text.language}" if several and text.language else ""
            if value is not None:
                message[f"{interface}{tag}"] = value
    message["origin_id"]["id"] = identifier
    message.enable("store")
    by = message["scheduled_by"]
    by["scheduler"], by["id"] = one.scheduler, one.job
    by["delivered-at"] = "2026-12-01T09:00:01Z"
    for payload in one.payloads:
        message.xml.append(ET.fromstring(payload))
    return message


def _parsed(text: str) -> Any:
    return _tree(ET.fromstring(f"<stream xmlns='jabber:client'>{text}</stream>")[0])


def _tree(xml: ET.Element) -> Any:
    """An element as plain data, whatever its prefixes and order of attributes."""
    children = [_tree(child) for child in xml]
    return xml.tag, dict(xml.attrib), xml.text or "", xml.tail or "", children


@pytest.mark.parametrize("mode", ADDRESSES)
@given(one=ANNOUNCEMENTS, to=RECIPIENTS, identifier=IDENTIFIERS)
def test_equals_the_plain_way(
    mode: str, one: Announcement, to: str, identifier: str
) -> None:
    """Parsed, a filled stencil equals the stanza that slixmpp builds and writes."""
    filled = _cut(one, mode).fill(to, identifier).decode()
    plain = _plain(one, mode, to, identifier)
    assert _parsed(filled) == _tree(plain.xml)


@pytest.mark.parametrize("amendment", Amendment)
@pytest.mark.parametrize("mode", ADDRESSES)
def test_of_what_it_is(mode: str, amendment: Amendment) -> None:
    """What amends another message names that; a retraction says that its body is there
    for clients that do not know it (XEP-0308, XEP-0424, XEP-0428).
    """
    stencil = _cut(_announcement(amends=amendment), mode)
    filled = ET.fromstring(stencil.fill("a@b", "x'1", "o'1"))
    names = {child.tag: child.attrib for child in filled}
    assert filled.get("id") == "x'1"
    assert names["{urn:xmpp:sid:0}origin-id"] == {"id": "x'1"}
    amends = {
        Amendment.CORRECT: {"{urn:xmpp:message-correct:0}replace": {"id": "o'1"}},
        Amendment.RETRACT: {
            "{urn:xmpp:message-retract:1}retract": {"id": "o'1"},
            "{urn:xmpp:fallback:0}fallback": {"for": "urn:xmpp:message-retract:1"},
        },
    }[amendment]
    assert amends.items() <= names.items()
    assert filled.find("{urn:xmpp:scheduling:0}scheduled-by") is not None


@pytest.mark.parametrize("mode", ADDRESSES)
@given(texts=TEXTS, to=RECIPIENTS)
def test_same_bytes_as_slixmpp(mode: str, texts: tuple[Text, ...], to: str) -> None:
    """Without payloads even the bytes are those of slixmpp's serialiser."""
    one = _announcement(texts=texts)
    filled = _cut(one, mode).fill(to, "id-1")
    plain = _plain(one, mode, to, "id-1")
    assert filled == tostring(plain.xml, xmlns="jabber:client").encode()


def test_tokens_leave_no_trace() -> None:
    """The random marks of the slots are gone: stencils of one text fill alike."""
    seen = {_cut(_announcement()).fill("a@b", "x") for _ in range(3)}
    assert len(seen) == 1


def test_moment_is_that_of_writing() -> None:
    """delivered-at follows the clock between two fillings, cut to the second."""
    moments = iter([MOMENT, MOMENT.replace(second=2), MOMENT.replace(second=1)])
    stencil = cut(_announcement(), ADDRESSES["account"], Moment(lambda: next(moments)))
    stamps = [
        ET.fromstring(stencil.fill("a@b", "x")).findtext(
            "{*}scheduled-by/{*}delivered-at"
        )
        for _ in range(3)
    ]
    assert stamps == [
        "2026-12-01T09:00:01Z",
        "2026-12-01T09:00:02Z",
        "2026-12-01T09:00:01Z",  # a clock set back is believed
    ]


@pytest.mark.parametrize("bad", ["\x00", "\x1b[0m", "\ufffe", "\ud800"])
def test_refuses_what_xml_cannot_carry(bad: str) -> None:
    """A character outside XML 1.0 is refused before it can end the stream."""
    with pytest.raises(StencilError):
        _cut(_announcement(texts=(Text(language="en", body=f"a{bad}"),)))


@pytest.mark.parametrize(
    "payload",
    [
        "<a>",
        "<a/><b/>",
        "text",
        "<!DOCTYPE a><a/>",
        "<a><!-- b --></a>",
        "<?b c?><a/>",
        "",
    ],
)
def test_refuses_bad_payloads(payload: str) -> None:
    """A payload is one well-formed element of what XMPP allows."""
    with pytest.raises(StencilError):
        _cut(_announcement(payloads=(payload,)))


@pytest.mark.parametrize("sender", ["news@example.org", "x@sub.announce.example.org"])
def test_component_refuses_foreign_senders(sender: str) -> None:
    """A component never writes a `from` that would end its stream."""
    with pytest.raises(StencilError):
        _cut(_announcement(sender=sender))


@given(
    job=TEXT.filter(bool), due=st.sampled_from([None, MOMENT.replace(microsecond=0)])
)
def test_updates_are_headlines_with_a_schedule(job: str, due: datetime | None) -> None:
    """An update has no body; <schedule/> says which job, how, and which moment."""
    update = Update(job=job, status=WireState.SENT, due_at=due)
    changes = {"type": MessageType.HEADLINE, "texts": (), "scheduler": None}
    stencil = _cut(_announcement(update=update, **changes))
    filled = ET.fromstring(stencil.fill("admin@example.org", "x"))
    assert filled.get("type") == "headline"
    names = [child.tag.rpartition("}")[2] for child in filled]
    assert names == ["origin-id", "store", "schedule"]
    said = {child.tag: child.text or "" for child in filled[-1]}
    assert said.pop(f"{SCHEDULING}id") == job
    assert said.pop(f"{SCHEDULING}status") == "sent"
    assert list(said) == ([] if due is None else [f"{SCHEDULING}metadata"])
    occurrences = filled.findall(f".//{{{ANNOUNCE}}}occurrence")
    wanted = [] if due is None else [{"due": "2026-12-01T09:00:01Z"}]
    assert [one.attrib for one in occurrences] == wanted


@given(texts=st.lists(TEXT, max_size=3))
def test_updates_carry_warnings(texts: list[str]) -> None:
    """What there is to know of a job stands in the metadata, with code and language."""
    remarks = tuple(Remark(code="encrypted", text=text) for text in texts)
    update = Update(job="j", status=WireState.SCHEDULED, remarks=remarks, language="de")
    changes = {"type": MessageType.HEADLINE, "texts": (), "scheduler": None}
    stencil = _cut(_announcement(update=update, **changes))
    filled = ET.fromstring(stencil.fill("admin@example.org", "x"))
    warnings = filled.findall(f".//{SCHEDULING}metadata/{{{ANNOUNCE}}}warning")
    assert [one.text or "" for one in warnings] == texts
    attributes = {"code": "encrypted", LANG: "de"}
    assert [one.attrib for one in warnings] == [attributes] * len(texts)


@pytest.mark.e2e
@pytest.mark.parametrize("mode", ADDRESSES)
def test_arrives_as_the_plain_way_arrives(
    server: XmppServer, mode: str, run: Run
) -> None:
    """Through a server, bulk and slixmpp's own sending give equal messages."""
    bodies = [
        "]]> <&> '\" %s %(to)b",
        "🔔 \U0010fffd \u202eright to left\u202c",
        "line\n\ttab  two spaces ",
        "x" * 10_000,
    ]

    async def scenario() -> None:
        name, bot = newcomer(server), newcomer(server)
        settings = (
            component_settings(server)
            if mode == "component"
            else account_settings(server, bot)
        )
        async with reading(server, name) as reader, linked(settings) as link:
            to = server.jid(name)
            for number, body in enumerate(bodies):
                one = announcement(link, body)
                barrier = await link.write(
                    deliveries(link.stencil(one), to, 1, prefix=f"{number}-")
                )
                await barrier.wait()
                plain = _plain(one, mode, to, f"{number}-0")
                plain.stream = link.stream
                assert link.send(plain)
                await reader.until(2 * number + 2)
            assert len(reader.messages) == 2 * len(bodies)
            for bulk, single in zip(
                reader.messages[::2], reader.messages[1::2], strict=True
            ):
                assert _comparable(bulk) == _comparable(single)
            assert [xml.findtext("{*}body") for xml in reader.messages[::2]] == bodies

    run(scenario())


def _comparable(xml: ET.Element) -> Any:
    """Without what the server or the moment adds, children sorted."""
    for child in list(xml):
        if child.tag.endswith(("stanza-id", "archived")):
            xml.remove(child)
    for stamp in xml.iter("{urn:xmpp:scheduling:0}delivered-at"):
        stamp.text = ""
    xml[:] = sorted(xml, key=lambda child: child.tag)
    return _tree(xml)
