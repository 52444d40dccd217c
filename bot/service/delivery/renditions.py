"""From a broadcast to its texts: what is sent to whom, in which words.

A template is rendered once for each language and zone and kept with the broadcast,
so that all of its readers are told the same, whatever is edited meanwhile.
"""

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.amendment import Amendment
from bot.domain.broadcast import Broadcast, Recipient
from bot.domain.errors import CarillonError, Invalid
from bot.domain.language import choose
from bot.domain.message import UNSTYLED, Announcement, Text
from bot.domain.phrase import Phrase
from bot.domain.schedule import Content, Origin, Schedule, TemplateContent, TextContent
from bot.domain.voice import Voice
from bot.service.delivery import waiting
from bot.service.delivery.jobs import Outgoing
from bot.service.delivery.retractions import retraction
from bot.service.ports.outside import Templates
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.policy import Policy


class Renditions:
    def __init__(self, policy: Policy, templates: Templates) -> None:
        self._policy = policy
        self._templates = templates

    def outgoing(
        self, uow: UnitOfWork, broadcast_id: int, edition: int | None = None
    ) -> Outgoing:
        """What the broadcast's messages are made of; in its newest edition unless
        another is asked for.
        """
        broadcast = uow.broadcasts.get(broadcast_id)
        assert broadcast is not None  # noqa: S101 - foreign key
        schedule = uow.schedules.get(broadcast.schedule_id)
        assert schedule is not None  # noqa: S101 - foreign key
        # Read after the schedule: whoever edits that keeps what is going out first.
        kept = uow.broadcasts.kept_content(broadcast_id, edition)
        if kept is not None:
            schedule = replace(schedule, content=kept[0], timezone=kept[1])
        original = _amended(uow, broadcast)
        # what amends it tells of the same moments
        due = uow.occurrences.get((original or broadcast).occurrence_id)
        assert due is not None  # noqa: S101 - foreign key
        return Outgoing(
            broadcast=broadcast,
            schedule=schedule,
            voice=self._voice(uow, broadcast, schedule),
            due_at=due.due_at,
            personal=self._is_personal(schedule.content),
            edition=edition or broadcast.edition,
            original_key=original.key if original else None,
        )

    def _voice(
        self, uow: UnitOfWork, broadcast: Broadcast, schedule: Schedule
    ) -> Voice:
        if broadcast.in_owners_name:
            return Voice.of_person(schedule.owner, self._policy.addresses)
        list_id = broadcast.list_id
        spoken_for = uow.lists.by_id(list_id) if list_id is not None else None
        return self._policy.voice_of(spoken_for)

    def _is_personal(self, content: Content) -> bool:
        if not isinstance(content, TemplateContent):
            return False
        try:
            return self._templates.reads_recipient(content.template)
        except CarillonError:
            # The template was broken since. What was rendered before is still sent.
            # Raising here would keep every other broadcast from being claimed.
            return False

    def announcement(
        self, uow: UnitOfWork, outgoing: Outgoing, recipient: Recipient
    ) -> Announcement:
        """The message for one reader; raises CarillonError if it can't be rendered."""
        content = outgoing.schedule.content
        if outgoing.broadcast.in_owners_name:
            return _letter(outgoing, content)
        if outgoing.broadcast.amendment is Amendment.RETRACT:
            return self._retraction(uow, outgoing, recipient)
        payloads: tuple[str, ...] = ()
        if isinstance(content, TextContent):
            payloads = content.payloads
            texts = {text.language: text for text in content.texts}
            spoken = outgoing.voice.language
            text = texts[choose(texts, recipient.language or "", spoken)]
            if not text.language:
                # else the server puts its own on it, `en` on Prosody
                text = replace(text, language=spoken)
        else:
            text = self._rendered(uow, outgoing, content, recipient)
            if text.unstyled:
                payloads = (UNSTYLED,)
        voice = outgoing.voice
        return Announcement(
            sender=voice.address,
            type=voice.type,
            texts=(text,),
            payloads=payloads,
            scheduler=voice.service,
            job=outgoing.schedule.client_id,
            greets=outgoing.schedule.origin is Origin.WELCOME,
            amends=self._amends(uow, outgoing),
        )

    def _amends(self, uow: UnitOfWork, outgoing: Outgoing) -> Amendment | None:
        """None where its list says that clients of its readers do not know it, too."""
        broadcast = outgoing.broadcast
        list_id = broadcast.list_id
        entry = uow.lists.by_id(list_id) if list_id is not None else None
        known = entry is None or entry.corrections
        return broadcast.amendment if known else None

    def _retraction(
        self, uow: UnitOfWork, outgoing: Outgoing, recipient: Recipient
    ) -> Announcement:
        """That what he was told before holds no more."""
        told_by = outgoing.broadcast.told_by
        assert told_by is not None  # noqa: S101 - what amends has one
        original = self.outgoing(uow, told_by, outgoing.broadcast.edition - 1)
        try:
            told = self.announcement(uow, original, recipient)
        except CarillonError:  # its template is gone: then it has no name
            told = None
        voice = outgoing.voice
        zone = recipient.timezone or original.schedule.zone_for(voice)
        text = retraction(
            told.texts[0] if told else None,
            original.broadcast,
            original.edition,
            language=recipient.language or "",
            spoken=voice.language,
            zone=zone,
        )
        return Announcement(
            sender=voice.address,
            type=voice.type,
            texts=(text,),
            scheduler=voice.service,
            job=outgoing.schedule.client_id,
            amends=self._amends(uow, outgoing),
        )

    def _rendered(
        self,
        uow: UnitOfWork,
        outgoing: Outgoing,
        content: TemplateContent,
        recipient: Recipient,
    ) -> Text:
        """The text, rendered once for each language and zone and kept.

        The first reader has every language rendered in the job's zone, so that an
        edit in the middle changes nothing: readers in other zones, and with
        formats of their own, then get these.
        """
        wish = recipient.language or ""
        own_zone = outgoing.schedule.zone_for(outgoing.voice)
        zone = recipient.timezone or own_zone
        if outgoing.personal:
            return self._render(outgoing, content, wish, zone, recipient.jid)
        kept, broadcast_id = uow.broadcasts, outgoing.broadcast.id
        edition = outgoing.edition
        spoken = kept.renditions(broadcast_id, own_zone, edition)
        if not spoken:
            first = {
                tag: self._render(outgoing, content, tag, own_zone, recipient.jid)
                for tag in self._tags(outgoing, content, wish)
            }
            spoken = kept.keep(broadcast_id, own_zone, first, edition)
        tag = self._templates.variant(tuple(spoken), wish, outgoing.voice.language)
        texts = spoken
        if zone != own_zone:
            texts = kept.renditions(broadcast_id, zone, edition)
        if tag in texts:
            return texts[tag]
        basis = choose(spoken, wish, outgoing.voice.language)
        try:
            again = self._render(outgoing, content, basis, own_zone, recipient.jid)
            text = self._render(outgoing, content, tag, zone, recipient.jid)
        except CarillonError:
            return spoken[basis]
        if again != spoken[basis]:
            return spoken[basis]
        return kept.keep(broadcast_id, zone, {tag: text}, edition)[tag]

    def _tags(
        self, outgoing: Outgoing, content: TemplateContent, wish: str
    ) -> tuple[str, ...]:
        """The languages rendered first; '' is for readers whom no language fits."""
        languages = self._templates.get(content.template).languages
        if outgoing.broadcast.total == 1:
            return (self._templates.variant(languages, wish, outgoing.voice.language),)
        return (*languages, "")

    def _render(
        self,
        outgoing: Outgoing,
        content: TemplateContent,
        language: str,
        zone: str,
        jid: str,
    ) -> Text:
        return self._templates.render(
            content.template,
            content.values,
            language=language,
            fallback=outgoing.voice.language,
            zone=zone,
            due=outgoing.schedule.due(outgoing.due_at),
            context=outgoing.voice.context(jid),
        )


