"""What is said of what is public, to a reader whose language and zone nobody knows.

A window and an incident speak for themselves, as they stand. But where the notice that
was told of it last was corrected by hand, that correction is what holds; and where it
was withdrawn, nothing is said any more.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple, TypeAlias

from bot.domain import wallclock
from bot.domain.errors import CarillonError
from bot.domain.feeds import Words
from bot.domain.incident import RESOLVED, Incident
from bot.domain.language import choose
from bot.domain.lists import AnnouncementList
from bot.domain.maintenance import Maintenance, Phase, WindowState
from bot.domain.message import Text
from bot.domain.relative import Anchor
from bot.domain.schedule import (
    Content,
    FieldValues,
    TemplateContent,
    TextContent,
)
from bot.service.delivery.jobs import Outgoing
from bot.service.delivery.renditions import Renditions
from bot.service.delivery.specimens import specimens
from bot.service.maintenance import contents
from bot.service.ports.outside import Templates
from bot.service.ports.publicity import Announced, Opened
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.policy import Policy

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
Said: TypeAlias = Mapping[str, Words]


class Wording(NamedTuple):
    said: Said
    #: its latest notice was corrected, and not because the thing itself was changed
    by_hand: bool = False


class Wordings:
    def __init__(
        self, policy: Policy, templates: Templates, renditions: Renditions
    ) -> None:
        self._policy = policy
        self._templates = templates
        self._renditions = renditions

    # --- maintenance and incidents ---------------------------------------------------

    def of_window(
        self,
        uow: UnitOfWork,
        entry: AnnouncementList,
        one: Opened,
        notice: Announced | None,
    ) -> Wording:
        window = one.window
        maintenance = uow.maintenances.get(window.maintenance_id)
        assert maintenance is not None  # noqa: S101 - foreign key
        content: Content = contents.content(
            self._templates, maintenance, window, _PHASES[window.state]
        )
        if notice is not None and notice.retracted_at is not None:
            return Wording(_untold(entry))
        corrected = _corrected(uow, notice)
        by_hand = corrected is not None and not _is_its_own(corrected, maintenance)
        if by_hand and corrected is not None:
            content = _with_own(content, corrected)
        due = Anchor(window.starts_at, wallclock.zone_or_utc(maintenance.zone))
        return Wording(self._of(entry, content, maintenance.timezone, due), by_hand)

    def of_incident(
        self,
        uow: UnitOfWork,
        entry: AnnouncementList,
        incident: Incident,
        notice: Announced | None,
    ) -> Wording:
        """`notice`: that of its latest update."""
        if notice is not None and notice.retracted_at is not None:
            return Wording(_untold(entry))
        corrected = _corrected(uow, notice)
        content = incident.content if corrected is None else corrected
        zone = incident.timezone
        due = Anchor(incident.changed_at, wallclock.zone_or_utc(zone))
        return Wording(self._of(entry, content, zone, due), corrected is not None)

    def _of(
        self, entry: AnnouncementList, content: Content, timezone: str, due: Anchor
    ) -> Said:
        """In each language that there is; of what nobody can tell, or each reader is
        told in words of his own, as much as is for everybody.
        """
        if isinstance(content, TextContent):
            texts: Iterable[Text] = content.texts
            return {text.language: Words(_name(text), text.body) for text in texts}
        voice, values = self._policy.voice_of(entry), content.values
        try:
            titles = self._titles(content.template)
            if self._templates.reads_recipient(content.template):
                tags = titles if values.get(SUMMARY) else {}
                return {
                    tag: Words(_summed_up(titles, values, tag), "") for tag in tags
                } or _untold(entry)
            zone = timezone or voice.timezone
            texts = tuple(specimens(self._templates, content, voice, zone, due))
        except CarillonError:
            return _untold(entry)
        return {
            text.language: Words(
                _summed_up(titles, values, text.language) or _name(text), text.body
            )
            for text in texts
        }

    def _titles(self, template: str) -> Mapping[str, str]:
        """What kind of thing it tells of, by language: of that which says that it is
        over, too. Raises Invalid: unknown.
        """
        name = template.removesuffix(RESOLVED)
        return self._templates.get(
            name if name in self._templates.names() else template
        ).title

    # --- announcements ---------------------------------------------------------------

    def of_sent(
        self, uow: UnitOfWork, entry: AnnouncementList, one: Announced
    ) -> Wording:
        """In the one language that its feeds show; empty where each reader had words of
        his own.
        """
        outgoing = self._renditions.outgoing(uow, one.broadcast_id)
        texts = {text.language: text for text in self._texts(uow, outgoing)}
        if not texts:
            return Wording({})
        text = texts[choose(texts, entry.language)]
        return Wording({entry.language: Words(_name(text), text.body)})

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


def _corrected(uow: UnitOfWork, notice: Announced | None) -> Content | None:
    """What it says by now; None where that is what it said first."""
    if notice is None or notice.edition == 1:
        return None
    kept = uow.broadcasts.kept_content(notice.broadcast_id)
    return kept[0] if kept is not None else None


def _is_its_own(content: Content, maintenance: Maintenance) -> bool:
    """What a notice says of itself, be it of another time."""
    return isinstance(content, TemplateContent) and content == TemplateContent(
        template=maintenance.template,
        values={**maintenance.values, **_of_window(content)},
    )


def _with_own(content: Content, corrected: Content) -> Content:
    """As it was corrected, with the window as it stands by now."""
    if not isinstance(content, TemplateContent) or isinstance(corrected, TextContent):
        return corrected
    if content.template != corrected.template:
        return corrected
    given = {k: v for k, v in corrected.values.items() if k not in contents.OWN}
    return replace(corrected, values={**given, **_of_window(content)})


def _of_window(content: TemplateContent) -> FieldValues:
    return {k: v for k, v in content.values.items() if k in contents.OWN}


def _untold(entry: AnnouncementList) -> Said:
    """Whose it is, and no more."""
    return {entry.language: Words(entry.title, "")}


def _summed_up(titles: Mapping[str, str], values: FieldValues, language: str) -> str:
    """What kind of thing it is, and which, `Maintenance: New disks`; '' where there is
    no such field.
    """
    told = values.get(SUMMARY)
    if not told or not titles:
        return ""
    kind, summary = (
        by_language[choose(by_language, language)] for by_language in (titles, told)
    )
    return f"{kind}: {summary}"


def _name(text: Text) -> str:
    """Its subject, or how it begins."""
    return TextContent(texts=(text,)).title
