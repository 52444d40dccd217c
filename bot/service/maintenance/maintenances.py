"""Maintenance asked for, looked at and changed; and moved on as time goes by.

    open ─► windows ─► advance (the planner) ─► notices ─► broadcasts
              ▲
    move, extend, finish, call off

A change, and a step of the clock, is one transaction with everything that it tells:
what people hear and how a window stands never differ, wherever a process ends.
"""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.access import Caller
from bot.domain.errors import Conflict, NotFound
from bot.domain.maintenance import (
    BEGUN,
    Maintenance,
    Phase,
    Window,
    WindowState,
    armed,
    finished,
    is_passed,
    step,
)
from bot.domain.maintenance import opening as announced
from bot.domain.message import Text
from bot.domain.phrase import Phrase
from bot.service.delivery.amending import Amending
from bot.service.maintenance import intake, looking, opening, questions
from bot.service.maintenance.changing import Changed, judged
from bot.service.maintenance.changing import window as window_named
from bot.service.maintenance.drafting import Drafting
from bot.service.maintenance.looking import Looking
from bot.service.maintenance.notices import Notices
from bot.service.maintenance.request import Change, OpenMaintenance, WindowName
from bot.service.maintenance.shown import Draft, Notice, Shown
from bot.service.ports.outside import Clock, Templates
from bot.service.ports.paging import Page, Paging
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.rules.policy import Policy
from bot.service.rules.quotas import Quotas
from bot.service.rules.rights import known

#: maintenances of which what is due is dealt with in one transaction
MAINTENANCES_PER_TRANSACTION = 5


