"""From schedule to occurrence to broadcast: what is due is planned, once.

Each step takes one due moment of one schedule and commits, in one transaction,
the occurrence (unique), the schedule's advance, and the broadcast with its
chunks. A process that dies before the commit leaves everything as it was; a
second process finds the row locked or advanced.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain import coming, identity
from bot.domain.broadcast import (
    Broadcast,
    BroadcastState,
    Frozen,
    Occurrence,
    OccurrenceState,
)
from bot.domain.coming import Due
from bot.domain.errors import CarillonError
from bot.domain.events import Planned, Unsent
from bot.domain.lateness import LateVerdict, judge
from bot.domain.lists import AnnouncementList
from bot.domain.schedule import (
    ListAudience,
    PeopleAudience,
    Schedule,
    ScheduleState,
    TemplateContent,
)
from bot.service.delivery import closing, reports
from bot.service.delivery.specimens import specimen
from bot.service.ports.outside import Templates
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.policy import Policy
from bot.service.rules.quotas import Quotas
from bot.service.rules.rights import may_announce
from bot.service.rules.voices import list_of

#: schedules planned in one transaction, which on SQLite is to last 50 ms at most
SCHEDULES_PER_TRANSACTION = 10
#: recipients a worker sends under one lease
CHUNK_SIZE = 2_000


@dataclass(frozen=True, slots=True)
class Planning:
    policy: Policy
    templates: Templates

    def lists_due(self, uow: UnitOfWork, now: datetime) -> list[str]:
        """The lists whose audience the next batch needs."""
        due = uow.schedules.due(now, SCHEDULES_PER_TRANSACTION)
        names = {
            schedule.audience.list_name
            for schedule in due
            if isinstance(schedule.audience, ListAudience)
        }
        return sorted(names)

    def freeze(self, uow: UnitOfWork, list_name: str, now: datetime) -> Frozen | None:
        """The list's audience as it stands; None where the list is gone."""
        found = uow.lists.get(list_name)
        return uow.audiences.freeze(found.id, now, CHUNK_SIZE) if found else None

    def plan(
        self, uow: UnitOfWork, frozen: Mapping[str, Frozen | None], now: datetime
    ) -> int:
        """Plan a batch of what is due; how many moments were dealt with.

        `frozen` holds the audiences taken just before. A schedule that became
        due since for another list is left for the next round.
        """
        planned = 0
        due = uow.schedules.due(now, SCHEDULES_PER_TRANSACTION)
        # A limit holds its owner (`Quotas.used_up`). Sorted, so that two planners hold
        # owners in the same order and never wait for each other.
        for schedule in sorted(due, key=lambda one: one.owner):
            audience = schedule.audience
            if isinstance(audience, ListAudience) and audience.list_name not in frozen:
                continue
            self._step(uow, schedule, frozen, now)
            planned += 1
        if planned:
            uow.nudge()
        return planned

    def _step(
        self,
        uow: UnitOfWork,
        schedule: Schedule,
        frozen: Mapping[str, Frozen | None],
        now: datetime,
    ) -> None:
        expected = schedule.next_at
        assert expected is not None  # noqa: S101 - `due` selects by it
        try:
            skipped = uow.occurrences.skipped(schedule.id, after=schedule.through)
            taken = coming.taken(schedule, skipped)
        except CarillonError:
            # Its zone is gone from the system, for one. It must not hold up the rest.
            due = Due(expected)
            schedule = replace(schedule, planned=schedule.planned + 1, next_at=None)
            self._unsent(uow, schedule, due, OccurrenceState.FAILED, "unreadable", now)
            return
        # One of the next two: the zone's rules have changed since it was looked for.
        if taken is None:
            due, schedule = Due(expected), replace(schedule, next_at=None)
            self._unsent(uow, schedule, due, OccurrenceState.FAILED, "ended", now)
            return
        if taken.due.moment > now:
            uow.schedules.save(coming.derived(schedule, skipped))
            return
        schedule, due = taken.after, taken.due
        if schedule.expires_at is not None and schedule.expires_at <= now:
            schedule = replace(schedule, next_at=None)
            self._unsent(uow, schedule, due, OccurrenceState.FAILED, "expired", now)
        elif schedule.next_at is not None and schedule.next_at <= now:
            self._unsent(uow, schedule, due, OccurrenceState.MISSED, "superseded", now)
        else:
            # not late by what a change of the zone's rules did to it
            verdict = judge(schedule.late, due=max(due.moment, expected), now=now)
            if verdict is LateVerdict.MISS:
                self._unsent(uow, schedule, due, OccurrenceState.MISSED, "late", now)
            elif verdict is LateVerdict.HOLD:
                self._unsent(uow, schedule, due, OccurrenceState.HELD, "late", now)
            else:
                self.launch(uow, schedule, due, frozen, now)

    def _unsent(
        self,
        uow: UnitOfWork,
        schedule: Schedule,
        due: Due,
        state: OccurrenceState,
        reason: str,
        now: datetime,
        *,
        occurrence: Occurrence | None = None,
    ) -> None:
        """Record a moment at which nothing goes out, and tell the owner.

        `occurrence`: one that was held.
        """
        if occurrence is None:
            new = Occurrence(
                schedule_id=schedule.id,
                due_at=due.moment,
                wall=due.wall,
                state=state,
                reason=reason,
            )
            stored = uow.occurrences.add(new)
        else:
            stored = replace(occurrence, state=state, reason=reason)
            uow.occurrences.save(stored)
        if state is OccurrenceState.HELD:
            after = schedule.moved(ScheduleState.HELD, reason=reason)
        elif schedule.next_at is None and schedule.state is not ScheduleState.RUNNING:
            after = schedule.moved(ScheduleState.FAILED, reason=reason, ended_at=now)
        else:
            after = schedule
        uow.schedules.save(after)
        if stored is not None:
            reports.dealt_with(uow, self.policy, after, stored, None, now)
            uow.happened(
                Unsent(
                    announcement=after.id,
                    due_at=due.moment,
                    state=state,
                    reason=reason,
                )
            )

    def launch(
        self,
        uow: UnitOfWork,
        schedule: Schedule,
        due: Due,
        frozen: Mapping[str, Frozen | None],
        now: datetime,
        *,
        occurrence: Occurrence | None = None,
        reason: str | None = None,
    ) -> None:
        """Create the broadcast of one moment, or record why it can't be.

        `occurrence`: one that was held and is let go now. `reason`: why it goes out
        out of its time, kept until it is over.
        """
        entry = list_of(uow, schedule)
        refusal = self._refusal(uow, schedule, entry, now)
        if refusal is not None:
            self._unsent(
                uow,
                schedule,
                due,
                OccurrenceState.FAILED,
                refusal,
                now,
                occurrence=occurrence,
            )
            return
        if occurrence is None:
            occurrence = uow.occurrences.add(
                Occurrence(
                    schedule_id=schedule.id,
                    due_at=due.moment,
                    wall=due.wall,
                    state=OccurrenceState.SENDING,
                    reason=reason,
                )
            )
            if occurrence is None:  # planned before: only the advance is new
                uow.schedules.save(schedule)
                return
        else:
            uow.occurrences.save(
                replace(occurrence, state=OccurrenceState.SENDING, reason=reason)
            )
        broadcast = Broadcast(
            occurrence_id=occurrence.id,
            schedule_id=schedule.id,
            key=identity.new_key(),
            list_id=entry.id if entry else None,
            frozen_at=now,
            total=0,
            state=BroadcastState.SENDING,
            created_at=now,
            expires_at=schedule.expires_at,
        )
        uow.schedules.save(schedule.moved(ScheduleState.RUNNING))
        stored = self._add(uow, broadcast, schedule, frozen)
        uow.happened(
            Planned(
                announcement=schedule.id,
                broadcast=stored.id,
                origin=schedule.origin,
                due_at=due.moment,
                at=now,
                readers=stored.total,
            )
        )
        if stored.total == 0:
            closing.settle(uow, self.policy, stored, now)

    def _add(
        self,
        uow: UnitOfWork,
        broadcast: Broadcast,
        schedule: Schedule,
        frozen: Mapping[str, Frozen | None],
    ) -> Broadcast:
        audience = schedule.audience
        if isinstance(audience, PeopleAudience):
            count = len(audience.jids)
            cuts = range(0, count, CHUNK_SIZE)
            return uow.broadcasts.add(
                replace(broadcast, total=count),
                [
                    (at, min(at + CHUNK_SIZE, count), min(CHUNK_SIZE, count - at))
                    for at in cuts
                ],
                audience.jids,
            )
        found = frozen[audience.list_name]
        assert found is not None  # noqa: S101 - _refusal saw the list
        return uow.broadcasts.add(
            replace(
                broadcast,
                total=found.total,
                highest=found.highest,
                frozen_at=found.at,
            ),
            found.ranges,
        )

    def _refusal(
        self,
        uow: UnitOfWork,
        schedule: Schedule,
        entry: AnnouncementList | None,
        now: datetime,
    ) -> str | None:
        """Why the moment can't be sent, None if it can; `entry`: its list, if any."""
        caller = self.policy.access.of_owner(schedule.owner)
        if schedule.audience.list_name is not None:
            if entry is None:
                return "list-gone"
            if not may_announce(caller, entry):
                return "not-allowed"
        elif not caller.is_admin:
            return "not-allowed"
        if Quotas(self.policy).used_up(uow, schedule, now):
            return "deliveries-per-day"
        if isinstance(schedule.content, TemplateContent):
            voice = self.policy.voice_of(entry)
            try:
                specimen(
                    self.templates,
                    schedule.content,
                    voice,
                    language=voice.language,
                    fallback=voice.language,
                    zone=schedule.zone_for(voice),
                )
            except CarillonError:
                return "content"
        return None
