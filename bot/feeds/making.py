"""From rows to all documents; what has not changed is not made again."""

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeAlias

from bot.domain.feeds import ALL, Entry, Feed, Public, Window, outage, shown
from bot.feeds import atom, calendar
from bot.feeds import outage as status
from bot.feeds.document import Document
from bot.feeds.text import story

#: of one calendar; what is to come counts first
MOST_WINDOWS = 500
#: characters of all entries of an Atom feed together; the oldest go first
MOST_TEXT = 500_000

#: its name, what it is made of, and how
_Wanted: TypeAlias = tuple[str, object, Callable[[], Document]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What is configured."""

    #: the service's JID
    service: str
    #: of the feeds of all lists together
    title: str
    language: str
    #: where people find the documents, each ending in /; the first is told in them
    urls: tuple[str, ...] = ()
    #: most entries of an Atom feed
    entries: int = 50
    #: how near the next window has to be to be an outage
    ahead: timedelta = timedelta(days=7)

    @property
    def status_addresses(self) -> tuple[str, ...]:
        """Where that is which XEP-0455 asks for."""
        return tuple(f"{url}{status.NAME}" for url in self.urls)

    def url(self, name: str) -> str | None:
        return f"{self.urls[0]}{name}" if self.urls else None

    def identity(self, feed: Feed) -> str:
        """Of an Atom feed, a URI, as long as service and list are called so."""
        return uuid.uuid5(uuid.NAMESPACE_URL, f"xmpp:{self.service}/{feed.name}").urn


class Making:
    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self._made: dict[str, tuple[object, Document]] = {}

    def documents(self, public: Public, now: datetime) -> Mapping[str, Document]:
        """By name."""
        made: dict[str, tuple[object, Document]] = {}
        for name, rows, make in self._wanted(public, now):
            before = self._made.get(name)
            same = before is not None and before[0] == rows
            made[name] = before if before is not None and same else (rows, make())
        self._made = made
        return {name: document for name, (_, document) in made.items()}

    def _wanted(self, public: Public, now: datetime) -> Iterator[_Wanted]:
        what = outage(public, now, self.shape.ahead)
        yield status.NAME, what, partial(status.document, what)
        title, language = self.shape.title, self.shape.language
        yield from self._views(
            Feed(name=ALL, title=title, language=language), public, now
        )
        by_list = public.by_list()
        for feed in public.feeds:
            if feed.name != ALL:  # the feeds of that name have its entries, too
                yield from self._views(feed, by_list[feed.name], now)

    def _views(self, feed: Feed, rows: Public, now: datetime) -> Iterator[_Wanted]:
        name = f"{feed.name}.ics"
        windows = _windows(rows.windows, now)
        make = partial(calendar.document, feed, windows, self.shape.url(name))
        yield name, (feed, windows), make
        name = f"{feed.name}.atom"
        entries = self._newest((*windows, *rows.incidents, *rows.sent))
        who, url = self.shape.identity(feed), self.shape.url(name)
        yield name, (feed, entries), partial(atom.document, feed, who, entries, url)

    def _newest(self, entries: Iterable[Entry]) -> tuple[Entry, ...]:
        newest = sorted(entries, key=_age, reverse=True)[: self.shape.entries]
        left, kept = MOST_TEXT, 0
        for one in newest:
            left -= len(story(one))
            if kept and left < 0:
                break
            kept += 1
        return tuple(newest[:kept])


def _windows(windows: Iterable[Window], now: datetime) -> tuple[Window, ...]:
    there = [one for one in windows if shown(one, now)]
    there.sort(key=_age, reverse=True)
    there.sort(key=lambda one: one.stage.is_over)
    return tuple(there[:MOST_WINDOWS])


def _age(one: Entry) -> tuple[datetime, uuid.UUID]:
    return one.changed_at, one.uid
