"""What everybody may read: of lists that are public, what was announced there and what
maintenance and incidents they have (`bot.domain.feeds`).

Words are those of a reader whose language and zone nobody knows. They are put together
once for each version of what they tell, and kept for as long as it is shown.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias

from bot.domain.errors import CarillonError
from bot.domain.feeds import Feed, Public, Sent, Words, identity
from bot.domain.language import choose
from bot.domain.lists import AnnouncementList
from bot.domain.message import Text
from bot.domain.schedule import TextContent
from bot.service.delivery.jobs import Outgoing
from bot.service.delivery.renditions import Renditions
from bot.service.delivery.specimens import specimens
from bot.service.ports.broadcasts import Announced
from bot.service.ports.outside import Templates
from bot.service.ports.unit_of_work import UnitOfWork

#: by language; empty where nothing can be said
_Said: TypeAlias = Mapping[str, Words]


@dataclass
class _Memory:
    """What was put together for the last look, and is used in this one."""

    before: Mapping[object, _Said] = field(default_factory=dict)
    now: dict[object, _Said] = field(default_factory=dict)

    def said(self, key: object, put_together: Callable[[], _Said]) -> _Said:
        known = self.before.get(key)
        self.now[key] = found = put_together() if known is None else known
        return found


class Publicity:
    def __init__(self, templates: Templates, renditions: Renditions) -> None:
        self._templates = templates
        self._renditions = renditions
        self._memory = _Memory()

    def gather(self, uow: UnitOfWork, most: int) -> Public:
        """All that is public; of each list's announcements the latest `most`."""
        lists = [entry for entry in uow.lists.all() if entry.is_public]
        memory = _Memory(self._memory.now)
        public = Public(
            feeds=tuple(
                Feed(name=entry.name, title=entry.title, language=entry.language)
                for entry in lists
            ),
            sent=tuple(
                one
                for entry in lists
                for one in self._announced(uow, entry, most, memory)
            ),
        )
        self._memory = memory
        return public

    def _announced(
        self, uow: UnitOfWork, entry: AnnouncementList, most: int, memory: _Memory
    ) -> Iterator[Sent]:
        for one in uow.broadcasts.announced(entry.id, most):
            key = ("sent", one.broadcast_id, entry.language, entry.timezone)
            words = memory.said(key, partial(self._said, uow, entry, one))
            if words:
                yield Sent(
                    uid=identity("broadcast", one.broadcast_id, one.created_at),
                    list_name=entry.name,
                    language=entry.language,
                    words=words,
                    created_at=one.created_at,
                    changed_at=one.created_at,
                )

    def _said(self, uow: UnitOfWork, entry: AnnouncementList, one: Announced) -> _Said:
        """In the one language that its feeds show."""
        outgoing = self._renditions.outgoing(uow, one.broadcast_id)
        texts = {text.language: text for text in self._texts(uow, outgoing)}
        if not texts:
            return {}
        text = texts[choose(texts, entry.language)]
        return {entry.language: _words(text)}

    def _texts(self, uow: UnitOfWork, outgoing: Outgoing) -> tuple[Text, ...]:
        """None where each reader had his own, or nobody can tell them any more."""
        content = outgoing.schedule.content
        if isinstance(content, TextContent):
            return content.texts
        if outgoing.personal:
            return ()
        zone = outgoing.schedule.zone_for(outgoing.voice)
        kept = uow.broadcasts.renditions(outgoing.broadcast.id, zone)
        if kept:
            return tuple(kept.values())
        try:
            due = outgoing.schedule.due(outgoing.due_at)
            return tuple(specimens(self._templates, content, outgoing.voice, zone, due))
        except CarillonError:
            return ()


def _words(text: Text) -> Words:
    """By its subject, or how it begins."""
    return Words(TextContent(texts=(text,)).title, text.body)
