"""What becomes of an occurrence that was not planned on time.

Late is what could not be planned when it was due: the service was down, or had no
session. What only waits for its turn behind others is not late. So lateness is not
the time since the due moment but the part of it that lies outside all shifts:

    due ──────────┬── shift ──┐              ┌── shift ──── now
        ~~ away ~~            └~~~ away ~~~~~┘

A shift is an unbroken time in which due moments could be planned. Shifts are stored
while anything waits, so that a crash in the midst of a backlog makes only the time
until the next start late.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

#: a planner that wakes within this is on time, whatever the policy
ON_TIME = timedelta(seconds=60)
#: between two looks of one shift
LONGEST_LOOK = timedelta(seconds=30)


class LatePolicy(StrEnum):
    RUN = "run"
    SKIP = "skip"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Late:
    """A schedule's policy; `within` (seconds) counts for `run` only."""

    policy: LatePolicy = LatePolicy.RUN
    within: int = 600


class LateVerdict(StrEnum):
    RUN = "run"
    MISS = "miss"
    HOLD = "hold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """An unbroken time in which what is due could be planned."""

    began_at: datetime
    #: it lasted at least until then
    seen_at: datetime


def looked(shift: Shift | None, now: datetime) -> Shift:
    """The shift as it goes on at this moment, or a new one: where there was none, or
    where whoever keeps it stood still, or its clock was set.
    """
    if shift is None or not shift.seen_at <= now <= shift.seen_at + LONGEST_LOOK:
        return Shift(began_at=now, seen_at=now)
    return replace(shift, seen_at=now)


def away(shifts: Iterable[Shift], *, due: datetime, now: datetime) -> timedelta:
    """How long, from `due` to `now`, nothing could be planned."""
    total, at = timedelta(0), due
    for shift in sorted(shifts, key=lambda one: one.began_at):
        if shift.seen_at <= at:
            continue
        if shift.began_at >= now:
            break
        total += max(shift.began_at - at, timedelta(0))
        at = shift.seen_at
    return total + max(now - at, timedelta(0))


def judge(late: Late, behind: timedelta) -> LateVerdict:
    """Whether an occurrence that is so late still runs (none is ever early)."""
    if late.policy is LatePolicy.RUN:
        allowed = max(timedelta(seconds=late.within), ON_TIME)
        return LateVerdict.RUN if behind <= allowed else LateVerdict.MISS
    if behind <= ON_TIME:
        return LateVerdict.RUN
    if late.policy is LatePolicy.HOLD:
        return LateVerdict.HOLD
    return LateVerdict.MISS
