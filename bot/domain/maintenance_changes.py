"""What somebody's word makes of a window, and how those hear of it who were told of it.

Whatever they were told that holds no longer is corrected in silence; a change that has
to be heard is told in words as well.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.maintenance import STALE_AFTER, Phase, Told, Window, WindowState

#: a start that moves further, or was nearer, is told beside what is corrected
UNNOTICED = timedelta(minutes=15)
NEAR = timedelta(hours=24)


def is_told(phase: Phase, before: Window, after: Window, now: datetime) -> bool:
    """Whether a change is told in words beside what is corrected in silence."""
    return phase is Phase.CALLED_OFF or _is_heard(before, after, now)


def _is_heard(before: Window, after: Window, now: datetime) -> bool:
    by = abs(after.starts_at - before.starts_at)
    return by > UNNOTICED or before.starts_at - now < NEAR


def word_of(phase: Phase, before: Window, after: Window, now: datetime) -> Told:
    """What is told of a change, for as long as either time is not over."""
    ends = [one.ends_at or one.starts_at + STALE_AFTER for one in (before, after)]
    last = max(ends)
    return Told(phase, now, last if last > now else now + STALE_AFTER)


def worded(
    phase: Phase, known: datetime | None, before: Window, after: Window
) -> Phase:
    """As what a change is told in words; `known`: the start that people know."""
    if phase is not Phase.MOVED or known != after.starts_at:
        return phase
    was, is_now = before.ends_at, after.ends_at
    is_longer = was is not None and is_now is not None and was < is_now
    return Phase.EXTENDED if is_longer else Phase.ANNOUNCED


def corrected(phase: Phase, window: Window) -> Phase:
    """What a notice of this phase says of the window as it stands by now."""
    if window.state is WindowState.CALLED_OFF:
        return Phase.CALLED_OFF
    if window.state is WindowState.PLANNED and phase not in _AHEAD:
        return Phase.ANNOUNCED
    return phase


_AHEAD = frozenset({Phase.ANNOUNCED, Phase.REMINDER, Phase.MOVED})


def moved(
    window: Window,
    start: datetime,
    starts_at: datetime,
    ends_at: datetime | None,
    now: datetime,
) -> Window:
    """Planned again, at another time; what lies behind at this moment is no reminder of
    that. `start` is naive, as clocks in the object's zone show it.
    """
    return replace(
        _changed(window, now),
        start=start,
        starts_at=starts_at,
        ends_at=ends_at,
        state=WindowState.PLANNED,
        through=now,
    )


def extended(window: Window, ends_at: datetime, now: datetime) -> Window:
    """With a later end; under way again where its end had passed."""
    verified = window.state is WindowState.VERIFYING
    state = WindowState.UNDER_WAY if verified else window.state
    return replace(_changed(window, now), ends_at=ends_at, state=state)


def called_off(window: Window, now: datetime) -> Window:
    return replace(_changed(window, now), state=WindowState.CALLED_OFF)


def _changed(window: Window, now: datetime) -> Window:
    """What its owner was asked is answered."""
    return replace(
        window,
        sequence=window.sequence + 1,
        changed_at=now,
        asked=0,
        asked_at=None,
    )
