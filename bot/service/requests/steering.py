"""Schedules out of their own time: paused, resumed, left out, sent now."""

from dataclasses import replace
from datetime import datetime

from bot.domain.access import Caller
from bot.domain.broadcast import Frozen, OccurrenceState
from bot.domain.errors import Conflict, NotAllowed
from bot.domain.phrase import Phrase
from bot.domain.schedule import ListAudience, Schedule, ScheduleState
from bot.service.delivery.planning import Planning
from bot.service.delivery.reports import between
from bot.service.ports.outside import Clock
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.requests.request import JobName
from bot.service.requests.schedules import Schedules, locked, not_final


class Steering:
    def __init__(self, schedules: Schedules, planning: Planning, clock: Clock) -> None:
        self._schedules = schedules
        self._planning = planning
        self._clock = clock

    def pause(self, uow: UnitOfWork, caller: Caller, name: JobName) -> Schedule:
        """Nothing more becomes due until `resume`; what goes out now goes on."""
        schedule = self._schedules.held(uow, caller, name)
        not_final(schedule)
        if schedule.state is ScheduleState.PAUSED:
            return schedule
        if schedule.state is ScheduleState.HELD:
            raise Conflict(
                Phrase(
                    "#{reference} is held; resume or skip it.", reference=schedule.id
                )
            )
        if schedule.next_at is None:
            raise Conflict(
                Phrase(
                    "#{reference} is going out;"
                    " `broadcasts stop` stops what is under way.",
                    reference=schedule.id,
                )
            )
        return self._store(uow, schedule.moved(ScheduleState.PAUSED))

    def freeze(self, uow: UnitOfWork, caller: Caller, name: JobName) -> Frozen | None:
        """The audience as it stands, for `send_now` and `resume`.

        In a read transaction, since counting a million readers takes longer than
        one that writes may last. None where no list is told.
        """
        audience = self._schedules.named(uow, caller, name).audience
        if not isinstance(audience, ListAudience):
            return None
        return self._planning.freeze(uow, audience.list_name, self._clock.now())

    def resume(
        self,
        uow: UnitOfWork,
        caller: Caller,
        name: JobName,
        frozen: Frozen | None,
    ) -> Schedule:
        """Go on after a pause, or let go what is held for an admin, to `frozen`."""
        schedule = self._schedules.held(uow, caller, name)
        not_final(schedule)
        if schedule.state is ScheduleState.HELD:
            return self._let_go(uow, caller, schedule, frozen)
        if schedule.state is not ScheduleState.PAUSED:
            return schedule
        return self._store(uow, schedule.moved(between(uow, schedule)))

    def _let_go(
        self,
        uow: UnitOfWork,
        caller: Caller,
        schedule: Schedule,
        frozen: Frozen | None,
    ) -> Schedule:
        if not caller.is_admin:
            raise NotAllowed(Phrase("Only an admin lets go what is held."))
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
                _audience(uow, schedule, frozen),
                now,
                occurrence=occurrence,
            )
        uow.nudge()
        return locked(uow, schedule.id)

    def skip(self, uow: UnitOfWork, caller: Caller, name: JobName) -> Schedule:
        """Leave out the next occurrence (or the held one); it counts as planned."""
        schedule = self._schedules.held(uow, caller, name)
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
                    reference=schedule.id,
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
        name: JobName,
        frozen: Frozen | None,
    ) -> Schedule:
        """Once: it is due now. Recurring: an extra occurrence, the rule stands."""
        schedule = self._schedules.held(uow, caller, name)
        not_final(schedule)
        if schedule.state is ScheduleState.HELD:
            return self._let_go(uow, caller, schedule, frozen)
        now = self._clock.now()
        if schedule.recurrence is None:
            if schedule.next_at is None:
                raise Conflict(
                    Phrase("#{reference} is going out already.", reference=schedule.id)
                )
            due = replace(schedule.moved(ScheduleState.PENDING), next_at=now)
            return self._store(uow, due)
        if schedule.state is ScheduleState.PAUSED:
            raise Conflict(
                Phrase(
                    "#{reference} is paused; resume it first.", reference=schedule.id
                )
            )
        audience = _audience(uow, schedule, frozen)
        self._planning.launch(uow, schedule, now, audience, now)
        uow.nudge()
        return locked(uow, schedule.id)

    def _store(self, uow: UnitOfWork, schedule: Schedule) -> Schedule:
        uow.schedules.save(schedule)
        uow.nudge()
        return schedule


def _audience(
    uow: UnitOfWork, schedule: Schedule, frozen: Frozen | None
) -> dict[str, Frozen | None]:
    """As planning takes it; None stands for a list that is gone."""
    if not isinstance(schedule.audience, ListAudience):
        return {}
    found = uow.lists.get(schedule.audience.list_name)
    if found is not None and (frozen is None or frozen.list_id != found.id):
        # edited between the two transactions: others would be told
        raise Conflict(
            Phrase(
                "#{reference} was changed at this moment; ask again.",
                reference=schedule.id,
            )
        )
    return {schedule.audience.list_name: frozen}
