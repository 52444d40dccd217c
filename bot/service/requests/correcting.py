"""What went out, worded anew or withdrawn: read by the rules of a first request.

A correction says all of it once more. What it does not name stays as readers have it
now, after what was corrected already; what is relative to the occurrence is that of the
original. How it reaches them is told in `bot.service.delivery.amending`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.domain import timestamps
from bot.domain.access import Caller
from bot.domain.amendment import Amendment
from bot.domain.broadcast import Broadcast, BroadcastName
from bot.domain.errors import CarillonError, Finished, Invalid, NotFound, about
from bot.domain.message import Text
from bot.domain.phrase import Phrase
from bot.domain.schedule import (
    Content,
    Origin,
    Schedule,
    ScheduleState,
    TextContent,
)
from bot.domain.voice import Voice
from bot.service.delivery.amending import Amending
from bot.service.delivery.broadcasts import (
    Account,
    AmendedBy,
    Broadcasts,
    amended_by,
)
from bot.service.delivery.retractions import retraction
from bot.service.delivery.specimens import specimens
from bot.service.ports.outside import Templates
from bot.service.ports.paging import Paging
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.requests import contents
from bot.service.requests.merging import merged
from bot.service.requests.request import ScheduleChange, ScheduleName
from bot.service.requests.schedules import Report, Schedules
from bot.service.rules.policy import Policy
from bot.service.rules.voices import voice_of

#: nothing came of an amendment that ended so
_IN_VAIN = frozenset({ScheduleState.FAILED, ScheduleState.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What a correction makes of a broadcast, for whoever decides on it."""

    #: of the original
    account: Account
    #: as readers have it now, and as they would
    before: Content
    after: Content
    #: the same in words, in each language
    texts: tuple[Text, ...]
    #: nothing came of the latest, so the same is worth saying again
    is_in_vain: bool = False

    @property
    def changes(self) -> bool:
        return self.before != self.after or self.is_in_vain


@dataclass(frozen=True, slots=True, kw_only=True)
class Retraction:
    """What a retraction says of a broadcast, for whoever decides on it."""

    #: of the original
    account: Account
    #: in each language that it was told in; none where the caller may not see them
    texts: tuple[Text, ...]

    @property
    def changes(self) -> bool:
        return self.account.broadcast.retracted_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Amended:
    """What was corrected or withdrawn, and by what."""

    #: of the original
    account: Account
    #: its announcement
    report: Report

    @property
    def by(self) -> AmendedBy | None:
        """The latest amendment; None: there was nothing to change, ever."""
        return next(iter(self.account.amendments), None)


