"""Notices of a window: made when they are due, withdrawn while they wait, corrected
where they were told.

Each is an announcement like any other, of one topic with the others of its window: so
who waits for one, or is to be told again, is told the newest alone. Nothing is stored
ahead: what shifts or vanishes with a window has never been there.
"""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain import timestamps
from bot.domain.access import Caller
from bot.domain.broadcast import Broadcast, BroadcastState, Progress
from bot.domain.errors import Finished
from bot.domain.maintenance import (
    Maintenance,
    Phase,
    Told,
    Window,
    WindowState,
)
from bot.domain.maintenance_changes import (
    corrected,
    is_told,
    word_of,
    worded,
)
from bot.domain.schedule import (
    Audience,
    Content,
    ListAudience,
    Schedule,
    ScheduleState,
    ToldAudience,
)
from bot.service.delivery import closing
from bot.service.delivery.amending import Amending
from bot.service.delivery.unsent import SUPERSEDED
from bot.service.maintenance import contents
from bot.service.ports.maintenance import NoticeMade
from bot.service.ports.outside import Templates
from bot.service.ports.paging import Paging
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.policy import Policy
from bot.service.rules.rights import may_announce, today

_LATEST = Paging(limit=1, before=0)
_WAITS = frozenset({ScheduleState.PENDING, ScheduleState.PAUSED})
#: what is told to a list again, where it was to be told and nobody was, and the state
#: in which that is still true
_TOLD_AGAIN = {
    Phase.ANNOUNCED: WindowState.PLANNED,
    Phase.REMINDER: WindowState.PLANNED,
    Phase.STARTED: WindowState.UNDER_WAY,
}


@dataclass(frozen=True, slots=True)
class Sent:
    """A notice that has gone out."""

    phase: Phase
    broadcast: Broadcast
    #: somebody has it, or waits for it; whom it failed to reach may yet be tried again
    is_heard: bool
    #: as it was told first
    content: Content


@dataclass(frozen=True, slots=True)
class Notices:
    policy: Policy
    amending: Amending
    templates: Templates

    def make(
        self,
        uow: UnitOfWork,
        maintenance: Maintenance,
        window: Window,
        told: Told,
        now: datetime,
        *,
        audience: Audience | None = None,
        former: datetime | None = None,
        caller: Caller | None = None,
    ) -> Window:
        """The window, of which one more was told; to its list where no other audience
        is given. `caller`: whose word it is, where it comes not by itself.
        """
        teller = self._teller(uow, maintenance, caller)
        schedule = self.amending.tell(
            uow,
            teller,
            contents.content(self.templates, maintenance, window, told.phase, former),
            audience or ListAudience(list_name=maintenance.list_name),
            topic=window.topic,
            timezone=maintenance.timezone,
            at=told.due,
            expires_at=told.expires,
            client_id=_free_id(uow, teller, maintenance, window, told.phase),
            origin=maintenance.origin,
            language=maintenance.language,
        )
        made = NoticeMade(
            window_id=window.id,
            phase=told.phase,
            schedule_id=schedule.id,
            made_at=now,
        )
        uow.maintenances.note(made)
        return replace(window, told=window.told + 1)

    def _teller(
        self, uow: UnitOfWork, maintenance: Maintenance, caller: Caller | None
    ) -> str:
        """Its owner, as long as he may announce; then whoever answers for him, else
        nobody would hear what that one says.
        """
        entry = uow.lists.get(maintenance.list_name)
        owner = today(uow, self.policy, maintenance.owner)
        if caller is None or may_announce(owner, entry):
            return maintenance.owner
        return caller.owner

    def withdraw(
        self, uow: UnitOfWork, window: Window, now: datetime
    ) -> list[tuple[Phase, Schedule]]:
        """What was to be told and was not yet is told no more; what that was, the
        earliest first.
        """
        withdrawn = []
        for phase, found in self.waiting(uow, window):
            schedule = uow.schedules.lock(found.id)
            if schedule is None or schedule.state not in _WAITS:
                continue
            over = schedule.moved(ScheduleState.CANCELLED, ended_at=now)
            uow.schedules.save(replace(over, next_at=None))
            withdrawn.append((phase, schedule))
        return withdrawn

    def waiting(
        self, uow: UnitOfWork, window: Window
    ) -> Iterator[tuple[Phase, Schedule]]:
        """What is to be told and was not yet, the earliest first."""
        for made in uow.maintenances.notices(window.id):
            found = uow.schedules.get(made.schedule_id)
            if found is not None and found.state in _WAITS:
                yield made.phase, found

    def changed(
        self,
        uow: UnitOfWork,
        caller: Caller,
        maintenance: Maintenance,
        before: Window,
        after: Window,
        phase: Phase,
        now: datetime,
    ) -> Window:
        """Whoever was told what holds no longer is told what does; nobody else is.

        In silence, by a correction of the latest that he was told; and in words, where
        `phase` has to be heard.
        """
        withdrawn = self.withdraw(uow, before, now)
        sent = list(self.sent(uow, before))
        closing.hold(uow, [one.broadcast.id for one in sent])
        told = word_of(phase, before, after, now)
        for one in sent:
            self._correct(uow, caller, maintenance, after, one, told, now)
        heard = [one for one in sent if one.is_heard]
        if phase is Phase.CALLED_OFF:
            self._let_go(uow, [one.broadcast.id for one in sent], now)
        is_moved = any(one is Phase.MOVED for one, _ in withdrawn)
        if is_moved and phase is Phase.EXTENDED:
            phase = Phase.MOVED  # which nobody has heard yet
        is_heard = bool(heard) and (is_moved or is_told(phase, before, after, now))
        again = told_again(after, withdrawn, now)
        if again is not None and (phase is Phase.EXTENDED or not is_heard):
            return self.make(uow, maintenance, after, again, now, caller=caller)
        if not is_heard:
            return after
        known = _former(before, withdrawn) if phase is Phase.MOVED else None
        told = replace(told, phase=worded(phase, known, before, after))
        former = known if told.phase is Phase.MOVED else None
        for one in heard:
            amended = uow.broadcasts.get(one.broadcast.id)
            audience = ToldAudience(
                broadcast_id=one.broadcast.id,
                list_name=maintenance.list_name,
                latest_only=True,
                before=amended.edition if amended else None,
            )
            after = self.make(
                *(uow, maintenance, after, told, now),
                audience=audience,
                former=former,
                caller=caller,
            )
        return after

    def is_heard(self, uow: UnitOfWork, window: Window) -> bool:
        """Whether anybody was told of it, or is being told."""
        return any(one.is_heard for one in self.sent(uow, window))

    def sent(self, uow: UnitOfWork, window: Window) -> Iterator[Sent]:
        """What has gone out, the latest first: as far back as there may be somebody
        whom no later one reached.
        """
        for made in reversed(uow.maintenances.notices(window.id)):
            schedule = uow.schedules.get(made.schedule_id)
            page = uow.broadcasts.page(_LATEST, schedule_id=made.schedule_id)
            if schedule is None or not page.items:
                continue
            broadcast = page.items[-1]
            if broadcast.retracted_at:
                continue
            progress = uow.broadcasts.progress(broadcast.id)
            is_heard = (
                broadcast.state is not BroadcastState.FAILED
                or progress.sent + progress.deferred > 0
            )
            yield Sent(made.phase, broadcast, is_heard, schedule.content)
            if _reached_all(broadcast, progress):
                return

    def _let_go(
        self, uow: UnitOfWork, broadcast_ids: Sequence[int], now: datetime
    ) -> None:
        """Who has not heard of it yet need not hear that it is called off."""
        for broadcast_id in broadcast_ids:
            broadcast = uow.broadcasts.lock(broadcast_id)
            assert broadcast is not None  # noqa: S101 - held by now
            if broadcast.state is BroadcastState.SENDING:
                stopped = BroadcastState.STOPPED
                closing.close(
                    uow, self.policy, broadcast, stopped, now, reason=SUPERSEDED
                )
            else:
                uow.exceptions.skip_waiting(broadcast_id, SUPERSEDED)

    def _correct(
        self,
        uow: UnitOfWork,
        caller: Caller,
        maintenance: Maintenance,
        window: Window,
        sent: Sent,
        told: Told,
        now: datetime,
    ) -> None:
        phase = corrected(sent.phase, window)
        content = contents.content(self.templates, maintenance, window, phase)
        former = contents.former_start(sent.content)
        if phase is Phase.MOVED and former is not None:
            values = {**content.values, contents.FORMER: {"": former}}
            content = replace(content, values=values)
        try:
            self.amending.correct(
                uow,
                caller,
                sent.broadcast.id,
                content,
                origin=maintenance.origin,
                timezone=maintenance.timezone,
                latest_only=True,
                expires_at=told.expires,
                topic=window.topic,
            )
        except Finished:
            return  # somebody has retracted it, or it is kept no longer
        amended = uow.broadcasts.lock(sent.broadcast.id)
        if amended is not None:
            # whoever still waits for it hears what holds, for as long as it does
            uow.broadcasts.save(replace(amended, expires_at=_holds_until(window, now)))


