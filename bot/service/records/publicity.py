"""What everybody may read: of lists that are public, what was announced there and what
maintenance and incidents they have (`bot.domain.feeds`).

Words (`bot.service.records.wordings`) are put together once for each version of what
they tell, and kept for as long as it is shown.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from bot.domain import timestamps
from bot.domain.errors import Invalid
from bot.domain.feeds import (
    KEPT,
    Feed,
    Incident,
    Public,
    Sent,
    Window,
    Words,
    identity,
)
from bot.domain.incident import SINCE
from bot.domain.incident import Incident as Stored
from bot.domain.lists import AnnouncementList
from bot.domain.maintenance import WindowState
from bot.domain.schedule import TemplateContent
from bot.service.ports.outside import Clock
from bot.service.ports.publicity import Announced, Opened
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.records.wordings import Wording, Wordings

#: windows of all lists that are not over, and as many that are; likewise incidents
MOST_WINDOWS = 1_000
MOST_INCIDENTS = 200


@dataclass
class _Memory:
    """What was put together for the last look, and is used in this one."""

    before: Mapping[object, Wording] = field(default_factory=dict)
    now: dict[object, Wording] = field(default_factory=dict)

    def wording(self, key: object, put_together: Callable[[], Wording]) -> Wording:
        known = self.before.get(key)
        self.now[key] = found = put_together() if known is None else known
        return found


@dataclass(frozen=True)
class _Look:
    """What one look at the database has in common."""

    uow: UnitOfWork
    memory: _Memory
    lists: Mapping[str, AnnouncementList]
    #: what was told last of each topic
    notices: Mapping[str, Announced]
    #: what is being amended, by broadcast: since when
    amending: Mapping[int, datetime]

    def amended_at(self, one: Announced) -> datetime | None:
        moments = (one.amended_at, self.amending.get(one.broadcast_id))
        return max(filter(None, moments), default=None)


class Publicity:
    def __init__(self, wordings: Wordings, clock: Clock) -> None:
        self._wordings = wordings
        self._clock = clock
        self._memory = _Memory()

    def gather(self, uow: UnitOfWork, most: int) -> Public:
        """All that is public; of each list's announcements the latest `most`."""
        lists = {one.name: one for one in uow.lists.all() if one.is_public}
        memory = _Memory(self._memory.now)
        now = self._clock.now()
        since = now - KEPT
        found = uow.public.windows(lists, since, MOST_WINDOWS)
        windows = [_as_of(one, now) for one in found]
        incidents = uow.incidents.latest(lists, since, MOST_INCIDENTS)
        look = _Look(
            uow=uow,
            memory=memory,
            lists=lists,
            notices=uow.public.notices(_topics(windows, incidents)),
            amending=uow.public.amending(),
        )
        public = Public(
            feeds=tuple(
                Feed(name=one.name, title=one.title, language=one.language)
                for one in lists.values()
            ),
            windows=tuple(self._window(look, one) for one in windows),
            incidents=tuple(self._incident(look, one) for one in incidents),
            sent=tuple(
                sent
                for entry in lists.values()
                for one in uow.public.announced(entry.id, most)
                if (sent := self._sent(look, entry, one)) is not None
            ),
        )
        self._memory = memory
        return public

    def _window(self, look: _Look, one: Opened) -> Window:
        window, entry = one.window, look.lists[one.list_name]
        notice, changed_at = look.notices.get(window.topic), _changed(one)
        key = ("window", window.id, changed_at, window.state, one.is_purged)
        put = partial(self._wordings.of_window, look.uow, entry, one, notice)
        wording = look.memory.wording((*key, _version(notice), _voice(entry)), put)
        wall = window.wall.isoformat()
        return Window(
            uid=identity("maintenance", window.maintenance_id, one.created_at, wall),
            list_name=entry.name,
            language=entry.language,
            words=wording.said,
            created_at=one.created_at,
            changed_at=_reworded(look, notice, wording, changed_at),
            starts_at=window.starts_at,
            ends_at=window.until,
            state=window.state,
            # that it is over early is one more change of its times
            sequence=window.sequence + window.is_early,
        )

    def _incident(self, look: _Look, one: Stored) -> Incident:
        entry, notice = look.lists[one.list_name], look.notices.get(one.topic)
        if notice is not None and notice.created_at < one.changed_at:
            notice = None  # of an earlier update: what is new is not on its way yet
        key = ("incident", one.id, one.revision, one.purged_at)
        put = partial(self._wordings.of_incident, look.uow, entry, one, notice)
        wording = look.memory.wording((*key, _version(notice), _voice(entry)), put)
        return Incident(
            uid=identity("incident", one.id, one.created_at),
            list_name=entry.name,
            language=entry.language,
            words=wording.said,
            created_at=one.created_at,
            changed_at=_reworded(look, notice, wording, one.changed_at),
            began_at=_began(one),
            is_open=not one.is_over,
        )

    def _sent(
        self, look: _Look, entry: AnnouncementList, one: Announced
    ) -> Sent | None:
        """None where each reader had words of his own, or nobody can tell them."""
        wording = Wording({entry.language: Words("", "")})
        if one.retracted_at is None:
            key = ("sent", one.broadcast_id, one.edition, _voice(entry))
            put = partial(self._wordings.of_sent, look.uow, entry, one)
            wording = look.memory.wording(key, put)
        if not wording.said:
            return None
        return Sent(
            uid=identity("broadcast", one.broadcast_id, one.created_at),
            list_name=entry.name,
            language=entry.language,
            words=wording.said,
            created_at=one.created_at,
            changed_at=one.retracted_at or look.amended_at(one) or one.created_at,
            is_retracted=one.retracted_at is not None,
        )