class Maintenances:
    def __init__(
        self, policy: Policy, templates: Templates, clock: Clock, amending: Amending
    ) -> None:
        self._policy = policy
        self._templates = templates
        self._clock = clock
        self._quotas = Quotas(policy)
        self._notices = Notices(policy, amending, templates)
        self._looking = Looking(policy, templates)
        self._drafting = Drafting(self._notices, self._looking)

    # --- asked for -------------------------------------------------------------

    def open(self, uow: UnitOfWork, caller: Caller, request: OpenMaintenance) -> Shown:
        """Store it and announce its first window; a repeat gives the present state of
        the same. Raises any CarillonError; nothing is stored then.
        """
        known(caller)
        # two requests at once: not both the last one, nor both the first with an id
        uow.schedules.hold(caller.owner)
        now = self._clock.now()
        earlier = _earlier(uow, caller, request)
        if earlier is not None:
            return self._shown(uow, earlier, now)
        asked = self._read(uow, caller, request, now)
        self._quotas.room_for_maintenance(uow, caller)
        maintenance = uow.maintenances.add(asked.maintenance)
        window = uow.maintenances.add_window(
            replace(asked.window, maintenance_id=maintenance.id)
        )
        told = announced(window, now)
        if told is not None:
            window = self._notices.make(uow, maintenance, window, told, now)
        window = self._stepped(uow, maintenance, window, now)
        maintenance = self._settled(uow, maintenance, now, late=False)
        uow.nudge()
        return self._looking.shown(uow, maintenance, window, now)

    def draft(self, uow: UnitOfWork, caller: Caller, request: OpenMaintenance) -> Draft:
        """What `open` would give, and tell; nothing is stored."""
        known(caller)
        now = self._clock.now()
        maintenance = _earlier(uow, caller, request)
        if maintenance is not None:
            shown = self._shown(uow, maintenance, now)
            return self._drafting.of_repeat(uow, shown)
        asked = self._read(uow, caller, request, now)
        return self._drafting.of_opening(uow, asked, now)

    def change(
        self, uow: UnitOfWork, caller: Caller, name: WindowName, change: Change
    ) -> Shown:
        """Move, extend, finish or call off; who was told what holds no longer is told
        what does.

        A repeat of the latest change gives the same again. Raises a CarillonError;
        nothing is stored then.
        """
        found = self._named(uow, caller, name)
        maintenance = uow.maintenances.lock(found.id)
        assert maintenance is not None  # noqa: S101 - none is ever deleted
        now = self._clock.now()
        changed = judged(uow, self._policy, caller, maintenance, name, change, now)
        if not changed.windows and (maintenance.is_over or not changed.ends_all):
            return self._changed(uow, maintenance, changed.meant, changed, now)
        meant = changed.meant
        for before, after in changed.windows:
            stored = self._apply(uow, caller, maintenance, before, after, changed, now)
            meant = stored if before.number == meant.number else meant
        maintenance = replace(
            maintenance,
            revision=maintenance.revision + 1,
            edit_fingerprint=changed.fingerprint,
        )
        maintenance = self._settled(
            uow, maintenance, now, late=False, ends_all=changed.ends_all
        )
        uow.nudge()
        return self._changed(uow, maintenance, meant, changed, now)

    def draft_change(
        self, uow: UnitOfWork, caller: Caller, name: WindowName, change: Change
    ) -> Draft:
        """What `change` would give, and tell; nothing is stored."""
        maintenance, now = self._named(uow, caller, name), self._clock.now()
        changed = judged(uow, self._policy, caller, maintenance, name, change, now)
        return self._drafting.of_change(uow, maintenance, changed, now)

    def _changed(
        self,
        uow: UnitOfWork,
        maintenance: Maintenance,
        window: Window,
        changed: Changed,
        now: datetime,
    ) -> Shown:
        shown = self._looking.shown(uow, maintenance, window, now)
        return replace(shown, ends_all=changed.calls_all_off(window))

    def _apply(
        self,
        uow: UnitOfWork,
        caller: Caller,
        maintenance: Maintenance,
        before: Window,
        after: Window,
        changed: Changed,
        now: datetime,
    ) -> Window:
        if not before.id:  # named before it was to be opened
            before = uow.maintenances.add_window(before)
            after = replace(after, id=before.id)
        if after.state is WindowState.FINISHED:
            told = finished(before, now).notice
            is_heard = changed.phase is Phase.FINISHED and self._notices.is_heard(
                uow, before
            )
            self._notices.withdraw(uow, before, now)
            if told is not None and is_heard:
                after = self._notices.make(
                    uow, maintenance, after, told, now, caller=caller
                )
        else:
            after = self._notices.changed(
                uow, caller, maintenance, before, after, changed.phase, now
            )
        uow.maintenances.save_window(after)
        return after

    # --- looked at -------------------------------------------------------------

    def page(
        self, uow: UnitOfWork, caller: Caller, paging: Paging, everything: bool = True
    ) -> Page[Shown]:
        """The caller's; an admin's or auditor's page holds everybody's. `everything`:
        what is over, too. Of each the window that is meant, without its notices.
        """
        known(caller)
        owner = None if caller.sees_all else caller.owner
        found = uow.maintenances.page(paging, owner=owner, over=everything)
        shown = [self._listed(uow, one) for one in found.items]
        return Page(shown, found.count, found.index)

    def show(self, uow: UnitOfWork, caller: Caller, name: WindowName) -> Shown:
        """Raises NotFound."""
        maintenance, now = self._named(uow, caller, name), self._clock.now()
        meant = window_named(uow, maintenance, name, None, now)
        return self._looking.shown(uow, maintenance, meant, now)

    def texts(self, uow: UnitOfWork, shown: Shown, notice: Notice) -> Sequence[Text]:
        """What a notice that is to come says, in each language of its template."""
        return self._looking.texts(uow, shown.maintenance, shown.window, notice)

    def _named(self, uow: UnitOfWork, caller: Caller, name: WindowName) -> Maintenance:
        """For whoever may look at it; raises NotFound."""
        known(caller)
        if name.number is not None:
            found = uow.maintenances.get(name.number)
        else:
            found = uow.maintenances.find(name.owner or caller.owner, name.id or "")
        if found is None or not (caller.sees_all or found.owner == caller.owner):
            raise _unknown(name)
        return found

    def _shown(self, uow: UnitOfWork, maintenance: Maintenance, now: datetime) -> Shown:
        meant = looking.current(uow.maintenances.windows(maintenance.id))
        return self._looking.shown(uow, maintenance, meant, now)

    def _listed(self, uow: UnitOfWork, maintenance: Maintenance) -> Shown:
        windows = uow.maintenances.windows(maintenance.id)
        return Shown(
            maintenance=maintenance,
            window=looking.current(windows),
            windows=windows,
            readers=looking.readers(uow, maintenance),
        )

    # --- moved on --------------------------------------------------------------

    def next_due(self, uow: UnitOfWork) -> datetime | None:
        """When `advance` has something to do."""
        return uow.maintenances.next_due()

    def advance(self, uow: UnitOfWork, now: datetime) -> int:
        """Deal with some of what is due; of how many maintenances.

        Nothing, while everything is stopped: what is due by then is looked at once all
        goes on, and the latest of it that is true is told.
        """
        if uow.standstills.get() is not None:
            return 0
        due = uow.maintenances.due(now, MAINTENANCES_PER_TRANSACTION)
        for maintenance in due:
            self._advanced(uow, maintenance, now)
        if due:
            uow.nudge()
        return len(due)

    def rearm(self, uow: UnitOfWork, after: int) -> int | None:
        """Derive anew when windows of the next ones by id are due, since a zone's rules
        may have changed; up to which, None where there are none.
        """
        found = uow.maintenances.going_on(after, MAINTENANCES_PER_TRANSACTION)
        now = self._clock.now()
        for one in found:
            if not self._is_as_it_was(uow, one):
                maintenance = uow.maintenances.lock(one.id)
                if maintenance is not None and not maintenance.is_over:
                    self._advanced(uow, maintenance, now)
                    uow.nudge()
        return found[-1].id if found else None

    def _is_as_it_was(self, uow: UnitOfWork, maintenance: Maintenance) -> bool:
        live = uow.maintenances.windows(maintenance.id, live=True)
        return all(one.derived(maintenance.zone) is one for one in live)

    def _advanced(
        self, uow: UnitOfWork, maintenance: Maintenance, now: datetime
    ) -> None:
        if uow.standstills.get() is not None:
            return
        begun = 0
        live = uow.maintenances.windows(maintenance.id, live=True)
        # not by number: one may have been moved past the next
        for stored in sorted(live, key=lambda one: one.starts_at, reverse=True):
            window = stored.derived(maintenance.zone)
            if begun and is_passed(window, now):
                # people hear of the next one by now, and its owner is asked of that
                window = replace(window, state=WindowState.FINISHED, changed_at=now)
                uow.maintenances.save_window(armed(maintenance, window, now))
                continue
            window = self._stepped(uow, maintenance, window, now)
            if window.state in BEGUN:
                begun = window.number
        self._settled(uow, maintenance, now, late=True)

    def _stepped(
        self, uow: UnitOfWork, maintenance: Maintenance, window: Window, now: datetime
    ) -> Window:
        """The window as it is by now; told and asked is what that takes."""
        found = step(maintenance, window, now)
        after = found.window
        told = found.notice
        if told is not None:
            is_heard = told.phase is not Phase.FINISHED or self._notices.is_heard(
                uow, window
            )
            self._notices.withdraw(uow, window, now)
            if is_heard:
                after = self._notices.make(uow, maintenance, after, told, now)
        if found.asks:
            questions.ask(uow, self._policy, maintenance, after, now)
        uow.maintenances.save_window(after)
        return after

    def _settled(
        self,
        uow: UnitOfWork,
        maintenance: Maintenance,
        now: datetime,
        *,
        late: bool,
        ends_all: bool = False,
    ) -> Maintenance:
        """Stored, with the windows open that are to be, and when it is due next."""
        live = list(uow.maintenances.windows(maintenance.id, live=True))
        is_last = ends_all
        if not ends_all:
            opened = opening.ahead(uow, maintenance, live, now, late=late)
            maintenance, is_last = opened.maintenance, opened.is_last
            live += (
                self._stepped(uow, maintenance, one, now) for one in opened.windows
            )
        moments = [one.next_at for one in live if one.next_at is not None]
        maintenance = replace(
            maintenance,
            next_at=min(moments, default=None),
            ended_at=now if is_last and not live else None,
        )
        uow.maintenances.save(maintenance)
        return maintenance

    def _read(
        self, uow: UnitOfWork, caller: Caller, request: OpenMaintenance, now: datetime
    ) -> intake.Asked:
        asked = intake.read(uow, self._policy, self._templates, caller, request, now)
        named = _with_id(uow, asked.maintenance, asked.window)
        return replace(asked, maintenance=named)


