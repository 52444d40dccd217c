"""All that a list says, newest first, as an Atom feed (RFC 4287).

One entry for each window, incident and announcement, with an id that stays for ever:
what changes is shown anew as it is now, with `updated` of that change. A correction is
in its announcement's entry, and what was withdrawn says so there, since a reader keeps
what only vanishes.

docs/conformance.md, Feeds: Atom
"""

import html
from collections.abc import Iterable
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from bot.domain.feeds import Entry, Feed, Incident, Window
from bot.feeds.document import ATOM, Document
from bot.feeds.text import headline, line, story

NS = "http://www.w3.org/2005/Atom"
#: of a feed in which nothing was said yet
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def document(
    feed: Feed, identity: str, entries: Iterable[Entry], url: str | None
) -> Document:
    """`identity`: the feed's own, a URI; `url`: where people find it."""
    name = f"{feed.name}.atom"
    newest = sorted(entries, key=lambda one: (one.changed_at, one.uid), reverse=True)
    root = ET.Element("feed", {"xmlns": NS, "xml:lang": feed.language})
    _text(root, "id", identity)
    _text(root, "title", line(feed.title))
    _text(root, "updated", _moment(newest[0].changed_at if newest else NEVER))
    _text(ET.SubElement(root, "author"), "name", line(feed.title))
    _text(root, "generator", "Carillon")
    if url is not None:
        link = {"rel": "self", "type": "application/atom+xml", "href": url}
        ET.SubElement(root, "link", link)
    for one in newest:
        root.append(_entry(one))
    ET.indent(root)
    body = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return Document(name, ATOM, body + b"\n")


def _entry(one: Entry) -> ET.Element:
    entry = ET.Element("entry", {"xml:lang": one.language})
    _text(entry, "id", one.uid.urn)
    _text(entry, "title", headline(one))
    _text(entry, "published", _moment(one.created_at))
    _text(entry, "updated", _moment(one.changed_at))
    for term in (one.list_name, *_terms(one)):
        ET.SubElement(entry, "category", {"term": term})
    content = ET.SubElement(entry, "content", {"type": "html"})
    content.text = _paragraphs(story(one))
    return entry


def _terms(one: Entry) -> tuple[str, ...]:
    """By which a program tells what it is and how it stands."""
    if isinstance(one, Window):
        return ("maintenance", one.stage)
    if isinstance(one, Incident):
        return ("incident", "open" if one.is_open else "resolved")
    return ("announcement",)


def _paragraphs(text: str) -> str:
    """As HTML: in plain text, readers run lines together (§3.1.1.1)."""
    parts = (part.strip("\n") for part in text.split("\n\n"))
    return "".join(
        f"<p>{html.escape(part).replace(chr(10), '<br>')}</p>" for part in parts if part
    )


def _moment(moment: datetime) -> str:
    """RFC 3339, with what a second has of fractions: two changes in one are two."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text
