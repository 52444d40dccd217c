"""What becomes of an occurrence that was not planned on time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

#: a planner that wakes within this is on time, whatever the policy
ON_TIME = timedelta(seconds=60)


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


def judge(late: Late, *, due: datetime, now: datetime) -> LateVerdict:
    """Whether an occurrence due at `due` still runs at `now` (never before)."""
    behind = now - due
    if late.policy is LatePolicy.RUN:
        allowed = max(timedelta(seconds=late.within), ON_TIME)
        return LateVerdict.RUN if behind <= allowed else LateVerdict.MISS
    if behind <= ON_TIME:
        return LateVerdict.RUN
    if late.policy is LatePolicy.HOLD:
        return LateVerdict.HOLD
    return LateVerdict.MISS
