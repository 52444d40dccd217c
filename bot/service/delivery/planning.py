"""From schedule to occurrence to broadcast: what is due is planned, once.

Each step takes one schedule and commits, in one transaction, the occurrences of its
due moments (each unique), its advance, and the broadcast of the newest with its
chunks. A process that dies before the commit leaves everything as it was; a
second process finds the row locked or advanced.

What is on time goes first, so that nobody waits behind a backlog. Of a schedule's
backlog at most the newest moment goes out, and its owner is told of the rest in one
report once the last of it is dealt with, however many transactions that takes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain import backlog, identity
from bot.domain.broadcast import (
    Broadcast,
    BroadcastState,
    Frozen,
    Occurrence,
    OccurrenceState,
)
from bot.domain.coming import Due
from bot.domain.errors import CarillonError
from bot.domain.events import Planned
from bot.domain.hours import OUTSIDE
from bot.domain.lateness import ON_TIME, LateVerdict, Shift, away, judge
from bot.domain.lists import AnnouncementList
from bot.domain.schedule import (
    PersonAudience,
    Schedule,
    ScheduleState,
    TemplateContent,
    TextContent,
)
from bot.service.delivery import closing, reports, topics, unsent, windows
from bot.service.delivery.audiences import (
    Target,
    as_told,
    reached,
    target_of,
    to_readers_of,
)
from bot.service.delivery.specimens import specimen
from bot.service.ports.outside import Templates
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.policy import Policy
from bot.service.rules.quotas import Quotas
from bot.service.rules.rights import may_announce, may_hurry, may_write, today
from bot.service.rules.voices import list_of

#: schedules planned in one transaction, which on SQLite is to last 50 ms at most
SCHEDULES_PER_TRANSACTION = 10
#: due moments dealt with in one transaction; one more takes 0.2 ms
MOMENTS_PER_TRANSACTION = 100
#: how long a server knows a message again by sender, recipient and id
REMEMBERED = timedelta(hours=24)
#: when it is looked again where it is not known yet whom a broadcast reaches
SOON = timedelta(seconds=1)
#: recipients a worker sends under one lease
CHUNK_SIZE = 2_000


@dataclass(frozen=True, slots=True)
class Planning:
    policy: Policy
    templates: Templates

    def audiences_due(self, uow: UnitOfWork, now: datetime) -> list[Target]:
        """Those that the next batch needs."""
        found = {target_of(schedule) for schedule in _due(uow, now)} - {None}
        return sorted(filter(None, found), key=str)

    def freeze(self, uow: UnitOfWork, target: Target, now: datetime) -> Frozen | None:
        """The audience as it stands; None where the list is gone, or where it is not
        known yet whom the broadcast reaches.
        """
        if isinstance(target, int):
            schedule = uow.schedules.get(target)
            return reached(uow, schedule, now) if schedule is not None else None
        found = uow.lists.get(target)
        return uow.audiences.freeze(found.id, now, CHUNK_SIZE) if found else None

    def plan(
        self,
        uow: UnitOfWork,
        frozen: Mapping[Target, Frozen | None],
        shift: Shift,
    ) -> int:
        """Plan a batch of what is due; how many moments were dealt with.

        `frozen` holds the audiences taken just before. A schedule that became
        due since for another list is left for the next round, and so is one to the
        readers of a broadcast that are not known yet. `shift` is the one that goes on
        at this moment.
        """
        now = shift.seen_at
        due = _due(uow, now)
        if not due or uow.standstills.get() is not None:
            return 0
        uow.shifts.record(shift)
        planned = 0
        # A limit holds its owner (`Quotas.used_up`). Sorted, so that two planners hold
        # owners in the same order and never wait for each other.
        for schedule in sorted(due, key=lambda one: one.owner):
            target = target_of(schedule)
            if target is not None and target not in frozen:
                continue
            if isinstance(target, int) and frozen[target] is None:
                # behind what is due meanwhile, so that it keeps nobody waiting
                uow.schedules.save(replace(schedule, next_at=now + SOON))
                continue
            if not self._has_room(uow, schedule, now):
                uow.schedules.save(replace(schedule, next_at=now + SOON))
                continue
            room = MOMENTS_PER_TRANSACTION - planned
            if room <= 0:
                break
            planned += self._step(uow, schedule, frozen, now, room)
        if planned:
            uow.nudge()
        # what waits became due after shifts that were over before
        uow.shifts.forget(uow.schedules.next_due() or now)
        return planned

    def _has_room(self, uow: UnitOfWork, schedule: Schedule, now: datetime) -> bool:
        """Nothing is written any more of what it takes the place of; that ends only for
        what will go out.
        """
        if schedule.topic is None or schedule.next_at is None:
            return True
        entry = list_of(uow, schedule)
        refusal = self._refusal(uow, schedule, schedule.next_at, entry, now)
        if refusal is not None or self._why_not(uow, schedule, schedule.next_at, now):
            return True
        return topics.makes_room(uow, self.policy, schedule, now)

    def _step(
        self,
        uow: UnitOfWork,
        schedule: Schedule,
        frozen: Mapping[Target, Frozen | None],
        now: datetime,
        room: int,
    ) -> int:
        """Deal with what is due of a schedule, at most `room` moments of it."""
        expected = schedule.next_at
        assert expected is not None  # noqa: S101 - `due` selects by it
        schedule = windows.with_window(uow, schedule)
        schedule = self._with_holidays(uow, schedule, expected, now)
        try:
            skipped = uow.occurrences.skipped(schedule.id, after=schedule.through)
            found = backlog.behind(schedule, skipped, now, room)
        except CarillonError:
            # Its zone is gone from the system, for one. It must not hold up the rest.
            due = Due(expected)
            schedule = replace(schedule, planned=schedule.planned + 1, next_at=None)
            unsent.record(uow, schedule, due, OccurrenceState.FAILED, "unreadable", now)
            reports.dealt_with(uow, self.policy, schedule.id, now)
            return 1
        schedule = found.after
        out = [due for due in found.moments if due.out is not None]
        wanted = [due for due in found.moments if due.out is None]
        unsent.left_out(uow, schedule, out)
        if schedule.next_at is not None and schedule.next_at <= now:
            unsent.superseded(uow, schedule, wanted)
            uow.schedules.save(schedule)
            return len(found.moments)
        if wanted:
            *older, newest = wanted
            unsent.superseded(uow, schedule, older)
            # not late by what a change of the zone's rules did to it, nor while it
            # would have waited
            since = max(newest.moment, expected, newest.begins or expected)
            reason = self._why_not(uow, schedule, since, now)
            if reason is None:
                self.launch(uow, schedule, newest, frozen, now)
            else:
                unsent.record(uow, schedule, newest, *reason, now)
        elif out:
            why = out[-1].out or ""
            uow.schedules.save(closing.passed(uow, schedule, why, now))
        # The zone's rules have changed since it was looked for.
        elif schedule.next_at is not None:
            uow.schedules.save(schedule)
        else:
            state, due = OccurrenceState.FAILED, Due(expected)
            unsent.record(uow, schedule, due, state, "ended", now)
        reports.dealt_with(uow, self.policy, schedule.id, now)
        return max(len(found.moments), 1)

    def _with_holidays(
        self, uow: UnitOfWork, schedule: Schedule, due: datetime, now: datetime
    ) -> Schedule:
        """Its owner is told, once, that its holidays are not there to be read: it is
        sent as its rule says.
        """
        calendar = schedule.calendar
        if schedule.holidays is None or calendar is None:
            return schedule
        is_lost = calendar.fault is not None
        if calendar.fault is not None and not schedule.holidays_lost:
            reports.holidays_lost(uow, self.policy, schedule, due, calendar.fault, now)
        return replace(schedule, holidays_lost=is_lost)

    def catch_up(
        self,
        uow: UnitOfWork,
        schedule: Schedule,
        frozen: Mapping[Target, Frozen | None],
        now: datetime,
    ) -> None:
        """Deal at once with what is due of a locked schedule."""
        self._step(uow, schedule, frozen, now, MOMENTS_PER_TRANSACTION)

    def is_late(
        self, uow: UnitOfWork, schedule: Schedule, due: datetime, now: datetime
    ) -> bool:
        """Whether its policy lets this due moment go out no more by itself."""
        return self._verdict(uow, schedule, due, now) is not LateVerdict.RUN

    def _verdict(
        self, uow: UnitOfWork, schedule: Schedule, due: datetime, now: datetime
    ) -> LateVerdict:
        if now - due <= ON_TIME:  # no shift to be asked for
            return LateVerdict.RUN
        return judge(schedule.late, away(uow.shifts.all(), due=due, now=now))

    def _why_not(
        self, uow: UnitOfWork, schedule: Schedule, due: datetime, now: datetime
    ) -> tuple[OccurrenceState, str] | None:
        """What becomes of the newest due moment that does not go out."""
        if schedule.has_expired(now):  # whatever lateness would allow
            return OccurrenceState.FAILED, unsent.EXPIRED
        if topics.is_overtaken(uow, schedule, now):
            return OccurrenceState.MISSED, unsent.SUPERSEDED
        match self._verdict(uow, schedule, due, now):
            case LateVerdict.MISS:
                return OccurrenceState.MISSED, "late"
            case LateVerdict.HOLD:
                return OccurrenceState.HELD, "late"
            case LateVerdict.RUN:
                return None

    def launch(
        self,
        uow: UnitOfWork,
        schedule: Schedule,
        due: Due,
        frozen: Mapping[Target, Frozen | None],
        now: datetime,
        *,
        occurrence: Occurrence | None = None,
        reason: str | None = None,
        any_hour: bool = False,
    ) -> None:
        """Create the broadcast of one moment, or record why it can't be.

        What was held until then gives way to a newer one.

        `occurrence`: one that was held and is let go now. `reason`: why it goes out
        out of its time, kept until it is over. `any_hour`: whoever sends it may do so
        outside of its list's send window.
        """
        entry = list_of(uow, schedule)
        any_hour = any_hour or schedule.any_hour
        refusal = self._refusal(uow, schedule, due.moment, entry, now)
        if schedule.has_expired(now):
            refusal = unsent.EXPIRED
        if refusal is not None:
            unsent.record(
                uow,
                schedule,
                due,
                OccurrenceState.FAILED,
                refusal,
                now,
                occurrence=occurrence,
            )
            return
        urgent = self._is_urgent(uow, schedule)
        window = windows.window_of(entry) if schedule.reaches_list else None
        begins: datetime | None = now
        if window is not None and not (urgent or any_hour):
            begins = windows.opening(
                window, now, schedule.expires_at, schedule.amendment
            )
        if begins is None:
            self._leave_out(uow, schedule, due, now, occurrence)
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
        unsent.supersede_held(uow, schedule, due.moment)
        windows.supersede(uow, self.policy, schedule, now)
        broadcast = Broadcast(
            occurrence_id=occurrence.id,
            schedule_id=schedule.id,
            key=identity.new_key(),
            list_id=entry.id if entry else None,
            in_owners_name=schedule.in_owners_name,
            message_id=_message_id(uow, schedule, now),
            urgent=urgent,
            any_hour=any_hour,
            begins_at=begins if begins > now else None,
            frozen_at=now,
            total=0,
            state=BroadcastState.SENDING,
            created_at=now,
            expires_at=schedule.expires_at,
            topic=schedule.topic,
        )
        if (found := to_readers_of(uow, schedule)) is not None:
            told, _ = found
            broadcast = replace(broadcast, **as_told(told))
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

    def _leave_out(
        self,
        uow: UnitOfWork,
        schedule: Schedule,
        due: Due,
        now: datetime,
        held: Occurrence | None,
    ) -> None:
        """It falls outside of its list's send window, and waits for none."""
        state, why = OccurrenceState.SKIPPED, OUTSIDE
        unsent.record(uow, schedule, due, state, why, now, occurrence=held)

    def _add(
        self,
        uow: UnitOfWork,
        broadcast: Broadcast,
        schedule: Schedule,
        frozen: Mapping[Target, Frozen | None],
    ) -> Broadcast:
        target = target_of(schedule)
        if target is None:
            audience = schedule.audience
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
        found = frozen[target]
        assert found is not None  # noqa: S101 - _refusal saw the list; `plan`, the rest
        return uow.broadcasts.add(
            replace(
                broadcast,
                total=found.total,
                highest=found.highest,
                frozen_at=found.at,
            ),
            found.ranges,
        )

    def _is_urgent(self, uow: UnitOfWork, schedule: Schedule) -> bool:
        """Whether it wakes people up, as its owner wished, who may still do so."""
        if not schedule.urgent:
            return False
        owner = today(uow, self.policy, schedule.owner)
        return may_hurry(owner, schedule.audience.jids)

    def _may_not(
        self, uow: UnitOfWork, schedule: Schedule, entry: AnnouncementList | None
    ) -> str | None:
        """Why its owner may no longer have it sent."""
        caller = today(uow, self.policy, schedule.owner)
        if schedule.in_owners_name:
            may = may_write(self.policy, caller)
        elif schedule.audience.list_name is None:
            may = caller.is_admin
        elif entry is None:
            return "list-gone"
        else:
            may = may_announce(caller, entry)
        if not may:
            return "not-allowed"
        return None

    def _refusal(
        self,
        uow: UnitOfWork,
        schedule: Schedule,
        due: datetime,
        entry: AnnouncementList | None,
        now: datetime,
    ) -> str | None:
        """Why the moment can't be sent, None if it can; `entry`: its list, if any."""
        refusal = self._may_not(uow, schedule, entry)
        if refusal is not None:
            return refusal
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
                    due=schedule.due(due),
                )
            except CarillonError:
                return "content"
        return None


def _message_id(uow: UnitOfWork, schedule: Schedule, now: datetime) -> str | None:
    """The id that a message which came in whole keeps, so that its sender may correct
    it: the first time, and not where the same two had one of it within a day, since a
    server takes that for a repeat.
    """
    content, audience = schedule.content, schedule.audience
    if not (
        isinstance(content, TextContent)
        and content.original is not None
        and content.original.id is not None
        and isinstance(audience, PersonAudience)
    ):
        return None
    wanted = content.original.id
    last = uow.broadcasts.by_message(wanted, schedule.owner, audience.jid)
    is_first = last is None or last.schedule_id != schedule.id
    is_fresh = last is None or now - last.created_at > REMEMBERED
    return wanted if is_first and is_fresh else None


def _due(uow: UnitOfWork, now: datetime) -> list[Schedule]:
    """The next batch: what is on time, and behind it what is not."""
    limit, fresh = SCHEDULES_PER_TRANSACTION, now - ON_TIME
    due = uow.schedules.due(now, limit, after=fresh)
    if len(due) < limit:
        due += uow.schedules.due(fresh, limit - len(due))
    return due
