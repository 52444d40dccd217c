"""Schedules out of their own time: paused, resumed, left out, sent now."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.access import Caller
from bot.domain.audit import Action
from bot.domain.broadcast import Broadcast, Frozen, Occurrence, OccurrenceState
from bot.domain.coming import Due
from bot.domain.errors import Conflict, Finished, NotAllowed
from bot.domain.phrase import Phrase
from bot.domain.schedule import Schedule, ScheduleState
from bot.service.delivery import reports, windows
from bot.service.delivery.audiences import Target, target_of
from bot.service.delivery.planning import Planning
from bot.service.delivery.standstill import require_movement
from bot.service.ports.outside import Clock
from bot.service.ports.paging import Paging
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.requests import pausing, skipping
from bot.service.requests.request import ScheduleName
from bot.service.requests.schedules import Schedules, locked, not_final
from bot.service.rules.rights import may_change, may_hurry, may_let_go

#: the reason of an occurrence that somebody sends out of its time
SENT_NOW = "send-now"
#: a request to send once more within this is a repeat of the first
REPEATED_WITHIN = timedelta(minutes=10)
#: how many broadcasts there may be of a schedule in that time
_LOOKED_THROUGH = 10


class Steering:
    def __init__(self, schedules: Schedules, planning: Planning, clock: Clock) -> None:
        self._schedules = schedules
        self._planning = planning
        self._clock = clock

    def pause(self, uow: UnitOfWork, caller: Caller, name: ScheduleName) -> Schedule:
        """Nothing more becomes due until `resume`; what goes out now goes on."""
        schedule = self._schedules.held(uow, caller, name, Action.PAUSE)
        not_final(schedule)
        if schedule.state is ScheduleState.PAUSED:
            return schedule
        if schedule.next_at is None and _held(uow, schedule):
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
        since = self._pause_begins(uow, schedule)
        paused = replace(schedule.moved(ScheduleState.PAUSED), paused_at=since)
        return self._store(uow, paused)

    def _pause_begins(self, uow: UnitOfWork, schedule: Schedule) -> datetime:
        """Now; or at what is due already, where only the pause keeps it from going out.
        What was too late before is judged as ever.
        """
        now = self._clock.now()
        due = pausing.newest_due(uow, schedule, now)
        if due is None or self._planning.is_late(uow, schedule, due, now):
            return now
        return due

    def freeze(
        self, uow: UnitOfWork, caller: Caller, name: ScheduleName
    ) -> Frozen | None:
        """The audience as it stands, for `send_now` and `resume`.

        In a read transaction, since counting a million readers takes longer than
        one that writes may last; so only for who may do either. None where no list is
        told.
        """
        schedule = self._schedules.named(uow, caller, name)
        may_change(caller, schedule, Action.SEND_NOW)
        target = target_of(schedule)
        if target is None:
            return None
        return self._planning.freeze(uow, target, self._clock.now())

    def resume(
        self,
        uow: UnitOfWork,
        caller: Caller,
        name: ScheduleName,
        frozen: Frozen | None,
    ) -> Schedule:
        """Go on after a pause, and let go what is held for an admin, to `frozen`.

        What passed in the pause is told; the resume that found nothing left may be
        repeated.
        """
        schedule = self._schedules.held(uow, caller, name, Action.RESUME)
        if schedule.is_final and schedule.reason == pausing.PAUSED:
            return schedule
        not_final(schedule)
        was_paused = schedule.state is ScheduleState.PAUSED
        if was_paused:
            schedule = self._go_on(uow, schedule, frozen)
        if _held(uow, schedule) and (caller.is_admin or not was_paused):
            return self._let_go(uow, caller, schedule, frozen)
        return schedule

    def _go_on(
        self, uow: UnitOfWork, schedule: Schedule, frozen: Frozen | None
    ) -> Schedule:
        now = self._clock.now()
        schedule = self._store(uow, pausing.over(uow, schedule, now))
        moves = uow.standstills.get() is None
        if moves and schedule.next_at is not None and schedule.next_at <= now:
            # it was too late before the pause began
            audience = _audience(uow, schedule, frozen)
            self._planning.catch_up(uow, schedule, audience, now)
        reports.dealt_with(uow, self._planning.policy, schedule.id, now)
        return locked(uow, schedule.id)

    def _let_go(
        self,
        uow: UnitOfWork,
        caller: Caller,
        schedule: Schedule,
        frozen: Frozen | None,
        reason: str | None = None,
        any_hour: bool = False,
    ) -> Schedule:
        may_let_go(caller)
        require_movement(uow)
        now = self._clock.now()
        for occurrence in _held(uow, schedule):
            self._planning.launch(
                uow,
                schedule,
                Due(occurrence.due_at, occurrence.wall),
                _audience(uow, schedule, frozen),
                now,
                occurrence=occurrence,
                reason=reason,
                any_hour=any_hour,
            )
        reports.dealt_with(uow, self._planning.policy, schedule.id, now)
        uow.nudge()
        return locked(uow, schedule.id)

    def skip(
        self,
        uow: UnitOfWork,
        caller: Caller,
        name: ScheduleName,
        *dues: str,
    ) -> Schedule:
        """Leave out the occurrences of `dues`, else the held or the next one.

        They count as planned. With nothing left to send the job is over, and the skip
        that ended it may still be repeated. All of them are left out, or none.
        """
        schedule = self._schedules.held(uow, caller, name, Action.SKIP)
        wanted: Sequence[str | None] = dues or (None,)
        if schedule.is_final and all(
            skipping.is_left_out(uow, schedule, due) for due in wanted
        ):
            return schedule
        not_final(schedule)
        skipping.check_number(dues)
        now, after = self._clock.now(), schedule
        for due in wanted:
            after = skipping.left_out(uow, after, due, now)
        after = self._store(uow, after)
        paused = ScheduleState.PAUSED
        if schedule.state is paused and after.state is not paused:
            # nobody will resume it, which would tell what passed in the pause
            reports.dealt_with(uow, self._planning.policy, schedule.id, now)
        return after

    def unskip(
        self,
        uow: UnitOfWork,
        caller: Caller,
        name: ScheduleName,
        due: str | None = None,
    ) -> Schedule:
        """Send the occurrence of `due` after all, else the earliest skipped one."""
        schedule = self._schedules.held(uow, caller, name, Action.UNSKIP)
        not_final(schedule)
        return self._store(
            uow, skipping.put_back(uow, schedule, due, self._clock.now())
        )

    def send_now(
        self,
        uow: UnitOfWork,
        caller: Caller,
        name: ScheduleName,
        frozen: Frozen | None,
    ) -> Schedule:
        """Once: it is due now. Recurring: an extra occurrence, the rule stands.

        Whoever may announce urgently sends it at any hour, also what waits for the
        send window of its list already; for others it waits for that.
        """
        schedule = self._schedules.held(uow, caller, name, Action.SEND_NOW)
        not_final(schedule)
        require_movement(uow)
        any_hour = may_hurry(caller, schedule.audience.jids)
        if _held(uow, schedule):
            return self._let_go(uow, caller, schedule, frozen, SENT_NOW, any_hour)
        now = self._clock.now()
        if waiting := windows.waiting(uow, schedule):
            return _without_waiting(uow, schedule, waiting, any_hour)
        if schedule.recurrence is None:
            if schedule.next_at is None:
                raise _going_out(schedule)
            if schedule.next_at <= now and schedule.state is not ScheduleState.PAUSED:
                return schedule
            due = schedule.moved(ScheduleState.PENDING)
            due = replace(due, next_at=now, any_hour=any_hour)
            return self._store(uow, due)
        if schedule.state is ScheduleState.PAUSED:
            raise Conflict(
                Phrase(
                    "#{reference} is paused; resume it first.", reference=schedule.id
                )
            )
        _not_sent_now(uow, schedule, now)
        audience = _audience(uow, schedule, frozen)
        self._planning.launch(
            uow,
            schedule,
            Due(now),
            audience,
            now,
            reason=SENT_NOW,
            any_hour=any_hour,
        )
        reports.dealt_with(uow, self._planning.policy, schedule.id, now)
        uow.nudge()
        return locked(uow, schedule.id)

    def _store(self, uow: UnitOfWork, schedule: Schedule) -> Schedule:
        uow.schedules.save(schedule)
        uow.nudge()
        return schedule


def _held(uow: UnitOfWork, schedule: Schedule) -> list[Occurrence]:
    return uow.occurrences.in_state(schedule.id, OccurrenceState.HELD)


def _not_sent_now(uow: UnitOfWork, schedule: Schedule, now: datetime) -> None:
    """Raises Finished where somebody has just sent it: a repeat would send it twice."""
    latest = Paging(limit=_LOOKED_THROUGH, before=0)
    for broadcast in uow.broadcasts.page(latest, schedule_id=schedule.id).items:
        occurrence = uow.occurrences.get(broadcast.occurrence_id)
        if occurrence is None or occurrence.reason != SENT_NOW:
            continue
        if occurrence.state is OccurrenceState.SENDING:
            raise _going_out(schedule)
        # nor far ahead: of a clock that was put back since
        if abs(now - broadcast.created_at) < REPEATED_WITHIN:
            raise Finished(
                Phrase(
                    "#{reference} was sent now at {moment} already. Sent again before"
                    " {end}, it would be taken for a repeat.",
                    reference=schedule.id,
                    moment=schedule.shown(broadcast.created_at),
                    end=schedule.shown(broadcast.created_at + REPEATED_WITHIN),
                )
            )


def _without_waiting(
    uow: UnitOfWork, schedule: Schedule, waiting: Sequence[Broadcast], any_hour: bool
) -> Schedule:
    """What waits for its list's send window goes out, for whoever may wake people up;
    raises NotAllowed for all others.
    """
    if not any_hour:
        begins = max(one.begins_at for one in waiting if one.begins_at is not None)
        raise NotAllowed(
            Phrase(
                "#{reference} goes out at {moment}, when the send window of its list"
                " opens; before that only who may announce urgently sends it.",
                reference=schedule.id,
                moment=schedule.shown(begins),
            )
        )
    for broadcast in waiting:
        uow.broadcasts.save(replace(broadcast, begins_at=None, any_hour=True))
    uow.nudge()
    return schedule


def _going_out(schedule: Schedule) -> Finished:
    return Finished(Phrase("#{reference} is going out already.", reference=schedule.id))


def _audience(
    uow: UnitOfWork, schedule: Schedule, frozen: Frozen | None
) -> dict[Target, Frozen | None]:
    """As planning takes it; None stands for a list that is gone."""
    target = target_of(schedule)
    if target is None:
        return {}
    if isinstance(target, int):
        changed = frozen is None  # or it is not known yet whom that reaches
    else:
        found = uow.lists.get(target)
        changed = found is not None and (frozen is None or frozen.list_id != found.id)
    if changed:
        # edited between the two transactions: others would be told
        raise Conflict(
            Phrase(
                "#{reference} was changed at this moment; ask again.",
                reference=schedule.id,
            )
        )
    return {target: frozen}