def told_again(
    window: Window, withdrawn: Sequence[tuple[Phase, Schedule]], now: datetime
) -> Told | None:
    """What was to be told to the list when the window was changed, as it is now."""
    for phase, schedule in reversed(withdrawn):
        is_to_list = isinstance(schedule.audience, ListAudience)
        if is_to_list and _TOLD_AGAIN.get(phase) is window.state:
            begun = phase is Phase.STARTED
            return Told(phase, now, window.ends_at if begun else window.starts_at)
    return None


def _holds_until(window: Window, now: datetime) -> datetime | None:
    if window.is_over:
        return now
    planned = window.state is WindowState.PLANNED
    return window.starts_at if planned else window.ends_at


def _reached_all(broadcast: Broadcast, progress: Progress) -> bool:
    """Whether everybody was reached who stood on the list then."""
    is_to_list = broadcast.told_by is None
    is_over = broadcast.finished_at is not None
    return is_over and is_to_list and progress.sent == progress.total


def _former(before: Window, withdrawn: Sequence[tuple[Phase, Schedule]]) -> datetime:
    """When it was to begin, as far as people know: what has not been told yet of an
    earlier move nobody knows.
    """
    for phase, schedule in withdrawn:
        known = contents.former_start(schedule.content)
        if phase is Phase.MOVED and known is not None:
            return timestamps.parse(known)
    return before.starts_at


def _free_id(
    uow: UnitOfWork,
    owner: str,
    maintenance: Maintenance,
    window: Window,
    phase: Phase,
) -> str:
    """`maintenance-17-2026-12-05T22:00-announced`, with a number where it is not the
    first.
    """
    wall = window.wall.isoformat(timespec="minutes")
    base = f"maintenance-{maintenance.id}-{wall}-{phase}"
    wished = [base, *(f"{base}-{number}" for number in range(2, window.told + 3))]
    taken = uow.schedules.taken(owner, wished)
    free = (one for one in wished if one not in taken)
    return next(free, f"{base}-{secrets.token_hex(8)}")
