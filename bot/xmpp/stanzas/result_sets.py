"""Pages of a long answer: XEP-0059, Result Set Management, version 1.0.

An item's id is its reference (#123) as text.

docs/conformance.md, Queries, cancelling, updates: without <id/>
"""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any, TypeVar
from xml.etree import ElementTree as ET

from bot.domain.errors import Invalid, NotFound, NotOffered
from bot.domain.phrase import Phrase
from bot.service.ports.paging import Page, Paging

RSM = "http://jabber.org/protocol/rsm"
MAX_PAGE_ITEMS = 100  #: whatever is asked for
DEFAULT_PAGE_ITEMS = 50  #: where nothing is asked for
MAX_PAGE_CHARACTERS = 100_000  #: servers end the stream over a stanza too large


Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageWish:
    """What the asker wants of a long answer."""

    paging: Paging
    #: no items, only how many there are (§2.7)
    count_only: bool = False


def read_wish(element: ET.Element | None) -> PageWish:
    """`<set/>` of a request; raises Invalid, NotFound or NotOffered."""
    if element is None:
        return PageWish(paging=Paging(limit=DEFAULT_PAGE_ITEMS))
    given = {name: _value(element, name) for name in ("max", "after", "before")}
    if element.find(f"{{{RSM}}}index") is not None:
        # §2.6: whoever does not offer this says so
        raise NotOffered(Phrase("Pages by index are not offered; go on from an item."))
    if given["after"] is not None and given["before"] is not None:
        raise Invalid(Phrase("Give either after or before, not both."), field="set")
    most = DEFAULT_PAGE_ITEMS if given["max"] is None else _number(given["max"])
    paging = Paging(
        # one is read where none is wanted: the count comes with it
        limit=max(1, min(most, MAX_PAGE_ITEMS)),
        after=_item(given["after"]) if given["after"] else None,
        # an empty <before/> asks for the last page (§2.5)
        before=_item(given["before"] or "0") if given["before"] is not None else None,
    )
    return PageWish(paging=paging, count_only=most == 0)


def fitting(
    page: Page[Item], paging: Paging, size: Callable[[Item], int]
) -> Page[Item]:
    """As much of `page` as one stanza may hold, from where the asker goes on.

    §2.1: a page may hold fewer items than asked for. One is always left.
    """
    backwards = paging.before is not None
    items = list(page.items)[::-1] if backwards else list(page.items)
    sizes = list(accumulate(map(size, items)))
    kept = items[: max(1, bisect_right(sizes, MAX_PAGE_CHARACTERS))]
    if backwards:
        kept.reverse()
        return replace(page, items=kept, index=page.index + len(items) - len(kept))
    return replace(page, items=kept)


def page_element(page: Page[Any], wish: PageWish) -> ET.Element:
    """`<set/>` of the answer; the items have an `id`."""
    element = ET.Element(f"{{{RSM}}}set")
    if page.items and not wish.count_only:
        first = ET.SubElement(element, f"{{{RSM}}}first", {"index": str(page.index)})
        first.text = str(page.items[0].id)
        ET.SubElement(element, f"{{{RSM}}}last").text = str(page.items[-1].id)
    ET.SubElement(element, f"{{{RSM}}}count").text = str(page.count)
    return element


def _value(element: ET.Element, name: str) -> str | None:
    found = element.findall(f"{{{RSM}}}{name}")
    if len(found) > 1:
        raise Invalid(Phrase("{name} is given twice.", name=name), field=name)
    return (found[0].text or "").strip() if found else None


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 10):  # noqa: PLR2004
        raise Invalid(Phrase("max: a whole number."), field="max")
    return int(text)


def _item(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 18):  # noqa: PLR2004
        raise NotFound(
            Phrase("There is no item {item!r} to go on from.", item=text[:40])
        )
    return int(text)
