"""How much a request may hold, and how much a page of answers."""

from xml.etree import ElementTree as ET

import pytest

from bot.domain.errors import PolicyViolation
from bot.service.ports.paging import Page, Paging
from bot.xmpp.doors.scheduling.requests import read_schedule
from bot.xmpp.stanzas.bounds import MAX_STANZA_DEPTH, MAX_STANZA_ELEMENTS, is_overfull
from bot.xmpp.stanzas.result_sets import MAX_PAGE_CHARACTERS, fitting

S = "urn:xmpp:scheduling:0"
BODY = "<body>x</body>"


def read(content: str, declared: str = "") -> None:
    read_schedule(
        ET.fromstring(f"<schedule xmlns='{S}' {declared}>{content}</schedule>"), ""
    )


@pytest.mark.parametrize("depth", [MAX_STANZA_DEPTH - 1, 500, 2_900, 30_000])
def test_nesting(depth: int) -> None:
    """What nests too deeply to be copied and written is not read at all."""
    stanza = ET.fromstring(f"<iq>{'<a>' * depth}{'</a>' * depth}</iq>")
    assert is_overfull(stanza, None) == (depth >= MAX_STANZA_DEPTH)


@pytest.mark.parametrize(
    ("limit", "content"),
    [
        ("elements", "<metadata>" + "<a/>" * 2_000 + "</metadata>"),
        ("elements", "<body xml:lang='en'/>" * 1_001),
        (
            "elements",
            "<e xmlns='urn:e' " + " ".join(f"a{n}=''" for n in range(2_000)) + "/>",
        ),
        (
            "namespaces",
            "<metadata>"
            + "".join(f"<a xmlns='urn:{n}'/>" for n in range(100))
            + "</metadata>",
        ),
        ("size", f"<metadata>{'x' * 65_537}</metadata>"),
        ("size", f"<e xmlns='urn:e' a='{'x' * 65_537}'/>"),
        ("size", f"<id>{'x' * 65_537}</id>"),
    ],
)
def test_limits(limit: str, content: str) -> None:
    """Elements, namespaces and characters have a limit that the refusal names."""
    with pytest.raises(PolicyViolation) as refused:
        read(BODY + content)
    assert refused.value.limit == limit
    assert not refused.value.wait


def test_a_namespace_counts_wherever_it_is_written_again() -> None:
    """Sixty kilobytes that would be a hundred megabytes again are refused."""
    declared = f"xmlns:p='urn:{'p' * 50_000}'"
    with pytest.raises(PolicyViolation):
        read(f"{BODY}<metadata>{'<p:a/>' * 1_900}</metadata>", declared)


def test_texts_are_not_counted() -> None:
    """Bodies and subjects have limits of their own."""
    read(f"<body>{'x' * 200_000}</body><subject>{'x' * 200_000}</subject>")


def test_overfull_stanzas() -> None:
    """Beyond thousands of elements nothing is read, whatever its type."""
    for kind in ("set", "result"):
        stanza = ET.fromstring(
            f"<iq type='{kind}'><a>{'<b/>' * (MAX_STANZA_ELEMENTS - 2)}</a></iq>"
        )
        assert not is_overfull(stanza, None)
        ET.SubElement(stanza[0], "b")
        assert is_overfull(stanza, None)


@pytest.mark.parametrize(
    ("kind", "sender", "account", "overfull"),
    [
        ("result", None, "bot@b.example", False),
        ("result", "bot@b.example", "bot@b.example", False),
        ("result", "eve@b.example/x", "bot@b.example", True),
        ("result", "announce.b.example", None, True),
        ("result", None, None, True),
        ("set", "bot@b.example", "bot@b.example", True),
    ],
)
def test_a_roster_is_never_overfull(
    kind: str, sender: str | None, account: str | None, overfull: bool
) -> None:
    """A result of our own account is read whatever its size, and nobody else's."""
    items = "<item/>" * (MAX_STANZA_ELEMENTS + 1)
    stanza = ET.fromstring(f"<iq type='{kind}'><query>{items}</query></iq>")
    if sender is not None:
        stanza.set("from", sender)
    assert is_overfull(stanza, account) == overfull


@pytest.mark.parametrize(
    ("sizes", "before", "kept", "index"),
    [
        ([1, 2, 3], None, [1, 2, 3], 10),
        ([MAX_PAGE_CHARACTERS - 1, 1, 1], None, [MAX_PAGE_CHARACTERS - 1, 1], 10),
        ([MAX_PAGE_CHARACTERS + 1, 1], None, [MAX_PAGE_CHARACTERS + 1], 10),
        ([1, 1, MAX_PAGE_CHARACTERS - 1], 0, [1, MAX_PAGE_CHARACTERS - 1], 11),
        ([1, MAX_PAGE_CHARACTERS + 1], 0, [MAX_PAGE_CHARACTERS + 1], 11),
        ([], None, [], 0),
    ],
)
def test_pages_fit(
    sizes: list[int], before: int | None, kept: list[int], index: int
) -> None:
    """A page holds what one stanza may, from the end where the asker goes on."""
    page = Page(sizes, 99, 10 if sizes else 0)
    found = fitting(page, Paging(before=before), lambda size: size)
    assert (list(found.items), found.count, found.index) == (kept, 99, index)
