"""Schedules: asked for, looked at, changed and cancelled. Every door calls these."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.access import Caller
from bot.domain.broadcast import (
    BroadcastState,
    Frozen,
    Occurrence,
    OccurrenceState,
    Progress,
)
from bot.domain.errors import (
    Conflict,
    Finished,
    Invalid,
    NotAllowed,
    NotFound,
    PolicyViolation,
)
from bot.domain.message import Text
from bot.domain.schedule import (
    FINAL,
    ON_THE_WIRE,
    ListAudience,
    Schedule,
    ScheduleState,
    TextContent,
    WireState,
)
from bot.service import reports
from bot.service.intake import Intake, list_context
from bot.service.planning import Planning
from bot.service.policy import Policy
from bot.service.ports import (
    Clock,
    Page,
    Paging,
    ScheduleFilter,
    Templates,
    UnitOfWork,
)
from bot.service.requests import ScheduleRequest
from bot.service.roles import known

_LIVE = frozenset(ScheduleState) - FINAL


@dataclass(frozen=True, slots=True)
class Quota:
    """Pending schedules of one owner, and how many there may be (0: no limit)."""

    used: int
    limit: int


@dataclass(frozen=True, slots=True)
class Report:
    """A schedule, and how it stands."""

    schedule: Schedule
    #: the next occurrence, or the last if there is none to come
    moment: datetime
    #: of the latest broadcast, None where nothing has gone out yet
    progress: Progress | None = None


class Schedules:
    def __init__(self, policy: Policy, templates: Templates, clock: Clock) -> None:
        self._policy = policy
        self._templates = templates
        self._clock = clock
        self._intake = Intake(policy, templates)
        self._planning = Planning(policy, templates)

    def create(
        self, uow: UnitOfWork, caller: Caller, request: ScheduleRequest
    ) -> tuple[Schedule, Quota]:
        """Store what is asked for; a repeat gives the present state of the same job.

        Raises any CarillonError; nothing is stored then.
        """
        known(caller)
        earlier = _earlier(uow, caller, request)
        if earlier is not None:
            return earlier, self.quota(uow, caller)
        schedule = self._intake.read(uow, caller, request, self._clock.now())
        quota = self.quota(uow, caller)
        if quota.limit and quota.used >= quota.limit:
            raise PolicyViolation(
                f"You have {quota.used} announcements pending, {quota.limit} at most."
                " Cancel one or wait.",
                limit="pending",
                maximum=quota.limit,
                wait=True,
            )
        try:
            stored = uow.schedules.add(schedule)
        except Conflict:
            # the same request came in beside this one
            earlier = _earlier(uow, caller, request)
            if earlier is None:
                raise
            return earlier, quota
        uow.nudge()
        return stored, Quota(quota.used + 1, quota.limit)

    def draft(
        self, uow: UnitOfWork, caller: Caller, request: ScheduleRequest
    ) -> tuple[Schedule, int]:
        """What `create` would give, and how many readers there are now."""
        known(caller)
        schedule = _earlier(uow, caller, request)
        if schedule is None:
            schedule = self._intake.read(uow, caller, request, self._clock.now())
        return schedule, self.readers(uow, schedule)

    def texts(self, uow: UnitOfWork, schedule: Schedule) -> tuple[Text, ...]:
        """What readers are told, in each language there is, in the job's zone."""
        content = schedule.content
        if isinstance(content, TextContent):
            return content.texts
        name = schedule.audience.list_name
        voice = uow.lists.get(name) if name is not None else None
        languages = self._templates.get(content.template).languages
        return tuple(
            self._templates.render(
                content.template,
                content.values,
                language=language,
                fallback=voice.language if voice else languages[0],
                zone=schedule.timezone,
                context=list_context(self._policy, voice, "reader@example.org"),
            )
            for language in languages
        )

    def readers(self, uow: UnitOfWork, schedule: Schedule) -> int:
        """How many would hear it, were it due now."""
        audience = schedule.audience
        if not isinstance(audience, ListAudience):
            return len(audience.jids)
        found = uow.lists.get(audience.list_name)
        return uow.lists.counts().get(found.id, 0) if found else 0

    def quota(self, uow: UnitOfWork, caller: Caller) -> Quota:
        used = uow.schedules.count(ScheduleFilter(owner=caller.owner, states=_LIVE))
        return Quota(used, self._policy.limits_of(caller).pending)

    def find(
        self, uow: UnitOfWork, caller: Caller, client_id: str, owner: str | None = None
    ) -> Schedule:
        """By the owner's id; another's only for admins, who name the owner."""
        known(caller)
        if owner is not None and owner != caller.owner and not caller.is_admin:
            raise NotFound(f"There is no announcement {client_id!r}.")
        found = uow.schedules.find(owner or caller.owner, client_id)
        if found is None:
            raise NotFound(f"There is no announcement {client_id!r}.")
        return found

    def get(self, uow: UnitOfWork, caller: Caller, reference: int) -> Schedule:
        """By the service-wide reference (#123)."""
        known(caller)
        found = uow.schedules.get(reference)
        if found is None or not _may_see(caller, found):
            raise NotFound(f"There is no announcement #{reference}.")
        return found

    def report(self, uow: UnitOfWork, schedule: Schedule) -> Report:
        broadcasts = uow.broadcasts.page(
            Paging(limit=1, before=0), schedule_id=schedule.id
        )
        progress = None
        if broadcasts.items:
            progress = uow.broadcasts.progress(broadcasts.items[-1].id)
        return Report(schedule, self.moment(uow, schedule), progress)

    def moment(self, uow: UnitOfWork, schedule: Schedule) -> datetime:
        """The next occurrence, or the last if there is none to come."""
        if schedule.next_at is not None:
            return schedule.next_at
        past = uow.occurrences.of(schedule.id, limit=1)
        return past[0].due_at if past else schedule.deliver_at

    def page(
        self,
        uow: UnitOfWork,
        caller: Caller,
        paging: Paging,
        status: str | None = None,
        *,
        pending: bool = False,
        everything: bool = False,
    ) -> Page[Schedule]:
        """The caller's; an admin's page holds everybody's.

        `pending` leaves out what is over, where no status is asked for;
        `everything` adds the welcomes, of which there may be thousands.
        """
        known(caller)
        states: Collection[ScheduleState] | None = _LIVE if pending else None
        if status is not None:
            try:
                wanted = WireState(status)
            except ValueError:
                raise Invalid(
                    f"status: one of {', '.join(WireState)}.", field="status"
                ) from None
            states = {state for state, wire in ON_THE_WIRE.items() if wire is wanted}
        owner = None if caller.is_admin else caller.owner
        return uow.schedules.page(
            ScheduleFilter(owner=owner, states=states, welcomes=everything), paging
        )

    def occurrences(
        self, uow: UnitOfWork, caller: Caller, reference: int, limit: int
    ) -> list[Occurrence]:
        """What became of its moments so far, the latest first."""
        found = self.get(uow, caller, reference)
        return uow.occurrences.of(found.id, limit=limit)

    def cancel(
        self, uow: UnitOfWork, caller: Caller, client_id: str, owner: str | None = None
    ) -> Schedule:
        """Cancel by the owner's id; cancelling again is no error."""
        return self._cancel(uow, caller, self.find(uow, caller, client_id, owner).id)

    def cancel_reference(
        self, uow: UnitOfWork, caller: Caller, reference: int
    ) -> Schedule:
        return self._cancel(uow, caller, self.get(uow, caller, reference).id)

    def _cancel(self, uow: UnitOfWork, caller: Caller, reference: int) -> Schedule:
        schedule = _locked(uow, reference)
        if schedule.state is ScheduleState.CANCELLED:
            return schedule
        _not_final(schedule)
        now = self._clock.now()
        cancelled = replace(
            schedule, state=ScheduleState.CANCELLED, next_at=None, ended_at=now
        )
        uow.schedules.save(cancelled)
        self._stop_broadcasts(uow, cancelled, now)
        if schedule.owner != caller.owner:
            reports.cancelled(uow, self._policy, cancelled, now)
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
                reports.close(uow, self._policy, locked, BroadcastState.STOPPED, now)

    def pause(self, uow: UnitOfWork, caller: Caller, reference: int) -> Schedule:
        """Nothing more becomes due until `resume`; what goes out now goes on."""
        schedule = _locked(uow, self.get(uow, caller, reference).id)
        _not_final(schedule)
        if schedule.state is ScheduleState.PAUSED:
            return schedule
        if schedule.state is ScheduleState.HELD:
            raise Conflict(f"#{reference} is held; resume or skip it.")
        if schedule.next_at is None:
            raise Conflict(
                f"#{reference} is going out; `broadcasts stop` stops what is under way."
            )
        return self._store(uow, replace(schedule, state=ScheduleState.PAUSED))

    def freeze(self, uow: UnitOfWork, caller: Caller, reference: int) -> Frozen | None:
        """The audience as it stands, for `send_now` and `resume`.

        In a read transaction, since counting a million readers takes longer than
        one that writes may last. None where no list is told.
        """
        audience = self.get(uow, caller, reference).audience
        if not isinstance(audience, ListAudience):
            return None
        return self._planning.freeze(uow, audience.list_name, self._clock.now())

    def resume(
        self,
        uow: UnitOfWork,
        caller: Caller,
        reference: int,
        frozen: Frozen | None = None,
    ) -> Schedule:
        """Go on after a pause, or let go what is held for an admin, to `frozen`."""
        schedule = _locked(uow, self.get(uow, caller, reference).id)
        _not_final(schedule)
        if schedule.state is ScheduleState.HELD:
            if not caller.is_admin:
                raise NotAllowed("Only an admin lets go what is held.")
            return self._release(uow, schedule, frozen)
        if schedule.state is not ScheduleState.PAUSED:
            return schedule
        return self._store(uow, replace(schedule, state=ScheduleState.PENDING))

    def _release(
        self, uow: UnitOfWork, schedule: Schedule, frozen: Frozen | None
    ) -> Schedule:
        now = self._clock.now()
        held = [
            occurrence
            for occurrence in uow.occurrences.of(schedule.id, limit=10)
            if occurrence.state is OccurrenceState.HELD
        ]
        pending = replace(schedule, state=ScheduleState.PENDING, reason=None)
        for occurrence in held:
            self._planning.launch(
                uow,
                pending,
                occurrence.due_at,
                self._frozen(uow, schedule, frozen, now),
                now,
                occurrence=occurrence,
            )
        uow.nudge()
        return _locked(uow, schedule.id)

    def skip(self, uow: UnitOfWork, caller: Caller, reference: int) -> Schedule:
        """Leave out the next occurrence (or the held one); it counts as planned."""
        schedule = _locked(uow, self.get(uow, caller, reference).id)
        _not_final(schedule)
        now = self._clock.now()
        if schedule.state is ScheduleState.HELD:
            for occurrence in uow.occurrences.of(schedule.id, limit=10):
                if occurrence.state is OccurrenceState.HELD:
                    uow.occurrences.save(
                        replace(occurrence, state=OccurrenceState.SKIPPED)
                    )
            return self._after_skip(uow, schedule, now)
        if schedule.recurrence is None or schedule.next_at is None:
            raise Conflict(
                f"#{reference} has no further occurrence to skip; cancel it instead."
            )
        self._planning.record_skipped(uow, schedule, schedule.next_at)
        return self._after_skip(uow, self._planning.advanced(schedule, now), now)

    def _after_skip(
        self, uow: UnitOfWork, schedule: Schedule, now: datetime
    ) -> Schedule:
        if schedule.next_at is not None:
            if schedule.state is ScheduleState.HELD:
                schedule = replace(schedule, state=ScheduleState.PENDING, reason=None)
        elif schedule.state is not ScheduleState.RUNNING:
            schedule = replace(
                schedule, state=ScheduleState.CANCELLED, reason="skipped", ended_at=now
            )
        return self._store(uow, schedule)

    def send_now(
        self,
        uow: UnitOfWork,
        caller: Caller,
        reference: int,
        frozen: Frozen | None = None,
    ) -> Schedule:
        """Once: it is due now. Recurring: an extra occurrence, the rule stands."""
        schedule = _locked(uow, self.get(uow, caller, reference).id)
        _not_final(schedule)
        if schedule.state is ScheduleState.HELD:
            return self.resume(uow, caller, reference, frozen)
        now = self._clock.now()
        if schedule.recurrence is None:
            if schedule.next_at is None:
                raise Conflict(f"#{reference} is going out already.")
            return self._store(
                uow, replace(schedule, next_at=now, state=ScheduleState.PENDING)
            )
        if schedule.state is ScheduleState.PAUSED:
            raise Conflict(f"#{reference} is paused; resume it first.")
        audience = self._frozen(uow, schedule, frozen, now)
        self._planning.launch(uow, schedule, now, audience, now)
        uow.nudge()
        return _locked(uow, reference)

    def _frozen(
        self,
        uow: UnitOfWork,
        schedule: Schedule,
        frozen: Frozen | None,
        now: datetime,
    ) -> dict[str, Frozen | None]:
        if not isinstance(schedule.audience, ListAudience):
            return {}
        name = schedule.audience.list_name
        return {name: frozen or self._planning.freeze(uow, name, now)}

    def _store(self, uow: UnitOfWork, schedule: Schedule) -> Schedule:
        uow.schedules.save(schedule)
        uow.nudge()
        return schedule


def _earlier(
    uow: UnitOfWork, caller: Caller, request: ScheduleRequest
) -> Schedule | None:
    """The job that a repeat of its request means; raises Conflict."""
    if request.client_id is None:
        return None
    earlier = uow.schedules.find(caller.owner, request.client_id)
    if earlier is not None and earlier.fingerprint != request.fingerprint():
        raise Conflict(
            f"The id {request.client_id!r} is taken by another request of yours;"
            " choose another id."
        )
    return earlier


def _may_see(caller: Caller, schedule: Schedule) -> bool:
    return caller.is_admin or schedule.owner == caller.owner


def _locked(uow: UnitOfWork, reference: int) -> Schedule:
    schedule = uow.schedules.lock(reference)
    if schedule is None:
        raise NotFound(f"There is no announcement #{reference}.")
    return schedule


def _not_final(schedule: Schedule) -> None:
    if schedule.is_final:
        raise Finished(f"#{schedule.id} is over: {schedule.wire_state}.")
