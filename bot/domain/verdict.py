"""What a bounced message means, by its condition and type (RFC 6120 §8.3)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

#: attempts after the first, over the whole life of a broadcast
MAX_ATTEMPTS = 5
#: how old a broadcast may be when one of its messages is repeated
RETRY_FOR = timedelta(hours=24)
FIRST_DELAY = timedelta(minutes=1)
LONGEST_DELAY = timedelta(hours=6)

SUSPEND_SCORE = 5
SCORE_LIFETIME = timedelta(days=30)


class Verdict(StrEnum):
    RETRY = "retry"
    GIVE_UP = "give up"
    SCORE = "score"
    SUSPEND = "suspend"


_GONE = frozenset({"item-not-found", "gone"})
_UNREACHABLE = frozenset(
    {"remote-server-timeout", "remote-server-not-found", "resource-constraint"}
)
_REFUSED = frozenset({"forbidden", "not-allowed", "policy-violation", "not-acceptable"})
#: they will refuse it again, or it would do harm once more
_NOT_AGAIN = frozenset(
    {"forbidden", "not-allowed", "not-acceptable", "stream-error", "sender-gone"}
)
_ABSENT = frozenset({"service-unavailable", "recipient-unavailable"})


def judge(condition: str, error_type: str, *, own_server: bool) -> Verdict:
    """The verdict on one bounce; `own_server`: the recipient lives where we do."""
    if condition in _GONE:
        return Verdict.SUSPEND if own_server else Verdict.SCORE
    if condition in _UNREACHABLE:
        return Verdict.RETRY
    if condition in _REFUSED:
        return Verdict.GIVE_UP
    if condition in _ABSENT:
        return Verdict.SCORE
    if error_type == "wait":
        return Verdict.RETRY
    return Verdict.GIVE_UP


def is_worth_a_try(condition: str) -> bool:
    """Whether a message that failed so may be tried once more, where somebody asks.

    Not one that the reader, or his server, does not want; nor one over which the
    server closed the connection.
    """
    return condition.partition(": ")[0] not in _NOT_AGAIN


@dataclass(frozen=True, slots=True)
class Score:
    """A subscriber's bounces; any sign of life resets it."""

    value: int = 0
    since: datetime | None = None

    def raised(self, now: datetime) -> "Score":
        """One more bounce; a score older than its lifetime starts anew, and so does
        one of a clock that was put back since.
        """
        if self.since is None or abs(now - self.since) > SCORE_LIFETIME:
            return Score(1, now)
        return Score(self.value + 1, self.since)

    @property
    def suspends(self) -> bool:
        return self.value >= SUSPEND_SCORE


def retry_at(
    attempts: int, *, created_at: datetime, now: datetime, expires_at: datetime | None
) -> datetime | None:
    """When to try again after `attempts` repeats failed; None: no more.

    `created_at` is the broadcast's: a reader who lets each repeat bounce keeps it
    open for a day at most.
    """
    if attempts >= MAX_ATTEMPTS:
        return None
    delay: timedelta = FIRST_DELAY * 4**attempts
    moment = now + min(delay, LONGEST_DELAY)
    if moment - created_at > RETRY_FOR:
        return None
    if expires_at is not None and moment >= expires_at:
        return None
    return moment