class Correcting:
    def __init__(
        self,
        schedules: Schedules,
        broadcasts: Broadcasts,
        amending: Amending,
        policy: Policy,
        templates: Templates,
    ) -> None:
        self._schedules = schedules
        self._broadcasts = broadcasts
        self._amending = amending
        self._policy = policy
        self._templates = templates

    def sent(
        self, uow: UnitOfWork, caller: Caller, name: ScheduleName, due: str | None
    ) -> Account:
        """What a job sent at that moment (XEP-0082), or the only thing that it sent.

        Raises NotFound, also where nothing went out then, and Invalid where it sent
        several and none is named.
        """
        schedule = self._schedules.named(uow, caller, name)
        if due is not None:
            return self._sent_at(uow, caller, schedule, due)
        page = uow.broadcasts.page(Paging(limit=0), schedule_id=schedule.id)
        if page.count > 1:
            raise Invalid(
                Phrase(
                    "#{reference} has been sent {count} times: say which occurrence is"
                    " meant, by its moment.",
                    reference=schedule.id,
                    count=page.count,
                ),
                field="occurrence",
                named=True,
            )
        return self._broadcasts.named(uow, caller, BroadcastName(schedule.id))

    def _sent_at(
        self, uow: UnitOfWork, caller: Caller, schedule: Schedule, due: str
    ) -> Account:
        with about("due"):
            moment = timestamps.parse(due)
        occurrence = uow.occurrences.at(schedule.id, moment)
        found = occurrence and uow.broadcasts.of_occurrence(occurrence.id)
        if found is None:
            raise NotFound(
                Phrase(
                    "Nothing of #{reference} was sent at {moment}.",
                    reference=schedule.id,
                    moment=schedule.shown(moment),
                )
            )
        return self._broadcasts.get(uow, caller, found.id)

    def look(self, uow: UnitOfWork, caller: Caller, broadcast_id: int) -> Account:
        """The original, with what its readers have now; raises as `correct` does."""
        return self._original(uow, caller, broadcast_id, Amendment.CORRECT)

    def draft(
        self, uow: UnitOfWork, caller: Caller, broadcast_id: int, change: ScheduleChange
    ) -> Correction:
        """What `correct` would say; nothing is stored."""
        account = self._original(uow, caller, broadcast_id, Amendment.CORRECT)
        _not_retracted(account)
        return self._read(uow, account, change)

    def correct(
        self,
        uow: UnitOfWork,
        caller: Caller,
        broadcast_id: int,
        change: ScheduleChange,
        origin: Origin,
    ) -> Amended:
        """Whoever it reached gets it once more, as it is to be; what they have already
        changes nothing. Raises any CarillonError.
        """
        drafted = self.draft(uow, caller, broadcast_id, change)
        account = drafted.account
        if drafted.changes:
            self._amending.correct(
                *(uow, caller, account.id, drafted.after),
                origin=origin,
                timezone=account.schedule.timezone or None,
            )
        return self._amended(uow, caller, account)

    def draft_retraction(
        self, uow: UnitOfWork, caller: Caller, broadcast_id: int
    ) -> Retraction:
        """What `retract` would say; nothing is stored."""
        account = self._original(uow, caller, broadcast_id, Amendment.RETRACT)
        schedule, broadcast = account.schedule, account.broadcast
        voice = voice_of(uow, self._policy, schedule)
        zone = schedule.zone_for(voice)
        # the retraction is an edition of its own
        edition = broadcast.edition - (broadcast.retracted_at is not None)
        texts = (
            retraction(
                *(text, broadcast, edition),
                language=text.language if text else "",
                spoken=voice.language,
                zone=zone,
            )
            for text in self._told(uow, account, voice, zone, edition)
        )
        return Retraction(account=account, texts=tuple(texts))

    def retract(
        self, uow: UnitOfWork, caller: Caller, broadcast_id: int, origin: Origin
    ) -> Amended:
        """Whoever it reached has it withdrawn; doing so again changes nothing."""
        account = self._original(uow, caller, broadcast_id, Amendment.RETRACT)
        if account.broadcast.retracted_at is None:
            self._amending.retract(uow, caller, account.id, origin=origin)
        return self._amended(uow, caller, account)

    def _original(
        self, uow: UnitOfWork, caller: Caller, broadcast_id: int, amendment: Amendment
    ) -> Account:
        """What was amended, where an amendment is named; raises NotFound, NotAllowed,
        NotOffered or Finished where the caller may not amend it, or nobody can.
        """
        original = self._amending.amendable(uow, caller, broadcast_id, amendment)
        if original.purged_at is not None:
            raise Finished(Phrase("What it said is not stored any more."))
        account = self._broadcasts.account(uow, caller, original)
        kept = uow.broadcasts.kept_content(original.id)
        if kept is None:
            return account
        # its moments, too, are those of then
        return replace(account, schedule=replace(account.schedule, timezone=kept[1]))

    def _told(
        self, uow: UnitOfWork, account: Account, voice: Voice, zone: str, edition: int
    ) -> Iterable[Text | None]:
        """What readers were told, in each language; None where the template is gone,
        nothing where the caller may not see it.
        """
        schedule, broadcast = account.schedule, account.broadcast
        content = schedule.content
        if isinstance(content, TextContent):
            return content.texts
        kept = uow.broadcasts.renditions(broadcast.id, zone, edition)
        if texts := tuple(text for tag, text in kept.items() if tag):
            return texts
        occurrence = uow.occurrences.get(broadcast.occurrence_id)
        assert occurrence is not None  # noqa: S101 - foreign key
        due = schedule.due(occurrence.due_at)
        try:
            return tuple(specimens(self._templates, content, voice, zone, due))
        except CarillonError:
            return (None,)

    def _read(
        self, uow: UnitOfWork, account: Account, change: ScheduleChange
    ) -> Correction:
        """By the rules of a first request, as if its owner asked."""
        if not change.changes_content:
            raise Invalid(
                Phrase("There is nothing to say: give a body or a template."),
                field="body",
                named=True,
            )
        schedule, broadcast = account.schedule, account.broadcast
        limits = self._policy.limits_of(self._policy.access.of_owner(schedule.owner))
        voice = voice_of(uow, self._policy, schedule)
        occurrence = uow.occurrences.get(broadcast.occurrence_id)
        assert occurrence is not None  # noqa: S101 - foreign key
        due = schedule.due(occurrence.due_at)
        request = merged(schedule, change)
        after = contents.read(self._templates, request, limits, voice, due)
        texts = (
            after.texts
            if isinstance(after, TextContent)
            else tuple(
                specimens(self._templates, after, voice, schedule.zone_for(voice), due)
            )
        )
        return Correction(
            account=account,
            before=schedule.content,
            after=after,
            texts=texts,
            is_in_vain=_is_in_vain(uow, broadcast),
        )

    def _amended(self, uow: UnitOfWork, caller: Caller, before: Account) -> Amended:
        account = self._broadcasts.get(uow, caller, before.id)
        schedule = uow.schedules.get(account.broadcast.schedule_id)
        occurrence = uow.occurrences.get(account.broadcast.occurrence_id)
        assert schedule is not None  # noqa: S101 - foreign key
        assert occurrence is not None  # noqa: S101 - foreign key
        report = replace(
            self._schedules.report(uow, schedule),
            amendment=next(iter(account.amendments), None),
            amended_at=occurrence.due_at,
        )
        return Amended(account=account, report=report)


def _is_in_vain(uow: UnitOfWork, broadcast: Broadcast) -> bool:
    """Whether nothing came of the latest amendment: then it may be asked for again."""
    if broadcast.edition == 1:
        return False
    latest = next(amended_by(uow, broadcast), None)
    return latest is None or latest.schedule.state in _IN_VAIN


def _not_retracted(account: Account) -> None:
    """Raises Finished."""
    if account.broadcast.retracted_at is not None:
        raise Finished(
            Phrase(
                "Broadcast {name} was withdrawn: say anew what is to be said after"
                " all.",
                name=account.name.shown,
            )
        )