def _earlier(
    uow: UnitOfWork, caller: Caller, request: OpenMaintenance
) -> Maintenance | None:
    """What a repeat of its request means; None where it is a new one, under an id that
    may have been another's that is over. Raises Conflict.
    """
    if request.client_id is None:
        return None
    found = uow.maintenances.find(caller.owner, request.client_id)
    if found is None or found.fingerprint == request.fingerprint():
        return found
    if found.is_over:
        return None
    raise Conflict(
        Phrase(
            "The id {id!r} is taken by another maintenance of yours, {name}, which is"
            " not over; choose another id.",
            id=request.client_id,
            name=found.name,
        )
    )


def _with_id(uow: UnitOfWork, maintenance: Maintenance, window: Window) -> Maintenance:
    """With the id that it was asked for with, else with a free one: list and day."""
    if maintenance.client_id:
        return maintenance
    base = f"{maintenance.list_name}-{window.wall.date()}"
    wished = [base, *(f"{base}-{number}" for number in range(2, 10))]
    free = (
        one for one in wished if uow.maintenances.find(maintenance.owner, one) is None
    )
    return replace(maintenance, client_id=next(free, f"{base}-{secrets.token_hex(8)}"))


def _unknown(name: WindowName) -> NotFound:
    if name.number is None:
        return NotFound(Phrase("There is no maintenance {id!r}.", id=name.id or ""))
    return NotFound(
        Phrase("There is no maintenance M{reference}.", reference=name.number)
    )
