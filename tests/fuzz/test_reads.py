"""Whole reads of stanzas of which some come from, or go to, no address."""

from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.characters import illegal
from tests.fuzz.reads import read, reads
from tests.fuzz.targets import kept
from tests.servers.neighbour import LOCALS, RESEMBLING, RESOURCES
from tests.world import SERVICE, USER

#: what Prosody's lenient preparation lets through: any character of XML, unassigned
#: and for private use, too
PART = st.one_of(
    st.sampled_from([*RESOURCES.values(), *LOCALS.values(), "", "x" * 1_024, "a/b"]),
    st.text(max_size=8),
    st.text(st.characters(categories=["Cn", "Co", "Cf", "So", "Zs", "Mn"]), max_size=4),
    st.text("aA1\u05d0\u0627\u0661-.@:/ ", max_size=8),
).filter(lambda text: illegal(text) is None and "\r" not in text)
ADDRESS = st.one_of(
    PART.map(lambda part: f"x@neighbour.example/{part}"),
    PART.map(lambda part: f"{part}@neighbour.example"),
    st.sampled_from([f"{part}@neighbour.example" for part in RESEMBLING.values()]),
    PART.map(lambda part: f"x@{part}.example/y"),
    PART,
    st.just(f"{USER}/x"),
)
TO = st.one_of(st.just(SERVICE), PART.map(lambda part: f"{SERVICE}/{part}"), ADDRESS)
BODY = st.sampled_from(
    [
        "<ping xmlns='urn:xmpp:ping'/>",
        "<query xmlns='jabber:iq:version'/>",
        "<time xmlns='urn:xmpp:time'/>",
        "<query xmlns='http://jabber.org/protocol/disco#info' node='\ue000'/>",
        "<query xmlns='http://jabber.org/protocol/disco#items'/>",
        "<schedule-query xmlns='urn:xmpp:scheduling:0'/>",
        "<a xmlns='urn:x'/>",
        "<a xmlns='urn:x'/><b xmlns='urn:x'/>",
        "<body>Hello</body>",
        "<error/>",
        "<error type='x'><item-not-found/></error>",
        "<priority>x</priority><show>x</show>",
        "<delay xmlns='urn:xmpp:delay' from='@' stamp='x'/><body>x</body>",
        (
            "<addresses xmlns='http://jabber.org/protocol/address'>"
            "<address type='to' jid='🎉@/'/></addresses>"
        ),
        (
            "<sent xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'>"
            "<message xmlns='jabber:client' from='@' to='🎉@x'/></forwarded></sent>"
        ),
        "<query xmlns='jabber:iq:roster'><item jid='@/'/></query>",
        "<c xmlns='http://jabber.org/protocol/caps' node='' ver='' hash='\ue000'/>",
        "<x xmlns='jabber:x:data' type='x'><field/></x>",
        "",
    ]
)
KIND = st.sampled_from(
    [
        *("get", "set", "result", "error", "", "odd", "chat", "groupchat"),
        *("subscribe", "unsubscribe", "unsubscribed", "probe", "unavailable"),
    ]
)


@st.composite
def stanzas(draw: st.DrawFn) -> str:
    name = draw(st.sampled_from(["iq", "message", "presence"]))
    sender, to = quoteattr(draw(ADDRESS)), quoteattr(draw(TO))
    identifier = draw(st.sampled_from(["x", "OUR-ID", "x" * 5_000, "\u202e"]))
    return (
        f"<{name} type={draw(KIND)!r} from={sender} to={to} id={identifier!r}"
        f" xml:lang={draw(st.sampled_from(['en', '', 'x-', '🎉']))!r}>"
        f"{draw(BODY)}</{name}>"
    )


@settings(max_examples=300, deadline=None)
@given(st.lists(stanzas(), min_size=1, max_size=6))
def test_reads(some: list[str]) -> None:
    """Every good stanza of the read is handled, the stream stands."""
    reads(f"<read>{''.join(some)}</read>".encode())


def test_a_raise_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """The target sees what would have ended the connection."""

    def believe(_: object) -> bool:
        return True

    monkeypatch.setattr("bot.xmpp.session.stream.is_addressable", believe)
    [whole] = [path for path in kept("reads") if path.name == "emoji.xml"]
    with pytest.raises(AssertionError):
        reads(whole.read_bytes())


@pytest.mark.parametrize("path", kept("reads"), ids=lambda path: path.name)
def test_the_kept_say_something(path: Path) -> None:
    """Each kept read has stanzas that the target takes."""
    assert read(path.read_bytes())
