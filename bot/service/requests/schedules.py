"""Schedules: asked for, looked at and cancelled. Every door calls these."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain import coming, meanings
from bot.domain.access import Caller
from bot.domain.audit import Action
from bot.domain.broadcast import BroadcastState, Occurrence, OccurrenceState, Progress
from bot.domain.consent import Standing
from bot.domain.errors import Conflict, Finished, Invalid, NotFound
from bot.domain.message import Text
from bot.domain.phrase import Phrase
from bot.domain.preview import Caution, upcoming
from bot.domain.schedule import (
    ON_THE_WIRE,
    ListAudience,
    Origin,
    Schedule,
    ScheduleState,
    TextContent,
    ToldAudience,
)
from bot.domain.updates import WireState
from bot.service.delivery import audiences, closing, reports, windows
from bot.service.delivery.broadcasts import AmendedBy, Broadcasts, amended_by
from bot.service.delivery.specimens import specimens
from bot.service.people.admittance import Admittance
from bot.service.ports.outside import Clock, Templates
from bot.service.ports.paging import Page, Paging
from bot.service.ports.schedules import ScheduleFilter
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.requests import names, pausing, repeats, skipping
from bot.service.requests.cautions import Cautions
from bot.service.requests.intake import Intake
from bot.service.requests.request import ScheduleName, ScheduleRequest
from bot.service.rules.policy import Policy
from bot.service.rules.quotas import Quota, Quotas
from bot.service.rules.rights import known, may_change, may_see
from bot.service.rules.voices import clocks_of, voice_of


@dataclass(frozen=True, slots=True)
class Report:
    """A schedule, and how it stands."""

    schedule: Schedule
    #: the next occurrence, or the last if there is none to come
    moment: datetime
    #: of the latest broadcast, None where nothing has gone out yet
    progress: Progress | None = None
    #: wall times still to come that will be left out, where they were asked for
    skipped: tuple[datetime, ...] = ()
    #: what to know of it, beside what a preview of its moments tells; likewise
    cautions: tuple[Caution, ...] = ()
    #: whose clocks tell of it, '' where nobody has looked: then its own
    clocks: str = ""
    #: an occurrence waits for an admin
    is_held: bool = False
    #: the latest correction or retraction of what it sent, and of which occurrence that
    #: was, where it was asked for
    amendment: AmendedBy | None = None
    amended_at: datetime | None = None

    @property
    def warnings(self) -> tuple[Caution, ...]:
        """All that is to be known of it, and of its next moments."""
        ahead = upcoming(self.clocked, skipped=self.skipped)
        return (*ahead.warnings, *self.cautions)

    @property
    def zone(self) -> str:
        return self.clocks or self.schedule.zone

    @property
    def clocked(self) -> Schedule:
        """With the zone whose clocks tell of it."""
        return replace(self.schedule, timezone=self.zone)

    @property
    def id(self) -> int:
        """The reference, by which pages go on."""
        return self.schedule.id


class Schedules:
    def __init__(
        self,
        policy: Policy,
        templates: Templates,
        clock: Clock,
        admittance: Admittance,
        broadcasts: Broadcasts,
    ) -> None:
        self._admittance = admittance
        self._policy = policy
        self._templates = templates
        self._clock = clock
        self._intake = Intake(policy, templates, broadcasts)
        self._quotas = Quotas(policy)
        self._cautions = Cautions(templates)

    def create(
        self, uow: UnitOfWork, caller: Caller, request: ScheduleRequest
    ) -> tuple[Report, Quota]:
        """Store what is asked for; a repeat gives the present state of the same job.

        Raises any CarillonError; nothing is stored then.
        """
        return self.write(uow, caller, request, None)

    def write(
        self,
        uow: UnitOfWork,
        caller: Caller,
        request: ScheduleRequest,
        standing: Standing | None,
    ) -> tuple[Report, Quota]:
        """As `create`, also of what the caller writes to a person himself: `standing`
        is that person's to him.
        """
        known(caller)
        # two requests at once: not both the last one, nor both the first with an id
        uow.schedules.hold(caller.owner)
        earlier = repeats.earlier(uow, caller, request)
        if earlier is not None:
            return self.warned(uow, earlier), self._quotas.quota(uow, caller)
        now = self._clock.now()
        schedule = names.named(uow, self._intake.read(uow, caller, request, now))
        quota = self._quotas.room_for(uow, caller, schedule, now)
        verdict = self._admittance.asked(uow, schedule, standing)
        stored = uow.schedules.add(schedule)
        self._admittance.settle(uow, stored, verdict)
        report = self.warned(uow, stored)
        if stored.origin is Origin.INLINE:  # nobody else tells its id
            reports.accepted(uow, stored, report.warnings, now)
        uow.nudge()
        return report, Quota(quota.used + 1, quota.limit)

    def recipient(self, caller: Caller, request: ScheduleRequest) -> str | None:
        """Whom the caller himself writes to, None where a list or the service speaks;
        raises a CarillonError where he may not.
        """
        known(caller)
        return self._intake.recipient(caller, request)

    def present(
        self,
        uow: UnitOfWork,
        caller: Caller,
        request: ScheduleRequest,
        online: Collection[str],
    ) -> tuple[str, ...]:
        """Those of the list that the request names who are `online`; raises what
        `create` would, and Conflict where there is nobody.
        """
        known(caller)
        schedule = self._intake.read(uow, caller, request, self._clock.now())
        name = schedule.audience.list_name
        found = uow.lists.get(name) if name is not None else None
        if found is None:
            raise Invalid(Phrase("Say who is told: give <to/> or a list."), field="to")
        there = tuple(uow.subscriptions.among(found.id, online))
        if not there:
            raise Conflict(
                Phrase(
                    "Of the readers of {title} nobody is known to be online.",
                    title=found.title,
                )
            )
        return there

    def draft(
        self, uow: UnitOfWork, caller: Caller, request: ScheduleRequest
    ) -> tuple[Schedule, int]:
        """What `create` would give, and how many readers there are now."""
        known(caller)
        schedule = repeats.earlier(uow, caller, request)
        if schedule is None:
            schedule = self._intake.read(uow, caller, request, self._clock.now())
            schedule = names.named(uow, schedule)
        schedule = windows.with_window(uow, schedule)
        return schedule, self.readers(uow, schedule)

    def texts(self, uow: UnitOfWork, schedule: Schedule) -> tuple[Text, ...]:
        """What readers are told next, in each language there is, in the job's zone."""
        content = schedule.content
        if isinstance(content, TextContent):
            return content.texts
        voice = voice_of(uow, self._policy, schedule)
        zone = schedule.zone_for(voice)
        due = schedule.due(self.moment(uow, schedule))
        return tuple(specimens(self._templates, content, voice, zone, due))

    def readers(self, uow: UnitOfWork, schedule: Schedule) -> int:
        """How many would hear it, were it due now."""
        audience = schedule.audience
        if isinstance(audience, ToldAudience):
            told = audiences.reached(uow, schedule, self._clock.now())
            number = audience.broadcast_id
            return told.total if told else uow.broadcasts.progress(number).sent
        if not isinstance(audience, ListAudience):
            return len(audience.jids)
        found = uow.lists.get(audience.list_name)
        return uow.lists.counts().get(found.id, 0) if found else 0

    def named(self, uow: UnitOfWork, caller: Caller, name: ScheduleName) -> Schedule:
        """The job meant, for whoever may look at it; raises NotFound.

        Another's job is for admins and auditors, who give its number or its owner.
        """
        known(caller)
        if name.number is not None:
            found = uow.schedules.get(name.number)
        else:
            owner = name.owner or caller.owner
            found = uow.schedules.find(owner, name.id or "")
        if found is None or not may_see(caller, found):
            raise _unknown(name)
        return found

    def held(
        self, uow: UnitOfWork, caller: Caller, name: ScheduleName, action: Action
    ) -> Schedule:
        """Locked, for a caller who may do this to it; raises NotFound, NotAllowed, or
        Conflict where it is not the revision that he has seen.

        Judged once it is locked: an edit may have given it another audience meanwhile.
        What passed while it is paused is recorded.
        """
        schedule = locked(uow, self.named(uow, caller, name).id)
        may_change(caller, schedule, action)
        _as_seen(schedule, name.revision)
        return pausing.caught_up(uow, schedule, self._clock.now())

    def report(self, uow: UnitOfWork, schedule: Schedule) -> Report:
        broadcasts = uow.broadcasts.page(
            Paging(limit=1, before=0), schedule_id=schedule.id
        )
        progress = None
        if broadcasts.items:
            progress = uow.broadcasts.progress(broadcasts.items[-1].id)
        report = replace(self.warned(uow, schedule), progress=progress)
        amended = uow.broadcasts.amended(schedule.id)
        if amended is None:
            return report
        occurrence = uow.occurrences.get(amended.occurrence_id)
        assert occurrence is not None  # noqa: S101 - foreign key
        return replace(
            report,
            amendment=next(amended_by(uow, amended), None),
            amended_at=occurrence.due_at,
        )

    def warned(self, uow: UnitOfWork, schedule: Schedule) -> Report:
        """As it stands, with what is left out of it and what to know about it."""
        schedule = self._as_of(uow, schedule)
        skipped = tuple(self.skipped(uow, schedule))
        return replace(
            self.standing(uow, schedule),
            skipped=skipped,
            cautions=self.cautions(uow, schedule, skipped),
        )

    def cautions(
        self, uow: UnitOfWork, schedule: Schedule, skipped: Collection[datetime] = ()
    ) -> tuple[Caution, ...]:
        """What to know about it, beside what a preview of its moments tells."""
        return self._cautions.of(uow, schedule, skipped)

    def standing(self, uow: UnitOfWork, schedule: Schedule) -> Report:
        """As it stands, without counting what its latest broadcast reached."""
        schedule = self._as_of(uow, schedule)
        return Report(
            schedule,
            self.moment(uow, schedule),
            clocks=clocks_of(uow, self._policy, schedule),
            is_held=bool(uow.occurrences.in_state(schedule.id, OccurrenceState.HELD)),
        )

    def _as_of(self, uow: UnitOfWork, schedule: Schedule) -> Schedule:
        """As it goes on from here, with when its list speaks; its next moment is one
        at which something is sent, where such a one is in reach.
        """
        schedule = pausing.as_of(uow, schedule, self._clock.now())
        schedule = windows.with_window(uow, schedule)
        if schedule.next_at is None or schedule.recurrence is None:
            return schedule
        if schedule.calendar is None and schedule.window is None:
            return schedule
        with suppress(Invalid):
            skipped = self.skipped(uow, schedule)
            if (found := coming.next_sent(schedule, skipped)) is not None:
                return replace(schedule, next_at=found.moment)
        return schedule

    def moment(self, uow: UnitOfWork, schedule: Schedule) -> datetime:
        """The next occurrence, or the last if there is none to come."""
        if schedule.next_at is not None:
            if schedule.calendar is not None or schedule.window is not None:
                return schedule.next_at
            return _next(schedule)
        now, found = self._clock.now(), uow.occurrences
        past = found.of(schedule.id, limit=1, until=now)
        past = past or found.of(schedule.id, limit=1)
        return past[0].due_at if past else schedule.deliver_at

    def skipped(self, uow: UnitOfWork, schedule: Schedule) -> list[datetime]:
        """The wall times to come that are left out, the earliest first."""
        return skipping.to_come(uow, schedule, self._clock.now())

    def page(
        self,
        uow: UnitOfWork,
        caller: Caller,
        paging: Paging,
        status: str | None = None,
        *,
        states: Collection[ScheduleState] | None = None,
        held: bool = False,
        everything: bool = False,
        own: bool = False,
        personal: bool | None = None,
    ) -> Page[Schedule]:
        """The caller's; an admin's or auditor's page holds everybody's, unless it is to
        hold his `own`. `personal` are those to single people, or those that are not.

        `status` is a word of the draft; `states` are ours, where none is asked for;
        `held` are those with an occurrence that is held for an admin.
        `everything` adds the welcomes, of which there may be thousands.
        """
        known(caller)
        if status is not None:
            try:
                wanted = WireState(status)
            except ValueError:
                raise Invalid(
                    Phrase("one of {known}.", known=", ".join(WireState)),
                    field="status",
                ) from None
            states = {state for state, wire in ON_THE_WIRE.items() if wire is wanted}
        which = ScheduleFilter(
            owner=None if caller.sees_all and not own else caller.owner,
            states=states,
            held=held,
            welcomes=everything,
            personal=personal,
        )
        return uow.schedules.page(which, paging)

    def occurrences(
        self, uow: UnitOfWork, caller: Caller, reference: int, limit: int
    ) -> list[Occurrence]:
        """What became of its moments so far, the latest first."""
        found = self.named(uow, caller, ScheduleName(number=reference))
        return uow.occurrences.of(found.id, limit=limit, until=self._clock.now())

    def cancel(self, uow: UnitOfWork, caller: Caller, name: ScheduleName) -> Schedule:
        """Nothing more leaves; cancelling again is no error."""
        schedule = self.held(uow, caller, name, Action.CANCEL)
        if schedule.state is ScheduleState.CANCELLED:
            return schedule
        not_final(schedule)
        now = self._clock.now()
        cancelled = replace(
            schedule.moved(ScheduleState.CANCELLED, ended_at=now), next_at=None
        )
        uow.schedules.save(cancelled)
        for held in uow.occurrences.in_state(cancelled.id, OccurrenceState.HELD):
            over = replace(held, state=OccurrenceState.SKIPPED, reason="cancelled")
            uow.occurrences.save(over)
        self._stop_broadcasts(uow, cancelled, now)
        if schedule.owner != caller.owner:
            reports.cancelled(uow, cancelled, now)
        uow.nudge()
        return cancelled

    def _stop_broadcasts(
        self, uow: UnitOfWork, schedule: Schedule, now: datetime
    ) -> None:
        page = uow.broadcasts.page(
            Paging(limit=1000), schedule_id=schedule.id, sending=True
        )
        for broadcast in page.items:
            locked = uow.broadcasts.lock(broadcast.id)
            if locked is not None and locked.state is BroadcastState.SENDING:
                closing.close(uow, self._policy, locked, BroadcastState.STOPPED, now)
        # nor does anybody hear later what is over
        for broadcast_id in uow.exceptions.waiting(1000, schedule.id):
            uow.broadcasts.lock(broadcast_id)
            uow.exceptions.abandon(broadcast_id)