class OutgoingOnce:
    """What several messages are made of, read once for each broadcast."""

    def __init__(self, renditions: Renditions, uow: UnitOfWork) -> None:
        self._renditions = renditions
        self._uow = uow
        self._found: dict[tuple[int, int | None], Outgoing] = {}
        self._broadcasts: dict[int, Broadcast] = {}
        self._later: dict[int, Sequence[Broadcast]] = {}

    def broadcast(self, broadcast_id: int) -> Broadcast:
        if broadcast_id not in self._broadcasts:
            found = self._uow.broadcasts.get(broadcast_id)
            assert found is not None  # noqa: S101 - foreign key
            self._broadcasts[broadcast_id] = found
        return self._broadcasts[broadcast_id]

    def later(self, broadcast_id: int) -> Sequence[Broadcast]:
        """As `waiting.later_ones`."""
        if broadcast_id not in self._later:
            of = self.broadcast(broadcast_id)
            self._later[broadcast_id] = waiting.later_ones(self._uow, of)
        return self._later[broadcast_id]

    def of(self, broadcast_id: int, edition: int | None = None) -> Outgoing:
        """As `Renditions.outgoing`."""
        key = (broadcast_id, edition)
        if key not in self._found:
            self._found[key] = self._renditions.outgoing(self._uow, *key)
        return self._found[key]


def _amended(uow: UnitOfWork, broadcast: Broadcast) -> Broadcast | None:
    if broadcast.amendment is None or broadcast.told_by is None:
        return None
    return uow.broadcasts.get(broadcast.told_by)


def _letter(outgoing: Outgoing, content: Content) -> Announcement:
    """All that the owner wrote, as he wrote it; raises Invalid where that is gone."""
    if not isinstance(content, TextContent):
        raise Invalid(Phrase("The text of the message cannot be read any more."))
    original = content.original
    return Announcement(
        sender=outgoing.voice.address,
        type=original.type if original else outgoing.voice.type,
        texts=content.texts,
        payloads=content.payloads,
        scheduler=outgoing.voice.service,
        job=outgoing.schedule.client_id,
        in_senders_name=True,
        id=outgoing.broadcast.message_id,
    )


def unrenderable(error: CarillonError) -> tuple[str, str]:
    """Condition and text recorded for a reader whose message can't be rendered."""
    return "content", error.text[:255]
