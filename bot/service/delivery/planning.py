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
from bot.domain.errors import CarillonError
from bot.domain.events import Planned
from bot.domain.lateness import LateVerdict, judge
from bot.domain.lists import AnnouncementList
from bot.domain.schedule import (
    ListAudience,
    PeopleAudience,
    Schedule,
    ScheduleState,
    TemplateContent,
)
from bot.service.delivery import reports
from bot.service.ports.outside import Templates
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.policy import Policy, list_context
from bot.service.rules.quotas import Quotas
from bot.service.rules.rights import may_announce

#: schedules planned in one transaction, which on SQLite is to last 50 ms at most
BATCH = 10
#: recipients a worker sends under one lease
CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Planning:
    policy: Policy
    templates: Templates

    def lists_due(self, uow: UnitOfWork, now: datetime) -> list[str]:
        """The lists whose audience the next batch needs."""
        due = uow.schedules.due(now, BATCH)
        names = {
            schedule.audience.list_name
            for schedule in due
            if isinstance(schedule.audience, ListAudience)
        }
        return sorted(names)

    def freeze(self, uow: UnitOfWork, list_name: str, now: datetime) -> Frozen | None:
        """The list's audience as it stands; None where the list is gone."""
        found = uow.lists.get(list_name)
        return uow.audiences.freeze(found.id, now, CHUNK) if found else None

    def plan(
        self, uow: UnitOfWork, frozen: Mapping[str, Frozen | None], now: datetime
    ) -> int:
        """Plan a batch of what is due; how many moments were dealt with.

        `frozen` holds the audiences taken just before. A schedule that became
        due since for another list is left for the next round.
        """
        planned = 0
        due = uow.schedules.due(now, BATCH)
        # some owners are held one after the other: by all planners in one order
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
        due = schedule.next_at
        assert due is not None  # noqa: S101 - `due` selects by it
        try:
            skipped = uow.occurrences.skipped(schedule.id, after=due)
            schedule = coming.advanced(schedule, skipped)
        except CarillonError:
            # Its zone is gone from the system, say: it must not hold up the rest.
            schedule = replace(schedule, planned=schedule.planned + 1, next_at=None)
            self._unsent(uow, schedule, due, OccurrenceState.FAILED, "unreadable", now)
            return
        if schedule.expires_at is not None and schedule.expires_at <= now:
            schedule = replace(schedule, next_at=None)
            self._unsent(uow, schedule, due, OccurrenceState.FAILED, "expired", now)
        elif schedule.next_at is not None and schedule.next_at <= now:
            self._unsent(uow, schedule, due, OccurrenceState.MISSED, "superseded", now)
        else:
            verdict = judge(schedule.late, due=due, now=now)
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
        due: datetime,
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
                schedule_id=schedule.id, due_at=due, state=state, reason=reason
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
            reports.unsent(uow, self.policy, after, stored, now)

    def launch(
        self,
        uow: UnitOfWork,
        schedule: Schedule,
        due: datetime,
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
        voice = self._voice(uow, schedule)
        refusal = self._refusal(uow, schedule, voice, now)
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
                    due_at=due,
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
            list_id=voice.id if voice else None,
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
                due_at=due,
                at=now,
                readers=stored.total,
            )
        )
        if stored.total == 0:
            reports.settle(uow, self.policy, stored, now)

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
            cuts = range(0, count, CHUNK)
            return uow.broadcasts.add(
                replace(broadcast, total=count),
                [(at, min(at + CHUNK, count), min(CHUNK, count - at)) for at in cuts],
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

    def _voice(self, uow: UnitOfWork, schedule: Schedule) -> AnnouncementList | None:
        name = schedule.audience.list_name
        return uow.lists.get(name) if name is not None else None

    def _refusal(
        self,
        uow: UnitOfWork,
        schedule: Schedule,
        voice: AnnouncementList | None,
        now: datetime,
    ) -> str | None:
        """Why the moment can't be sent: the right, the list or the content is gone."""
        caller = self.policy.access.of_owner(schedule.owner)
        if schedule.audience.list_name is not None:
            if voice is None:
                return "list-gone"
            if not may_announce(caller, voice):
                return "not-allowed"
        elif not caller.is_admin:
            return "not-allowed"
        if Quotas(self.policy).used_up(uow, schedule, now):
            return "deliveries-per-day"
        if isinstance(schedule.content, TemplateContent):
            try:
                self.templates.render(
                    schedule.content.template,
                    schedule.content.values,
                    language=voice.language if voice else "",
                    fallback=voice.language if voice else "",
                    zone=schedule.zone_for(voice),
                    context=list_context(self.policy, voice, "reader@example.org"),
                )
            except CarillonError:
                return "content"
        return None