def _as_seen(schedule: Schedule, revision: int | None) -> None:
    """Raises Conflict where an edit came in between; of what is over the verb tells."""
    if revision not in {None, schedule.revision} and not schedule.is_final:
        raise changed(schedule)


def changed(schedule: Schedule) -> Conflict:
    """An edit came in between."""
    return Conflict(
        Phrase(
            "#{reference} was changed meanwhile; look at it again.",
            reference=schedule.id,
        )
    )


def locked(uow: UnitOfWork, reference: int) -> Schedule:
    """Held for this transaction; raises NotFound."""
    schedule = uow.schedules.lock(reference)
    if schedule is None:
        raise _unknown(ScheduleName(number=reference))
    return schedule


def _next(schedule: Schedule) -> datetime:
    """By the present rules of its zone; as it was found last where these are gone."""
    try:
        found = next(coming.coming(schedule), None)
    except Invalid:
        found = None
    return found.moment if found else schedule.next_at or schedule.deliver_at


def _unknown(name: ScheduleName) -> NotFound:
    if name.number is None:
        return NotFound(Phrase("There is no announcement {id!r}.", id=name.id or ""))
    return NotFound(
        Phrase("There is no announcement #{reference}.", reference=name.number)
    )


def not_final(schedule: Schedule) -> None:
    """Raises Finished."""
    if schedule.is_final:
        raise Finished(
            Phrase(
                "#{reference} is over: {state}.",
                reference=schedule.id,
                state=meanings.state(schedule.wire_state),
            )
        )
