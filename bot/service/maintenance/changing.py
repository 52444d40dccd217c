"""What a change makes of a maintenance: judged, and nothing stored."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain import meanings, wallclock
from bot.domain.access import Caller
from bot.domain.errors import Conflict, Finished, NotAllowed, about
from bot.domain.maintenance import (
    Maintenance,
    MaintenanceName,
    Phase,
    Window,
    WindowState,
    armed,
    finished,
)
from bot.domain.maintenance_changes import (
    called_off,
)
from bot.domain.phrase import Phrase
from bot.service.maintenance import intake, opening
from bot.service.maintenance.looking import current
from bot.service.maintenance.request import (
    CallOff,
    Change,
    ExtendWindow,
    FinishWindow,
    MoveWindow,
    WindowName,
    fingerprint,
)
from bot.service.ports.unit_of_work import UnitOfWork
from bot.service.requests import moments
from bot.service.rules.policy import Policy
from bot.service.rules.rights import require_announcing

_PHASES: dict[type[Change], Phase] = {
    MoveWindow: Phase.MOVED,
    ExtendWindow: Phase.EXTENDED,
    FinishWindow: Phase.FINISHED,
    CallOff: Phase.CALLED_OFF,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    phase: Phase
    #: the one that people meant
    meant: Window
    #: each as it was, and as it is to be; none where nothing changes, as in a repeat
    windows: Sequence[tuple[Window, Window]] = ()
    #: to tell a repeat of it
    fingerprint: str
    #: nothing else of the rule takes place
    ends_all: bool = False

    def calls_all_off(self, window: Window) -> bool:
        """Whether that is said of all, by what became of the one that people meant."""
        return self.ends_all and window.state is WindowState.CALLED_OFF


def judged(
    uow: UnitOfWork,
    policy: Policy,
    caller: Caller,
    maintenance: Maintenance,
    name: WindowName,
    change: Change,
    now: datetime,
) -> Changed:
    """Raises a CarillonError."""
    _require_changing(uow, caller, maintenance)
    ends_all = (
        isinstance(change, CallOff)
        and maintenance.recurrence is not None
        and not name.names_window
    )
    meant = window(uow, maintenance, name, change, now)
    which = None if ends_all else meant.number
    same = Changed(
        phase=_PHASES[type(change)],
        meant=meant,
        fingerprint=fingerprint(which, name.revision, change),
        ends_all=ends_all,
    )
    if maintenance.edit_fingerprint == same.fingerprint and not (
        name.revision is None and _is_relative(change)
    ):
        return same
    if meant.is_over and (not ends_all or maintenance.is_over):
        if isinstance(change, CallOff) and meant.state is WindowState.CALLED_OFF:
            return same
        raise _is_over(maintenance, meant, name)
    _as_seen(maintenance, name.revision)
    concerned: Sequence[Window] = [meant]
    if ends_all:
        concerned = uow.maintenances.windows(maintenance.id, live=True)
    pairs = [
        # what has taken place is not called off with what is to come
        (one, armed(maintenance, finished(one, now).window, now))
        if ends_all and one.state is WindowState.VERIFYING
        else (one, _after(policy, caller, maintenance, one, change, now))
        for one in concerned
    ]
    return replace(same, windows=[pair for pair in pairs if pair[0] is not pair[1]])


def _after(
    policy: Policy,
    caller: Caller,
    maintenance: Maintenance,
    before: Window,
    change: Change,
    now: datetime,
) -> Window:
    match change:
        case MoveWindow():
            after = intake.moved(policy, caller, maintenance, before, change, now)
        case ExtendWindow():
            after = intake.extended(policy, caller, maintenance, before, change, now)
        case FinishWindow():
            if before.state is WindowState.PLANNED:
                raise _not_begun(maintenance, before)
            after = finished(before, now).window
        case CallOff():
            after = called_off(before, now)
    return before if after is before else armed(maintenance, after, now)


def window(
    uow: UnitOfWork,
    maintenance: Maintenance,
    name: WindowName,
    change: Change | None,
    now: datetime,
) -> Window:
    """The one that is named, else the one that people mean; raises NotFound, or
    Invalid. One that its rule has and that is not open yet has no id.
    """
    if name.window is not None:
        stored = uow.maintenances.window(maintenance.id, name.window)
        found = stored or opening.named(maintenance, now, number=name.window, due=None)
    elif name.due is not None:
        with about("due"):
            zone = wallclock.zone_or_utc(maintenance.zone)
            due = moments.moment_of(name.due, zone, on_the_wall=True)
            wall = wallclock.local(due, zone)
        stored = uow.maintenances.window_at(maintenance.id, wall, due)
        found = stored or opening.named(maintenance, now, number=None, due=due)
    else:
        return _meant(maintenance, uow.maintenances.windows(maintenance.id), change)
    if found is None:
        raise opening.no_such(maintenance)
    return found


def _is_relative(change: Change) -> bool:
    """Whether it means something else each time that somebody says it."""
    match change:
        case ExtendWindow():
            return change.by is not None
        case MoveWindow():
            return change.start_in is not None
    return False


def _meant(
    maintenance: Maintenance, windows: Sequence[Window], change: Change | None
) -> Window:
    found = current(windows)
    if isinstance(change, CallOff) and maintenance.recurrence is not None:
        to_come = [
            one
            for one in windows
            if not one.is_over and one.state is not WindowState.VERIFYING
        ]
        return current(to_come) if to_come else found
    over = [one for one in windows if one.is_over]
    if isinstance(change, FinishWindow) and found.state is WindowState.PLANNED and over:
        return over[-1]  # that is finished already; the next one has not begun
    return found


def _require_changing(
    uow: UnitOfWork, caller: Caller, maintenance: Maintenance
) -> None:
    """Raises NotAllowed for everybody but its owner, who may announce still, and
    admins.
    """
    if caller.owner != maintenance.owner and not caller.is_admin:
        raise NotAllowed(
            Phrase("You may look at {name}, not change it.", name=maintenance.name)
        )
    if not caller.is_admin:
        require_announcing(caller, uow.lists.get(maintenance.list_name))


def _as_seen(maintenance: Maintenance, revision: int | None) -> None:
    if revision not in {None, maintenance.revision}:
        raise Conflict(
            Phrase(
                "{name} was changed meanwhile and is at revision {revision};"
                " look at it again.",
                name=maintenance.name,
                revision=maintenance.revision,
            )
        )


def _is_over(maintenance: Maintenance, window: Window, name: WindowName) -> Finished:
    is_whole = maintenance.is_over and not name.names_window
    return Finished(
        Phrase(
            "{name} is over: {state}.",
            name=maintenance.name if is_whole else _name(maintenance, window),
            state=meanings.state(window.state),
        )
    )


def _not_begun(maintenance: Maintenance, window: Window) -> Conflict:
    return Conflict(
        Phrase(
            "{name} has not begun, so there is nothing to finish;"
            " call it off, or move it.",
            name=_name(maintenance, window),
        )
    )


def _name(maintenance: Maintenance, window: Window) -> MaintenanceName:
    return maintenance.window_name(window)
