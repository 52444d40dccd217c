"""A pending schedule worded anew: its texts, target, moment, rule, zone and the rest.

Who it belongs to, its id and reference, and what was sent already stay. What goes
out at this moment is not touched: it keeps the content that it began with, and so does
what may be repeated after its end, since a message can bounce late.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain import coming, meanings, wallclock
from bot.domain.access import Caller
from bot.domain.audit import Action
from bot.domain.broadcast import Occurrence, OccurrenceState
from bot.domain.consent import Standing
from bot.domain.differences import Difference, differences
from bot.domain.errors import Conflict, Finished, NotAllowed
from bot.domain.phrase import Phrase
from bot.domain.schedule import Origin, PersonAudience, Schedule, ScheduleState
from bot.domain.verdict import RETRY_FOR
from bot.service.delivery import windows
from bot.service.delivery.broadcasts import Broadcasts
from bot.service.delivery.outcomes import SETTLING_TIME
from bot.service.people.admittance import Admittance
from bot.service.ports.outside import Clock, Templates
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.requests import contents, hours, moments, pausing
from bot.service.requests.intake import Intake
from bot.service.requests.merging import merged
from bot.service.requests.request import ScheduleChange, ScheduleName
from bot.service.requests.retiming import Retimed, retimed
from bot.service.requests.schedules import Schedules, not_final
from bot.service.rules.policy import Policy
from bot.service.rules.quotas import Quotas, same_day
from bot.service.rules.rights import may_change, require_hurrying
from bot.service.rules.voices import voice_of

#: how long after its end a broadcast may still need the words that it was sent with;
#: a repeat is claimed in one transaction and worded in another
_KEPT_FOR = RETRY_FOR + SETTLING_TIME

#: what the owner may change without asking the recipient again
_OF_THE_OWNER = frozenset(
    {"expires", "late", "within", "urgent", "updates", "metadata"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """What an edit makes of a schedule."""

    before: Schedule
    #: the very same where nothing changes, as in a repeat of an edit
    after: Schedule
    differences: tuple[Difference, ...] = ()
    #: wall times to come that stay skipped, the earliest first
    skipped: tuple[datetime, ...] = ()
    #: the moments of skips that are undone and are not behind the next one
    put_back: tuple[datetime, ...] = ()

    @property
    def concerns_recipient(self) -> bool:
        """Whether it is another message than its recipient takes so far."""
        return self.after.in_owners_name and any(
            one.field not in _OF_THE_OWNER for one in self.differences
        )


class Editing:
    def __init__(
        self,
        schedules: Schedules,
        policy: Policy,
        templates: Templates,
        clock: Clock,
        admittance: Admittance,
        broadcasts: Broadcasts,
    ) -> None:
        self._admittance = admittance
        self._schedules = schedules
        self._policy = policy
        self._templates = templates
        self._clock = clock
        self._intake = Intake(policy, templates, broadcasts)
        self._quotas = Quotas(policy)

    def draft(
        self,
        uow: UnitOfWork,
        caller: Caller,
        name: ScheduleName,
        change: ScheduleChange,
        revision: int | None,
    ) -> Edited:
        """What `edit` would do; nothing is stored. Quotas are asked by `edit` alone."""
        schedule = self._schedules.named(uow, caller, name)
        may_change(caller, schedule, Action.EDIT)
        schedule = pausing.as_of(uow, schedule, self._clock.now())
        return self._judged(uow, schedule, change, revision)[0]

    def recipient(
        self,
        uow: UnitOfWork,
        caller: Caller,
        name: ScheduleName,
        change: ScheduleChange,
        revision: int | None,
    ) -> tuple[str, str] | None:
        """The owner and whom he would write to himself, where the edit makes it another
        message; both are bare JIDs.
        """
        before = self._schedules.named(uow, caller, name)
        if not (before.in_owners_name or change.to):
            return None
        edited = self.draft(uow, caller, name, change, revision)
        audience = edited.after.audience
        if not (edited.concerns_recipient and isinstance(audience, PersonAudience)):
            return None
        return edited.after.owner, audience.jid

    def edit(
        self,
        uow: UnitOfWork,
        caller: Caller,
        name: ScheduleName,
        change: ScheduleChange,
        revision: int | None,
        standing: Standing | None = None,
    ) -> Schedule:
        """The schedule as edited; a repeat of the latest edit changes nothing more.

        `revision` is the one that the caller has seen, where he says so. `standing`:
        of the recipient to the owner, where it is a message in his own name. Raises any
        CarillonError; nothing is stored then.
        """
        schedule = self._schedules.held(uow, caller, name, Action.EDIT)
        edited, times = self._judged(uow, schedule, change, revision)
        if not edited.differences or times is None:
            return schedule
        self._check_day(uow, edited)
        after = replace(
            edited.after,
            revision=schedule.revision + 1,
            edit_fingerprint=change.fingerprint(revision),
        )
        verdict = None
        if edited.concerns_recipient:
            verdict = self._admittance.asked(uow, edited.after, standing)
        uow.broadcasts.keep_content(schedule, self._clock.now() - _KEPT_FOR)
        _move_skipped(uow, self._schedules.skipped(uow, schedule), times)
        uow.schedules.save(after)
        if verdict is not None:
            self._admittance.settle(uow, after, verdict)
        uow.nudge()
        return after

    def _judged(
        self,
        uow: UnitOfWork,
        schedule: Schedule,
        change: ScheduleChange,
        revision: int | None,
    ) -> tuple[Edited, Retimed | None]:
        """By the rules of a first request, as if its owner asked; None: a repeat."""
        skipped = self._schedules.skipped(uow, schedule)
        if schedule.edit_fingerprint == change.fingerprint(revision):
            same = Edited(before=schedule, after=schedule, skipped=tuple(skipped))
            return same, None
        _check_editable(uow, schedule, revision)
        now = self._clock.now()
        owner = self._policy.access.of_owner(schedule.owner)
        limits = self._policy.limits_of(owner)
        request = merged(schedule, change)
        if change.urgent:
            require_hurrying(owner)
        after = replace(
            schedule,
            urgent=request.urgent,
            updates=request.updates,
            metadata=request.metadata,
        )
        if change.changes_late:
            after = replace(after, late=moments.read_late(request))
        voice = voice_of(uow, self._policy, schedule)
        if change.changes_target:
            audience, voice = self._intake.audience(uow, owner, request)
            after = replace(after, audience=audience)
        recurs = schedule.recurrence if change.recurrence is None else change.recurrence
        after = hours.with_holidays(
            uow.calendars,
            replace(after, recurrence=recurs or None),
            change.holidays,
            change.on_holiday,
        )
        after = replace(after, recurrence=schedule.recurrence)
        by_others = after.holidays != schedule.holidays
        times = retimed(after, change, limits, now, skipped)
        after = times.schedule
        if by_others or after.on_holiday is not schedule.on_holiday:
            after = coming.derived(after, times.skipped)
        if after.next_at != schedule.next_at or change.changes_target:
            hours.check_window(uow, after)
        if (
            change.changes_content
            or change.changes_target
            or change.timezone is not None
            or (after.next_at != schedule.next_at and contents.is_relative(after))
        ):
            due = after.due(after.next_at or after.deliver_at)
            content = contents.read(self._templates, request, limits, voice, due)
            after = replace(after, content=content)
        if after.next_at != schedule.next_at:
            _check_unsent(uow, after)
        after = windows.with_window(uow, after)
        return (
            Edited(
                before=schedule,
                after=after,
                differences=differences(schedule, after),
                skipped=times.skipped,
                put_back=tuple(
                    coming.moment_of(schedule, one)
                    for one in skipped
                    if _is_undone(schedule, one, after, times)
                ),
            ),
            times,
        )

    def _check_day(self, uow: UnitOfWork, edited: Edited) -> None:
        """Raises PolicyViolation where it goes to a day that is full already."""
        before, after = edited.before.next_at, edited.after.next_at
        if after is None or (before is not None and same_day(before, after)):
            return
        owner = self._policy.access.of_owner(edited.after.owner)
        uow.schedules.hold(owner.owner)
        self._quotas.room_on(uow, owner, after, self._clock.now())


def _is_undone(
    before: Schedule, skipped: datetime, after: Schedule, times: Retimed
) -> bool:
    """Whether something may be sent again on a day that was to be left out."""
    if skipped in times.skipped or after.next_at is None:
        return False
    zone = wallclock.zone(after.zone)
    day = coming.moment_of(before, skipped).astimezone(zone).date()
    return day >= after.next_at.astimezone(zone).date()


def _check_editable(uow: UnitOfWork, schedule: Schedule, revision: int | None) -> None:
    """Raises Finished, Conflict or NotAllowed."""
    not_final(schedule)
    if revision is not None and revision != schedule.revision:
        raise Conflict(
            Phrase(
                "#{reference} is in revision {present} now, not {given};"
                " look at it and edit that.",
                reference=schedule.id,
                present=schedule.revision,
                given=revision,
            )
        )
    if schedule.origin is Origin.WELCOME:
        raise NotAllowed(
            Phrase("A welcome is not edited; edit the template of its list.")
        )
    if schedule.amendment is not None:
        raise NotAllowed(
            Phrase("A correction is not edited; correct the announcement once more.")
        )
    held = uow.occurrences.in_state(schedule.id, OccurrenceState.HELD)
    if schedule.next_at is None and not held:
        if schedule.state is ScheduleState.PAUSED:
            raise Finished(Phrase("Nothing of it is left to send."))
        raise Finished(
            Phrase(
                "#{reference} is going out already; there is nothing left to edit.",
                reference=schedule.id,
            )
        )


def _check_unsent(uow: UnitOfWork, after: Schedule) -> None:
    """Raises Finished where its next moment has been dealt with: it is sent once."""
    if after.next_at is None:
        return
    found = uow.occurrences.at(after.id, after.next_at)
    if found is not None and found.state is not OccurrenceState.SKIPPED:
        raise Finished(
            Phrase(
                "The occurrence of {moment} is over: {state}.",
                moment=after.shown(after.next_at),
                state=meanings.state(found.state),
            )
        )


def _move_skipped(uow: UnitOfWork, skipped: Iterable[datetime], times: Retimed) -> None:
    """`skipped` were to come. All are taken away first: what stays skipped has another
    moment, and what is sent next was perhaps skipped a moment ago.
    """
    after = times.schedule
    for wall in skipped:
        uow.occurrences.put_back(after.id, wall)
    if times.begins_anew and after.start is not None:
        uow.occurrences.begin_anew(after.id, after.start.replace(fold=0))
    for wall in times.skipped:
        uow.occurrences.add(
            Occurrence(
                schedule_id=after.id,
                due_at=coming.moment_of(after, wall),
                wall=wall,
                state=OccurrenceState.SKIPPED,
            )
        )
