"""Feeds as programs read them that people have: feedparser, and vobject for calendars.

Both raise on what they would rather not read: feedparser says so with `bozo`, vobject
by `validate`.
"""

from calendar import timegm
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import feedparser
import vobject


def calendar(ics: bytes) -> dict[str, Any]:
    """The events of a calendar, by UID; raises where it is none (RFC 5545)."""
    (root,) = vobject.readComponents(ics.decode(), validate=True)
    assert root.name == "VCALENDAR"
    found = {one.uid.value: one for one in root.contents.get("vevent", ())}
    assert len(found) == len(root.contents.get("vevent", ()))
    return found


def atom(document: bytes) -> Any:
    """A feed and its entries; raises what feedparser has against it (RFC 4287)."""
    found = feedparser.parse(
        document, response_headers={"content-type": "application/atom+xml"}
    )
    if found.bozo:
        raise found.bozo_exception
    assert found.version == "atom10"
    return found


def titles(document: bytes) -> dict[str, str]:
    """Of a feed's entries, by their ids."""
    return dict(_titles(document))


def _titles(document: bytes) -> Iterator[tuple[str, str]]:
    for one in atom(document).entries:
        yield one.id, one.title


def moment(parsed: Any) -> datetime:
    """What feedparser makes of a moment; whole seconds."""
    return datetime.fromtimestamp(timegm(parsed), UTC)
