"""Schedules out of their own time: paused, resumed, left out, sent now."""

from dataclasses import replace
from datetime import datetime

from bot.domain.access import Caller
from bot.domain.broadcast import Frozen, OccurrenceState
from bot.domain.errors import Conflict, NotAllowed
from bot.domain.phrase import Phrase
from bot.domain.schedule import ListAudience, Schedule, ScheduleState
from bot.service.delivery.closing import between
from bot.service.delivery.planning import Planning
from bot.service.ports.outside import Clock
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.requests.schedules import Schedules, locked, not_final


class Steering:
    def __init__(self, schedules: Schedules, planning: Planning, clock: Clock) -> None:
        self._schedules = schedules
        self._planning = planning
        self._clock = clock

    def pause(self, uow: UnitOfWork, caller: Caller, reference: int) -> Schedule:
        """Nothing more becomes due until `resume`; what goes out now goes on."""
        schedule = self._schedules.held(uow, caller, reference)
        not_final(schedule)
        if schedule.state is ScheduleState.PAUSED:
            return schedule
        if schedule.state is ScheduleState.HELD:
            raise Conflict(
                Phrase("#{reference} is held; resume or skip it.", reference=reference)
            )
        if schedule.next_at is None:
            raise Conflict(
                Phrase(
                    "#{reference} is going out;"
                    " `broadcasts stop` stops what is under way.",
                    reference=reference,
                )
            )
        return self._store(uow, schedule.moved(ScheduleState.PAUSED))

    def freeze(self, uow: UnitOfWork, caller: Caller, reference: int) -> Frozen | None:
        """The audience as it stands, for `send_now` and `resume`.

        In a read transaction, since counting a million readers takes longer than
        one that writes may last. None where no list is told.
        """
        audience = self._schedules.get(uow, caller, reference).audience
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
        schedule = self._schedules.held(uow, caller, reference)
        not_final(schedule)
        if schedule.state is ScheduleState.HELD:
            if not caller.is_admin:
                raise NotAllowed(Phrase("Only an admin lets go what is held."))
            return self._release(uow, schedule, frozen)
        if schedule.state is not ScheduleState.PAUSED:
            return schedule
        return self._store(uow, schedule.moved(between(uow, schedule)))

    def _release(
        self, uow: UnitOfWork, schedule: Schedule, frozen: Frozen | None
    ) -> Schedule:
        now = self._clock.now()
        held = [
            occurrence
            for occurrence in uow.occurrences.of(schedule.id, limit=10)
            if occurrence.state is OccurrenceState.HELD
        ]
        waiting = schedule.moved(between(uow, schedule))
        for occurrence in held:
            self._planning.launch(
                uow,
                waiting,
                occurrence.due_at,
                self._frozen(uow, schedule, frozen, now),
                now,
                occurrence=occurrence,
            )
        uow.nudge()
        return locked(uow, schedule.id)

    def skip(self, uow: UnitOfWork, caller: Caller, reference: int) -> Schedule:
        """Leave out the next occurrence (or the held one); it counts as planned."""
        schedule = self._schedules.held(uow, caller, reference)
        not_final(schedule)
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
                Phrase(
                    "#{reference} has no further occurrence to skip;"
                    " cancel it instead.",
                    reference=reference,
                )
            )
        self._planning.record_skipped(uow, schedule, schedule.next_at)
        return self._after_skip(uow, self._planning.advanced(schedule, now), now)

    def _after_skip(
        self, uow: UnitOfWork, schedule: Schedule, now: datetime
    ) -> Schedule:
        waiting = between(uow, schedule)
        if schedule.next_at is None and waiting is ScheduleState.PENDING:
            schedule = schedule.moved(
                ScheduleState.CANCELLED, reason="skipped", ended_at=now
            )
        elif schedule.next_at is None or schedule.state is ScheduleState.HELD:
            schedule = schedule.moved(waiting)
        return self._store(uow, schedule)

    def send_now(
        self,
        uow: UnitOfWork,
        caller: Caller,
        reference: int,
        frozen: Frozen | None = None,
    ) -> Schedule:
        """Once: it is due now. Recurring: an extra occurrence, the rule stands."""
        schedule = self._schedules.held(uow, caller, reference)
        not_final(schedule)
        if schedule.state is ScheduleState.HELD:
            return self.resume(uow, caller, reference, frozen)
        now = self._clock.now()
        if schedule.recurrence is None:
            if schedule.next_at is None:
                raise Conflict(
                    Phrase("#{reference} is going out already.", reference=reference)
                )
            due = replace(schedule.moved(ScheduleState.PENDING), next_at=now)
            return self._store(uow, due)
        if schedule.state is ScheduleState.PAUSED:
            raise Conflict(
                Phrase("#{reference} is paused; resume it first.", reference=reference)
            )
        audience = self._frozen(uow, schedule, frozen, now)
        self._planning.launch(uow, schedule, now, audience, now)
        uow.nudge()
        return locked(uow, reference)

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