def _as_of(one: Opened, now: datetime) -> Opened:
    """Begun, and past its end, by the clock alone: nothing is planned, and no row moves
    on, while XMPP is down. That all is well somebody has to say.
    """
    window = one.window
    if window.state is WindowState.PLANNED and window.starts_at <= now:
        window = replace(window, state=WindowState.UNDER_WAY)
    if window.state is WindowState.UNDER_WAY and window.ended_by(now):
        window = replace(window, state=WindowState.VERIFYING)
    return one._replace(window=window)


def _topics(windows: Iterable[Opened], incidents: Iterable[Stored]) -> list[str]:
    """Of what has been told at all."""
    told = [one.window.topic for one in windows if one.window.told]
    return [*told, *(one.topic for one in incidents)]


def _voice(entry: AnnouncementList) -> tuple[str, str, str]:
    """What of a list is in what it says."""
    return entry.title, entry.language, entry.timezone


def _version(notice: Announced | None) -> object:
    if notice is None:
        return None
    return notice.broadcast_id, notice.edition, notice.retracted_at


def _changed(one: Opened) -> datetime:
    """Since when it stands as it does: of what the clock does alone, its moments."""
    window, moments = one.window, [one.window.changed_at]
    if window.state in {WindowState.UNDER_WAY, WindowState.VERIFYING}:
        moments.append(window.starts_at)
    if window.state is WindowState.VERIFYING and window.ends_at is not None:
        moments.append(window.ends_at)
    return max(moments)


def _reworded(
    look: _Look, notice: Announced | None, wording: Wording, changed_at: datetime
) -> datetime:
    """The same, or when its notice was corrected by hand, or withdrawn, if later."""
    if notice is None:
        return changed_at
    amended_at = look.amended_at(notice) if wording.by_hand else None
    moments = (changed_at, notice.retracted_at, amended_at)
    return max(filter(None, moments))


def _began(incident: Stored) -> datetime:
    """As it says, else when it was opened."""
    content = incident.content
    if isinstance(content, TemplateContent):
        for told in content.values.get(SINCE, {}).values():
            try:
                return timestamps.parse(told)
            except Invalid:
                break
    return incident.created_at
