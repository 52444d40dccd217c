"""How many messages may leave now, how long to wait, and how long all of them take."""

from bot.domain.phrase import Counted, Phrase

#: messages a second, where nothing bounds them: what a server takes at least
_UNBOUNDED = 1_000
#: above it hours are said
_MOST_MINUTES = 100


class TokenBucket:
    """`rate` messages a second (0: no limit), with a burst of `burst`.

    Pure arithmetic on a monotonic clock in seconds that the caller passes in.
    """

    def __init__(self, rate: int, *, burst: int, now: float) -> None:
        self.rate = rate
        self._burst = burst
        self._tokens = float(burst)
        self._at = now

    def take(self, wanted: int, *, now: float) -> int:
        """How many of `wanted` may leave now; they are taken."""
        if not self.rate:
            return wanted
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self.rate)
        self._at = now
        granted = min(wanted, int(self._tokens))
        self._tokens -= granted
        return granted

    def wait(self, wanted: int) -> float:
        """Seconds until `wanted` (at most the burst) could leave."""
        if not self.rate:
            return 0.0
        return max(0.0, (min(wanted, self._burst) - self._tokens) / self.rate)


def lasting(readers: int, rate: int) -> Phrase:
    """About how long so many messages take at `rate` a second (0: no limit)."""
    minutes = round(readers / (rate or _UNBOUNDED) / 60)
    if not minutes:
        return Phrase("less than a minute")
    if minutes < _MOST_MINUTES:
        return Counted("about {count} minute", "about {count} minutes", minutes)
    hours = round(minutes / 60)
    return Counted("about {count} hour", "about {count} hours", hours)
