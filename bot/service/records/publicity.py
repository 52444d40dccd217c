"""What everybody may read: of lists that are public, what was announced there and what
maintenance and incidents they have (`bot.domain.feeds`).

Words are those of a reader whose language and zone nobody knows. They are put together
once for each version of what they tell, and kept for as long as it is shown.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TypeAlias

from bot.domain.errors import CarillonError
from bot.domain.feeds import KEPT, Feed, Public, Sent, Window, Words, identity
from bot.domain.language import choose
from bot.domain.lists import AnnouncementList
from bot.domain.maintenance import Phase, WindowState
from bot.domain.message import Text
from bot.domain.schedule import FieldValues, TextContent
from bot.service.delivery.jobs import Outgoing
from bot.service.delivery.renditions import Renditions
from bot.service.delivery.specimens import specimens
from bot.service.maintenance import contents
from bot.service.ports.outside import Clock, Templates
from bot.service.ports.publicity import Announced, Opened
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.policy import Policy

#: windows of all lists that are not over, and as many that are
MOST_WINDOWS = 1_000
#: the field by which people know maintenance and incidents
SUMMARY = "summary"
#: what a window says as it stands
_PHASES: Mapping[WindowState, Phase] = {
    WindowState.PLANNED: Phase.ANNOUNCED,
    WindowState.UNDER_WAY: Phase.STARTED,
    WindowState.VERIFYING: Phase.STARTED,
    WindowState.FINISHED: Phase.FINISHED,
    WindowState.CALLED_OFF: Phase.CALLED_OFF,
}

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
    def __init__(
        self,
        policy: Policy,
        templates: Templates,
        renditions: Renditions,
        clock: Clock,
    ) -> None:
        self._policy = policy
        self._templates = templates
        self._renditions = renditions
        self._clock = clock
        self._memory = _Memory()

    def gather(self, uow: UnitOfWork, most: int) -> Public:
        """All that is public; of each list's announcements the latest `most`."""
        lists = {one.name: one for one in uow.lists.all() if one.is_public}
        memory = _Memory(self._memory.now)
        since = self._clock.now() - KEPT
        public = Public(
            feeds=tuple(
                Feed(name=one.name, title=one.title, language=one.language)
                for one in lists.values()
            ),
            windows=tuple(
                self._window(uow, lists[one.list_name], one, memory)
                for one in uow.public.windows(lists, since, MOST_WINDOWS)
            ),
            sent=tuple(
                sent
                for entry in lists.values()
                for one in uow.public.announced(entry.id, most)
                if (sent := self._sent(uow, entry, one, memory)) is not None
            ),
        )
        self._memory = memory
        return public

    # --- maintenance ---------------------------------------------------------------

    def _window(
        self, uow: UnitOfWork, entry: AnnouncementList, one: Opened, memory: _Memory
    ) -> Window:
        window = one.window
        changed_at = _changed(one)
        voice = (entry.title, entry.language, entry.timezone)
        key = ("window", window.id, changed_at, window.state, one.is_purged, voice)
        words = memory.said(key, partial(self._of_window, uow, entry, one))
        wall = window.wall.isoformat()
        return Window(
            uid=identity("maintenance", window.maintenance_id, one.created_at, wall),
            list_name=entry.name,
            language=entry.language,
            words=words,
            created_at=one.created_at,
            changed_at=changed_at,
            starts_at=window.starts_at,
            ends_at=window.ends_at,
            state=window.state,
            sequence=window.sequence,
        )

    def _of_window(
        self, uow: UnitOfWork, entry: AnnouncementList, one: Opened
    ) -> _Said:
        """In each language of its template; of one that nobody can tell any more the
        list's title.
        """
        window = one.window
        maintenance = uow.maintenances.get(window.maintenance_id)
        assert maintenance is not None  # noqa: S101 - foreign key
        voice, templates = self._policy.voice_of(entry), self._templates
        phase = _PHASES[window.state]
        said = contents.content(templates, maintenance, window, phase)
        try:
            titles = templates.get(said.template).title
            texts = contents.texts(
                templates, maintenance, voice, said, window.starts_at
            )
        except CarillonError:
            return {entry.language: Words(entry.title, "")}
        return {
            text.language: Words(_title(titles, said.values, text), text.body)
            for text in texts
        }

    # --- announcements -------------------------------------------------------------

    def _sent(
        self, uow: UnitOfWork, entry: AnnouncementList, one: Announced, memory: _Memory
    ) -> Sent | None:
        """None where each reader had words of his own, or nobody can tell them."""
        words: _Said = {entry.language: Words("", "")}
        if one.retracted_at is None:
            voice = (entry.language, entry.timezone)
            key = ("sent", one.broadcast_id, one.edition, voice)
            words = memory.said(key, partial(self._of_sent, uow, entry, one))
        if not words:
            return None
        return Sent(
            uid=identity("broadcast", one.broadcast_id, one.created_at),
            list_name=entry.name,
            language=entry.language,
            words=words,
            created_at=one.created_at,
            changed_at=one.retracted_at or one.amended_at or one.created_at,
            is_retracted=one.retracted_at is not None,
        )

    def _of_sent(
        self, uow: UnitOfWork, entry: AnnouncementList, one: Announced
    ) -> _Said:
        """In the one language that its feeds show."""
        outgoing = self._renditions.outgoing(uow, one.broadcast_id)
        texts = {text.language: text for text in self._texts(uow, outgoing)}
        if not texts:
            return {}
        text = texts[choose(texts, entry.language)]
        return {entry.language: Words(_name(text), text.body)}

    def _texts(self, uow: UnitOfWork, outgoing: Outgoing) -> tuple[Text, ...]:
        content = outgoing.schedule.content
        if isinstance(content, TextContent):
            return content.texts
        if outgoing.personal:
            return ()
        zone = outgoing.schedule.zone_for(outgoing.voice)
        kept = uow.broadcasts.renditions(outgoing.broadcast.id, zone, outgoing.edition)
        if kept:
            return tuple(kept.values())
        try:
            due = outgoing.schedule.due(outgoing.due_at)
            return tuple(specimens(self._templates, content, outgoing.voice, zone, due))
        except CarillonError:
            return ()


def _changed(one: Opened) -> datetime:
    """Since when it stands as it does: of what the clock does alone, its moments."""
    window, moments = one.window, [one.window.changed_at]
    if window.state in {WindowState.UNDER_WAY, WindowState.VERIFYING}:
        moments.append(window.starts_at)
    if window.state is WindowState.VERIFYING and window.ends_at is not None:
        moments.append(window.ends_at)
    return max(moments)


def _title(titles: Mapping[str, str], values: FieldValues, text: Text) -> str:
    """What kind of thing it is, and which: `Maintenance: New disks`."""
    told = values.get(SUMMARY)
    if not told:
        return _name(text)
    kind, summary = (
        by_language[choose(by_language, text.language)]
        for by_language in (titles, told)
    )
    return f"{kind}: {summary}"


def _name(text: Text) -> str:
    """Its subject, or how it begins."""
    return TextContent(texts=(text,)).title
